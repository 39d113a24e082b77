"""JSON of one type: from bytes to values."""

from __future__ import annotations

import codecs
from decimal import Decimal
from functools import cache
from typing import Any, Final

import msgspec

from .annotations import Annotation, marks_within
from .misfits import Misfit, Reader
from .models import is_tagged
from .reading import reader


class Unreadable(ValueError):
    """The bytes are not JSON, in UTF-8; the text says what is wrong with them."""


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError("number out of range") from None


_ANY: Final = msgspec.json.Decoder(Any, float_hook=_number)


def parse(content: bytes) -> Any:
    """The JSON value that these bytes hold; numbers with a fraction are Decimal, so that
    nothing is rounded. A byte order mark is skipped. Fails with `Unreadable`."""
    try:
        return _ANY.decode(content.removeprefix(codecs.BOM_UTF8))
    except RecursionError:
        raise Unreadable("JSON nested too deeply") from None
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unreadable(str(error)) from None


class Codec:
    """How to read one type; made once for each type by `codec`."""

    def __init__(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self._fast = _fast(annotation)
        self._careful: Reader | None = None

    def read(self, content: bytes) -> tuple[Any, list[Misfit]]:
        """The value in these bytes, and where they are not as documented.

        Fails with `Unreadable`.
        """
        if self._fast is not None:
            try:
                return self._fast.decode(content), []
            except (msgspec.MsgspecError, ValueError, RecursionError):
                pass  # the careful way tells what is wrong
        return self.fit(parse(content))

    def fit(self, value: object) -> tuple[Any, list[Misfit]]:
        """As `read`, from a JSON value."""
        if self._careful is None:
            self._careful = reader(self._annotation)
        misfits: list[Misfit] = []
        return self._careful.read(value, None, misfits), misfits


@cache
def codec(annotation: Annotation) -> Codec:
    """How to read this type."""
    return Codec(annotation)


def _fast(annotation: Annotation) -> msgspec.json.Decoder[Any] | None:
    # msgspec knows nothing of conversions, and would hold limits of a plain text against
    # its cipher text.
    for marks in marks_within(annotation, deep=True):
        if marks.conversion or marks.json_text or (marks.encrypted and marks.limits):
            return None
    try:
        return msgspec.json.Decoder(annotation, dec_hook=_choose, float_hook=_number)
    except TypeError:  # a union that msgspec cannot tell apart
        return None


def _choose(kind: type, value: Any) -> Any:
    if not is_tagged(kind):
        raise NotImplementedError(f"{kind!r} is not a type of answers")
    try:
        member = kind.members()[value[kind.tag]]
    except (KeyError, TypeError):
        raise ValueError("not a documented member") from None
    return msgspec.convert(value, member, dec_hook=_choose)
