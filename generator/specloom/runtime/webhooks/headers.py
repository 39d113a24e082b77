"""Conversion of request headers in the formats of web frameworks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from ..errors import ConfigError
from ..headers import Headers

HeadersLike: TypeAlias = (
    "Mapping[str, Any] | Mapping[bytes, Any] | Iterable[tuple[str | bytes, str | bytes]]"
)
"""Headers of a request: the mapping of a web framework, pairs as in ASGI, or the environ of
WSGI, with names like `HTTP_…`."""


def to_headers(headers: HeadersLike) -> Headers:
    """Return the headers with case-insensitive names; raise `ConfigError` for other input."""
    return Headers(_pairs(headers))


def _pairs(headers: Any) -> Iterator[tuple[str, str]]:
    items = getattr(headers, "items", None)
    pairs: Any = items() if callable(items) else headers
    if isinstance(headers, str | bytes) or not hasattr(pairs, "__iter__"):
        raise _invalid_headers()
    for pair in pairs:
        if not _is_list_or_tuple(pair) or len(pair) != 2:
            raise _invalid_headers()
        name = _text(pair[0])
        if name is None:
            continue
        if name.upper().startswith("HTTP_"):  # RFC 3875, 4.1.18
            name = name[5:].replace("_", "-")
        for value in pair[1] if _is_list_or_tuple(pair[1]) else [pair[1]]:
            text = _text(value)
            if text is not None:  # an environ has streams and flags, too
                yield name, text


def _is_list_or_tuple(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, tuple | list)


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def _invalid_headers() -> ConfigError:
    return ConfigError(
        "headers: expected the headers of the request as a mapping, pairs, or the environ of"
        " WSGI"
    )
