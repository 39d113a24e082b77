"""Sync and async driver: they perform the actions of a call.

Connections belong to a process, and async ones to an event loop. So each process and
event loop gets its own transport, created at the first call.
"""

from __future__ import annotations

import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from copy import copy
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeGuard, TypeVar

from .confidential import Secret
from .effects import (
    Action,
    CallFunction,
    Send,
    SingleFlight,
    Sleep,
    Steps,
    UseTransport,
)
from .errors import ConfigError, DeadlineExceeded
from .event_loop import await_until, running_loop
from .frames import forget_frames
from .hosts import check_proxy

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future
    from ssl import SSLContext

    from .httpx_adapter import AsyncTransport, Route, Transport

T = TypeVar("T")
W = TypeVar("W")
StepsMaker: TypeAlias = Callable[[], Steps[Any]]


class _Driver(ABC, Generic[W]):
    """Base of both drivers: a custom transport, or the options to create transports."""

    def __init__(
        self,
        transport: W | None = None,
        proxy: str | None = None,
        ssl_context: SSLContext | None = None,
    ) -> None:
        if proxy is not None:
            check_proxy(proxy)
        if ssl_context is not None:
            from .tls import check_ssl_context

            check_ssl_context(ssl_context)
        if transport is not None:
            if proxy is not None or ssl_context is not None:
                raise ConfigError(
                    "transport: cannot be combined with proxy or ssl_context;"
                    " set these on the transport"
                )
            self._prepare(transport)
        self._custom_transport = transport
        self._proxy = Secret(proxy)  # its URL may hold a password
        self._ssl_context = ssl_context
        self._transports: dict[Any, W] = {}
        self._flights: dict[tuple[Any, Hashable], Any] = {}
        self._closed = False

    @abstractmethod
    def _prepare(self, transport: W) -> None:
        """Check and prepare a custom transport; raise `ConfigError`."""

    def _route(self) -> Route:
        from .httpx_adapter import Route

        return Route(self._proxy.reveal(), self._ssl_context)

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigError("the client is closed; create a new one")


def _is_awaitable(value: object) -> TypeGuard[Awaitable[object]]:
    return isinstance(value, Awaitable)


class Driver(_Driver["Transport"]):
    """Driver that runs calls in the calling thread."""

    def run(self, steps: Steps[T]) -> T:
        """Perform all actions of the steps; return their result."""
        # Emptied at once: a result may be a token, and error reports show variables.
        results: list[object] = []
        outside = sys.exception()
        try:
            action = next(steps)
            while True:
                try:
                    results.append(self._perform(action))
                except Exception as error:
                    action = steps.throw(error)
                else:
                    action = steps.send(results.pop())
        except StopIteration as stop:
            value: T = stop.value
            return value
        except BaseException as error:
            forget_frames(error, outside)
            raise
        finally:
            steps.close()

    def _perform(self, action: Action) -> object:
        match action:
            case Send():
                from .httpx_adapter import send

                return send(self._transport(), action)
            case Sleep():
                time.sleep(action.seconds)
                return None
            case CallFunction():
                result = action.function()
                if _is_awaitable(result):
                    if isinstance(result, Coroutine):
                        result.close()  # or Python warns that it was never awaited
                    raise ConfigError("an async function needs the async client")
                return result
            case SingleFlight():
                return self._single_flight(action)
            case UseTransport():
                return action.sync(self._transport())

    def _prepare(self, transport: Transport) -> None:
        from .httpx_adapter import prepare_transport

        prepare_transport(transport)

    def _transport(self) -> Transport:
        self._check_open()
        if self._custom_transport is not None:
            return self._custom_transport
        process = os.getpid()
        if process not in self._transports:
            # If two threads race here, one transport is dropped unused. There is no lock:
            # after a fork it could be held by a thread that no longer exists.
            self._transports.setdefault(process, self._route().transport())
        return self._transports[process]

    def _single_flight(self, action: SingleFlight[T]) -> T:
        from concurrent.futures import Future, wait

        key = (os.getpid(), action.key)
        own: Future[Any] = Future()
        flight: Future[Any] = self._flights.setdefault(key, own)
        if flight is own:
            # In a separate thread, so that it continues if this caller gives up.
            thread = Thread(
                target=self._run_shared, args=(key, own, action.steps), daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # the thread limit of the process is reached
                self._run_shared(key, own, action.steps)
        wait([flight], action.until - time.monotonic())
        if not flight.done():
            raise DeadlineExceeded(
                "the deadline passed while waiting for a shared request"
            )
        error = flight.exception()
        if error is not None:
            raise copy(error) from error  # each caller adds attributes to its copy
        result: T = flight.result()
        return result

    def _run_shared(
        self, key: tuple[Any, Hashable], flight: Future[Any], steps: StepsMaker
    ) -> None:
        try:
            result = self.run(steps())
        except BaseException as error:
            self._flights.pop(key, None)
            flight.set_exception(error)
        else:
            self._flights.pop(key, None)
            flight.set_result(result)

    def close(self) -> None:
        """Close the connections of this process; later calls raise `ConfigError`."""
        self._closed = True
        transport = self._custom_transport or self._transports.pop(os.getpid(), None)
        if transport is not None:
            transport.close()


class AsyncDriver(_Driver["AsyncTransport"]):
    """Driver that runs calls in the running event loop."""

    _one_loop = False
    """True if the custom transport, if any, is bound to one event loop."""
    _first_loop: object = None

    async def run(self, steps: Steps[T]) -> T:
        """Perform all actions of the steps; return their result."""
        running_loop()
        # Emptied at once: a result may be a token, and error reports show variables.
        results: list[object] = []
        outside = sys.exception()
        try:
            action = next(steps)
            while True:
                try:
                    results.append(await self._perform(action))
                except Exception as error:
                    action = steps.throw(error)
                else:
                    action = steps.send(results.pop())
        except StopIteration as stop:
            value: T = stop.value
            return value
        except BaseException as error:
            forget_frames(error, outside)
            raise
        finally:
            steps.close()

    async def _perform(self, action: Action) -> object:
        match action:
            case Send():
                from .httpx_adapter import send_async

                return await send_async(self._transport(), action)
            case Sleep():
                from asyncio import sleep

                await sleep(action.seconds)
                return None
            case CallFunction():
                result: object = action.function()
                if _is_awaitable(result):
                    result = await await_until(result, action.until)
                return result
            case SingleFlight():
                return await self._single_flight(action)
            case UseTransport():
                return await action.asynchronous(self._transport())

    def _prepare(self, transport: AsyncTransport) -> None:
        from .httpx_adapter import prepare_async_transport

        self._one_loop = prepare_async_transport(transport)

    def _transport(self) -> AsyncTransport:
        self._check_open()
        loop = running_loop()
        if self._custom_transport is not None:
            self._first_loop = self._first_loop or loop
            if self._one_loop and loop is not self._first_loop:
                raise ConfigError(
                    "transport: it belongs to another event loop; create a transport and a"
                    " client for each event loop, or leave it out"
                )
            return self._custom_transport
        if loop not in self._transports:
            for other in list(self._transports):
                if other.is_closed():  # or they would accumulate
                    del self._transports[other]
            self._transports[loop] = self._route().async_transport()
        return self._transports[loop]

    async def _single_flight(self, action: SingleFlight[T]) -> T:
        import asyncio

        key = (running_loop(), action.key)
        flight: asyncio.Task[Any] | None = self._flights.get(key)
        if flight is None:
            # In a separate task, so that it continues if this caller is cancelled.
            flight = asyncio.create_task(self.run(action.steps()))
            self._flights[key] = flight
            flight.add_done_callback(partial(self._on_done, key))
        left = action.until - time.monotonic()
        await asyncio.wait([flight], timeout=max(left, 0))
        if not flight.done():
            raise DeadlineExceeded(
                "the deadline passed while waiting for a shared request"
            )
        error = flight.exception()
        if error is not None:
            raise copy(error) from error  # each caller adds attributes to its copy
        result: T = flight.result()
        return result

    def _on_done(self, key: tuple[Any, Hashable], flight: asyncio.Task[Any]) -> None:
        self._flights.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # or asyncio logs that it was never retrieved

    async def close(self) -> None:
        """Close the connections of this event loop; later calls raise `ConfigError`."""
        loop = running_loop()
        self._closed = True
        transport = self._custom_transport or self._transports.pop(loop, None)
        if transport is not None:
            await transport.aclose()
