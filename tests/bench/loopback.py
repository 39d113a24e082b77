"""Server with one signed response and keep-alive, in a separate process, so that it does not share Python's lock with the clients.

    python -m tests.bench.loopback FOLDER

The folder has `response.json` and `platform.pem`. The server prints its port, and exits at the end of its standard input.
"""

from __future__ import annotations

import sys
import time
from base64 import b64encode
from pathlib import Path
from socket import socket
from typing import Any

from .fapiao import KEY_ID
from .in_process import listen


class _Response:
    """The bytes of the response, signed again every minute."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        self._key: Any = load_pem_private_key((folder / "platform.pem").read_bytes(), None)
        self._body = (folder / "response.json").read_bytes()
        self._made = (0.0, b"")

    def now(self) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        at, client_class = self._made
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
            client_class = head.encode() + self._body
            self._made = (at, client_class)
        return client_class


def _serve(connection: socket, response: _Response) -> None:
    head = b""
    while received := connection.recv(1 << 16):
        head += received
        if head.endswith(b"\r\n\r\n"):  # requests have no body
            head = b""
            connection.sendall(response.now())


if __name__ == "__main__":
    response = _Response(Path(sys.argv[1]))
    listen(lambda connection: _serve(connection, response))
