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
    One mock at a time has the file. Fails with `ConfigError` if it cannot be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._values: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        self._lock = RLock()
        self._file: sqlite3.Connection | None = None
        self._path = path
        if path is not None:
            self._open(path)

    def _open(self, path: Path) -> None:
        try:
            # The lock is held until it is closed, by the system if the process is killed.
            file = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=0
            )
        except sqlite3.Error as error:
            raise ConfigError(f"state: {path} cannot be opened: {error}") from None
        try:
            file.execute("PRAGMA locking_mode = EXCLUSIVE")
            file.execute("PRAGMA synchronous = OFF")
            file.execute("BEGIN EXCLUSIVE")
            tables = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if tables.fetchall() not in ([], [("mock",)]):
                raise ConfigError(
                    f"state: {path} is not the state of a mock, but another database"
                )
            file.execute(
                "CREATE TABLE IF NOT EXISTS mock"
                " (kind TEXT, key TEXT, value BLOB, PRIMARY KEY (kind, key))"
            )
            rows = file.execute("SELECT kind, key, value FROM mock ORDER BY rowid")
            for kind, key, value in rows:
                self._values[str(kind)][str(key)] = _bytes(value)
            file.execute("COMMIT")
        except (sqlite3.Error, TypeError) as error:
            file.close()
            if getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY":
                text = "is in use by another mock; stop that one, or name another file"
            elif isinstance(error, sqlite3.OperationalError):
                text = f"cannot be opened: {error}"
            else:
                text = f"is not the state of a mock: {error}"
            raise ConfigError(f"state: {path} {text}") from None
        except ConfigError:
            file.close()
            raise
        self._file, self._path = file, path

    def get(self, kind: str, key: str, type: Any = Any) -> Any:
        """The value, or None if there is none."""
        with self._lock:
            found = self._values.get(kind, {}).get(key)
        return None if found is None else self._decoded(kind, key, found, type)

    def put(self, kind: str, key: str, value: object) -> None:
        """Keep a value, instead of the one before it."""
        written = msgspec.json.encode(value)
        with self._lock:
            self._values[kind][key] = written
            self._write(
                "INSERT INTO mock VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
                (kind, key, written),
            )

    def drop(self, kind: str, key: str) -> None:
        """Forget a value, if it is there."""
        with self._lock:
            self._values.get(kind, {}).pop(key, None)
            self._write("DELETE FROM mock WHERE kind = ? AND key = ?", (kind, key))

    def items(self, kind: str, type: Any = Any) -> Iterator[tuple[str, Any]]:
        """Keys and values of a kind, as they are now."""
        with self._lock:
            found = list(self._values.get(kind, {}).items())
        for key, value in found:
            yield key, self._decoded(kind, key, value, type)

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        if self._file is not None:
            try:
                self._file.execute(statement, values)
            except sqlite3.Error as error:
                raise ConfigError(
                    f"state: {self._path} cannot be written: {error}"
                ) from None

    def _decoded(self, kind: str, key: str, value: bytes, type: Any) -> Any:
        try:
            return msgspec.json.decode(value, type=type)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            text = f"is not the state of a mock: {kind} {key}: {error}"
            raise ConfigError(f"state: {self._path} {text}") from None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
