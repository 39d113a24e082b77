"""Base classes of the clients and resources of every package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from logging import getLogger
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from .api_definition import Service
from .auth.base import Scheme
from .call_flow import check_headers, exchange
from .calls import Call
from .confidential import Secret
from .drivers import AsyncDriver, Driver
from .endpoint_metadata import Response
from .errors import ConfigError
from .frames import hide_arguments, hide_constructor_arguments
from .hooks import Hooks, OnRequest, OnResponse, OnRetry
from .settings import Settings, parse_headers_option, parse_hosts_option

if TYPE_CHECKING:
    from ssl import SSLContext
    from types import TracebackType

    from .httpx_adapter import AsyncTransport, Transport
    from .undocumented import Repeatable

T = TypeVar("T")
D = TypeVar("D", Driver, AsyncDriver)


class _Client(Generic[D]):
    """Base of both clients: settings, and a driver that owns the connections."""

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
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a client with other options that shares these connections.

        `deadline` is the total timeout of a call in seconds, retries included. `strict`
        raises an error instead of a warning if a response does not match the
        documentation. `max_attempts` limits the attempts of a call; one more is made
        with a new token, unless it is 1. `max_response_bytes` limits the size of a
        response, also if a larger file is documented. `headers` are added to those of
        this client; a value replaces that of the same name.
        """
        fresh = object.__new__(type(self))
        fresh._settings = self._settings.with_options(
            deadline=deadline,
            user_agent=user_agent,
            strict=strict,
            max_attempts=max_attempts,
            max_response_bytes=max_response_bytes,
            headers=headers,
        )
        fresh._driver = self._driver
        return fresh

    def __repr__(self) -> str:
        if not hasattr(self, "_settings"):  # its constructor failed
            return f"<{type(self).__name__}>"
        hosts = self._settings.hosts or self._settings.service.parsed_hosts
        return f"<{type(self).__name__} {', '.join(host.origin for host in hosts)}>"

    def _log_close_failure(self) -> None:
        """Log the current exception; raised, it would hide the error of a call."""
        log = getLogger(self._settings.service.name)
        log.warning("closing the transport failed", exc_info=True)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds connections and secrets and cannot be pickled;"
            " create a client in each process, or pickle calls"
        )


def _checked_schemes(schemes: Mapping[str, Scheme | None]) -> Mapping[str, Scheme]:
    """Return the schemes that are not None: of several alternatives one is enough."""
    checked = {name: scheme for name, scheme in schemes.items() if scheme is not None}
    for name, scheme in checked.items():
        value: Any = scheme
        if not isinstance(value, Scheme):
            kind: Any = value if isinstance(value, type) else type(value)
            raise ConfigError(
                f"{name}: expected an instance of the `auth` class in the signature, got"
                f" {'the class ' if kind is value else ''}"
                f"{kind.__module__}.{kind.__qualname__}"
            )
    return checked


class Client(_Client[Driver]):
    """Sync client; any number of threads can share it.

    After a fork, both processes can use it: each opens its own connections.
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
        headers: Mapping[str, str] | None = None,
        on_request: OnRequest | None = None,
        on_response: OnResponse | None = None,
        on_retry: OnRetry | None = None,
    ) -> None:
        checked = _checked_schemes(schemes)
        for name, scheme in checked.items():
            if scheme.only_async:
                raise ConfigError(f"{name}: an async function needs the async client")
        self._settings = Settings(
            service,
            checked,
            parse_hosts_option(hosts),
            deadline,
            "" if user_agent is None else user_agent,
            strict,
            max_attempts,
            max_response_bytes,
            Hooks(on_request, on_response, on_retry),
            added_headers=Secret(parse_headers_option(headers)),
        )
        self._settings.hooks.require_sync()
        self._driver = Driver(transport, proxy, ssl_context)

    def send(
        self, call: Call[T], *, headers: Mapping[str, str] | None = None
    ) -> Response[T]:
        """Send a call; return its value with status, headers and body.

        `headers` are added to those of the call and of the client.
        """
        added = None if headers is None else Secret(headers)
        del headers  # the traceback of an error would show them
        checked = check_headers(call, added)
        return self._driver.run(exchange(call, self._settings, checked))

    @hide_arguments
    def request(
        self,
        method: str,
        path: str,
        *,
        variables: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        idempotency: Repeatable | None = None,
        verified: bool = True,
    ) -> Response[Any]:
        """Send a request that the spec lacks; authenticated, retried and decoded alike.

        `path` may have variables, such as `/v3/orders/{order_id}`; it appears in logs
        and hooks, their values do not. A list in `query` repeats the parameter. `body`
        is any JSON, or bytes; a header Content-Type replaces `application/json` or
        `application/octet-stream`. `idempotency` says whether a
        request may be retried after its response is lost: it has no effect (`safe`, the
        default of GET and HEAD), the server recognizes it (`keyed`), or it may not
        (`none`, the default of other methods). `verified=False` accepts an unsigned
        response. The value of the response is JSON, bytes, or None without a body.
        """
        from .undocumented import undocumented_call

        call, added = undocumented_call(
            method, path, variables, query, body, headers, idempotency, verified
        )
        return self._driver.run(exchange(call, self._settings, Secret(added)))

    def close(self) -> None:
        """Close the connections, which clients made by `with_options` share."""
        try:
            self._driver.close()
        except ConfigError:
            raise
        except Exception:
            self._log_close_failure()

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
    """Async client for asyncio; any number of tasks and event loops can share it.

    The connections of an event loop are closed when `asyncio.run` ends it.
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
        headers: Mapping[str, str] | None = None,
        on_request: OnRequest | None = None,
        on_response: OnResponse | None = None,
        on_retry: OnRetry | None = None,
    ) -> None:
        checked = _checked_schemes(schemes)
        self._settings = Settings(
            service,
            checked,
            parse_hosts_option(hosts),
            deadline,
            "" if user_agent is None else user_agent,
            strict,
            max_attempts,
            max_response_bytes,
            Hooks(on_request, on_response, on_retry),
            added_headers=Secret(parse_headers_option(headers)),
        )
        self._driver = AsyncDriver(transport, proxy, ssl_context)

    async def send(
        self, call: Call[T], *, headers: Mapping[str, str] | None = None
    ) -> Response[T]:
        """Send a call; return its value with status, headers and body.

        `headers` are added to those of the call and of the client.
        """
        added = None if headers is None else Secret(headers)
        del headers  # the traceback of an error would show them
        checked = check_headers(call, added)
        return await self._driver.run(exchange(call, self._settings, checked))

    @hide_arguments
    async def request(
        self,
        method: str,
        path: str,
        *,
        variables: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        idempotency: Repeatable | None = None,
        verified: bool = True,
    ) -> Response[Any]:
        """Send a request that the spec lacks; authenticated, retried and decoded alike.

        `path` may have variables, such as `/v3/orders/{order_id}`; it appears in logs
        and hooks, their values do not. A list in `query` repeats the parameter. `body`
        is any JSON, or bytes; a header Content-Type replaces `application/json` or
        `application/octet-stream`. `idempotency` says whether a
        request may be retried after its response is lost: it has no effect (`safe`, the
        default of GET and HEAD), the server recognizes it (`keyed`), or it may not
        (`none`, the default of other methods). `verified=False` accepts an unsigned
        response. The value of the response is JSON, bytes, or None without a body.
        """
        from .undocumented import undocumented_call

        call, added = undocumented_call(
            method, path, variables, query, body, headers, idempotency, verified
        )
        return await self._driver.run(exchange(call, self._settings, Secret(added)))

    async def close(self) -> None:
        """Close the connections of this event loop, which `with_options` shares."""
        try:
            await self._driver.close()
        except ConfigError:
            raise
        except Exception:
            self._log_close_failure()

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
    """Base of the resources of a sync client: their methods send calls."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def _send(self, call: Call[T]) -> T:
        return self._client.send(call).value


class AsyncResource:
    """Base of the resources of an async client: their methods send calls."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def _send(self, call: Call[T]) -> T:
        return (await self._client.send(call)).value
