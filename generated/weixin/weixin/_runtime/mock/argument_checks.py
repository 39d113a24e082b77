"""Reading a request: its arguments, typed, and where they do not fit the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import fields

from ..bodies import Binary, Body, Form, Json
from ..calls import Endpoint
from ..codec import InvalidJson, parse
from ..field_info import Annotation, field_types
from ..mismatches import Decrypt
from . import ArgumentMismatch, IncomingRequest, texts_of
from .constants import unmet_in_body, unmet_parameters
from .styles import Texts, styled
from .values import UNKNOWN, fitted


@dataclass(frozen=True, slots=True)
class CheckedArguments:
    """What a request gives an endpoint, plain and typed; `misplaced` is what does not fit."""

    arguments: Mapping[str, Any]
    """Path, query and header parameters by the name of their argument."""
    body: Any = None
    misplaced: Sequence[ArgumentMismatch] = ()
    unmet: Sequence[ArgumentMismatch] = ()
    """The constants among these."""
    path: tuple[str, ...] = ()
    """The texts of the path's variables, in their order."""
    query: Texts = field(default_factory=dict[str, Sequence[str]])
    """The query by the names on the wire."""
    json: Any = None
    """A body of JSON, as it came."""


def read(
    endpoint: Endpoint[Any],
    incoming: IncomingRequest,
    path: tuple[str, ...],
    unseal: Decrypt,
) -> CheckedArguments:
    """The arguments in a request; `path` has the texts of the path's variables."""
    query = incoming.query
    texts: dict[str, Texts] = {
        "path": {
            name: [text] for name, text in zip(endpoint.variables, path, strict=True)
        },
        "query": query,
        "header": {name: incoming.headers.get_all(name) for name in incoming.headers},
    }
    unmet = list(unmet_parameters(endpoint, texts))
    found = list(unmet)
    arguments = _arguments(endpoint, texts, unseal, found)
    json: object = None
    if isinstance(endpoint.body, Json):
        try:
            json = parse(incoming.body)
        except InvalidJson as error:
            found.append(ArgumentMismatch("body", "", f"not JSON: {error}"))
            return CheckedArguments(arguments, None, found, unmet, path, query)
    in_body = list(unmet_in_body(endpoint, incoming, json))
    found += in_body
    body = None
    if endpoint.body is not None:
        body = _body(endpoint.body, json, incoming, unseal, found)
    return CheckedArguments(
        arguments, body, found, [*unmet, *in_body], path, query, json
    )


# --- parameters ---------------------------------------------------------------------------


def _arguments(
    endpoint: Endpoint[Any],
    texts: Mapping[str, Texts],
    unseal: Decrypt,
    found: list[ArgumentMismatch],
) -> Mapping[str, Any]:
    kind = endpoint.arguments
    types = field_types(kind) if kind else dict[str, Annotation]()
    places: dict[str, tuple[str, str]] = {}
    values: dict[str, object] = {}
    # The names in the query, and whether each may come more than once.
    known = dict.fromkeys(endpoint.fixed.get("query", {}), False)
    for place, parameters in endpoint.parameters.items():
        for one in parameters:
            name = one.argument or one.wire
            places[name] = (place, one.wire)
            wire = one.wire.lower() if place == "header" else one.wire
            told = known if place == "query" else {}
            value = styled(types[name], wire, one.style, texts[place], told)
            if value is not None:
                values[name] = value
    found += (
        ArgumentMismatch("query", *stray) for stray in _strays(texts["query"], known)
    )
    if kind is None:
        return {}
    arguments: Mapping[str, Any] = fitted(
        kind, values, unseal, found, places.__getitem__
    )
    return arguments


def _strays(texts: Texts, known: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """Names that the spec does not have, and those that came more often than it lets them."""
    for name, given in texts.items():
        if name not in known:
            yield name, UNKNOWN
        elif len(given) > 1 and not known[name]:
            yield name, "given more than once"


# --- bodies -------------------------------------------------------------------------------


def _body(
    body: Body,
    json: object,
    incoming: IncomingRequest,
    unseal: Decrypt,
    found: list[ArgumentMismatch],
) -> object:
    if isinstance(body, Json):
        return fitted(body.type, json, unseal, found, None)
    if isinstance(body, Form):
        texts = texts_of(incoming.body.decode("utf-8", "replace"))
        known: dict[str, bool] = {}
        values: dict[str, object] = {}
        for name, inner in field_types(body.type).items():
            style = body.styles.get(name, "repeat")
            value = styled(inner, name, style, texts, known)
            if value is not None:
                values[name] = value
        found += (
            ArgumentMismatch("body", f"/{name}", issue)
            for name, issue in _strays(texts, known)
        )
        return fitted(body.type, values, unseal, found, None)
    if isinstance(body, Binary):
        size = len(incoming.body)
        if size < (body.min_length or 0) or (
            body.max_length is not None and size > body.max_length
        ):
            found.append(ArgumentMismatch("body", "", f"{size} bytes are not allowed"))
        return incoming.body
    parts = incoming.parts
    kind: Any = getattr(body, "type", None)
    for one in fields(kind):
        if one.required and one.encode_name not in parts:
            found.append(ArgumentMismatch("body", one.encode_name, "missing"))
    return parts


def signed_part(endpoint: Endpoint[Any] | None, incoming: IncomingRequest) -> bytes:
    """What a signature covers of the body: all of it, or one of its parts."""
    name = getattr(endpoint.body, "signed_part", None) if endpoint else None
    return incoming.body if name is None else incoming.parts.get(name, b"")
