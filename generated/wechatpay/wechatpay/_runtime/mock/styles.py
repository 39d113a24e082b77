"""Decoding of text values in a query, a form, a path or headers, in all styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias, get_args

from ..bodies import to_text
from ..codec import InvalidJson, parse
from ..field_info import (
    Annotation,
    extra_type,
    field_types,
    is_struct,
    is_union,
    origin_of,
    split_annotated,
)
from ..models import is_tagged
from ..url_encoding import SEPARATORS, Style
from .values import cached_decoder

_MAX_DEPTH: Final = 50
"""Nesting depth of objects and lists."""

_SINGLE: Final = frozenset({bool, int, Decimal, str})

Texts: TypeAlias = Mapping[str, Sequence[str]]
"""All values by name on the wire."""


def decode_styled(
    annotation: Annotation,
    name: str,
    style: Style,
    texts: Texts,
    known: dict[str, bool],
) -> object:
    """Return the JSON value of a name in a query, a form or headers; None if missing.

    Adds to `known` the names that belong to the value, and whether each may be repeated.
    """
    if style in ("brackets", "deep"):
        nested = _nested(annotation, name, style, texts, known)
        if nested is not None:
            return nested
    separator = "," if style == "comma" else SEPARATORS.get(style)
    repeated = separator is None and list in cached_decoder(annotation).kinds
    # A union of a list and a single value has no brackets if it is a single value.
    is_single = name in texts and bool(_SINGLE & cached_decoder(annotation).kinds)
    wire = f"{name}[]" if style == "brackets" and repeated and not is_single else name
    known[wire] = repeated
    values = texts.get(wire)
    if not values:
        return None
    return _from_texts(annotation, values[0].split(separator) if separator else values)


def _nested(
    annotation: Annotation,
    name: str,
    style: Style,
    texts: Texts,
    known: dict[str, bool],
) -> object:
    """Return the object or list with the parts `name[part]`; None if there are none."""
    groups = _groups(name, texts)
    if not groups or name.count("[") > _MAX_DEPTH:
        return None
    types: dict[str, Annotation] = {}
    bare_type, _ = split_annotated(annotation)
    for member in get_args(bare_type) if is_union(bare_type) else (bare_type,):
        if is_tagged(member):
            members = member.members()
            types[member.tag] = type(next(iter(members)))
            tag = texts.get(f"{name}[{member.tag}]", [""])[0]
            by_text = {to_text(value, str): each for value, each in members.items()}
            member = by_text.get(tag)
        if is_struct(member):
            types.update(dict.fromkeys(groups, extra_type(member)))
            types.update(field_types(member))
        elif origin_of(member) in (dict, Mapping):
            types.update(dict.fromkeys(groups, get_args(member)[1]))
        elif origin_of(member) in (list, Sequence):
            indexes = list(map(str, range(len(groups))))
            if groups.keys() == {*indexes}:
                item = get_args(member)[0]
                return [
                    decode_styled(item, f"{name}[{index}]", style, groups[index], known)
                    for index in indexes
                ]
    return {
        key: decode_styled(types[key], f"{name}[{key}]", style, group, known)
        for key, group in groups.items()
        if types.get(key) is not None
    } or None


def _groups(name: str, texts: Texts) -> dict[str, dict[str, Sequence[str]]]:
    """Return the values of the names `name[part]` by part."""
    groups: dict[str, dict[str, Sequence[str]]] = {}
    prefix = f"{name}["
    for wire, values in texts.items():
        part, bracket, _ = wire[len(prefix) :].partition("]")
        if wire.startswith(prefix) and part and bracket:
            groups.setdefault(part, {})[wire] = values
    return groups


def _from_texts(annotation: Annotation, texts: Sequence[str]) -> object:
    """Return the JSON value of texts for a type."""
    kinds = cached_decoder(annotation).kinds
    if list in kinds and str not in kinds:
        bare_type, _ = split_annotated(annotation)
        members = get_args(bare_type) if is_union(bare_type) else (annotation,)
        list_type = next(each for each in members if list in cached_decoder(each).kinds)
        item = get_args(split_annotated(list_type)[0])[0]
        return [_from_text(item, text) for text in texts]
    return _from_text(annotation, texts[0] if len(texts) == 1 else ",".join(texts))


def _from_text(annotation: Annotation, text: str) -> object:
    kinds = cached_decoder(annotation).kinds
    if kinds >= {str, int} or str not in kinds:
        try:
            value = parse(text.encode())
        except InvalidJson:
            return text
        return value if type(value) in kinds and type(value) is not str else text
    return text
