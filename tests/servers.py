"""A server for tests, on raw sockets: it answers what it is told, and keeps what it got.

No HTTP library stands between: tests see every byte that a client sent, and can answer
what no library would send.
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
    """One request, as it came."""

    head: bytes
    body: bytes
    connection: int

    @property
    def line(self) -> str:
        """The request line."""
        return self.head.split(b"\r\n")[0].decode("latin-1")

    @property
    def method(self) -> str:
        """The method."""
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        """Path and query, as sent."""
        return self.line.split(" ")[1]

    def headers(self, name: str) -> list[str]:
        """Every value of a header field."""
        found: list[str] = []
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.decode("latin-1").partition(":")
            if key.lower() == name.lower():
                found.append(value.strip())
        return found

    def header(self, name: str) -> str:
        """The one value of a header field."""
        (value,) = self.headers(name)
        return value


@dataclass(frozen=True)
class Wait:
    """In an answer: seconds to wait before the next bytes."""

    seconds: float


class Reset:
    """In an answer: end the connection by a reset."""


class Close:
    """In an answer: end the connection."""


Part: TypeAlias = "bytes | Wait | type[Reset] | type[Close]"
Answer: TypeAlias = "bytes | Iterable[Part] | Callable[[ReceivedRequest], bytes | Iterable[Part]]"


def answer(
    status: int = 200,
    body: bytes | str = b"",
    *headers: tuple[str, str],
    length: bool = True,
) -> bytes:
    """The bytes of an answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Whatever"]
    if length and status not in (204, 304):
        lines.append(f"Content-Length: {len(content)}")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass
class Server:
    """A server on the loopback interface. `answers` are given in turn, the last for ever."""

    answers: list[Answer] = field(default_factory=lambda: [answer()])
    tls: ssl.SSLContext | None = None
    received: list[ReceivedRequest] = field(default_factory=list)
    connections: int = 0
    on_close: Callable[[], object] = lambda: None
    """Called after each connection that the server has closed."""

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """For `hosts=`."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def reply(self, *answers: Answer) -> None:
        """What to answer from now on, in turn, the last for ever."""
        with self._lock:
            self.answers = list(answers)

    def stop(self) -> None:
        """Close everything."""
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
                if request is None or not self._answer(connection, request):
                    return
        except OSError:
            return
        finally:
            with self._lock:
                self._open.discard(connection)
            stream.close()
            connection.close()
            self.on_close()

    def _answer(self, connection: socket.socket, request: ReceivedRequest) -> bool:
        with self._lock:
            self.received.append(request)
            given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        made = given(request) if callable(given) else given
        for part in [made] if isinstance(made, bytes) else made:
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
    return ReceivedRequest(head, body, number)


def drip(content: bytes, seconds: float) -> Iterator[Part]:
    """The bytes one by one, with a pause before each."""
    for at in range(len(content)):
        yield Wait(seconds)
        yield content[at : at + 1]


@contextmanager
def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that runs for as long as the context; with TLS if it is given what for."""
    server = Server(list(answers) or [answer()], tls=tls)
    try:
        yield server
    finally:
        server.stop()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


__all__ = [
    "Answer",
    "Close",
    "ReceivedRequest",
    "Reset",
    "Server",
    "Wait",
    "answer",
    "closed_port",
    "drip",
    "serving",
]
