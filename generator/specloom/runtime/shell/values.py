"""Values of the shell: read from texts of the command line, and shown as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec.structs import fields

from ..codec import InvalidJson, codec, parse
from ..field_info import Annotation, is_struct, is_union, origin_of, split_annotated
from ..json_types import is_list
from ..mismatches import summarize
from ..models import hidden_fields


class InvalidText(ValueError):
    """Error for a text that is not a value of its parameter; the message says why."""


def members(annotation: Annotation) -> Iterator[Annotation]:
    """Yield the types of a union, except None, or the type itself."""
    kind, _ = split_annotated(annotation)
    if is_union(kind):
        for member in get_args(kind):
            yield from members(member)
    elif kind not in (type(None), msgspec.UnsetType):
        yield kind


def is_list_type(annotation: Annotation) -> bool:
    """Return whether every value is a list, so that a flag may be repeated."""
    origins = [origin_of(kind) for kind in members(annotation)]
    return bool(origins) and all(each in (list, tuple, Sequence) for each in origins)


def metavar(annotation: Annotation) -> str:
    """Return a short name of the type, for `--help`."""
    kinds = list(members(annotation))
    if is_list_type(annotation):
        (item,) = get_args(kinds[0])[:1] or (Any,)
        return metavar(item)
    if Path in kinds:
        return "FILE"
    if str in kinds:
        return "TEXT"
    if len(kinds) == 1 and kinds[0] is not Any and isinstance(kinds[0], type):
        if kinds[0] in (int, float, Decimal):
            return "NUMBER"
        if kinds[0] is bool:
            return "true|false"
        if issubclass(kinds[0], Enum):
            return "|".join(str(member.value) for member in kinds[0])
        if not issubclass(kinds[0], msgspec.Struct | Mapping):
            return kinds[0].__name__.upper()
    return "JSON"


def field_names(annotation: Annotation) -> Iterator[str]:
    """Yield the names of an object's fields, or of those of a list; "?" marks optional ones."""
    for kind in members(annotation):
        if is_list_type(kind):
            yield from field_names(get_args(kind)[0])
        elif is_struct(kind):
            for field in fields(kind):
                yield f"{field.encode_name}{'' if field.required else '?'}"


def read_value(text: str, annotation: Annotation) -> Any:
    """Return the value of one text: itself, a path, or JSON of this type.

    JSON can also come from a file, `@order.json`, or from the standard input, `@-`.
    Raise `InvalidText`.
    """
    kinds = list(members(annotation))
    if Path in kinds:
        name = text.removeprefix("@")
        return sys.stdin.buffer.read() if name == "-" else Path(name)
    if str in kinds:
        return text
    if text.startswith("@"):
        return _converted(_json(_content(text[1:])), annotation)
    try:
        return _converted(_json(text.encode()), annotation)
    except InvalidText as error:
        # A date or a word of an enumeration is a JSON string without its quotes.
        try:
            return _converted(text, annotation)
        except InvalidText:
            raise error from None


def read_values(texts: Sequence[str], annotation: Annotation) -> Any:
    """Return the value of a flag with a list: of a JSON list, or of one text an item."""
    if len(texts) == 1 and texts[0].lstrip().startswith(("[", "@")):
        return read_value(texts[0], annotation)
    kind = next(members(annotation))
    (item,) = get_args(kind)[:1] or (Any,)
    return [read_value(text, item) for text in texts]


def _content(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InvalidText(f"cannot read {name}: {error.strerror}") from None


def _json(content: bytes) -> Any:
    try:
        return parse(content)
    except InvalidJson as error:
        raise InvalidText(f"invalid JSON: {error}") from None


def _converted(value: Any, annotation: Annotation) -> Any:
    try:
        converted, mismatches = codec(annotation).convert(value)
    except InvalidJson as error:
        raise InvalidText(str(error)) from None
    if found := list(mismatches):
        raise InvalidText(summarize(found))
    return converted


def shown(value: Any) -> Any:
    """Return a value as JSON with the names of the API; secrets become "…"."""
    if isinstance(value, msgspec.Struct):
        secret = hidden_fields(type(value))
        return {
            field.encode_name: (
                "…" if field.name in secret and each is not None else shown(each)
            )
            for field in fields(value)
            if (each := getattr(value, field.name)) is not msgspec.UNSET
        }
    if isinstance(value, Mapping):
        return {str(key): shown(each) for key, each in _items(value)}
    if is_list(value) or isinstance(value, tuple):
        return [shown(each) for each in _each(value)]
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return msgspec.to_builtins(value)


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    yield from value.items()


def _each(value: Any) -> Iterator[Any]:
    yield from value
