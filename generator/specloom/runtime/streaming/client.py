"""Streams, and the base classes of clients and resources that have any."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from ..call_flow import check_headers
from ..calls import Call
from ..client import AsyncClient, AsyncResource, Client, Resource
from ..confidential import Secret
from ..drivers import AsyncDriver, Driver
from ..endpoint_metadata import Response, Streamed
from ..errors import ConfigError, Error
from ..headers import Headers
from ..public_names import public
from ..settings import Settings
from .errors import StreamBroken
from .flow import StreamState, Values

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")


class _Stream(Generic[T]):
    """Base of both streams: the response, and the values received so far."""

    def __init__(
        self,
        call: Call[Streamed[T]],
        settings: Settings,
        headers: Secret[Mapping[str, str]],
    ) -> None:
        self._state = StreamState(call, settings, headers)
        self._response: Response[None] | None = None
        self._values: Values[T] | None = None
        self._received: Iterator[T] = iter(())

    @property
    def status(self) -> int:
        """HTTP status of the response."""
        return self._opened().status

    @property
    def headers(self) -> Headers:
        """Headers of the response."""
        return self._opened().headers

    @property
    def request_id(self) -> str | None:
        """Request ID of the response, for the provider's support."""
        return self._opened().request_id

    @property
    def delivered(self) -> int:
        """Number of values so far."""
        return 0 if self._values is None else self._values.delivered

    @property
    def last_event_id(self) -> str:
        """ID of the last event so far; "" if none had one."""
        return "" if self._values is None else self._values.parser.last_event_id

    @property
    def reconnection_time(self) -> float | None:
        """Seconds to wait before a new connection, if the server has sent any."""
        if self._values is None or self._values.parser.reconnection_time is None:
            return None
        return self._values.parser.reconnection_time / 1000

    def _opened(self) -> Response[None]:
        if self._response is None:
            raise ConfigError("the stream is not open; use it in a `with` statement")
        return self._response

    def _open(self, response: Response[None]) -> None:
        self._response = response
        self._values = self._state.values()
        self._received = iter(())

    def _check_unused(self) -> None:
        if self._response is not None:
            raise ConfigError("a stream can be opened once; call the endpoint again")

    def _current(self) -> Values[T]:
        self._opened()
        assert self._values is not None
        return self._values

    def _take(self) -> Any:
        """Return and forget the open connection; None without one."""
        connection, self._state.connection = self._state.connection, None
        return connection

    def _broken(self, error: Exception) -> StreamBroken:
        """Return the error of a connection that failed."""
        from .connections import describe

        reason = describe(error, self._state.silence)
        return self._current().broken(reason)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a stream holds a connection and cannot be pickled")


@public()
class Stream(_Stream[T]):
    """Values of a streamed response, as they arrive.

    The `with` statement sends the request, and closes the connection at its end. The
    client's `deadline` is the time until the response begins, and then until the next
    value. For one thread at a time.
    """

    def __init__(
        self,
        call: Call[Streamed[T]],
        settings: Settings,
        headers: Secret[Mapping[str, str]],
        driver: Driver,
    ) -> None:
        super().__init__(call, settings, headers)
        self._driver = driver

    def __enter__(self) -> Self:
        self._check_unused()
        try:
            self._open(self._driver.run(self._state.steps()))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        until = 0.0
        while True:
            try:
                for value in self._received:
                    return value
                values = self._values or self._current()
                connection = self._state.connection
                if values.finished or connection is None:
                    break
                until = until or time.monotonic() + self._state.silence
                try:
                    chunk: bytes = connection.read(until)
                except Exception as error:
                    raise self._broken(error) from error
                self._received = values.feed(chunk)
            except Error as error:
                if self._values is None:
                    raise
                self.close()
                if self.delivered:
                    self._state.fail(error)
                    raise
                self._open(self._driver.run(self._state.again(error)))
                until = 0.0
        self._close(complete=True)
        raise StopIteration

    def close(self) -> None:
        """Close the connection at once; the stream has no further values."""
        self._close()

    def _close(self, *, complete: bool = False) -> None:
        connection = self._take()
        if connection is not None:
            connection.close(complete=complete)


@public()
class AsyncStream(_Stream[T]):
    """Values of a streamed response, as they arrive.

    The `async with` statement sends the request, and closes the connection at its end,
    also when its task is cancelled. The client's `deadline` is the time until the
    response begins, and then until the next value. For one task at a time.
    """

    def __init__(
        self,
        call: Call[Streamed[T]],
        settings: Settings,
        headers: Secret[Mapping[str, str]],
        driver: AsyncDriver,
    ) -> None:
        super().__init__(call, settings, headers)
        self._driver = driver

    async def __aenter__(self) -> Self:
        self._check_unused()
        try:
            self._open(await self._driver.run(self._state.steps()))
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        until = 0.0
        while True:
            try:
                for value in self._received:
                    return value
                values = self._values or self._current()
                connection = self._state.connection
                if values.finished or connection is None:
                    break
                until = until or time.monotonic() + self._state.silence
                try:
                    chunk: bytes = await connection.read(until)
                except Exception as error:
                    raise self._broken(error) from error
                self._received = values.feed(chunk)
            except Error as error:
                if self._values is None:
                    raise
                await self.close()
                if self.delivered:
                    self._state.fail(error)
                    raise
                self._open(await self._driver.run(self._state.again(error)))
                until = 0.0
        await self._close(complete=True)
        raise StopAsyncIteration

    async def close(self) -> None:
        """Close the connection at once; the stream has no further values."""
        await self._close()

    async def _close(self, *, complete: bool = False) -> None:
        connection = self._take()
        if connection is not None:
            await connection.close(complete=complete)


class StreamingClient(Client):
    """Sync client of an API with streams."""

    def stream(
        self, call: Call[Streamed[T]], *, headers: Mapping[str, str] | None = None
    ) -> Stream[T]:
        """Return the stream of a call, for a `with` statement, which sends the call.

        `headers` are added to those of the call and of the client.
        """
        added = None if headers is None else Secret(headers)
        del headers  # the traceback of an error would show them
        checked = check_headers(call, added)
        return Stream(call, self._settings, checked, self._driver)


class AsyncStreamingClient(AsyncClient):
    """Async client of an API with streams."""

    def stream(
        self, call: Call[Streamed[T]], *, headers: Mapping[str, str] | None = None
    ) -> AsyncStream[T]:
        """Return the stream of a call, for an `async with` statement, which sends it.

        `headers` are added to those of the call and of the client.
        """
        added = None if headers is None else Secret(headers)
        del headers  # the traceback of an error would show them
        checked = check_headers(call, added)
        return AsyncStream(call, self._settings, checked, self._driver)


class StreamingResource(Resource):
    """Base of the resources with streamed endpoints, of a sync client."""

    def _stream(self, call: Call[Streamed[T]]) -> Stream[T]:
        assert isinstance(self._client, StreamingClient)
        return self._client.stream(call)


class AsyncStreamingResource(AsyncResource):
    """Base of the resources with streamed endpoints, of an async client."""

    def _stream(self, call: Call[Streamed[T]]) -> AsyncStream[T]:
        assert isinstance(self._client, AsyncStreamingClient)
        return self._client.stream(call)
