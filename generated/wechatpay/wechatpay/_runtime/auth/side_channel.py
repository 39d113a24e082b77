"""Requests of auth schemes themselves, for example for tokens or certificates."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from logging import getLogger
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ..effects import Send, Steps
from ..errors import ConnectionFailed, DeadlineExceeded, Error, ProtocolError
from ..headers import merge
from ..hosts import Host
from ..http_messages import RawResponse, Request

if TYPE_CHECKING:
    from ..settings import Settings

_PATIENCE: Final = 20.0
"""Total timeout of such a request in seconds. Several callers may share it, so the
deadline of one caller does not apply."""
_ATTEMPT: Final = 8.0
"""Timeout of the first attempt in seconds, which leaves time for the other host."""


class SideChannel(Struct, frozen=True):
    """Channel for a scheme's own requests: hosts, common headers, and the logger's name."""

    name: str
    hosts: tuple[Host, ...]
    headers: Mapping[str, str]
    settings: Settings | None = None
    """Settings of the client, for schemes that send calls of endpoints."""

    def fetch(
        self,
        purpose: str,
        method: str,
        path: str,
        body: bytes = b"",
        sign: Callable[[Request], Request] = lambda request: request,
        *,
        media: str = "application/json",
        idempotent: bool = True,
    ) -> Steps[RawResponse]:
        """Send a request and return the response.

        Retry once, at the next host if there is one, after a failure or a status 5xx; a
        request that is not `idempotent` only if it was not sent. An error states the
        purpose and nothing of the response. Its outcome is `not_sent`, because the user's
        request was not sent. `path` must not contain secrets.
        """
        until = time.monotonic() + _PATIENCE
        first, second = (self.hosts * 2)[:2]
        request = self._request(first, method, path, body, media)
        try:
            soon = min(until, time.monotonic() + _ATTEMPT) if idempotent else until
            response = yield from Send(sign(request), soon)
            self._log(purpose, request, str(response.status))
            if response.status < 500 or not idempotent:
                return response
        except (ConnectionFailed, DeadlineExceeded, ProtocolError) as error:
            self._log(purpose, request, error.message)
            if not idempotent and error.outcome != "not_sent":
                raise _not_sent(purpose, error) from error.__cause__
        request = self._request(second, method, path, body, media)
        try:
            response = yield from Send(sign(request), until)
            self._log(purpose, request, str(response.status))
            return response
        except (ConnectionFailed, DeadlineExceeded, ProtocolError) as error:
            raise _not_sent(purpose, error) from error.__cause__

    def _log(self, purpose: str, request: Request, result: str) -> None:
        logger, method, host = getLogger(self.name), request.method, request.host.origin
        logger.debug("%s: %s %s%s -> %s", purpose, method, host, request.target, result)

    def _request(
        self, host: Host, method: str, path: str, body: bytes, media: str
    ) -> Request:
        own = {"Host": host.authority}
        if method != "GET":
            own |= {
                "Content-Type": media,
                "Content-Length": str(len(body)),
            }
        headers = merge(self.headers, own)
        return Request(method, host, f"{host.prefix}{path}", headers, body, body)


def _not_sent(purpose: str, error: Error) -> Error:
    """Return the error for the user's request, which was not sent."""
    return type(error)(f"{purpose}: {error.message}", outcome="not_sent")
