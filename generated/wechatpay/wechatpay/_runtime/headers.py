"""Header fields of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

_FIELD_VALUE = re.compile(r"[!-~](?:[ -~\t]*[!-~])?|")


def is_field_value(text: str) -> bool:
    """Whether this may be sent as a field's value: one line of ASCII (RFC 9110, 5.5)."""
    return _FIELD_VALUE.fullmatch(text) is not None


def merge(*groups: Mapping[str, str]) -> dict[str, str]:
    """The fields of all groups; a later one replaces an earlier one, whatever its case."""
    merged: dict[str, tuple[str, str]] = {}
    for group in groups:
        for name, value in group.items():
            merged[name.lower()] = (name, value)
    return dict(merged.values())


def is_media_of(media: str, known: Iterable[str]) -> bool:
    """Whether a media type, its parameters aside, is one of these; they may end in `/*`."""
    given = media.partition(";")[0].strip().lower()
    return any(
        given == one or (one.endswith("/*") and given.startswith(one[:-1]))
        for one in known
    )


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """By what the provider finds this request, as most name it."""
    return headers.get("Request-ID") or headers.get("X-Request-ID") or None


class Headers(Mapping[str, str]):
    """Fields by name, whatever its case (RFC 9110, 5.1).

    A field that came several times reads as its values joined by ", "; `get_all` keeps
    them apart. The `repr` names the fields only, since values may be confidential.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self._fields.setdefault(name.lower(), []).append(value)

    def get_all(self, name: str) -> tuple[str, ...]:
        """Every value of this field, in the order in which they came."""
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
