"""What a mock remembers: JSON values by kind and key, in memory or in a SQLite file."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from threading import RLock
from typing import Any

import msgspec

from ..errors import ConfigError


class Store:
    """Values by kind and key, in the order in which they first came.

    Each is a copy: to change one, put it again. With a file they outlive the process; a
    process that is killed loses nothing that was put, a machine that loses power may.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._values: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        self._lock = RLock()
        self._file: sqlite3.Connection | None = None
        if path is not None:
            self._open(path)

    def _open(self, path: Path) -> None:
        try:
            file = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=5
            )
            file.execute("PRAGMA synchronous = OFF")
            file.execute(
                "CREATE TABLE IF NOT EXISTS mock"
                " (kind TEXT, key TEXT, value BLOB, PRIMARY KEY (kind, key))"
            )
            rows = file.execute("SELECT kind, key, value FROM mock ORDER BY rowid")
            for kind, key, value in rows:
                self._values[kind][key] = bytes(value)
        except (sqlite3.Error, TypeError) as error:
            raise ConfigError(
                f"state: {path} is not a file of a mock: {error}"
            ) from None
        self._file = file

    def get(self, kind: str, key: str) -> Any:
        """The value, or None if there is none."""
        with self._lock:
            found = self._values.get(kind, {}).get(key)
        return None if found is None else msgspec.json.decode(found)

    def put(self, kind: str, key: str, value: object) -> None:
        """Keep a value, instead of the one before it."""
        written = msgspec.json.encode(value)
        with self._lock:
            self._values[kind][key] = written
            if self._file is not None:
                self._file.execute(
                    "INSERT INTO mock VALUES (?, ?, ?)"
                    " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
                    (kind, key, written),
                )

    def drop(self, kind: str, key: str) -> None:
        """Forget a value, if it is there."""
        with self._lock:
            self._values.get(kind, {}).pop(key, None)
            if self._file is not None:
                self._file.execute(
                    "DELETE FROM mock WHERE kind = ? AND key = ?", (kind, key)
                )

    def items(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Keys and values of a kind, as they are now."""
        with self._lock:
            found = list(self._values.get(kind, {}).items())
        for key, value in found:
            yield key, msgspec.json.decode(value)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
