"""Codec of one type: decodes JSON bytes into typed values."""

from __future__ import annotations

import codecs
import re
from decimal import Decimal
from functools import cache
from typing import Any, Final

import msgspec

from .decoding import decoder_for
from .decryption import decrypter_for
from .field_info import Annotation, extra_type, is_struct, nested_types
from .mismatches import Decoder, Decrypt, Mismatch, Mismatches, summarize
from .models import is_tagged
from .repair import InvalidBytes, repair


class InvalidJson(ValueError):
    """Error for bytes that are not valid JSON; the message says why."""


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError("number out of range") from None


_ANY: Final = msgspec.json.Decoder(Any, float_hook=_number)


def parse(content: bytes) -> Any:
    """Decode JSON like `decode`, but raise `InvalidJson` for an invalid character."""
    value, invalid = decode(content)
    if invalid:
        raise InvalidJson(summarize(invalid))
    return value


def decode(content: bytes) -> tuple[Any, list[InvalidBytes]]:
    """Return the JSON value of these bytes, and the invalid characters in them.

    Numbers with a fraction become Decimal, so that nothing is rounded. A byte order
    mark is skipped. Raise `InvalidJson`.
    """
    if not content.strip():
        raise InvalidJson("empty body")
    try:
        return _json(content), []
    except (msgspec.MsgspecError, ValueError) as error:
        repaired, invalid = repair(content)
        if not invalid:
            raise InvalidJson(str(error)) from None
    try:
        return _json(repaired), invalid
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidJson(str(error)) from None


def _json(content: bytes) -> Any:
    try:
        return _ANY.decode(content.removeprefix(codecs.BOM_UTF8))
    except RecursionError:
        raise InvalidJson("JSON nested too deeply") from None


def _no_key(text: str) -> str:
    raise ValueError("no key is configured")


class Codec:
    """Decoder for JSON of one type; `codec` creates one for each type."""

    def __init__(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self._fast = _fast(annotation)
        self._decrypt = decrypter_for(annotation) if self._fast is not None else None
        self._careful: Decoder | None = None
        self._exact = self._fast is not None and any(
            kind is Decimal for kind, _ in nested_types(annotation, deep=True)
        )

    def decode(
        self, content: bytes, decrypt: Decrypt = _no_key
    ) -> tuple[Any, list[Mismatch | InvalidBytes]]:
        """Return the value of these bytes, and its mismatches with the documented type.

        Encrypted texts in it are decrypted with `decrypt`. Raise `InvalidJson`.
        """
        if self._fast is not None and not (self._exact and _holds_no_number(content)):
            try:
                value: Any = self._fast.decode(content)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                pass  # the slow decoder reports the mismatches
            else:
                if self._decrypt is None:
                    return value, []
                mismatches = Mismatches(decrypt)
                value = self._decrypt(value, None, mismatches)
                return value, [*mismatches]
        json, invalid = decode(content)
        value, mismatches = self.convert(json, decrypt)
        return value, [*invalid, *mismatches]

    def convert(
        self, value: object, decrypt: Decrypt = _no_key
    ) -> tuple[Any, Mismatches]:
        """Convert a JSON value; raise `InvalidJson` if it is nested too deeply."""
        if self._careful is None:
            self._careful = decoder_for(self._annotation)
        mismatches = Mismatches(decrypt)
        try:
            return self._careful.decode(value, None, mismatches), mismatches
        except RecursionError:
            raise InvalidJson("JSON nested too deeply") from None


@cache
def codec(annotation: Annotation) -> Codec:
    """Return the codec of this type."""
    return Codec(annotation)


_NO_NUMBER: Final = re.compile(rb'"\s*[+-]?(?:s?nan\d*|inf(?:inity)?)\s*"')


def _holds_no_number(content: bytes) -> bool:
    """Return whether a text is "NaN" or similar, which msgspec decodes as a Decimal."""
    folded = content.lower()
    return (b"nan" in folded or b"inf" in folded) and bool(_NO_NUMBER.search(folded))


def _fast(annotation: Annotation) -> msgspec.json.Decoder[Any] | None:
    # msgspec knows no conversions and no further fields, and would decode a ciphertext as a plaintext.
    for kind, info in nested_types(annotation, deep=True):
        is_odd = info.encrypted and kind is not str
        keeps_more = is_struct(kind) and extra_type(kind) is not None
        if info.conversion or info.json_text or is_odd or keeps_more:
            return None
    try:
        return msgspec.json.Decoder(annotation, dec_hook=_choose, float_hook=_number)
    except (TypeError, RecursionError):
        # A union that msgspec does not support, or classes nested too deeply for it.
        return None


def _choose(kind: type, value: Any) -> Any:
    if not is_tagged(kind):
        raise NotImplementedError(f"{kind!r} is not a response type")
    try:
        member = kind.members()[value[kind.tag]]
    except (KeyError, TypeError):
        raise ValueError("not a documented member") from None
    return msgspec.convert(value, member, dec_hook=_choose)
