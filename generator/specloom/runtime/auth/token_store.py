"""Token stores: access tokens shared by several processes."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Protocol
from urllib.parse import quote

from ..errors import ConfigError
from ..public_names import public

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@public("auth")
class TokenStore(Protocol):
    """Protocol of a store that shares tokens between processes.

    Implement it for a store that your processes share, such as Redis. Methods are sync, and
    must return quickly, or async, for async clients only. `key` identifies a token; `text`
    is confidential and opaque. If a method fails, the failure is logged, and the process
    uses a token of its own.
    """

    def load(self, key: str, /) -> str | Awaitable[str | None] | None:
        """Return the text that was saved last; None without one."""
        ...

    def save(self, key: str, text: str, seconds: int, /) -> Awaitable[None] | None:
        """Save a text for at least this number of seconds."""
        ...

    def lock(self, key: str, seconds: int, /) -> bool | Awaitable[bool]:
        """Acquire the lock without waiting; return whether it was acquired.

        It expires after this number of seconds, in case its holder has died.
        """
        ...

    def unlock(self, key: str, /) -> Awaitable[None] | None:
        """Release the lock."""
        ...


@public("auth")
class FileTokenStore:
    """Token store in a folder, for the processes of one machine.

    Only the current user can read the tokens. The folder is created if it is missing.
    """

    def __init__(self, folder: Path | str) -> None:
        given: Any = folder
        if not isinstance(given, Path | str) or not str(given):
            raise ConfigError("token_store: expected the path of a folder")
        self._folder = Path(folder)
        self._locks: dict[str, tuple[int, float]] = {}
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            text = f"token_store: cannot make the folder {folder}: {reason}"
            raise ConfigError(text) from None
        except ValueError:
            raise ConfigError(
                "token_store: invalid folder name; pass the path of a folder"
            ) from None

    def load(self, key: str, /) -> str | None:
        try:
            return self._path(key).read_text("utf-8")
        except FileNotFoundError:
            return None

    def save(self, key: str, text: str, seconds: int, /) -> None:
        path = self._path(key)
        # Write another file, then replace: readers see the old text or the new one.
        partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            with open(os.open(partial, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            partial.replace(path)
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()

    def lock(self, key: str, seconds: int, /) -> bool:
        held = self._locks.get(key)
        if held is not None:
            if time.monotonic() < held[1]:
                return False
            self.unlock(key)
        path = self._path(key)
        flags = os.O_RDWR | os.O_CREAT
        descriptor = os.open(path.with_name(f"{path.name}.lock"), flags, 0o600)
        if not _lock(descriptor):
            os.close(descriptor)
            return False
        self._locks[key] = (descriptor, time.monotonic() + seconds)
        return True

    def unlock(self, key: str, /) -> None:
        held = self._locks.pop(key, None)
        if held is not None:
            _unlock(held[0])
            os.close(held[0])

    def _path(self, key: str) -> Path:
        return self._folder / quote(key, safe="")

    def __repr__(self) -> str:
        return f"<FileTokenStore {self._folder}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("FileTokenStore holds locks and cannot be pickled")


# The operating system releases these locks when the process ends, even if it is killed.

if sys.platform == "win32":

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        # Unlock explicitly: a forked child keeps the lock after the descriptor is closed.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
