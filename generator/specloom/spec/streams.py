"""Streams: responses whose values the server sends one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import model
from ..auth_schemes import SCHEMES
from ..model import Endpoint, NamedType, Scheme, Stream, TypeName
from .collector import DiagnosticCollector, did_you_mean
from .localized import child, entries, word
from .nodes import MapNode, Node
from .parameters import check_unused_key
from .type_resolver import UNRESOLVED


def read(node: Node | None, diagnostics: DiagnosticCollector) -> Stream | None:
    """Return the stream of a response, or None if it has none."""
    if not isinstance(node, MapNode):
        return None
    formats = [key for key in ("events", "lines") if key in node.entries]
    if len(formats) != 1:
        diagnostics.add(
            node,
            "invalid-stream",
            (
                "stream has both `events` and `lines`"
                if formats
                else "stream has neither `events` nor `lines`"
            ),
            "write `events` for server-sent events, or `lines` for JSON lines",
        )
    for key in ("end", "name"):
        check_unused_key(
            node, key, "lines" not in formats, f"`{key}` applies to `events` only", diagnostics
        )
    if formats == ["lines"]:
        return Stream("lines")
    return Stream("events", word(node.get("end")) or None, word(node.get("name")) or None)


def content(node: Node) -> Node | None:
    """Return the type or the fields of the values of a stream."""
    return child(node, "events") or child(node, "lines")


def check(
    node: MapNode,
    endpoint: Endpoint,
    schemes: Iterable[Scheme],
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Check the stream of an endpoint, if it has one; `schemes` are those that authenticate it."""
    responses = {
        key: child(value, "stream")
        for key, value in entries(node.get("responses"))
        if isinstance(child(value, "stream"), MapNode)
    }
    for status, stream in responses.items():
        if len(endpoint.responses) > 1:
            diagnostics.add(
                status,
                "invalid-stream",
                "an endpoint with a stream has no other response",
                "write an endpoint for each, with a constant such as `stream: boolean(true)` in its request",
            )
            break
        if not status.text.startswith("2"):
            diagnostics.add(
                status,
                "invalid-stream",
                f"{status.text} responses cannot be streamed",
                "use a status from 200 to 299",
            )
        verifying = [scheme for scheme in schemes if SCHEMES[scheme.kind].verifies]
        if verifying and endpoint.verified:
            diagnostics.add(
                status,
                "invalid-stream",
                f"`{verifying[0].name}` verifies whole responses, so they cannot be streamed",
                "write its whole `body`, or `verified: false` if the stream is not signed",
            )
        for response in endpoint.responses:
            _check_name(child(stream, "name"), response, types, diagnostics)


def _check_name(
    node: Node | None,
    response: model.Response,
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Check that the name of an event has a field: in the object, or in each object of the union."""
    if node is None or response.stream is None or response.stream.name is None:
        return
    if response.type is UNRESOLVED:
        return
    name = response.stream.name
    named = types.get(response.type.to) if isinstance(response.type, model.Named) else None
    members = named.members if isinstance(named, model.UnionType) else (response.type,)
    objects = [types.get(each.to) for each in members if isinstance(each, model.Named)]
    known = [
        {field.wire for field in each.fields} for each in objects if isinstance(each, model.Object)
    ]
    if not known or any(name not in fields for fields in known):
        diagnostics.add(
            node,
            "unknown-field",
            f"unknown field `{name}` of the events",
            did_you_mean(name, (field for fields in known for field in fields))
            or "name a field of their type",
        )
