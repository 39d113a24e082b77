"""The third door to a mock: a server.

It speaks HTTP/1.1 itself, so that it can break off wherever it is told to, and sees each
request as it came.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from logging import getLogger
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, Final

from . import IncomingRequest, MockResponse
from .request_reader import IDLE, MalformedRequest, RequestReader
from .server_core import BODY_LIMIT, Mock

_MOST: Final = 1_000
"""Connections at a time; each has a thread."""
_BEAT: Final = 0.1
_log = getLogger(__name__)


class _Handler(StreamRequestHandler):
    """One connection, with any number of requests."""

    timeout = IDLE
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._requests = RequestReader(self.connection, self.wfile.write)

    def handle(self) -> None:
        with suppress(OSError):
            while self._one():
                pass

    def _one(self) -> bool:
        """Answer one request; false if the connection is over."""
        port: Any = self.server
        mock: Mock = port.mock
        keep = False
        try:
            port.idle.add(self.connection)
            try:
                head = self._requests.head() if port.listening else None
            finally:
                port.idle.discard(self.connection)
            if head is None:
                return False
            method, target, version, headers = head
            body = self._requests.body(headers)
            incoming = IncomingRequest(method, target, headers, body, port.primary)
            connection = headers.get("Connection", "").lower()
            keep = connection == "keep-alive" or (
                version == "HTTP/1.1" and connection != "close"
            )
            answer = mock.handle(incoming)
            keep = keep and port.listening and len(incoming.body) <= BODY_LIMIT
        except MalformedRequest as broken:
            method, answer = "GET", mock.broken(
                broken.status.value, broken.status.phrase
            )
        if answer.delay:
            time.sleep(answer.delay)
        if answer.cut in ("reset", "refuse"):
            return self._reset()
        if not self._is_gone():
            mock.ledger.deliver(answer)
        self.wfile.write(_encoded(answer, method, keep))
        if not keep:
            self._drain()
        return keep and answer.cut is None

    def _is_gone(self) -> bool:
        """Whether the client has closed the connection meanwhile."""
        self.connection.setblocking(False)
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.connection.settimeout(self.timeout)

    def _drain(self) -> None:
        """Take in what is still on its way: else the client loses the answer too."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(1)
        end = time.monotonic() + 2
        while time.monotonic() < end and self.connection.recv(1 << 16):
            pass

    def _reset(self) -> bool:
        """End the connection with a reset instead of an orderly end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return False


def _encoded(answer: MockResponse, method: str, keep: bool) -> bytes:
    """The bytes of a response, or of as much of it as is to come."""
    bodiless = answer.status in (204, 304)
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if not bodiless:
        lines.append(f"Content-Length: {len(answer.body)}")
    lines.append("Connection: keep-alive" if keep else "Connection: close")
    if keep:
        lines.append(f"Keep-Alive: timeout={IDLE:.0f}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
    content = head if bodiless or method == "HEAD" else head + answer.body
    if answer.cut == "truncate":
        content = content[: len(head) + len(answer.body) // 2 if answer.body else 20]
    return content


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


class Server(ThreadingTCPServer):
    """One port of a mock; `port=0` takes any that is free."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(
        self,
        mock: Mock,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        primary: bool = True,
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.mock = mock
        self.primary = primary
        self.listening = True
        self.idle: set[socket.socket] = set()
        """Connections on which no request is under way."""
        self._connections: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """For `hosts=`."""
        host, port = self.server_address[:2]
        name = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        if len(self._connections) < _MOST:
            self._connections.add(request)
            super().process_request(request, client_address)
            return
        answer = self.mock.broken(503, f"more than {_MOST} connections")
        with suppress(OSError):
            request.sendall(_encoded(answer, "GET", keep=False))
        self.close_request(request)

    def shutdown_request(self, request: Any) -> None:
        # No orderly end before the close: a reset must stay one.
        self._connections.discard(request)
        self.close_request(request)

    def __enter__(self) -> Server:
        """Serve in threads of its own until the end of the block."""
        self._ended = threading.Event()
        self._serve()
        threading.Thread(target=self._beat, daemon=True).start()
        self.mock.open(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self.mock.shut(self)
        self.listen(False)

    def listen(self, listening: bool) -> None:
        """Listen from now on, or refuse connections and end those that are idle."""
        if listening and not self.listening:
            self.socket = socket.socket(self.address_family, self.socket_type)
            self.server_bind()
            self.server_activate()
            self.listening = True
            self._serve()
        elif self.listening and not listening:
            self.listening = False
            self.shutdown()
            self._serving.join()
            self.server_close()
            for connection in tuple(self.idle):
                with suppress(OSError):  # it may just have ended
                    connection.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        self._serving = threading.Thread(
            target=self.serve_forever, args=(0.05,), daemon=True
        )
        self._serving.start()

    def _beat(self) -> None:
        """What is due happens, whether requests come or not."""
        while not self._ended.wait(_BEAT):
            self.mock.tick()

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.exception("a connection ended")
