"""State of a mock: JSON values by kind and key, in memory or in a SQLite file."""

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
    """JSON values by kind and key, in the order of their first `put`.

    Values are copies: to change one, put it again. A file survives the process, also one
    that is killed, but not a loss of power. Only one mock at a time can use a file. Methods
    raise `ConfigError` if the file cannot be used.
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
            # The lock is held until the file is closed, or the process ends.
            file = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=0
            )
        except sqlite3.Error as error:
            raise ConfigError(f"state: cannot open {path}: {error}") from None
        try:
            file.execute("PRAGMA locking_mode = EXCLUSIVE")
            file.execute("PRAGMA synchronous = OFF")
            file.execute("BEGIN EXCLUSIVE")
            tables = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if tables.fetchall() not in ([], [("mock",)]):
                raise ConfigError(
                    f"state: {path} is another database; name a file of a mock or a new one"
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
                text = (
                    f"{path} is in use by another mock; stop it, or name another file"
                )
            elif isinstance(error, sqlite3.OperationalError):
                text = f"cannot open {path}: {error}"
            else:
                text = f"{path} is not a state file of a mock: {error}"
            raise ConfigError(f"state: {text}") from None
        except ConfigError:
            file.close()
            raise
        self._file, self._path = file, path

    def get(self, kind: str, key: str, type: Any = Any) -> Any:
        """Return the value, or None if there is none."""
        with self._lock:
            encoded = self._values.get(kind, {}).get(key)
        return None if encoded is None else self._decode(kind, key, encoded, type)

    def put(self, kind: str, key: str, value: object) -> None:
        """Store a value, replacing the previous one."""
        encoded = msgspec.json.encode(value)
        with self._lock:
            self._values[kind][key] = encoded
            self._execute(
                "INSERT INTO mock VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
                (kind, key, encoded),
            )

    def drop(self, kind: str, key: str) -> None:
        """Remove a value, if there is one."""
        with self._lock:
            self._values.get(kind, {}).pop(key, None)
            self._execute("DELETE FROM mock WHERE kind = ? AND key = ?", (kind, key))

    def items(self, kind: str, type: Any = Any) -> Iterator[tuple[str, Any]]:
        """Yield the keys and values of a kind as they are now."""
        with self._lock:
            items = list(self._values.get(kind, {}).items())
        for key, encoded in items:
            yield key, self._decode(kind, key, encoded, type)

    def _execute(self, statement: str, values: tuple[object, ...]) -> None:
        if self._file is not None:
            try:
                self._file.execute(statement, values)
            except sqlite3.Error as error:
                raise ConfigError(
                    f"state: cannot write {self._path}: {error}"
                ) from None

    def _decode(self, kind: str, key: str, value: bytes, type: Any) -> Any:
        try:
            return msgspec.json.decode(value, type=type)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"state: {self._path} is not a state file of a mock: {kind} {key}:"
                f" {error}"
            ) from None

    def close(self) -> None:
        """Close the file, if there is one."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
