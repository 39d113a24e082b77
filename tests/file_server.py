"""Server for transfers of files: a process of its own, written on sockets, that stores nothing it can compute.

`PUT /size/<name>` and `POST /…` count and hash the body; `GET /bytes/<size>` sends that many bytes of a known pattern.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = bytes(range(256)) * 256


def pattern(size: int) -> Iterator[bytes]:
    """Yield `size` bytes of the pattern, in blocks."""
    while size > 0:
        yield BLOCK[:size]
        size -= len(BLOCK)


def pattern_hash(size: int, algorithm: str = "sha256") -> str:
    """Return the hash of `size` bytes of the pattern."""
    digest = hashlib.new(algorithm)
    for block in pattern(size):
        digest.update(block)
    return digest.hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        match = re.match(r"/bytes/(\d+)", self.path)
        assert match
        size = int(match[1])
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(size))
        self.end_headers()
        for block in pattern(size):
            self.wfile.write(block)

    def do_PUT(self) -> None:
        digest, size = hashlib.sha256(), 0
        for block in self._blocks():
            digest.update(block)
            size += len(block)
        content = json.dumps({"size": size, "sha256": digest.hexdigest()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_PUT()

    def _blocks(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers["Content-Length"])
        while left:
            block = self.rfile.read(min(left, 1 << 16))
            left -= len(block)
            yield block

    def log_message(self, *_: object) -> None: ...


@contextmanager
def file_server() -> Iterator[str]:
    """Run the server in a process of its own; the value is its URL."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
