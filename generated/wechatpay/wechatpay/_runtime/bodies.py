"""Bodies of requests: JSON, forms, raw bytes. Files in parts are in `multipart`.

A body is checked when the call is made and encoded once when it is sent; those bytes are
what is signed and what travels, however often.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import quote_plus

import msgspec

from .confidential import Confidential
from .encode_errors import (
    EmbeddedJson,
    EncodeError,
    Encoder,
    EncryptedValue,
    wrong_type,
)
from .encoding import encoder_for
from .errors import InvalidRequest
from .field_info import Annotation, is_struct
from .uploads import check_size, load
from .url_encoding import Style, parameters

Encrypt: TypeAlias = Callable[[str], str]
"""Makes the cipher text of a plain text."""


class Encoded(Confidential, frozen=True):
    """A body as it travels; `signed` is the part that a signature covers."""

    media: str
    content: bytes
    signed: bytes


class Body(ABC):
    """A kind of body."""

    def own(self, value: Any) -> object:
        """The same value, with files read that it only names."""
        return value

    @abstractmethod
    def check(self, value: Any) -> object:
        """What is to be encoded for this value; fails with `EncodeError`."""

    @abstractmethod
    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        """The bytes of what `check` gave."""


def to_json(value: object, encrypt: Encrypt) -> bytes:
    """Compact JSON in UTF-8, never escaped to ASCII, of what a writer made."""

    def resolve(held: object) -> object:
        if isinstance(held, EncryptedValue):
            return encrypt(to_text(held.value, encrypt))
        if isinstance(held, EmbeddedJson):
            return to_json(held.value, encrypt).decode()
        raise TypeError(f"{type(held).__name__} is not JSON")

    encoder = msgspec.json.Encoder(enc_hook=resolve, decimal_format="number")
    try:
        return encoder.encode(value)
    except RecursionError:
        # It could be written, but this is called from deeper down.
        raise InvalidRequest("it is nested too deeply") from None


def to_text(value: object, encrypt: Encrypt) -> str:
    """A single value as it stands in a query, a form or a header field."""
    if isinstance(value, str):
        return value
    if isinstance(value, EncryptedValue):
        return encrypt(to_text(value.value, encrypt))
    if isinstance(value, EmbeddedJson):
        return to_json(value.value, encrypt).decode()
    return to_json(value, encrypt).decode().strip('"')


class Json(Body):
    """JSON of one type.

    `argument` names the argument that the value is, if it is one: then the fields of an
    object are not arguments themselves.
    """

    def __init__(
        self,
        type: Annotation,
        argument: str | None = None,
        media: str = "application/json",
    ) -> None:
        self.type = type
        self.argument = argument
        self.media = media

    @cached_property
    def _encoder(self) -> Encoder:
        return encoder_for(self.type)

    def check(self, value: Any) -> object:
        name = self.argument or ("" if is_struct(self.type) else "body")
        try:
            if not self._encoder.accepts(value):
                raise wrong_type(self._encoder.name, value)
            return self._encoder.encode(value)
        except EncodeError as error:
            if name:
                error.keys.append(name)
            raise

    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        content = to_json(checked, encrypt)
        return Encoded(self.media, content, content)


class Form(Body):
    """`application/x-www-form-urlencoded` of the fields of a class.

    `styles` says, by names on the wire, how a list or an object stands in it, as in a
    query; a list is a field repeated where it says nothing.
    """

    def __init__(
        self, type: Annotation, styles: Mapping[str, Style] | None = None
    ) -> None:
        self.type = type
        self.styles = styles or {}

    @cached_property
    def _encoder(self) -> Encoder:
        return encoder_for(self.type)

    def check(self, value: Any) -> object:
        return list(self._pairs(self._encoder.encode(value)))

    def _pairs(self, encoded: Any) -> Iterator[tuple[str, tuple[object, ...]]]:
        for name, value in encoded.items():
            try:
                yield from parameters(name, value, self.styles.get(name, "repeat"))
            except EncodeError as error:
                error.keys.append(name)
                raise

    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        pairs = [
            f"{quote_plus(key)}={','.join(quote_plus(to_text(one, encrypt)) for one in values)}"
            for key, values in checked
        ]
        content = "&".join(pairs).encode("ascii")
        return Encoded("application/x-www-form-urlencoded", content, content)


class Binary(Body):
    """Bytes of one media type; lengths in bytes."""

    def __init__(
        self, media: str, min_length: int | None = None, max_length: int | None = None
    ) -> None:
        self.media = media
        self.min_length = min_length
        self.max_length = max_length

    def own(self, value: Any) -> object:
        try:
            return load(value)
        except EncodeError as error:
            error.keys.append("content")
            raise

    def check(self, value: Any) -> object:
        try:
            check_size(value, self.min_length, self.max_length)
        except EncodeError as error:
            error.keys.append("content")
            raise
        return value

    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        return Encoded(checked.media or self.media, checked.content, checked.content)
