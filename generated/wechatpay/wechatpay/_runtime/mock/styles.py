"""Values that came as texts: in a query, a form, a path or header fields, in all styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias, get_args

from ..codec import InvalidJson, parse
from ..field_info import (
    Annotation,
    field_types,
    is_struct,
    is_union,
    origin_of,
    split_annotated,
)
from ..models import is_tagged
from ..url_encoding import Style
from .values import reader_of

_DEEPEST: Final = 50
"""Objects and lists that may lie within each other."""

_SINGLE: Final = frozenset({bool, int, Decimal, str})

Texts: TypeAlias = Mapping[str, Sequence[str]]
"""Values by name on the wire, as often as they came."""


def styled(
    annotation: Annotation,
    name: str,
    style: Style,
    texts: Texts,
    known: dict[str, bool],
) -> object:
    """The JSON value that a query, a form or header fields hold under a name, if any.

    `known` gets the names that were looked for, and whether they may come again.
    """
    if style in ("brackets", "deep"):
        nested = _nested(annotation, name, style, texts, known)
        if nested is not None:
            return nested
    repeated = style != "comma" and list in reader_of(annotation).kinds
    # What is a list or a single value stands without brackets if it is single.
    is_single = name in texts and bool(_SINGLE & reader_of(annotation).kinds)
    wire = f"{name}[]" if style == "brackets" and repeated and not is_single else name
    known[wire] = repeated
    given = texts.get(wire)
    if not given:
        return None
    return _from_texts(annotation, given[0].split(",") if style == "comma" else given)


def _nested(
    annotation: Annotation,
    name: str,
    style: Style,
    texts: Texts,
    known: dict[str, bool],
) -> object:
    """The object or list whose parts stand under `name[part]`, if there are any."""
    groups = _groups(name, texts)
    if not groups or name.count("[") > _DEEPEST:
        return None
    types: dict[str, Annotation] = {}
    kind, _ = split_annotated(annotation)
    for member in get_args(kind) if is_union(kind) else (kind,):
        if is_tagged(member):
            types[member.tag] = str
            tag = texts.get(f"{name}[{member.tag}]", [""])[0]
            member = member.members().get(tag)
        if is_struct(member):
            types.update(field_types(member))
        elif origin_of(member) in (dict, Mapping):
            types.update(dict.fromkeys(groups, get_args(member)[1]))
        elif origin_of(member) in (list, Sequence):
            numbers = list(map(str, range(len(groups))))
            if groups.keys() == {*numbers}:
                item = get_args(member)[0]
                return [
                    styled(item, f"{name}[{at}]", style, groups[at], known)
                    for at in numbers
                ]
    return {
        key: styled(types[key], f"{name}[{key}]", style, group, known)
        for key, group in groups.items()
        if key in types
    } or None


def _groups(name: str, texts: Texts) -> dict[str, dict[str, Sequence[str]]]:
    """The texts under `name[part]`, by their parts."""
    groups: dict[str, dict[str, Sequence[str]]] = {}
    start = f"{name}["
    for wire, given in texts.items():
        part, end, _ = wire[len(start) :].partition("]")
        if wire.startswith(start) and part and end:
            groups.setdefault(part, {})[wire] = given
    return groups


def _from_texts(annotation: Annotation, texts: Sequence[str]) -> object:
    """The JSON value that texts stand for where a value of this type is wanted."""
    kinds = reader_of(annotation).kinds
    if list in kinds and str not in kinds:
        kind, _ = split_annotated(annotation)
        members = get_args(kind) if is_union(kind) else (annotation,)
        item = next(one for one in members if list in reader_of(one).kinds)
        inner = get_args(split_annotated(item)[0])[0]
        return [_from_text(inner, text) for text in texts]
    return _from_text(annotation, texts[0] if len(texts) == 1 else ",".join(texts))


def _from_text(annotation: Annotation, text: str) -> object:
    kinds = reader_of(annotation).kinds
    if kinds >= {str, int} or str not in kinds:
        try:
            value = parse(text.encode())
        except InvalidJson:
            return text
        return value if type(value) in kinds and type(value) is not str else text
    return text
