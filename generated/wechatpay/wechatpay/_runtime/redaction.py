"""Redaction of secrets of a request in errors: servers quote what they receive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
from msgspec.structs import replace

from .calls import Call
from .confidential import Opaque
from .errors import ApiError, Error
from .frames import chain
from .headers import Headers
from .json_types import is_list, is_object
from .models import hidden_fields

_MIN_LENGTH = 4
"""In bytes; shorter secrets occur in texts by chance."""


class Redaction(Opaque):
    """Redaction of an error: replaces secrets in its texts by "…"."""

    __slots__ = ("_pattern",)

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {
            form
            for secret in secrets
            for form in (secret, quote(secret, safe=""), quote_plus(secret))
            if len(secret.encode(errors="replace")) >= _MIN_LENGTH
        }
        longest_first = sorted(forms, key=len, reverse=True)
        # "(?!)" never matches; "" would match everywhere.
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def value(self, value: Any) -> Any:
        """Return a text, another JSON value or a model without secrets.

        Return "…" if it is nested too deeply.
        """
        try:
            return self._redacted(value)
        except RecursionError:
            return "…"

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, str):
            has_secret = self._pattern.search(value)
            return self._pattern.sub("…", value) if has_secret else value
        if is_list(value):
            return [self._redacted(item) for item in value]
        if is_object(value):
            return {
                self._redacted(key): self._redacted(item) for key, item in value.items()
            }
        if isinstance(value, msgspec.Struct):
            names = value.__struct_fields__
            return replace(
                value, **{n: self._redacted(getattr(value, n)) for n in names}
            )
        return value

    def error(self, error: Error, outside: BaseException | None) -> None:
        """Redact an error, and the texts of its causes, in place."""
        error.message = self.value(error.message)
        error.code = self.value(error.code)
        error.request_id = self.value(error.request_id)
        error.detail = self.value(error.detail)
        error.headers = Headers(
            (name, self.value(item))
            for name in error.headers
            for item in error.headers.get_all(name)
        )
        if isinstance(error, ApiError) and error.body is not None:
            error.body = self.value(error.body)
        for item in chain(error, outside):
            item.args = tuple(map(self.value, item.args))


def secrets_of(call: Call[Any]) -> Iterator[str]:
    """Yield the texts in the secret fields of a call."""
    yield from _hidden(call.arguments)
    yield from _hidden(call.body)


def _hidden(value: Any) -> Iterator[str]:
    """Yield the texts in the secret fields of a value."""
    secret = hidden_fields(type(value)) if isinstance(value, msgspec.Struct) else ()
    for name, item in _items(value):
        yield from _texts(item) if name in secret else _hidden(item)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts and numbers in a value, as texts."""
    if isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, str | int | float | Decimal):
        yield str(value)
    for _, item in _items(value):
        yield from _texts(item)


def _items(value: Any) -> Iterable[tuple[object, Any]]:
    """Return the items of an object, a mapping or a list, by field, key or index."""
    if isinstance(value, msgspec.Struct):
        return [(name, getattr(value, name)) for name in value.__struct_fields__]
    untyped: Any = value
    if isinstance(value, Mapping):
        return list(untyped.items())
    items: list[Any] = list(untyped) if isinstance(value, list | tuple) else []
    return list(enumerate(items))
