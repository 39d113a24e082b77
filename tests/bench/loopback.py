"""A server in a process of its own, so that it does not take turns with the clients: one signed answer, over kept connections.

    python -m tests.bench.loopback FOLDER

The folder has `answer.json` and `platform.pem`; the port is printed. It ends with its standard input.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY, create_server, socket
from typing import Any

from .fapiao import KEY_ID
from .processes import Failed
from .projects import ROOT


@contextmanager
def serving(folder: Path) -> Generator[str, None, None]:
    """The URL of a server that runs for as long as the context."""
    command = (sys.executable, "-m", "tests.bench.loopback", str(folder))
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        port = process.stdout.readline().strip()
        if not port:
            raise Failed("the server of the benchmark did not start")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()


class _Answer:
    """The bytes of the answer, signed anew every minute."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        self._key: Any = load_pem_private_key((folder / "platform.pem").read_bytes(), None)
        self._body = (folder / "answer.json").read_bytes()
        self._made = (0.0, b"")

    def now(self) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        at, made = self._made
        if time.time() - at > 60:
            at = time.time()
            message = b"%d\n%b\n%b\n" % (at, b"N" * 32, self._body)
            signature = b64encode(
                self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
            ).decode()
            head = (
                "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nRequest-ID: 08F78BB5AF0610D302-0\r\n"
                f"Wechatpay-Nonce: {'N' * 32}\r\nWechatpay-Timestamp: {int(at)}\r\nWechatpay-Serial: {KEY_ID}\r\n"
                f"Wechatpay-Signature: {signature}\r\nWechatpay-Signature-Type: WECHATPAY2-SHA256-RSA2048\r\n"
                f"Content-Length: {len(self._body)}\r\n\r\n"
            )
            made = head.encode() + self._body
            self._made = (at, made)
        return made


def _serve(connection: socket, answer: _Answer) -> None:
    connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    head = b""
    while received := connection.recv(1 << 16):
        head += received
        if head.endswith(b"\r\n\r\n"):  # requests come without a body
            head = b""
            connection.sendall(answer.now())


def main() -> None:
    """Serve until standard input ends."""
    answer = _Answer(Path(sys.argv[1]))
    with create_server(("127.0.0.1", 0), backlog=128) as listener:
        print(listener.getsockname()[1], flush=True)

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=_serve, args=(connection, answer), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()


if __name__ == "__main__":
    main()
