"""Webhook deliveries of WeChat Pay; keys and signatures are made by openssl, independent of the code under test."""

from __future__ import annotations

import json
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

API_V3_KEY = "0123456789abcdefghijklmnopqrstuv"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012024101600000000000001"
NONCES = count(1)


def openssl(*arguments: str | Path, stdin: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *map(str, arguments)], input=stdin, capture_output=True, check=True
    ).stdout


def make_keys(folder: Path) -> None:
    """Write the key pairs of the merchant and of WeChat Pay."""
    for who in ("merchant", "wechatpay"):
        openssl(
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
            "-out",
            folder / f"{who}.pem",
        )
        openssl("pkey", "-in", folder / f"{who}.pem", "-pubout", "-out", folder / f"{who}.pub.pem")


@dataclass(frozen=True)
class Sender:
    """Sender of deliveries, with the key of WeChat Pay in a folder."""

    keys: Path
    serial: str = PUBLIC_KEY_ID

    def envelope(self, name: str, payload: Any, *, key: str = API_V3_KEY, **changes: Any) -> bytes:
        """Return the body of a delivery; a payload of bytes is encrypted unchanged."""
        plaintext = (
            payload
            if isinstance(payload, bytes)
            else json.dumps(payload, ensure_ascii=False).encode()
        )
        ciphertext = AESGCM(key.encode()).encrypt(b"fdasflkja484", plaintext, b"fapiao")
        resource = {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": b64encode(ciphertext).decode(),
            "nonce": "fdasflkja484",
            "associated_data": "fapiao",
        }
        envelope = {
            "id": "EV-2018022511223320873",
            "create_time": "2015-05-20T13:29:35+08:00",
            "resource_type": "encrypt-resource",
            "event_type": name,
            "summary": "发票通知",
            "resource": resource | changes.pop("resource", {}),
        }
        fields = envelope | changes
        present = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(present, ensure_ascii=False).encode()

    def sign(self, body: bytes, *, skew: int = 0, nonce: str | None = None) -> dict[str, str]:
        """Return the headers of a delivery with this body."""
        timestamp, nonce = str(int(time.time()) + skew), nonce or f"nonce{next(NONCES)}"
        message = b"%b\n%b\n%b\n" % (timestamp.encode(), nonce.encode(), body)
        signature = openssl("dgst", "-sha256", "-sign", self.keys / "wechatpay.pem", stdin=message)
        return {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": b64encode(signature).decode(),
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def deliver(self, name: str, payload: Any, **changes: Any) -> tuple[dict[str, str], bytes]:
        """Return headers and body of a delivery."""
        body = self.envelope(name, payload, **changes)
        return self.sign(body), body


def environ(headers: dict[str, str]) -> dict[str, object]:
    """Return the headers as a WSGI environ (RFC 3875, PEP 3333)."""
    variables = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    return {
        "REQUEST_METHOD": "POST",
        "wsgi.multithread": True,
        "wsgi.input": object(),
        "CONTENT_LENGTH": "7",
        **variables,
    }


SHAPES: dict[str, Callable[[dict[str, str]], Any]] = {
    "mapping": lambda headers: headers,
    "lower case": lambda headers: {name.lower(): value for name, value in headers.items()},
    "WSGI": environ,
    "ASGI": lambda headers: [
        (name.lower().encode(), value.encode()) for name, value in headers.items()
    ],
    "pairs": lambda headers: iter(headers.items()),
    "several values": lambda headers: {name: [value] for name, value in headers.items()},
    "bytes": lambda headers: {name.encode(): value.encode() for name, value in headers.items()},
}
