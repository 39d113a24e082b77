"""The two drivers: they do what an exchange asks for, in plain and in async code.

Connections belong to a process, and async ones to an event loop, so each of these gets a
transport of its own, made at the first call.
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
from .effects import Action, CallFunction, Send, SingleFlight, Sleep, Steps
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
    """What both drivers have: a transport of the user's, or how to make one."""

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
                    "transport: it decides on proxy and ssl_context itself; leave them out"
                )
            self._adopt(transport)
        self._given = transport
        self._proxy = Secret(proxy)  # its URL may hold a password
        self._ssl_context = ssl_context
        self._made: dict[Any, W] = {}
        self._flights: dict[tuple[Any, Hashable], Any] = {}
        self._closed = False

    @abstractmethod
    def _adopt(self, transport: W) -> None:
        """Make a transport of the user's fit for use; fails with `ConfigError`."""

    def _route(self) -> Route:
        from .httpx_adapter import Route

        return Route(self._proxy.reveal(), self._ssl_context)

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigError("this client has been closed; make a new one")


def _is_awaitable(value: object) -> TypeGuard[Awaitable[object]]:
    return isinstance(value, Awaitable)


class Driver(_Driver["Transport"]):
    """Runs exchanges in the calling thread."""

    def run(self, steps: Steps[T]) -> T:
        """Do all that the steps ask for; return what they return, or raise."""
        # Left empty: a result may be a token, and there are tools that show frames.
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
                answer = action.function()
                if _is_awaitable(answer):
                    if isinstance(answer, Coroutine):
                        answer.close()  # or it would complain that nobody awaits it
                    raise ConfigError("an async function needs the async client")
                return answer
            case SingleFlight():
                return self._single_flight(action)

    def _adopt(self, transport: Transport) -> None:
        from .httpx_adapter import prepare_transport

        prepare_transport(transport)

    def _transport(self) -> Transport:
        self._check_open()
        if self._given is not None:
            return self._given
        process = os.getpid()
        if process not in self._made:
            # Two threads may come here at once: one transport is kept, and the other is
            # dropped unused. A lock could be held by a thread that a fork leaves behind.
            self._made.setdefault(process, self._route().transport())
        return self._made[process]

    def _single_flight(self, action: SingleFlight[T]) -> T:
        from concurrent.futures import Future, wait

        key = (os.getpid(), action.key)
        own: Future[Any] = Future()
        flight: Future[Any] = self._flights.setdefault(key, own)
        if flight is own:
            # In a thread of its own, so that it goes on when this caller gives up.
            fly = Thread(
                target=self._run_shared, args=(key, own, action.steps), daemon=True
            )
            try:
                fly.start()
            except RuntimeError:  # the process may have no more threads
                self._run_shared(key, own, action.steps)
        wait([flight], action.until - time.monotonic())
        if not flight.done():
            raise DeadlineExceeded(
                "the deadline passed while waiting for another request"
            )
        error = flight.exception()
        if error is not None:
            raise copy(error) from error  # each caller adds to its own
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
        """Close this process's connections; calls fail from now on."""
        self._closed = True
        transport = self._given or self._made.pop(os.getpid(), None)
        if transport is not None:
            transport.close()


class AsyncDriver(_Driver["AsyncTransport"]):
    """Runs exchanges in the running event loop."""

    _one_loop = False
    """Whether the user's transport, if there is one, serves one event loop only."""
    _first_loop: object = None

    async def run(self, steps: Steps[T]) -> T:
        """Do all that the steps ask for; return what they return, or raise."""
        running_loop()
        # Left empty: a result may be a token, and there are tools that show frames.
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
                answer: object = action.function()
                if _is_awaitable(answer):
                    answer = await await_until(answer, action.until)
                return answer
            case SingleFlight():
                return await self._single_flight(action)

    def _adopt(self, transport: AsyncTransport) -> None:
        from .httpx_adapter import prepare_async_transport

        self._one_loop = prepare_async_transport(transport)

    def _transport(self) -> AsyncTransport:
        self._check_open()
        loop = running_loop()
        if self._given is not None:
            self._first_loop = self._first_loop or loop
            if self._one_loop and loop is not self._first_loop:
                raise ConfigError(
                    "transport: it has connections of another event loop; make one, and a"
                    " client, for each event loop, or leave it out"
                )
            return self._given
        if loop not in self._made:
            for other in list(self._made):
                if other.is_closed():  # or it would be kept for ever
                    del self._made[other]
            self._made[loop] = self._route().async_transport()
        return self._made[loop]

    async def _single_flight(self, action: SingleFlight[T]) -> T:
        import asyncio

        key = (running_loop(), action.key)
        flight: asyncio.Task[Any] | None = self._flights.get(key)
        if flight is None:
            # A task of its own, so that it goes on when this caller is cancelled.
            flight = asyncio.create_task(self.run(action.steps()))
            self._flights[key] = flight
            flight.add_done_callback(partial(self._on_done, key))
        left = action.until - time.monotonic()
        await asyncio.wait([flight], timeout=max(left, 0))
        if not flight.done():
            raise DeadlineExceeded(
                "the deadline passed while waiting for another request"
            )
        error = flight.exception()
        if error is not None:
            raise copy(error) from error  # each caller adds to its own
        result: T = flight.result()
        return result

    def _on_done(self, key: tuple[Any, Hashable], flight: asyncio.Task[Any]) -> None:
        self._flights.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # or asyncio complains, if nobody waits for it any more

    async def close(self) -> None:
        """Close this event loop's connections; calls fail from now on."""
        loop = running_loop()
        self._closed = True
        transport = self._given or self._made.pop(loop, None)
        if transport is not None:
            await transport.aclose()
