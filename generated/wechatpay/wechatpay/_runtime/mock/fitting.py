"""Reading a request: its arguments, typed, and where they do not fit the spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TypeAlias, get_args

from msgspec.structs import fields

from ..annotations import Annotation, is_struct, is_union, unfold
from ..bodies import Body, Form, Json, Raw
from ..calls import Endpoint
from ..codec import Unreadable, codec, parse
from ..kinds import is_list, is_object
from ..misfits import Misfit, Unseal
from ..models import is_tagged
from ..reading import reader
from ..unfit import Unfit
from ..urls import Parameter
from ..writing import writer
from . import Incoming, Misplaced, texts_of
from .making import types_of

UNKNOWN: Final = "unknown"
"""The issue with what the spec does not have."""
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
    known = {*endpoint.fixed.get("query", {})}
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
                known |= spread.keys()
                if value:
                    values[name] = value
                continue
            wire = f"{one.wire}[]" if one.style == "brackets" else one.wire
            known.add(wire)
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
    if kind is None:
        return {}
    arguments: Mapping[str, Any] = _fitted(
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


_reader = cache(reader)


def _from_texts(annotation: Annotation, texts: Sequence[str]) -> object:
    """The JSON value that texts stand for where a value of this type is wanted."""
    kinds = _reader(annotation).kinds
    if list in kinds and str not in kinds:
        kind, _ = unfold(annotation)
        members = get_args(kind) if is_union(kind) else (annotation,)
        item = next(one for one in members if list in _reader(one).kinds)
        inner = get_args(unfold(item)[0])[0]
        return [_from_text(inner, text) for text in texts]
    return _from_text(annotation, texts[0] if len(texts) == 1 else ",".join(texts))


def _from_text(annotation: Annotation, text: str) -> object:
    kinds = _reader(annotation).kinds
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
        return _fitted(body.type, json, unseal, found, None)
    if isinstance(body, Form):
        texts = texts_of(incoming.body.decode("utf-8", "replace"))
        types = types_of(body.type)
        values = {
            name: _from_texts(types[name], given) if name in types else given
            for name, given in texts.items()
        }
        return _fitted(body.type, values, unseal, found, None)
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


# --- one type -----------------------------------------------------------------------------


def _fitted(
    annotation: Annotation,
    value: object,
    unseal: Unseal,
    found: list[Misplaced],
    place: Callable[[str], tuple[str, str]] | None,
) -> Any:
    """The typed value, as a mapping if `place` says where each argument comes from."""
    typed, misfits = codec(annotation).fit(value, unseal)
    for misfit in misfits:
        found.append(_placed(_way(misfit), misfit.problem, place))
    if place is None:
        found += (
            Misplaced("body", pointer, UNKNOWN)
            for pointer in unknown_fields(annotation, value)
        )
    if not misfits:
        try:
            one = writer(annotation)
            if one.takes(typed):
                one.write(typed)
        except Unfit as unfit:
            found.append(_placed(unfit.keys, unfit.problem, place))
    if place is None:
        return typed
    return {name: getattr(typed, name) for name in typed.__struct_fields__}


def _way(misfit: Misfit) -> list[str | int]:
    """The keys to a misfit, innermost first."""
    keys: list[str | int] = []
    place = misfit.place
    while place is not None:
        place, key = place
        keys.append(key)
    return keys


def _placed(
    keys: Sequence[str | int],
    issue: str,
    place: Callable[[str], tuple[str, str]] | None,
) -> Misplaced:
    if place is None:
        return Misplaced("body", "".join(f"/{key}" for key in reversed(keys)), issue)
    return Misplaced(*place(str(keys[-1])), issue)


def unknown_fields(annotation: Annotation, value: object) -> Iterator[str]:
    """JSON pointers of fields that the spec does not have."""
    for kind, at, one in walk(annotation, value, ""):
        if is_struct(kind) and is_object(one):
            known = types_of(kind)
            yield from (f"{at}/{key}" for key in one if key not in known)


def walk(
    annotation: Annotation, value: object, at: str
) -> Iterator[tuple[Annotation, str, object]]:
    """The types and values within a JSON value, with their JSON pointers."""
    kind, _ = unfold(annotation)
    if is_union(kind):
        members = [one for one in get_args(kind) if type(value) in _reader(one).kinds]
        if len(members) == 1:
            yield from walk(members[0], value, at)
        return
    if is_tagged(kind) and is_object(value):
        tag = value.get(kind.tag)
        kind = kind.members().get(tag) if isinstance(tag, str | int) else None
    yield kind, at, value
    arguments = get_args(kind)
    if is_struct(kind) and is_object(value):
        for name, inner in types_of(kind).items():
            if name in value:
                yield from walk(inner, value[name], f"{at}/{name}")
    elif is_list(value) and len(arguments) == 1:
        for number, item in enumerate(value):
            yield from walk(arguments[0], item, f"{at}/{number}")
    elif is_object(value) and len(arguments) == 2:
        for key, item in value.items():
            yield from walk(arguments[1], item, f"{at}/{key}")
