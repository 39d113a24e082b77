"""Headers of requests and responses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_FIELD_VALUE = re.compile(r"[!-~](?:[ -~\t]*[!-~])?|")
_COOKIE_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MANAGED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "accept-encoding",
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
        ),
        "is set by the client itself; remove it",
    ),
    "user-agent": "has an option of its own; use user_agent=",
    "content-encoding": "describes the body, which the client encodes; remove it",
    "content-type": "describes the body, which the client encodes; remove it",
}
"""Headers that users cannot add, and why."""
_CREDENTIAL: Final = re.compile(
    "auth|cookie|credential|key|passw|secret|session|sign|token", re.IGNORECASE
)
OF_CONTENT: Final = frozenset({"content-type", "content-encoding"})
"""Headers that describe a body of the user's own."""


def is_field_value(text: str) -> bool:
    """Return whether this is a header value: one line of ASCII (RFC 9110, 5.5)."""
    return _FIELD_VALUE.fullmatch(text) is not None


def is_cookie_value(text: str) -> bool:
    """Return whether this is the value of a cookie, without quotes (RFC 6265, 4.1.1)."""
    return _COOKIE_VALUE.fullmatch(text) is not None


def check_added(headers: Any, allowed: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the headers that a user adds to requests; raise ValueError.

    Headers of the connection and of the body are rejected, except those in `allowed`,
    in lower case. A message has no value, which may be secret.
    """
    untyped: Any = headers
    if not isinstance(headers, Mapping):
        raise ValueError("expected a mapping of names to values")
    checked: dict[str, str] = {}
    for name, value in untyped.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(
                "expected names of ASCII letters, digits and -_.!#$%&'*+^`|~"
            )
        if not isinstance(value, str) or not is_field_value(value):
            raise ValueError(
                f"{name} must be one line of ASCII text without surrounding spaces"
            )
        if name.lower() in _MANAGED.keys() - allowed:
            raise ValueError(f"{name} {_MANAGED[name.lower()]}")
        checked[name] = value
    if len({name.lower() for name in checked}) < len(checked):
        raise ValueError("a name occurs twice, in different case")
    return checked


def credentials_in(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the values of headers whose names are those of credentials."""
    for name, value in headers.items():
        if _CREDENTIAL.search(name):
            yield value
            yield value.rpartition(" ")[2]  # without the name of the scheme


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


def is_json(media: str) -> bool:
    """Return whether a media type is JSON: `application/json`, `…+json`."""
    return media.partition(";")[0].strip().lower().endswith(("/json", "+json"))


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
