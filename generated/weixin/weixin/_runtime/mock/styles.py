"""Values that came as texts: in a query, a form, a path or header fields, in all styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, get_args

from ..annotations import Annotation, is_struct, is_union, origin_of, types_of, unfold
from ..codec import Unreadable, parse
from ..urls import Style
from .values import reader_of

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
    if style == "deep" and (parts := _deep(annotation, name, texts, known)):
        return parts
    wire = f"{name}[]" if style == "brackets" else name
    known[wire] = style != "comma" and list in reader_of(annotation).kinds
    given = texts.get(wire)
    if not given:
        return None
    return _from_texts(annotation, given[0].split(",") if style == "comma" else given)


def _deep(
    annotation: Annotation, name: str, texts: Texts, known: dict[str, bool]
) -> Mapping[str, object]:
    """The parts of an object, which stand under `name[part]`."""
    kind, _ = unfold(annotation)
    inside = [wire for wire in texts if wire.startswith(f"{name}[")]
    types: dict[str, Annotation] = {}
    for member in get_args(kind) if is_union(kind) else (kind,):
        if is_struct(member):
            types.update(types_of(member))
        elif origin_of(member) in (dict, Mapping):
            keys = [wire[len(name) + 1 : -1] for wire in inside]
            types.update(dict.fromkeys(keys, get_args(member)[1]))
    return {
        key: styled(inner, f"{name}[{key}]", "deep", texts, known)
        for key, inner in types.items()
        if any(wire.startswith(f"{name}[{key}]") for wire in inside)
    }


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
