"""Test server on raw sockets: sends prepared responses and records requests.

It uses no HTTP library, so tests see every byte of a request and can send responses that
no library would send.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as received."""

    head: bytes
    body: bytes
    connection: int

    @property
    def line(self) -> str:
        """Request line."""
        return self.head.split(b"\r\n")[0].decode("latin-1")

    @property
    def method(self) -> str:
        """HTTP method."""
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        """Path and query, as sent."""
        return self.line.split(" ")[1]

    def headers(self, name: str) -> list[str]:
        """Return all values of a header."""
        values: list[str] = []
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.decode("latin-1").partition(":")
            if key.lower() == name.lower():
                values.append(value.strip())
        return values

    def header(self, name: str) -> str:
        """Return the only value of a header."""
        (value,) = self.headers(name)
        return value


@dataclass(frozen=True)
class Wait:
    """Part of a response: seconds to wait before the next bytes."""

    seconds: float


class Reset:
    """Part of a response: reset the connection."""


class Close:
    """Part of a response: close the connection."""


Part: TypeAlias = "bytes | Wait | type[Reset] | type[Close]"
ServerResponse: TypeAlias = (
    "bytes | Iterable[Part] | Callable[[ReceivedRequest], bytes | Iterable[Part]]"
)


def http_response(
    status: int = 200,
    body: bytes | str = b"",
    *headers: tuple[str, str],
    length: bool = True,
) -> bytes:
    """Return the bytes of a response."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Whatever"]
    if length and status not in (204, 304):
        lines.append(f"Content-Length: {len(content)}")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass
class Server:
    """Server on the loopback interface; sends `responses` in turn, the last one repeatedly."""

    responses: list[ServerResponse] = field(default_factory=lambda: [http_response()])
    tls: ssl.SSLContext | None = None
    received: list[ReceivedRequest] = field(default_factory=list)
    connections: int = 0
    on_close: Callable[[], object] = lambda: None
    """Called after the server has closed a connection."""

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Port of the server."""
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """URL for `hosts=`."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def respond_with(self, *responses: ServerResponse) -> None:
        """Send these responses from now on, the last one repeatedly."""
        with self._lock:
            self.responses = list(responses)

    def stop(self) -> None:
        """Stop the server and close all connections."""
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is not None:
            with self._lock:
                self._open.discard(connection)
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                return
            with self._lock:
                self._open.add(connection)
        stream = connection.makefile("rb")
        try:
            while not self._stopped.is_set():
                request = _read(stream.readline, stream.read, number)
                if request is None or not self._respond(connection, request):
                    return
        except OSError:
            return
        finally:
            with self._lock:
                self._open.discard(connection)
            stream.close()
            connection.close()
            self.on_close()

    def _respond(self, connection: socket.socket, request: ReceivedRequest) -> bool:
        with self._lock:
            self.received.append(request)
            response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        parts = response(request) if callable(response) else response
        for part in [parts] if isinstance(parts, bytes) else parts:
            if isinstance(part, Wait):
                if self._stopped.wait(part.seconds):
                    return False
            elif part is Reset:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
            elif part is Close:
                return False
            else:
                connection.sendall(part)  # type: ignore[arg-type]
        return True


def _read(
    readline: Callable[[], bytes], read: Callable[[int], bytes], number: int
) -> ReceivedRequest | None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = readline()
        if not line:
            return None
        head += line
    request = ReceivedRequest(head, b"", number)
    lengths = request.headers("content-length")
    body = read(int(lengths[0])) if lengths else b""
    if request.headers("transfer-encoding") == ["chunked"]:
        while size := int(readline() or b"0", 16):
            body += read(size + 2)[:size]
        readline()
    return ReceivedRequest(head, body, number)


def drip(content: bytes, seconds: float) -> Iterator[Part]:
    """Yield the bytes one by one, with a delay before each."""
    for at in range(len(content)):
        yield Wait(seconds)
        yield content[at : at + 1]


@contextmanager
def serving(*responses: ServerResponse, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server within the context, with TLS if there is a TLS context."""
    server = Server(list(responses) or [http_response()], tls=tls)
    try:
        yield server
    finally:
        server.stop()


def closed_port() -> int:
    """Return a port without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


__all__ = [
    "Close",
    "ReceivedRequest",
    "Reset",
    "Server",
    "ServerResponse",
    "Wait",
    "closed_port",
    "drip",
    "http_response",
    "serving",
]
