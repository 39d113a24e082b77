"""Header fields as frameworks hand them over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from ..errors import ConfigError
from ..headers import Headers

HeadersLike: TypeAlias = (
    "Mapping[str, Any] | Mapping[bytes, Any] | Iterable[tuple[str | bytes, str | bytes]]"
)
"""The header fields of a request: a mapping of any framework, pairs as ASGI has them, or
the environ of WSGI, where they are called `HTTP_…`."""


def received(given: HeadersLike) -> Headers:
    """The fields by name, whatever its case; fails with `ConfigError`."""
    return Headers(_fields(given))


def _fields(given: Any) -> Iterator[tuple[str, str]]:
    items = getattr(given, "items", None)
    pairs: Any = items() if callable(items) else given
    if isinstance(given, str | bytes) or not hasattr(pairs, "__iter__"):
        raise _unfit()
    for pair in pairs:
        if not _is_several(pair) or len(pair) != 2:
            raise _unfit()
        name = _text(pair[0])
        if name is None:
            continue
        if name.upper().startswith("HTTP_"):  # RFC 3875, 4.1.18
            name = name[5:].replace("_", "-")
        for value in pair[1] if _is_several(pair[1]) else [pair[1]]:
            text = _text(value)
            if text is not None:  # an environ holds streams and flags, too
                yield name, text


def _is_several(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, tuple | list)


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def _unfit() -> ConfigError:
    return ConfigError(
        "headers: give the header fields of the request: a mapping, pairs, or WSGI's"
        " environ"
    )
