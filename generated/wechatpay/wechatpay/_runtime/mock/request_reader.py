"""HTTP/1.1 request reader with limits of size and time."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from ..headers import Headers
from .server_core import BODY_LIMIT

Head: TypeAlias = tuple[str, str, str, Headers]
"""Method, target, version and headers."""

IDLE: Final = 8.0
"""Seconds after which an idle connection is closed."""
_REQUEST_TIMEOUT: Final = 20.0
"""Seconds in which a whole request must arrive, counted from its first byte."""
_HEAD_LIMIT: Final = 1 << 16
_MAX_HEADERS: Final = 200
_METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
)


class MalformedRequest(Exception):
    """Invalid HTTP request; `status` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class _TimedStream(io.RawIOBase):
    """Byte stream of a connection, with a deadline for each request.

    The timeout of a socket would start again with each byte.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.deadline: float | None = None
        """Monotonic time; None until the first byte of a request is received."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        timeout = IDLE
        if self.deadline is not None:
            timeout = min(IDLE, self.deadline - time.monotonic())
        try:
            if timeout <= 0:
                raise TimeoutError
            self._connection.settimeout(timeout)
            size = self._connection.recv_into(buffer)
        except TimeoutError:
            if self.deadline is None:
                raise
            raise MalformedRequest(HTTPStatus.REQUEST_TIMEOUT) from None
        if self.deadline is None:
            self.deadline = time.monotonic() + _REQUEST_TIMEOUT
        return size


class RequestReader:
    """Reader of the requests of one connection; `write` sends `100 Continue`."""

    def __init__(
        self, connection: socket.socket, write: Callable[[bytes], object]
    ) -> None:
        self._stream = _TimedStream(connection)
        self._buffer = io.BufferedReader(self._stream)
        self._write = write

    def read_head(self) -> Head | None:
        """Return the head of the next request; None at the end of the connection."""
        self._stream.deadline = None
        read_line = self._buffer.readline
        line = read_line(_HEAD_LIMIT + 1)
        if line in (b"\r\n", b"\n"):  # some clients send one after a body
            line = read_line(_HEAD_LIMIT + 1)
        if not line:
            return None
        parts = line.decode("latin-1").rstrip("\r\n").split(" ")
        if len(line) > _HEAD_LIMIT:
            raise MalformedRequest(HTTPStatus.REQUEST_URI_TOO_LONG)
        if len(parts) != 3 or parts[2] not in ("HTTP/1.1", "HTTP/1.0"):
            raise MalformedRequest(HTTPStatus.BAD_REQUEST)
        method, target, version = parts
        if method not in _METHODS:
            raise MalformedRequest(HTTPStatus.NOT_IMPLEMENTED)
        if target.startswith(("http://", "https://")):
            target = f"/{target.split('/', 3)[3]}" if target.count("/") > 2 else "/"
        if not target.startswith("/") or not target.isascii():
            raise MalformedRequest(HTTPStatus.BAD_REQUEST)
        return method, target, version, Headers(self._read_headers())

    def _read_headers(self) -> list[tuple[str, str]]:
        headers: list[tuple[str, str]] = []
        remaining = _HEAD_LIMIT
        while True:
            line = self._buffer.readline(remaining + 1)
            remaining -= len(line)
            if remaining < 0 or len(headers) > _MAX_HEADERS:
                raise MalformedRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            if not line.endswith(b"\n"):
                raise MalformedRequest(HTTPStatus.BAD_REQUEST)
            text = line.decode("latin-1").rstrip("\r\n")
            if not text:
                return headers
            name, colon, value = text.partition(":")
            if not colon or not name or name != name.strip():
                raise MalformedRequest(HTTPStatus.BAD_REQUEST)
            headers.append((name, value.strip()))

    def read_body(self, headers: Headers) -> bytes:
        """Return the body; reads at most one byte more than the limit allows."""
        if headers.get("Expect", "").lower() == "100-continue":
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        lengths = set(headers.get_all("Content-Length"))
        if "Transfer-Encoding" in headers:
            if headers["Transfer-Encoding"].lower() != "chunked" or lengths:
                raise MalformedRequest(HTTPStatus.BAD_REQUEST)
            return self._read_chunks()
        if not lengths:
            return b""
        length, *others = lengths
        if others or not (length.isascii() and length.isdigit() and len(length) < 19):
            raise MalformedRequest(HTTPStatus.BAD_REQUEST)
        return self._read_exactly(min(int(length), BODY_LIMIT + 1))

    def _read_chunks(self) -> bytes:
        body = b""
        while True:
            size = self._buffer.readline(100).partition(b";")[0].strip()
            try:
                length = int(size, 16) if size.isalnum() else -1
            except ValueError:
                length = -1
            if length < 0:
                raise MalformedRequest(HTTPStatus.BAD_REQUEST)
            if length == 0:
                self._read_headers()  # trailers
                return body
            body += self._read_exactly(min(length, BODY_LIMIT + 1))
            if len(body) > BODY_LIMIT:
                return body
            self._read_exactly(2)

    def _read_exactly(self, length: int) -> bytes:
        content = self._buffer.read(length)
        if len(content) < length:
            raise MalformedRequest(HTTPStatus.BAD_REQUEST)
        return content
