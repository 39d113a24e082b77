"""What a client tells its user's functions of the requests that it sends.

These values hold no path as sent, no query, header field or body, for all of those may
hold secrets: they name the endpoint, and its path as documented.
"""

from __future__ import annotations

from collections.abc import Callable
from logging import Logger
from typing import Any, TypeAlias

from msgspec import Struct

from .effects import CallFunction, Steps, is_async
from .errors import ConfigError, Error


class RequestInfo(Struct, frozen=True, kw_only=True):
    """A request that is about to be sent."""

    endpoint: str
    """Which endpoint is called, as `resource.endpoint`."""
    method: str
    host: str
    """Where it goes, such as `https://api.example.com`."""
    path: str
    """The path as documented, such as `/orders/{order_id}`."""
    attempt: int
    """1 for the first attempt of a call."""


class ResponseInfo(RequestInfo, frozen=True, kw_only=True):
    """What came back: a status, or an error if no answer came."""

    seconds: float
    """From sending to the answer's last byte."""
    status: int | None = None
    request_id: str | None = None
    """By what the provider finds this request."""
    error: Error | None = None


class RetryInfo(RequestInfo, frozen=True, kw_only=True):
    """An attempt that failed, and will be repeated."""

    error: Error
    delay: float
    """Seconds until then."""


OnRequest: TypeAlias = Callable[[RequestInfo], object]
"""Called before each attempt; may be async in an async client."""
OnResponse: TypeAlias = Callable[[ResponseInfo], object]
"""Called after each attempt; may be async in an async client."""
OnRetry: TypeAlias = Callable[[RetryInfo], object]
"""Called before an attempt is repeated; may be async in an async client."""


class Hooks(Struct, frozen=True):
    """The functions of one client."""

    on_request: OnRequest | None = None
    on_response: OnResponse | None = None
    on_retry: OnRetry | None = None

    def __post_init__(self) -> None:
        for name, function in self._named():
            if function is not None and not callable(function):
                raise ConfigError(f"{name}: give a function of one argument")

    def need_plain(self) -> None:
        """Fails with `ConfigError` if one is async."""
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
    """Steps to call a hook, and to cut it off at a time of the monotonic clock. What it
    raises is logged, for a call must not fail, and above all not lose its answer, because
    somebody failed to count it."""
    if hook is None:
        return
    try:
        yield from CallFunction(lambda: hook(event), until)
    except Exception:
        log.warning("%s: a hook failed", event.endpoint, exc_info=True)
