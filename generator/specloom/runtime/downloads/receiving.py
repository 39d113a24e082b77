"""Reception of the body of a download from its open connection."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from ..streaming.connections import AsyncConnection, Connection
from .receivers import Receiver
from .transfer import Transfer

_BATCH: Final = 1 << 20
"""Bytes that async code collects for one write in a thread."""


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
