"""Multipart bodies, with files (`multipart/form-data`, RFC 7578)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

import msgspec
from msgspec.structs import fields, replace

from .bodies import Body, Encoded, Encrypt, to_json, to_text
from .encode_errors import EncodeError, Encoder, wrong_type
from .encoding import encoder_for
from .field_info import Annotation, is_union, nested_field_info, split_annotated
from .headers import is_media_of
from .json_types import is_list, is_object
from .uploads import Source, Upload, joined, limit, load
from .wire_formats import Limits


@dataclass(frozen=True, slots=True)
class _Part:
    """A field of the class: a file, or a value with its encoder."""

    name: str
    wire: str
    optional: bool
    encoder: Encoder | None
    sizes: tuple[Limits, ...]


@dataclass(frozen=True)
class Multipart(Body):
    """Multipart body with the fields of a class as parts, in their order.

    Objects and lists of objects are JSON parts, files have a name and a media type,
    other values are plain text; a list of these is one part per item. `media` has the
    allowed media types of a file by wire name; `signed_part` is the part that a
    signature covers.
    """

    type: type[msgspec.Struct]
    media: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, Any])
    signed_part: str | None = None

    @property
    def media_types(self) -> tuple[str, ...]:
        return ("multipart/form-data",)

    @cached_property
    def _parts(self) -> list[_Part]:
        return [
            _Part(
                attribute.name,
                attribute.encode_name,
                not attribute.required,
                None if _is_file(attribute.type) else encoder_for(attribute.type),
                tuple(_sizes(attribute.type)),
            )
            for attribute in fields(self.type)
        ]

    def load_files(self, value: Any) -> object:
        loaded: dict[str, object] = {}
        for part in self._parts:
            item = getattr(value, part.name)
            if part.encoder is None and not (part.optional and item is None):
                try:
                    loaded[part.name] = _each(load, item)
                except EncodeError as error:
                    error.keys.append(part.name)
                    raise
        return replace(value, **loaded)

    def check(self, value: Any) -> object:
        checked: list[tuple[str, object]] = []
        for part in self._parts:
            item = getattr(value, part.name)
            if part.optional and item is None:
                continue
            try:
                encoded = self._check(part, item)
            except EncodeError as error:
                error.keys.append(part.name)
                raise
            if is_list(encoded) and not any(map(_is_json, encoded)):
                checked.extend((part.wire, entry) for entry in encoded)
            else:
                checked.append((part.wire, encoded))
        return checked

    def _check(self, part: _Part, value: Any) -> Any:
        if part.encoder is not None:
            if not part.encoder.accepts(value):
                raise wrong_type(part.encoder.name, value)
            return part.encoder.encode(value)

        def file(source: Any) -> Source:
            for limits in part.sizes:
                source = limit(source, limits.min_length, limits.max_length)
            return self._with_media(source, self.media.get(part.wire, ()))

        return _each(file, value)

    def _with_media(self, source: Source, allowed: tuple[str, ...]) -> Source:
        default = allowed[0] if len(allowed) == 1 and "*" not in allowed[0] else None
        media = source.media or default
        if media is None:
            from mimetypes import guess_type

            media = guess_type(source.filename)[0] or "application/octet-stream"
        if allowed and not is_media_of(media, allowed):
            raise EncodeError(f"must be {' or '.join(allowed)}, not {media}")
        return replace(source, media=media)

    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        boundary = secrets.token_hex(16)
        signed = b"" if self.signed_part else None
        segments: list[bytes | Source] = []
        for name, value in checked:
            header = f'Content-Disposition: form-data; name="{_quoted(name)}"'
            if isinstance(value, Source):
                header += f'; filename="{_quoted(value.filename)}"'
                header += f"\r\nContent-Type: {value.media}"
                content = value.segment
            elif _is_json(value):
                header += "\r\nContent-Type: application/json"
                content = to_json(value, encrypt)
            else:
                content = to_text(value, encrypt).encode()
            if name == self.signed_part and isinstance(content, bytes):
                signed = content
            head = f"--{boundary}\r\n{header}\r\n\r\n".encode()
            segments += [head, content, b"\r\n"]
        segments.append(f"--{boundary}--\r\n".encode())
        media = f"multipart/form-data; boundary={boundary}"
        return Encoded(media, joined(segments), signed)


def _is_json(value: object) -> bool:
    return is_list(value) or is_object(value)


def _is_file(annotation: Annotation) -> bool:
    """Return whether this is an `UploadLike` or a list of those, optional or not."""
    kind, _ = split_annotated(annotation)
    if kind is Upload:
        return True
    return (is_union(kind) or bool(get_args(kind))) and any(
        map(_is_file, get_args(kind))
    )


def _sizes(annotation: Annotation) -> Iterator[Limits]:
    """Yield the limits of a file, also of one in a union."""
    for info in nested_field_info(annotation, deep=False):
        if info.limits is not None:
            yield info.limits


def _each(change: Callable[[Any], Source], value: Any) -> Source | list[Source]:
    return list(map(change, value)) if is_list(value) else change(value)


def _quoted(text: str) -> str:
    """Escape a name as browsers do (WHATWG HTML), so that it cannot end its line."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
