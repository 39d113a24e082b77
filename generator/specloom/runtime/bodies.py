"""Request bodies: JSON and forms; `binary` and `multipart` have those with files.

A body is checked when the call is created, and encoded once when the call is sent. The
same bytes are signed and sent in every attempt.
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
    Joined,
    wrong_type,
)
from .encoding import encoder_for
from .errors import InvalidRequest
from .field_info import Annotation, is_struct
from .http_messages import FORM, BodyStream
from .url_encoding import Style, parameters

Encrypt: TypeAlias = Callable[[str], str]
"""Return the ciphertext of a plaintext."""


class Encoded(Confidential, frozen=True):
    """An encoded body; `signed` is the part that a signature covers, None for all."""

    media: str
    content: bytes | BodyStream
    signed: bytes | None = None


class BodySource(ABC):
    """A request body, or several among which a request chooses."""

    @property
    @abstractmethod
    def media_types(self) -> tuple[str, ...]:
        """Media types, the default one first."""

    @abstractmethod
    def chosen(self, arguments: object) -> Body:
        """Return the body of a call with these path, query and header arguments."""

    @abstractmethod
    def received(self, media: str | None) -> Body:
        """Return the body of a received request with this media type."""


class Body(BodySource):
    """Base of the kinds of request bodies."""

    def chosen(self, arguments: object) -> Body:
        return self

    def received(self, media: str | None) -> Body:
        return self

    def load_files(self, value: Any) -> object:
        """Return the value with its files checked; raise `EncodeError`."""
        return value

    @abstractmethod
    def check(self, value: Any) -> object:
        """Return what `encode` takes for this value; raise `EncodeError`."""

    @abstractmethod
    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        """Encode a value that `check` returned."""


class RawBody(Body):
    """Base of bodies that are a single value without JSON."""

    @abstractmethod
    def receive(self, content: bytes, media: str | None) -> object:
        """Return the value of a received body; raise ValueError with the problem."""


def to_json(value: object, encrypt: Encrypt) -> bytes:
    """Return the compact JSON, in UTF-8, of the result of an `Encoder`."""

    def resolve(item: object) -> object:
        if isinstance(item, EncryptedValue):
            return encrypt(to_text(item.value, encrypt))
        if isinstance(item, EmbeddedJson):
            return to_json(item.value, encrypt).decode()
        raise TypeError(f"{type(item).__name__} is not JSON")

    encoder = msgspec.json.Encoder(enc_hook=resolve, decimal_format="number")
    try:
        return encoder.encode(value)
    except RecursionError:
        # The encoder passed, but here the stack is deeper.
        raise InvalidRequest("the body is nested too deeply") from None


def to_text(value: object, encrypt: Encrypt) -> str:
    """Return a single value as text for a query, a form or a header."""
    if isinstance(value, str):
        return value
    if isinstance(value, EncryptedValue):
        return encrypt(to_text(value.value, encrypt))
    if isinstance(value, EmbeddedJson):
        return to_json(value.value, encrypt).decode()
    if isinstance(value, Joined):
        return value.separator.join(to_text(item, encrypt) for item in value.values)
    return to_json(value, encrypt).decode().strip('"')


class Json(Body):
    """JSON body of one type.

    `argument` is the name of the argument that has the whole body; without it, the
    fields of the body are arguments of the call.
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

    @property
    def media_types(self) -> tuple[str, ...]:
        return (self.media,)

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
        return Encoded(self.media, content)


class Form(Body):
    """`application/x-www-form-urlencoded` body with the fields of a class.

    `styles` has the style of lists and objects by wire name, as in a query; the default
    is `repeat`.
    """

    def __init__(
        self, type: Annotation, styles: Mapping[str, Style] | None = None
    ) -> None:
        self.type = type
        self.styles = styles or {}

    @property
    def media_types(self) -> tuple[str, ...]:
        return (FORM,)

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
        return Encoded(FORM, content)
