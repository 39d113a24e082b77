"""Decode the arguments of a request and find those that do not match the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import fields

from ..bodies import Body, Form, Json, RawBody
from ..calls import Endpoint
from ..codec import InvalidJson, parse
from ..field_info import Annotation, field_types
from ..mismatches import Decrypt
from . import ArgumentMismatch, IncomingRequest, parse_form
from .constants import mismatched_body_constants, mismatched_parameters
from .negotiation import offered, preferred
from .styles import Texts, decode_styled
from .values import UNKNOWN, decode_checked


@dataclass(frozen=True, slots=True)
class CheckedArguments:
    """Arguments of a request, decoded and decrypted, and their mismatches."""

    parameters: Mapping[str, Any]
    """Path, query and header parameters by argument name."""
    body: Any = None
    mismatches: Sequence[ArgumentMismatch] = ()
    constant_mismatches: Sequence[ArgumentMismatch] = ()
    """Those of `mismatches` that concern constants."""
    path: tuple[str, ...] = ()
    """Path variables in their order, as texts."""
    query: Texts = field(default_factory=dict[str, Sequence[str]])
    """Query values by names on the wire, as texts."""
    json: Any = None
    """JSON body before it is decoded to its type."""


def check_arguments(
    endpoint: Endpoint[Any],
    incoming: IncomingRequest,
    path: tuple[str, ...],
    decrypt: Decrypt,
) -> CheckedArguments:
    """Return the arguments of a request; `path` has the values of the path variables."""
    query = incoming.query
    texts: dict[str, Texts] = {
        "path": {
            name: [text] for name, text in zip(endpoint.variables, path, strict=True)
        },
        "query": query,
        "header": {name: incoming.headers.get_all(name) for name in incoming.headers},
        "cookie": incoming.cookies,
    }
    if offers := offered(endpoint):
        accepted = preferred(incoming.headers.get_all("Accept"), offers)
        texts["header"] = {**texts["header"], "accept": [accepted]}
    sent_media = incoming.headers.get("Content-Type")
    if endpoint.body is not None and sent_media is not None:
        name = sent_media.partition(";")[0].strip().lower()
        texts["header"] = {**texts["header"], "content-type": [name]}
    constant_mismatches = list(mismatched_parameters(endpoint, texts))
    mismatches = list(constant_mismatches)
    parameters = _decode_parameters(endpoint, texts, decrypt, mismatches)
    json: object = None
    expected = endpoint.body.received(sent_media) if endpoint.body else None
    if isinstance(expected, Json):
        try:
            json = parse(incoming.body)
        except InvalidJson as error:
            mismatches.append(ArgumentMismatch("body", "", f"not JSON: {error}"))
            return CheckedArguments(
                parameters, None, mismatches, constant_mismatches, path, query
            )
    in_body = list(mismatched_body_constants(endpoint, incoming, json))
    mismatches += in_body
    body = None
    if expected is not None:
        body = _decode_body(expected, json, incoming, decrypt, mismatches)
    return CheckedArguments(
        parameters,
        body,
        mismatches,
        [*constant_mismatches, *in_body],
        path,
        query,
        json,
    )


def unchecked_arguments(
    incoming: IncomingRequest, path: tuple[str, ...]
) -> CheckedArguments:
    """Return the arguments of a request that the spec lacks; the body is JSON or bytes."""
    try:
        json = parse(incoming.body)
    except InvalidJson:
        body = incoming.body or None
        return CheckedArguments({}, body, path=path, query=incoming.query)
    return CheckedArguments({}, json, path=path, query=incoming.query, json=json)


# --- parameters ---------------------------------------------------------------------------


def _decode_parameters(
    endpoint: Endpoint[Any],
    texts: Mapping[str, Texts],
    decrypt: Decrypt,
    mismatches: list[ArgumentMismatch],
) -> Mapping[str, Any]:
    arguments_type = endpoint.arguments
    types = field_types(arguments_type) if arguments_type else dict[str, Annotation]()
    locations: dict[str, tuple[str, str]] = {}
    values: dict[str, object] = {}
    # Names in the query, and whether each may be repeated.
    known = dict.fromkeys(endpoint.fixed.get("query", {}), False)
    for location, parameters in endpoint.parameters.items():
        for parameter in parameters:
            name = parameter.argument or parameter.wire
            if name not in types:  # a path variable, whose value is in the URL argument
                continue
            locations[name] = (location, parameter.wire)
            wire = parameter.wire.lower() if location == "header" else parameter.wire
            names = known if location == "query" else {}
            value = decode_styled(
                types[name], wire, parameter.style, texts[location], names
            )
            if value is not None:
                values[name] = value
    if endpoint.url is None:
        mismatches += (
            ArgumentMismatch("query", name, issue)
            for name, issue in _unexpected(texts["query"], known)
        )
    for name in types.keys() - locations.keys():  # it is for the client, and not sent
        locations[name], values[name] = ("client", name), ""
    if arguments_type is None:
        return {}
    decoded: Mapping[str, Any] = decode_checked(
        arguments_type, values, decrypt, mismatches, locations.__getitem__
    )
    return decoded


def _unexpected(texts: Texts, known: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """Yield names that the spec does not have, and those repeated against the spec."""
    for name, values in texts.items():
        if name not in known:
            yield name, UNKNOWN
        elif len(values) > 1 and not known[name]:
            yield name, "given more than once"


# --- bodies -------------------------------------------------------------------------------


def _decode_body(
    body: Body,
    json: object,
    incoming: IncomingRequest,
    decrypt: Decrypt,
    mismatches: list[ArgumentMismatch],
) -> object:
    if isinstance(body, Json):
        return decode_checked(body.type, json, decrypt, mismatches, None)
    if isinstance(body, RawBody):
        try:
            return body.receive(incoming.body, incoming.headers.get("Content-Type"))
        except ValueError as error:
            mismatches.append(ArgumentMismatch("body", "", str(error)))
            return None
    if isinstance(body, Form):
        texts = parse_form(incoming.body.decode("utf-8", "replace"))
        known: dict[str, bool] = {}
        values: dict[str, object] = {}
        for name, field_type in field_types(body.type).items():
            style = body.styles.get(name, "repeat")
            value = decode_styled(field_type, name, style, texts, known)
            if value is not None:
                values[name] = value
        mismatches += (
            ArgumentMismatch("body", f"/{name}", issue)
            for name, issue in _unexpected(texts, known)
        )
        return decode_checked(body.type, values, decrypt, mismatches, None)
    body_type: Any = getattr(body, "type", None)
    if body_type is None:  # binary, without parts
        size, limits = len(incoming.body), vars(body)
        if size < (limits["min_length"] or 0) or (
            limits["max_length"] is not None and size > limits["max_length"]
        ):
            issue = f"{size} bytes are not allowed"
            mismatches.append(ArgumentMismatch("body", "", issue))
        return incoming.body
    parts = incoming.parts
    for part in fields(body_type):
        if part.required and part.encode_name not in parts:
            mismatches.append(ArgumentMismatch("body", part.encode_name, "missing"))
    return parts


def signed_content(endpoint: Endpoint[Any] | None, incoming: IncomingRequest) -> bytes:
    """Return the part of the body that a signature covers: all of it, or one part."""
    name = getattr(endpoint.body, "signed_part", None) if endpoint else None
    return incoming.body if name is None else incoming.parts.get(name, b"")
