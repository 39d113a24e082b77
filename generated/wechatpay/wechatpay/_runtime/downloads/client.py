"""Downloads, which methods of resources return."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, NoReturn, Self

from ..calls import Call
from ..client import AsyncClient, Client
from ..endpoint_metadata import BinaryContent
from ..errors import ConfigError, Error
from ..headers import Headers
from ..public_names import public
from ..settings import Settings
from .flow import DownloadState
from .receivers import FileReceiver, Receiver
from .transfer import Progress, Transfer

if TYPE_CHECKING:
    from types import TracebackType


class _Download:
    """Base of both downloads: the call, and the open response."""

    def __init__(self, client: Client | AsyncClient, call: Call[bytes]) -> None:
        self._call = call
        self._settings: Settings = vars(client)["_settings"]
        self._driver: Any = vars(client)["_driver"]
        self._state: DownloadState | None = None
        self._transfer: Transfer | None = None

    @property
    def status(self) -> int:
        """HTTP status of the response."""
        return self._opened().head.status

    @property
    def headers(self) -> Headers:
        """Headers of the response."""
        return self._opened().head.headers

    @property
    def size(self) -> int | None:
        """Size of the file in bytes; None if the server did not send it."""
        return self._opened().total

    @property
    def delivered(self) -> int:
        """Number of bytes so far."""
        return self._opened().delivered

    def _opened(self) -> Transfer:
        if self._transfer is None:
            raise ConfigError("no response yet; save or read the download, or open it")
        return self._transfer

    def _limit(self) -> int | None:
        """Return the limit of a file that is not kept in memory."""
        if self._settings.max_response_bytes is not None:
            return self._settings.max_response_bytes
        kinds = self._call.endpoint.responses.values()
        lengths = [kind.max_length for kind in kinds if isinstance(kind, BinaryContent)]
        known = [length for length in lengths if length is not None]
        return max(known) if known and len(known) == len(lengths) else None

    def _begin(
        self,
        receiver: Receiver | None,
        limit: int | None,
        progress: Progress | None = None,
    ) -> DownloadState:
        if self._state is not None and self._state.connection is not None:
            raise ConfigError("the download is open already")
        self._state = DownloadState(
            self._call, self._settings, receiver, limit, progress
        )
        return self._state

    def _memory_limit(self, limit: int | None) -> int:
        return self._settings.limit_of(self._call.endpoint) if limit is None else limit

    def _connection(self) -> Any:
        """Return the open connection; None without one."""
        self._opened()
        return None if self._state is None else self._state.connection

    def _take(self) -> Any:
        """Return and forget the open connection; None without one."""
        if self._state is None:
            return None
        connection, self._state.connection = self._state.connection, None
        return connection

    def _end(self) -> None:
        assert self._state is not None
        self._state.end()

    def _fail(self, error: Exception) -> Error:
        """Return the error of a failed transfer, complete."""
        state, transfer = self._state, self._opened()
        assert state is not None
        failure = error
        if not isinstance(failure, Error):
            failure = transfer.unreadable(error, state.silence)
            failure.__cause__ = error
        state.fail(failure)
        return failure

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._call.endpoint.name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a download holds a client and cannot be pickled; pickle calls")


@public()
class Download(_Download):
    """A file that is not yet requested: `save`, `read` or open it.

    `save` and `read` send the request, and repeat it within the limits of the client if
    it may be retried and the transfer breaks. As a context manager it sends the request
    at the beginning, yields the pieces of the file as they arrive, and closes the
    connection at the end. The client's `deadline` is the time until the response
    begins, and then the longest time without data. A file that breaks off raises
    `DownloadBroken`, one with another hash `HashMismatch`.
    """

    def save(
        self, path: str | os.PathLike[str], *, progress: Progress | None = None
    ) -> int:
        """Save the file; return its size in bytes.

        The path has its old content, or none, until the file is complete, verified and
        on the disk. `progress` is called with the bytes so far and the size, which is
        None if it is unknown; a retry begins with 0 again,
        unless the server can send the rest.
        """
        file = FileReceiver(path)
        try:
            state = self._begin(file, self._limit(), progress)
            self._driver.run(state.steps())
            self._transfer = state.transfer
            file.commit()
        except BaseException:
            file.discard()
            raise
        return self.delivered

    def read(self, limit: int | None = None) -> bytes:
        """Return the file, of at most `limit` bytes.

        The default is the limit of responses, `max_response_bytes`.
        """
        memory = Receiver()
        state = self._begin(memory, self._memory_limit(limit))
        self._driver.run(state.steps())
        self._transfer = state.transfer
        return memory.content()

    def __enter__(self) -> Self:
        state = self._begin(None, self._limit())
        self._driver.run(state.steps())
        self._transfer = state.transfer
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        connection, transfer = self._connection(), self._opened()
        try:
            if connection is None:
                yield from transfer.pieces(transfer.head.content)
            else:
                silence = self._settings.deadline
                while chunk := connection.read(time.monotonic() + silence):
                    yield from transfer.pieces(chunk)
            self._end()
        except Exception as error:
            failure = self._fail(error)
            raise failure from failure.__cause__
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection at once; there are no further pieces."""
        connection = self._take()
        if connection is not None:
            connection.close()


@public()
class AsyncDownload(_Download):
    """A file that is not yet requested: `save`, `read` or open it.

    `save` and `read` send the request, and repeat it within the limits of the client if
    it may be retried and the transfer breaks. As a context manager it sends the request
    at the beginning, yields the pieces of the file as they arrive, and closes the
    connection at the end, also if its task is cancelled. The client's `deadline` is the
    time until the response begins, and then the longest time without data. A file that
    breaks off raises `DownloadBroken`, one with another hash `HashMismatch`.
    """

    async def save(
        self, path: str | os.PathLike[str], *, progress: Progress | None = None
    ) -> int:
        """Save the file; return its size in bytes.

        The path has its old content, or none, until the file is complete, verified and
        on the disk. `progress` is called with the bytes so far and the size, which is
        None if it is unknown; a retry begins with 0 again,
        unless the server can send the rest.
        """
        from asyncio import to_thread

        file = FileReceiver(path)
        try:
            state = self._begin(file, self._limit(), progress)
            await self._driver.run(state.steps())
            self._transfer = state.transfer
            await to_thread(file.commit)
        except BaseException:
            file.discard()
            raise
        return self.delivered

    async def read(self, limit: int | None = None) -> bytes:
        """Return the file, of at most `limit` bytes.

        The default is the limit of responses, `max_response_bytes`.
        """
        memory = Receiver()
        state = self._begin(memory, self._memory_limit(limit))
        await self._driver.run(state.steps())
        self._transfer = state.transfer
        return memory.content()

    async def __aenter__(self) -> Self:
        state = self._begin(None, self._limit())
        await self._driver.run(state.steps())
        self._transfer = state.transfer
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        connection, transfer = self._connection(), self._opened()
        try:
            if connection is None:
                for piece in transfer.pieces(transfer.head.content):
                    yield piece
            else:
                silence = self._settings.deadline
                while chunk := await connection.read(time.monotonic() + silence):
                    for piece in transfer.pieces(chunk):
                        yield piece
            self._end()
        except Exception as error:
            failure = self._fail(error)
            raise failure from failure.__cause__
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection at once; there are no further pieces."""
        connection = self._take()
        if connection is not None:
            await connection.close()
