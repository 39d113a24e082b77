"""Hooks: user functions that observe requests, responses and retries.

Their arguments have the endpoint and its documented path. They do not have the actual
path, the query, the headers or the body, because these may contain secrets.
"""

from __future__ import annotations

from collections.abc import Callable
from logging import Logger
from typing import Any, TypeAlias

from msgspec import Struct

from .effects import CallFunction, Steps, is_async
from .errors import ConfigError, Error


class RequestInfo(Struct, frozen=True, kw_only=True):
    """A request about to be sent."""

    endpoint: str
    """Name of the endpoint, as `resource.endpoint`."""
    method: str
    host: str
    """Host of this attempt, such as `https://api.example.com`."""
    path: str
    """Documented path, such as `/orders/{order_id}`."""
    attempt: int
    """Number of the attempt, from 1."""


class ResponseInfo(RequestInfo, frozen=True, kw_only=True):
    """The result of an attempt: a status, or an error if there is no response."""

    seconds: float
    """Seconds from sending the request to the last byte of the response."""
    status: int | None = None
    request_id: str | None = None
    """Request ID, for the provider's support."""
    error: Error | None = None


class RetryInfo(RequestInfo, frozen=True, kw_only=True):
    """A failed attempt that will be retried."""

    error: Error
    delay: float
    """Seconds until the next attempt."""


OnRequest: TypeAlias = Callable[[RequestInfo], object]
"""Called before each attempt; may be async in an async client."""
OnResponse: TypeAlias = Callable[[ResponseInfo], object]
"""Called after each attempt; may be async in an async client."""
OnRetry: TypeAlias = Callable[[RetryInfo], object]
"""Called before a retry; may be async in an async client."""


class Hooks(Struct, frozen=True):
    """Hooks of one client."""

    on_request: OnRequest | None = None
    on_response: OnResponse | None = None
    on_retry: OnRetry | None = None

    def __post_init__(self) -> None:
        for name, function in self._named():
            if function is not None and not callable(function):
                raise ConfigError(f"{name}: expected a function of one argument")

    def require_sync(self) -> None:
        """Raise `ConfigError` if a hook is async."""
        for name, function in self._named():
            if is_async(function):
                raise ConfigError(f"{name}: an async function needs the async client")

    def _named(self) -> list[tuple[str, Any]]:
        return [
            ("on_request", self.on_request),
            ("on_response", self.on_response),
            ("on_retry", self.on_retry),
        ]


def call_hook(
    hook: Callable[[Any], object] | None, event: RequestInfo, log: Logger, until: float
) -> Steps[None]:
    """Steps that call a hook, and cancel it at `until`, a time of the monotonic clock.

    An exception of the hook is logged and ignored: a hook that fails must not lose the
    response of a call.
    """
    if hook is None:
        return
    try:
        yield from CallFunction(lambda: hook(event), until)
    except Exception:
        log.warning("%s: a hook failed", event.endpoint, exc_info=True)
