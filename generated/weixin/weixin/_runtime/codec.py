"""JSON of one type: from bytes to values."""

from __future__ import annotations

import codecs
import re
from decimal import Decimal
from functools import cache
from typing import Any, Final

import msgspec

from .decoding import decoder_for
from .decryption import decrypter_for
from .field_info import Annotation, nested_types
from .mismatches import Decoder, Decrypt, Mismatch, Mismatches, summarize
from .models import is_tagged
from .repair import InvalidBytes, repair


class InvalidJson(ValueError):
    """The bytes are not JSON; the text says what is wrong with them."""


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError("number out of range") from None


_ANY: Final = msgspec.json.Decoder(Any, float_hook=_number)


def parse(content: bytes) -> Any:
    """As `decode`, but fails with `InvalidJson` where a character is broken, too."""
    value, damages = decode(content)
    if damages:
        raise InvalidJson(summarize(damages))
    return value


def decode(content: bytes) -> tuple[Any, list[InvalidBytes]]:
    """The JSON value that these bytes hold, and where a character in them is broken.

    Numbers with a fraction are Decimal, so that nothing is rounded. A byte order mark is
    skipped. Fails with `InvalidJson`.
    """
    if not content.strip():
        raise InvalidJson("it is empty")
    try:
        return _json(content), []
    except (msgspec.MsgspecError, ValueError) as error:
        repaired, damages = repair(content)
        if not damages:
            raise InvalidJson(str(error)) from None
    try:
        return _json(repaired), damages
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidJson(str(error)) from None


def _json(content: bytes) -> Any:
    try:
        return _ANY.decode(content.removeprefix(codecs.BOM_UTF8))
    except RecursionError:
        raise InvalidJson("JSON nested too deeply") from None


def _no_key(text: str) -> str:
    raise ValueError("there is no key for it here")


class Codec:
    """How to read one type; made once for each type by `codec`."""

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
        """The value in these bytes, and where they are not as documented.

        What is encrypted in it is decrypted with `decrypt`. Fails with `InvalidJson`.
        """
        if self._fast is not None and not (self._exact and _holds_no_number(content)):
            try:
                value: Any = self._fast.decode(content)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                pass  # the careful way tells what is wrong
            else:
                mismatches = Mismatches(decrypt)
                if self._decrypt is not None:
                    value = self._decrypt(value, None, mismatches)
                return value, [*mismatches]
        held, damages = decode(content)
        value, mismatches = self.convert(held, decrypt)
        return value, [*damages, *mismatches]

    def convert(
        self, value: object, decrypt: Decrypt = _no_key
    ) -> tuple[Any, Mismatches]:
        """As `decode`, from a JSON value; fails with `InvalidJson` if it is nested too deeply."""
        if self._careful is None:
            self._careful = decoder_for(self._annotation)
        mismatches = Mismatches(decrypt)
        try:
            return self._careful.decode(value, None, mismatches), mismatches
        except RecursionError:
            raise InvalidJson("JSON nested too deeply") from None


@cache
def codec(annotation: Annotation) -> Codec:
    """How to read this type."""
    return Codec(annotation)


_NO_NUMBER: Final = re.compile(rb'"\s*[+-]?(?:s?nan\d*|inf(?:inity)?)\s*"')


def _holds_no_number(content: bytes) -> bool:
    """Whether a text in it is "NaN" or the like, which msgspec takes for a decimal."""
    folded = content.lower()
    return (b"nan" in folded or b"inf" in folded) and bool(_NO_NUMBER.search(folded))


def _fast(annotation: Annotation) -> msgspec.json.Decoder[Any] | None:
    # msgspec knows nothing of conversions, and takes a cipher text for a plain one.
    for kind, marks in nested_types(annotation, deep=True):
        is_odd = marks.encrypted and kind is not str
        if marks.conversion or marks.json_text or is_odd:
            return None
    try:
        return msgspec.json.Decoder(annotation, dec_hook=_choose, float_hook=_number)
    except (TypeError, RecursionError):
        # A union that msgspec cannot tell apart, or classes within classes beyond its depth.
        return None


def _choose(kind: type, value: Any) -> Any:
    if not is_tagged(kind):
        raise NotImplementedError(f"{kind!r} is not a type of answers")
    try:
        member = kind.members()[value[kind.tag]]
    except (KeyError, TypeError):
        raise ValueError("not a documented member") from None
    return msgspec.convert(value, member, dec_hook=_choose)
