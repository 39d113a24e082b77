"""Reading a request: its arguments, typed, and where they do not fit the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, get_args

from msgspec.structs import fields

from ..annotations import Annotation, is_struct, is_union, unfold
from ..bodies import Body, Form, Json, Raw
from ..calls import Endpoint
from ..codec import Unreadable, parse
from ..misfits import Unseal
from ..urls import Parameter
from . import Incoming, Misplaced, texts_of
from .making import types_of
from .values import UNKNOWN, fitted, reader_of

Texts: TypeAlias = Mapping[str, Sequence[str]]
"""Values by name on the wire, as often as they came."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a request gives an endpoint, plain and typed; `misplaced` is what does not fit."""

    arguments: Mapping[str, Any]
    """Path, query and header parameters by the name of their argument."""
    body: Any = None
    misplaced: Sequence[Misplaced] = ()
    path: tuple[str, ...] = ()
    """The texts of the path's variables, in their order."""
    query: Texts = field(default_factory=dict[str, Sequence[str]])
    """The query by the names on the wire."""
    json: Any = None
    """A body of JSON, as it came."""


def read(
    endpoint: Endpoint[Any],
    incoming: Incoming,
    path: tuple[str, ...],
    unseal: Unseal,
) -> Given:
    """The arguments in a request; `path` has the texts of the path's variables."""
    found: list[Misplaced] = []
    query = incoming.query
    texts: dict[str, Texts] = {
        "path": {
            name: [text] for name, text in zip(endpoint.variables, path, strict=True)
        },
        "query": query,
        "header": {name: incoming.headers.get_all(name) for name in incoming.headers},
    }
    for place, constants in endpoint.fixed.items():
        for name, value in constants.items():
            wire = name.lower() if place == "header" else name
            if place != "path" and value not in texts[place].get(wire, ()):
                found.append(Misplaced(place, name, f"must be {value}"))
    arguments = _arguments(endpoint, texts, unseal, found)
    json: object = None
    if isinstance(endpoint.body, Json):
        try:
            json = parse(incoming.body)
        except Unreadable as error:
            found.append(Misplaced("body", "", f"not JSON: {error}"))
            return Given(arguments, None, found, path, query)
    body = None
    if endpoint.body is not None:
        body = _body(endpoint.body, json, incoming, unseal, found)
    return Given(arguments, body, found, path, query, json)


# --- parameters ---------------------------------------------------------------------------


def _arguments(
    endpoint: Endpoint[Any],
    texts: Mapping[str, Texts],
    unseal: Unseal,
    found: list[Misplaced],
) -> Mapping[str, Any]:
    kind = endpoint.arguments
    types = types_of(kind) if kind else dict[str, Annotation]()
    places: dict[str, tuple[str, str]] = {}
    values: dict[str, object] = {}
    # The names in the query, and whether each may come more than once.
    known = dict.fromkeys(endpoint.fixed.get("query", {}), False)
    for place, parameters in endpoint.parameters.items():
        for one in parameters:
            name = one.argument or one.wire
            if name not in types:
                continue  # a constant of the path
            places[name] = (place, one.wire)
            spread = dict(_spread(types[name], one)) if place == "query" else {}
            if spread:
                value = {
                    key: _from_texts(inner, texts[place][wire])
                    for wire, (key, inner) in spread.items()
                    if wire in texts[place]
                }
                known |= {
                    wire: list in reader_of(inner).kinds
                    for wire, (_, inner) in spread.items()
                }
                if value:
                    values[name] = value
                continue
            wire = f"{one.wire}[]" if one.style == "brackets" else one.wire
            if place == "query":
                several = list in reader_of(types[name]).kinds
                known[wire] = several and one.style != "comma"
            given = texts[place].get(wire.lower() if place == "header" else wire)
            if given:
                if one.style == "comma":
                    given = given[0].split(",")
                values[name] = _from_texts(types[name], given)
    found += (
        Misplaced("query", name, UNKNOWN)
        for name in texts["query"]
        if name not in known
    )
    found += (
        Misplaced("query", name, "given more than once")
        for name, given in texts["query"].items()
        if len(given) > 1 and not known.get(name, True)
    )
    if kind is None:
        return {}
    arguments: Mapping[str, Any] = fitted(
        kind, values, unseal, found, places.__getitem__
    )
    return arguments


def _spread(
    annotation: Annotation, one: Parameter
) -> Iterator[tuple[str, tuple[str, Annotation]]]:
    """The parameters that an object becomes: name → its field and that one's type."""
    kind, _ = unfold(annotation)
    for member in get_args(kind) if is_union(kind) else (kind,):
        if is_struct(member) and one.style != "comma":
            for name, inner in types_of(member).items():
                wire = f"{one.wire}[{name}]" if one.style == "deep" else name
                yield wire, (name, inner)


def _from_texts(annotation: Annotation, texts: Sequence[str]) -> object:
    """The JSON value that texts stand for where a value of this type is wanted."""
    kinds = reader_of(annotation).kinds
    if list in kinds and str not in kinds:
        kind, _ = unfold(annotation)
        members = get_args(kind) if is_union(kind) else (annotation,)
        item = next(one for one in members if list in reader_of(one).kinds)
        inner = get_args(unfold(item)[0])[0]
        return [_from_text(inner, text) for text in texts]
    return _from_text(annotation, texts[0] if len(texts) == 1 else ",".join(texts))


def _from_text(annotation: Annotation, text: str) -> object:
    kinds = reader_of(annotation).kinds
    if kinds >= {str, int} or str not in kinds:
        try:
            value = parse(text.encode())
        except Unreadable:
            return text
        return value if type(value) in kinds and type(value) is not str else text
    return text


# --- bodies -------------------------------------------------------------------------------


def _body(
    body: Body,
    json: object,
    incoming: Incoming,
    unseal: Unseal,
    found: list[Misplaced],
) -> object:
    if isinstance(body, Json):
        return fitted(body.type, json, unseal, found, None)
    if isinstance(body, Form):
        texts = texts_of(incoming.body.decode("utf-8", "replace"))
        types = types_of(body.type)
        values = {
            name: _from_texts(types[name], given) if name in types else given
            for name, given in texts.items()
        }
        return fitted(body.type, values, unseal, found, None)
    if isinstance(body, Raw):
        size = len(incoming.body)
        if size < (body.min_length or 0) or (
            body.max_length is not None and size > body.max_length
        ):
            found.append(Misplaced("body", "", f"{size} bytes are not allowed"))
        return incoming.body
    parts = incoming.parts
    kind: Any = getattr(body, "type", None)
    for one in fields(kind):
        if one.required and one.encode_name not in parts:
            found.append(Misplaced("body", one.encode_name, "missing"))
    return parts


def signed_part(endpoint: Endpoint[Any] | None, incoming: Incoming) -> bytes:
    """What a signature covers of the body: all of it, or one of its parts."""
    name = getattr(endpoint.body, "signed_part", None) if endpoint else None
    return incoming.body if name is None else incoming.parts.get(name, b"")
