"""What the clients and resources of every package are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from logging import getLogger
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from .api_definition import Service
from .auth.base import Scheme
from .call_flow import exchange
from .calls import Call
from .drivers import AsyncDriver, Driver
from .endpoint_metadata import Response
from .errors import ConfigError
from .frames import hide_constructor_arguments
from .hooks import Hooks, OnRequest, OnResponse, OnRetry
from .settings import Settings, parse_hosts_option

if TYPE_CHECKING:
    from ssl import SSLContext
    from types import TracebackType

    from .httpx_adapter import AsyncTransport, Transport

T = TypeVar("T")
D = TypeVar("D", Driver, AsyncDriver)


class _Client(Generic[D]):
    """Settings, and the driver that has the connections."""

    _settings: Settings
    _driver: D

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        hide_constructor_arguments(cls)

    def with_options(
        self,
        *,
        deadline: float | None = None,
        user_agent: str | None = None,
        strict: bool | None = None,
        max_attempts: int | None = None,
        max_response_bytes: int | None = None,
    ) -> Self:
        """A client that differs in what is given, and shares these connections.

        `deadline` is in seconds, over all that a call does; `strict` makes an answer that
        is not as documented an error instead of a warning; `max_attempts` is how often a call
        may be sent, with one more if the server refused its token, but 1 means once;
        `max_response_bytes` is how many bytes a response may have, larger files included.
        """
        fresh = object.__new__(type(self))
        fresh._settings = self._settings.with_options(
            deadline=deadline,
            user_agent=user_agent,
            strict=strict,
            max_attempts=max_attempts,
            max_response_bytes=max_response_bytes,
        )
        fresh._driver = self._driver
        return fresh

    def __repr__(self) -> str:
        if not hasattr(self, "_settings"):  # its constructor failed
            return f"<{type(self).__name__}>"
        hosts = self._settings.hosts or self._settings.service.parsed_hosts
        return f"<{type(self).__name__} {', '.join(host.origin for host in hosts)}>"

    def _log_unclosed(self) -> None:
        """Log what a transport just raised; it must not hide how a call ended."""
        log = getLogger(self._settings.service.name)
        log.warning("the transport cannot be closed", exc_info=True)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds connections and secrets and cannot be pickled;"
            " make one in each process, or pickle calls"
        )


def _held(schemes: Mapping[str, Scheme | None]) -> Mapping[str, Scheme]:
    """The schemes that the user gave: an API with several needs no more than one."""
    held = {name: scheme for name, scheme in schemes.items() if scheme is not None}
    for name, scheme in held.items():
        given: Any = scheme
        if not isinstance(given, Scheme):
            kind: Any = given if isinstance(given, type) else type(given)
            raise ConfigError(
                f"{name}: give an object of the class in `auth` that the signature names,"
                f" not {kind.__module__}.{kind.__qualname__}"
                f"{' itself' if kind is given else ''}"
            )
    return held


class Client(_Client[Driver]):
    """A client for plain code; any number of threads may share it.

    After a fork, both processes may use it: each has connections of its own.
    """

    def __init__(
        self,
        service: Service,
        schemes: Mapping[str, Scheme | None],
        *,
        hosts: Sequence[str] | None = None,
        transport: Transport | None = None,
        proxy: str | None = None,
        ssl_context: SSLContext | None = None,
        deadline: float = 30.0,
        max_attempts: int = 3,
        user_agent: str | None = None,
        strict: bool = False,
        max_response_bytes: int | None = None,
        on_request: OnRequest | None = None,
        on_response: OnResponse | None = None,
        on_retry: OnRetry | None = None,
    ) -> None:
        held = _held(schemes)
        for name, scheme in held.items():
            if scheme.only_async:
                raise ConfigError(f"{name}: an async function needs the async client")
        self._settings = Settings(
            service,
            held,
            parse_hosts_option(hosts),
            deadline,
            "" if user_agent is None else user_agent,
            strict,
            max_attempts,
            max_response_bytes,
            Hooks(on_request, on_response, on_retry),
        )
        self._settings.hooks.need_plain()
        self._driver = Driver(transport, proxy, ssl_context)

    def send(self, call: Call[T]) -> Response[T]:
        """Send a call; the typed value, with status, header fields and body."""
        return self._driver.run(exchange(call, self._settings))

    def close(self) -> None:
        """Close the connections, also those of clients that share them."""
        try:
            self._driver.close()
        except ConfigError:
            raise
        except Exception:
            self._log_unclosed()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(_Client[AsyncDriver]):
    """A client for asyncio; any number of tasks and event loops may share it.

    An event loop's connections are closed when `asyncio.run` ends it.
    """

    def __init__(
        self,
        service: Service,
        schemes: Mapping[str, Scheme | None],
        *,
        hosts: Sequence[str] | None = None,
        transport: AsyncTransport | None = None,
        proxy: str | None = None,
        ssl_context: SSLContext | None = None,
        deadline: float = 30.0,
        max_attempts: int = 3,
        user_agent: str | None = None,
        strict: bool = False,
        max_response_bytes: int | None = None,
        on_request: OnRequest | None = None,
        on_response: OnResponse | None = None,
        on_retry: OnRetry | None = None,
    ) -> None:
        held = _held(schemes)
        self._settings = Settings(
            service,
            held,
            parse_hosts_option(hosts),
            deadline,
            "" if user_agent is None else user_agent,
            strict,
            max_attempts,
            max_response_bytes,
            Hooks(on_request, on_response, on_retry),
        )
        self._driver = AsyncDriver(transport, proxy, ssl_context)

    async def send(self, call: Call[T]) -> Response[T]:
        """Send a call; the typed value, with status, header fields and body."""
        return await self._driver.run(exchange(call, self._settings))

    async def close(self) -> None:
        """Close this event loop's connections, also those of clients that share them."""
        try:
            await self._driver.close()
        except ConfigError:
            raise
        except Exception:
            self._log_unclosed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class Resource:
    """The calls of one resource, sent by a client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def _send(self, call: Call[T]) -> T:
        return self._client.send(call).value


class AsyncResource:
    """The calls of one resource, sent by an async client."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def _send(self, call: Call[T]) -> T:
        return (await self._client.send(call)).value
