"""Bodies in parts, with files (`multipart/form-data`, RFC 7578)."""

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
from .uploads import Upload, check_size, load
from .wire_formats import Limits


@dataclass(frozen=True, slots=True)
class _Part:
    """A field of the class: a file, or a value with its writer."""

    name: str
    wire: str
    optional: bool
    encoder: Encoder | None
    sizes: tuple[Limits, ...]


@dataclass(frozen=True)
class Multipart(Body):
    """The fields of a class as parts, in their order.

    Objects and lists of objects are parts of JSON, files have a name and a media type,
    other values are plain; lists of those are parts repeated. `media` has the media types
    that a file may have, by wire name; `signed_part` is the part that a signature covers.
    """

    type: type[msgspec.Struct]
    media: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, Any])
    signed_part: str | None = None

    @cached_property
    def _parts(self) -> list[_Part]:
        return [
            _Part(
                one.name,
                one.encode_name,
                not one.required,
                None if _is_file(one.type) else encoder_for(one.type),
                tuple(_sizes(one.type)),
            )
            for one in fields(self.type)
        ]

    def own(self, value: Any) -> object:
        loaded: dict[str, object] = {}
        for part in self._parts:
            given = getattr(value, part.name)
            if part.encoder is None and not (part.optional and given is None):
                try:
                    loaded[part.name] = _each(load, given)
                except EncodeError as error:
                    error.keys.append(part.name)
                    raise
        return replace(value, **loaded)

    def check(self, value: Any) -> object:
        checked: list[tuple[str, object]] = []
        for part in self._parts:
            given = getattr(value, part.name)
            if part.optional and given is None:
                continue
            try:
                made = self._check(part, given)
            except EncodeError as error:
                error.keys.append(part.name)
                raise
            if is_list(made) and not any(map(_is_json, made)):
                checked.extend((part.wire, one) for one in made)
            else:
                checked.append((part.wire, made))
        return checked

    def _check(self, part: _Part, given: Any) -> Any:
        if part.encoder is not None:
            if not part.encoder.accepts(given):
                raise wrong_type(part.encoder.name, given)
            return part.encoder.encode(given)

        def file(upload: Any) -> Upload:
            for meta in part.sizes:
                check_size(upload, meta.min_length, meta.max_length)
            return self._with_media(upload, self.media.get(part.wire, ()))

        return _each(file, given)

    def _with_media(self, upload: Upload, allowed: tuple[str, ...]) -> Upload:
        only = allowed[0] if len(allowed) == 1 and "*" not in allowed[0] else None
        media = upload.media or only
        if media is None:
            from mimetypes import guess_type

            media = guess_type(upload.filename)[0] or "application/octet-stream"
        if allowed and not is_media_of(media, allowed):
            raise EncodeError(f"must be {' or '.join(allowed)}, not {media}")
        return Upload(upload.content, upload.filename, media)

    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        boundary = secrets.token_hex(16)
        signed, chunks = b"", list[bytes]()
        for name, value in checked:
            header = f'Content-Disposition: form-data; name="{_quoted(name)}"'
            if isinstance(value, Upload):
                header += f'; filename="{_quoted(value.filename)}"'
                header += f"\r\nContent-Type: {value.media}"
                content = value.content
            elif _is_json(value):
                header += "\r\nContent-Type: application/json"
                content = to_json(value, encrypt)
            else:
                content = to_text(value, encrypt).encode()
            if name == self.signed_part:
                signed = content
            chunks += [f"--{boundary}\r\n{header}\r\n\r\n".encode(), content, b"\r\n"]
        chunks.append(f"--{boundary}--\r\n".encode())
        whole = b"".join(chunks)
        media = f"multipart/form-data; boundary={boundary}"
        return Encoded(media, whole, signed if self.signed_part else whole)


def _is_json(value: object) -> bool:
    return is_list(value) or is_object(value)


def _is_file(annotation: Annotation) -> bool:
    """Whether this is an `UploadLike`, or a list of those, that may be left out."""
    kind, _ = split_annotated(annotation)
    if kind is Upload:
        return True
    return (is_union(kind) or bool(get_args(kind))) and any(
        map(_is_file, get_args(kind))
    )


def _sizes(annotation: Annotation) -> Iterator[Limits]:
    """The limits of a file, which may be one member of a union."""
    for marks in nested_field_info(annotation, deep=False):
        if marks.limits is not None:
            yield marks.limits


def _each(change: Callable[[Any], Upload], given: Any) -> Upload | list[Upload]:
    return list(map(change, given)) if is_list(given) else change(given)


def _quoted(text: str) -> str:
    """As browsers do it (WHATWG HTML, multipart form data): a name cannot end its line."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
