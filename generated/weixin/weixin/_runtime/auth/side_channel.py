"""Requests that a scheme makes for itself, such as for tokens or certificates."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from logging import getLogger
from typing import Final

from msgspec import Struct

from ..effects import Send, Steps
from ..errors import ConnectionFailed, DeadlineExceeded, ProtocolError
from ..headers import merge
from ..hosts import Host
from ..http_messages import RawResponse, Request

_PATIENCE: Final = 20.0
"""Seconds that such a request may take in all. It is no single caller's, so no single
caller's deadline holds for it."""
_ATTEMPT: Final = 8.0
"""Seconds for the first attempt: a host that keeps silent leaves time for the other."""


class SideChannel(Struct, frozen=True):
    """Where the API is, and what every request to it carries; `name` is the logger's."""

    name: str
    hosts: tuple[Host, ...]
    headers: Mapping[str, str]

    def fetch(
        self,
        purpose: str,
        method: str,
        path: str,
        body: bytes = b"",
        sign: Callable[[Request], Request] = lambda request: request,
    ) -> Steps[RawResponse]:
        """Steps to the answer to a request that does no harm if it is repeated.

        It is sent once more, to the next host if there is one, if there is no answer or one
        of status 5xx. An error names the purpose, has the outcome `not_sent`, for the call
        that this serves has not been, and holds nothing of the answer. `path` has no secret.
        """
        until = time.monotonic() + _PATIENCE
        first, second = (self.hosts * 2)[:2]
        request = self._request(first, method, path, body)
        try:
            soon = min(until, time.monotonic() + _ATTEMPT)
            reply = yield from Send(sign(request), soon)
            self._log(purpose, request, str(reply.status))
            if reply.status < 500:
                return reply
        except (ConnectionFailed, DeadlineExceeded, ProtocolError) as error:
            self._log(purpose, request, error.message)  # the second attempt decides
        request = self._request(second, method, path, body)
        try:
            reply = yield from Send(sign(request), until)
            self._log(purpose, request, str(reply.status))
            return reply
        except (ConnectionFailed, DeadlineExceeded, ProtocolError) as error:
            text = f"{purpose}: {error.message}"
            raise type(error)(text, outcome="not_sent") from error.__cause__

    def _log(self, purpose: str, request: Request, result: str) -> None:
        logger, method, host = getLogger(self.name), request.method, request.host.origin
        logger.debug("%s: %s %s%s -> %s", purpose, method, host, request.target, result)

    def _request(self, host: Host, method: str, path: str, body: bytes) -> Request:
        own = {"Host": host.authority}
        if method != "GET":
            own |= {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            }
        headers = merge(self.headers, own)
        return Request(method, host, f"{host.prefix}{path}", headers, body, body)
