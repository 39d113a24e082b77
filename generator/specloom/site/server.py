"""Local server of the site, which builds it again when a generated page changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from ..config import ClientConfig
from ..diagnostics import UsageError
from ..watch import POLL_INTERVAL, saved_snapshot, snapshot
from .clients import docs_folder

HOST = "127.0.0.1"


def serve(
    out: Path, clients: Sequence[ClientConfig], port: int, rebuild: Callable[[], str]
) -> Iterator[str]:
    """Serve the folder until interrupted; yield the address, and what `rebuild` returns after each change."""
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(out)))
    except OSError as error:
        raise UsageError(
            f"cannot listen on {HOST}:{port}: {error.strerror}; choose another port with --port"
        ) from None
    paths = [str(docs_folder(client)) for client in clients]
    seen = snapshot(paths)
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}/ serves the site; press Ctrl-C to stop\n"
        try:
            while True:
                time.sleep(POLL_INTERVAL)
                if snapshot(paths) != seen:
                    seen = saved_snapshot(paths)
                    yield rebuild()
        finally:
            server.shutdown()


class _Handler(SimpleHTTPRequestHandler):
    """Handler without a log of requests; browsers ask again for each page."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass
