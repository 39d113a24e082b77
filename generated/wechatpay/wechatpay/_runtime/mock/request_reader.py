"""Read requests of HTTP/1.1 from a connection, within limits of size and time."""

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
"""Method, target, version and header fields."""

IDLE: Final = 8.0
"""Seconds after which an idle connection is closed, as WeChat Pay does it."""
_PATIENCE: Final = 20.0
"""Seconds in which a whole request must come, from its first bytes on."""
_HEAD_LIMIT: Final = 1 << 16
_METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
)


class MalformedRequest(Exception):
    """Bytes that are no request; the status says what is wrong with them."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class _Timed(io.RawIOBase):
    """The bytes of a connection, until the time for a request is over.

    A timeout of the socket alone would begin anew with each byte.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until: float | None = None
        """None until the first bytes of a request have come."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = IDLE
        if self.until is not None:
            left = min(IDLE, self.until - time.monotonic())
        try:
            if left <= 0:
                raise TimeoutError
            self._connection.settimeout(left)
            size = self._connection.recv_into(buffer)
        except TimeoutError:
            if self.until is None:
                raise
            raise MalformedRequest(HTTPStatus.REQUEST_TIMEOUT) from None
        if self.until is None:
            self.until = time.monotonic() + _PATIENCE
        return size


class RequestReader:
    """The requests of one connection; `write` is for what must be said before a body."""

    def __init__(
        self, connection: socket.socket, write: Callable[[bytes], object]
    ) -> None:
        self._timed = _Timed(connection)
        self._file = io.BufferedReader(self._timed)
        self._write = write

    def head(self) -> Head | None:
        """The next request up to its body; None if there is none."""
        self._timed.until = None
        read = self._file.readline
        line = read(_HEAD_LIMIT + 1)
        if line in (b"\r\n", b"\n"):  # left over by some clients after a body
            line = read(_HEAD_LIMIT + 1)
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
        return method, target, version, Headers(self._fields())

    def _fields(self) -> list[tuple[str, str]]:
        fields: list[tuple[str, str]] = []
        room = _HEAD_LIMIT
        while True:
            line = self._file.readline(room + 1)
            room -= len(line)
            if room < 0 or len(fields) > 200:
                raise MalformedRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            if not line.endswith(b"\n"):
                raise MalformedRequest(HTTPStatus.BAD_REQUEST)
            text = line.decode("latin-1").rstrip("\r\n")
            if not text:
                return fields
            name, colon, value = text.partition(":")
            if not colon or not name or name != name.strip():
                raise MalformedRequest(HTTPStatus.BAD_REQUEST)
            fields.append((name, value.strip()))

    def body(self, headers: Headers) -> bytes:
        """The body, of which no more than a byte above the limit is read."""
        if headers.get("Expect", "").lower() == "100-continue":
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        lengths = set(headers.get_all("Content-Length"))
        if "Transfer-Encoding" in headers:
            if headers["Transfer-Encoding"].lower() != "chunked" or lengths:
                raise MalformedRequest(HTTPStatus.BAD_REQUEST)
            return self._chunks()
        if not lengths:
            return b""
        length, *others = lengths
        if others or not (length.isascii() and length.isdigit() and len(length) < 19):
            raise MalformedRequest(HTTPStatus.BAD_REQUEST)
        return self._exactly(min(int(length), BODY_LIMIT + 1))

    def _chunks(self) -> bytes:
        body = b""
        while True:
            size = self._file.readline(100).partition(b";")[0].strip()
            try:
                length = int(size, 16) if size.isalnum() else -1
            except ValueError:
                length = -1
            if length < 0:
                raise MalformedRequest(HTTPStatus.BAD_REQUEST)
            if length == 0:
                self._fields()
                return body
            body += self._exactly(min(length, BODY_LIMIT + 1))
            if len(body) > BODY_LIMIT:
                return body
            self._exactly(2)

    def _exactly(self, length: int) -> bytes:
        content = self._file.read(length)
        if len(content) < length:
            raise MalformedRequest(HTTPStatus.BAD_REQUEST)
        return content
