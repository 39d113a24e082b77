"""HTTP/1.1 server for a mock.

It implements the protocol itself, so that faults can break a connection anywhere, and
requests are recorded exactly as received.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from logging import getLogger
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, Final

from . import IncomingRequest, MockResponse
from .request_reader import IDLE, MalformedRequest, RequestReader
from .server_core import BODY_LIMIT, Mock

_MAX_CONNECTIONS: Final = 1_000
"""Open connections; each has a thread."""
_TICK_INTERVAL: Final = 0.1
_log = getLogger(__name__)


class _Handler(StreamRequestHandler):
    """Handler of one connection with any number of requests."""

    timeout = IDLE
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._requests = RequestReader(self.connection, self.wfile.write)

    def handle(self) -> None:
        with suppress(OSError):
            while self._handle_request():
                pass

    def _handle_request(self) -> bool:
        """Respond to one request; return whether the connection stays open."""
        port: Any = self.server
        mock: Mock = port.mock
        keep_alive = False
        try:
            port.idle.add(self.connection)
            try:
                head = self._requests.read_head() if port.listening else None
            finally:
                port.idle.discard(self.connection)
            if head is None:
                return False
            method, target, version, headers = head
            body = self._requests.read_body(headers)
            incoming = IncomingRequest(method, target, headers, body, port.primary)
            connection = headers.get("Connection", "").lower()
            keep_alive = connection == "keep-alive" or (
                version == "HTTP/1.1" and connection != "close"
            )
            response = mock.handle(incoming)
            is_complete = len(incoming.body) <= BODY_LIMIT
            keep_alive = keep_alive and port.listening and is_complete
        except MalformedRequest as error:
            method = "GET"
            response = mock.reject(error.status.value, error.status.phrase)
        if response.delay:
            time.sleep(response.delay)
        if response.cut in ("reset", "refuse"):
            return self._reset()
        if not self._is_disconnected():
            mock.ledger.mark_delivered(response)
        for number, piece in enumerate(_encode(response, method, keep_alive)):
            if number:
                time.sleep(response.pace)
            self.wfile.write(piece)
        if not keep_alive:
            self._drain()
        return keep_alive and response.cut is None

    def _is_disconnected(self) -> bool:
        """Return whether the client has closed the connection."""
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
        """Read what the client still sends; a reset would make it lose the response."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(1)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and self.connection.recv(1 << 16):
            pass

    def _reset(self) -> bool:
        """Reset the connection instead of closing it."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return False


def _encode(response: MockResponse, method: str, keep_alive: bool) -> Sequence[bytes]:
    """Return the bytes of a response as they are sent, cut as its fault says."""
    has_no_body = response.status in (204, 304)
    lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    if not has_no_body:
        lines.append(f"Content-Length: {len(response.body)}")
    lines.append("Connection: keep-alive" if keep_alive else "Connection: close")
    if keep_alive:
        lines.append(f"Keep-Alive: timeout={IDLE:.0f}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
    if has_no_body or method == "HEAD":
        response = replace(response, body=b"")
    if response.cut == "truncate":
        if not response.body:
            return [head[:20]]
        response = replace(response, body=response.body[: len(response.body) // 2])
    first, *others = response.pieces
    return [head + first, *others]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


class Server(ThreadingTCPServer):
    """HTTP server on one port of a mock; `port=0` is any free port."""

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
        """Connections that wait for a request."""
        self._connections: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """URL of the server, for `hosts=` of a client."""
        host, port = self.server_address[:2]
        name = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        if len(self._connections) < _MAX_CONNECTIONS:
            self._connections.add(request)
            super().process_request(request, client_address)
            return
        response = self.mock.reject(503, f"more than {_MAX_CONNECTIONS} connections")
        with suppress(OSError):
            request.sendall(b"".join(_encode(response, "GET", keep_alive=False)))
        self.close_request(request)

    def shutdown_request(self, request: Any) -> None:
        # Without a shutdown before the close, so that a reset stays a reset.
        self._connections.discard(request)
        self.close_request(request)

    def __enter__(self) -> Server:
        """Serve in background threads until the end of the block."""
        self._stopped = threading.Event()
        self._serve()
        threading.Thread(target=self._tick, daemon=True).start()
        self.mock.add_port(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self.mock.remove_port(self)
        self.set_listening(False)

    def set_listening(self, listening: bool) -> None:
        """Start to listen, or refuse connections and close idle ones."""
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
                with suppress(OSError):  # it may have just been closed
                    connection.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        self._serving = threading.Thread(
            target=self.serve_forever, args=(0.05,), daemon=True
        )
        self._serving.start()

    def _tick(self) -> None:
        """Run what is due, also while there are no requests."""
        while not self._stopped.wait(_TICK_INTERVAL):
            self.mock.tick()

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.exception("error on a connection")
