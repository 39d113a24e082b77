"""Transfer of one response to its receiver: counted, limited and verified."""

from __future__ import annotations

import asyncio
import builtins
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx

from ..calls import Call
from ..endpoint_metadata import BinaryContent
from ..errors import InvalidRequest
from ..hashes import matches
from ..http_messages import RawResponse
from ..response_reader import Decompressor
from ..streaming.connections import AsyncConnection, Connection
from .errors import DownloadBroken, HashMismatch

Progress: TypeAlias = Callable[[int, int | None], object]
"""Function of the bytes done and of all bytes, None if their number is unknown."""


_STRONG_TAG: Final = re.compile(r'"[!#-~]*"')
_BATCH: Final = 1 << 20
"""Bytes that async code collects for one write in a thread."""


class Receiver:
    """Receiver of a file in memory; a subclass stores it elsewhere."""

    blocking = False
    """True if a write may wait for a device, so that async code needs a thread."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def restart(self) -> None:
        """Drop what an earlier attempt delivered."""
        self._pieces.clear()

    def write(self, piece: bytes) -> None:
        """Store a piece of the file."""
        self._pieces.append(piece)

    def content(self) -> bytes:
        """Return the whole file."""
        return b"".join(self._pieces)


class FileReceiver(Receiver):
    """Receiver that writes a file beside its target, which `commit` replaces."""

    blocking = True

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__()
        self._target = Path(os.path.realpath(path))
        name = f".{self._target.name[:100]}.{secrets.token_hex(8)}.part"
        self._part = self._target.with_name(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            if self._target.is_dir():
                raise IsADirectoryError(21, "it is a folder")
            self._file = os.fdopen(os.open(self._part, flags, 0o666), "wb", 0)
        except OSError as error:
            problem = f"cannot write {path}: {error.strerror}"
            raise InvalidRequest(problem, field="path") from error

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()

    def write(self, piece: bytes) -> None:
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) :]

    def commit(self) -> None:
        """Give the complete file the name of the target, durably."""
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._part, self._target)
        with suppress(OSError):  # not every system can sync a folder
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def discard(self) -> None:
        """Remove the incomplete file."""
        self._file.close()
        self._part.unlink(missing_ok=True)


class Transfer:
    """Transfer of the body of one response."""

    def __init__(
        self,
        call: Call[Any],
        kind: BinaryContent,
        head: RawResponse,
        limit: int | None,
        progress: Progress | None = None,
    ) -> None:
        self.head = head
        self.delivered = 0
        self.resumed = False
        """True if another response continues the first one."""
        self._kind = kind
        self._limit = limit
        self._progress = progress
        self._decompressor = Decompressor(head.headers)
        self._expected = self._digest = None
        if kind.hash is not None:
            self._expected = kind.hash.expected(call, head.headers)
            self._digest = kind.hash.new() if self._expected is not None else None
        self.total = self._size()

    @property
    def validator(self) -> str | None:
        """Value of If-Range with which the rest can be requested; None if it cannot.

        It needs a strong validator (RFC 9110, 8.8.1): an ETag, or a Last-Modified that
        is a minute old.
        """
        headers = self.head.headers
        units = headers.get("Accept-Ranges", "").lower().split(",")
        if not self.delivered or self.total is None or self.head.status != 200:
            return None
        if "bytes" not in (unit.strip() for unit in units):
            return None
        tag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
        if tag:
            return tag if _STRONG_TAG.fullmatch(tag) else None
        try:
            since = parsedate_to_datetime(modified)
            age = parsedate_to_datetime(headers.get("Date", "")) - since
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
        return modified if age.total_seconds() >= 60 else None

    def continues_with(self, head: RawResponse) -> bool:
        """Return whether a partial response has exactly the rest of the file."""
        assert self.total is not None
        headers = head.headers
        rest = f"bytes {self.delivered}-{self.total - 1}/{self.total}"
        tags = self.head.headers.get("ETag", ""), headers.get("ETag", "")
        return (
            headers.get("Content-Range", "") == rest
            and headers.get("Content-Encoding", "identity") == "identity"
            and (not tags[1] or tags[0] == tags[1])
        )

    def _size(self) -> int | None:
        text = self.head.headers.get("Content-Length", "")
        is_plain = self.head.headers.get("Content-Encoding", "identity") == "identity"
        return int(text) if is_plain and text.isdecimal() else None

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the content of received bytes; raise `DownloadBroken`."""
        try:
            for piece in self._decompressor.pieces(chunk):
                self.delivered += len(piece)
                if self._limit is not None and self.delivered > self._limit:
                    problem = f"the file is longer than {self._limit} bytes"
                    raise self.broken(problem, retry="never")
                if self._digest is not None:
                    self._digest.update(piece)
                yield piece
        except ValueError as error:
            raise self.broken(str(error)) from error
        self.report()

    def report(self) -> None:
        """Report the progress."""
        if self._progress is not None:
            try:
                self._progress(self.delivered, self.total)
            except Exception as error:
                problem = f"`progress` raised {type(error).__name__}: {error}"
                raise self.broken(problem, retry="never") from error

    def end(self) -> list[str]:
        """Verify the complete file; return how it differs from the documentation."""
        if self.delivered and not self._decompressor.complete:
            raise self.broken("the compressed response is incomplete")
        if self.resumed and self.delivered != self.total:
            raise self.broken("the rest of the file has another size")
        digest, expected = self._digest, self._expected
        if digest is not None and not matches(digest.digest(), expected or ""):
            problem = f"its {digest.name.upper()} is not {expected}"
            raise self.broken(problem, HashMismatch)
        return [
            *self._kind.length_mismatches(self.delivered, "bytes"),
            *self._kind.media_mismatches(self.head),
        ]

    def broken(
        self,
        reason: str,
        kind: type[DownloadBroken] = DownloadBroken,
        **attributes: Any,
    ) -> DownloadBroken:
        """Return the error of a download that broke."""
        of = "" if self.total is None else f" of {self.total}"
        return kind(
            f"the download broke after {self.delivered}{of} bytes: {reason}",
            delivered=self.delivered,
            total=self.total,
            status=self.head.status,
            headers=self.head.headers,
            **attributes,
        )

    def unreadable(self, error: Exception, silence: float) -> DownloadBroken:
        """Return the error for a connection that failed."""
        match error:
            case DownloadBroken():
                return error
            case httpx.TimeoutException() | builtins.TimeoutError():
                return self.broken(f"no data for {silence:g} s")
            case httpx.RemoteProtocolError():
                return self.broken(f"the response is incomplete: {error}")
            case _:
                return self.broken(
                    f"the connection broke: {error or type(error).__name__}"
                )

    def store(self, receiver: Receiver, chunk: bytes) -> None:
        """Write the content of received bytes; raise `DownloadBroken`."""
        for piece in self.pieces(chunk):
            self.write(receiver, piece)

    def write(self, receiver: Receiver, piece: bytes) -> None:
        """Write a piece of the content; raise `DownloadBroken`."""
        try:
            receiver.write(piece)
        except OSError as error:
            problem = f"it cannot be written: {error.strerror}"
            raise self.broken(problem, retry="never") from error


class _Batches:
    """Writes in a thread, one at a time, while the next bytes are received."""

    def __init__(self, transfer: Transfer, receiver: Receiver) -> None:
        self._transfer = transfer
        self._receiver = receiver
        self._pieces: list[bytes] = []
        self._size = 0
        self._writing: asyncio.Future[None] | None = None

    async def add(self, chunk: bytes) -> None:
        """Add received bytes; raise `DownloadBroken`, also of an earlier write."""
        if not self._receiver.blocking:
            self._transfer.store(self._receiver, chunk)
            return
        for piece in self._transfer.pieces(chunk):
            self._pieces.append(piece)
            self._size += len(piece)
            if self._size >= _BATCH:
                await self._flush()

    async def end(self) -> None:
        """Write the rest, and wait for it."""
        await self._flush()
        await self._written()

    async def close(self) -> None:
        """Wait for the write in progress; the file must not be closed under it."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            self._writing.exception()  # or asyncio logs that it was never retrieved

    async def _written(self) -> None:
        if self._writing is not None:
            await asyncio.wait([self._writing])
            self._writing.result()

    async def _flush(self) -> None:
        await self._written()
        if self._pieces:
            content = b"".join(self._pieces)
            self._pieces.clear()
            self._size = 0
            write = asyncio.to_thread(self._transfer.write, self._receiver, content)
            self._writing = asyncio.ensure_future(write)


def receive(
    connection: Connection, transfer: Transfer, receiver: Receiver, silence: float
) -> None:
    """Receive a file; close the connection."""
    try:
        if not transfer.resumed:
            receiver.restart()
        transfer.report()
        while chunk := connection.read(time.monotonic() + silence):
            transfer.store(receiver, chunk)
    except Exception as error:
        raise transfer.unreadable(error, silence) from error
    finally:
        connection.close()


async def receive_async(
    connection: AsyncConnection, transfer: Transfer, receiver: Receiver, silence: float
) -> None:
    """Receive a file, in async code; close the connection."""
    batches = _Batches(transfer, receiver)
    try:
        if not transfer.resumed:
            receiver.restart()
        transfer.report()
        while chunk := await connection.read(time.monotonic() + silence):
            await batches.add(chunk)
        await batches.end()
    except Exception as error:
        broken = transfer.unreadable(error, silence)
        if broken.retry != "never":
            await batches.end()  # a retry may continue after it
        raise broken from error
    finally:
        try:
            await asyncio.shield(batches.close())
        finally:
            await asyncio.shield(connection.close())
