"""Headers of requests and responses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

_FIELD_VALUE = re.compile(r"[!-~](?:[ -~\t]*[!-~])?|")


def is_field_value(text: str) -> bool:
    """Return whether this is a header value: one line of ASCII (RFC 9110, 5.5)."""
    return _FIELD_VALUE.fullmatch(text) is not None


def merge(*groups: Mapping[str, str]) -> dict[str, str]:
    """Merge headers; a later one replaces an earlier one, regardless of case."""
    merged: dict[str, tuple[str, str]] = {}
    for group in groups:
        for name, value in group.items():
            merged[name.lower()] = (name, value)
    return dict(merged.values())


def is_media_of(media: str, known: Iterable[str]) -> bool:
    """Return whether a media type matches one such as `image/*`; ignores parameters."""
    media = media.partition(";")[0].strip().lower()
    return any(
        media == pattern or (pattern.endswith("/*") and media.startswith(pattern[:-1]))
        for pattern in known
    )


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """Return the request ID from its most common headers."""
    return headers.get("Request-ID") or headers.get("X-Request-ID") or None


class Headers(Mapping[str, str]):
    """Response headers by name, regardless of case (RFC 9110, 5.1).

    The values of a repeated header are joined by ", "; `get_all` returns them
    separately. The `repr` has the names only, because values may be confidential.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self._fields.setdefault(name.lower(), []).append(value)

    def get_all(self, name: str) -> tuple[str, ...]:
        """Return all values of a header, in the order received."""
        return tuple(self._fields.get(name.lower(), ()))

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._fields[name.lower()])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"<Headers {', '.join(self._fields)}>"
