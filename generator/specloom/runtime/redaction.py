"""Keeping a request's own secrets out of what a server says: servers quote what they get."""

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

_LEAST = 4
"""Bytes of a secret that is looked for: shorter ones stand in any text by chance."""


class Redaction(Opaque):
    """Puts "…" for secrets in the texts of an error."""

    __slots__ = ("_pattern",)

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {
            form
            for secret in secrets
            for form in (secret, quote(secret, safe=""), quote_plus(secret))
            if len(secret.encode(errors="replace")) >= _LEAST
        }
        longest_first = sorted(forms, key=len, reverse=True)
        # "(?!)" matches nowhere, "" would match everywhere.
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def value(self, value: Any) -> Any:
        """A text, another JSON value or a model without secrets; "…" if it is nested more
        deeply than can be looked through."""
        try:
            return self._redacted(value)
        except RecursionError:
            return "…"

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, str):
            found = self._pattern.search(value)
            return self._pattern.sub("…", value) if found else value
        if is_list(value):
            return [self._redacted(one) for one in value]
        if is_object(value):
            return {
                self._redacted(key): self._redacted(one) for key, one in value.items()
            }
        if isinstance(value, msgspec.Struct):
            names = value.__struct_fields__
            return replace(
                value, **{n: self._redacted(getattr(value, n)) for n in names}
            )
        return value

    def error(self, error: Error, outside: BaseException | None) -> None:
        """Redact an error, and the texts of what is beneath it, in place."""
        error.message = self.value(error.message)
        error.code = self.value(error.code)
        error.request_id = self.value(error.request_id)
        error.detail = self.value(error.detail)
        error.headers = Headers(
            (name, self.value(one))
            for name in error.headers
            for one in error.headers.get_all(name)
        )
        if isinstance(error, ApiError) and error.body is not None:
            error.body = self.value(error.body)
        for one in chain(error, outside):
            one.args = tuple(map(self.value, one.args))


def secrets_of(call: Call[Any]) -> Iterator[str]:
    """The texts of the secret fields of a call."""
    yield from _hidden(call.arguments)
    yield from _hidden(call.body)


def _hidden(value: Any) -> Iterator[str]:
    """The texts in the secret fields of a value."""
    secret = hidden_fields(type(value)) if isinstance(value, msgspec.Struct) else ()
    for name, one in _inside(value):
        yield from _texts(one) if name in secret else _hidden(one)


def _texts(value: Any) -> Iterator[str]:
    """All texts and numbers in a value, as texts."""
    if isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, str | int | float | Decimal):
        yield str(value)
    for _, one in _inside(value):
        yield from _texts(one)


def _inside(value: Any) -> Iterable[tuple[object, Any]]:
    """What an object, a mapping or a list holds, by field, key or place."""
    if isinstance(value, msgspec.Struct):
        return [(name, getattr(value, name)) for name in value.__struct_fields__]
    held: Any = value
    if isinstance(value, Mapping):
        return list(held.items())
    items: list[Any] = list(held) if isinstance(value, list | tuple) else []
    return list(enumerate(items))
