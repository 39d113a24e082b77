"""WeChat Pay's side of a conversation: its certificates, made by openssl, and how it gives them out."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from runtime_keys import private_pem, rsa_key
from test_wechatpay import signed
from tests.servers import ReceivedRequest, http_response

API_V3_KEY = "0123456789abcdefghijklmnopqrstuv"
DOWNLOAD = "/v3/certificates"


@cache
def certificate(
    who: str, serial: str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", days: int = 30
) -> bytes:
    """A certificate of somebody's RSA key, as PEM, valid from now on for so many days."""
    command = f"openssl req -x509 -key /dev/stdin -days {days} -set_serial 0x{serial} -subj /O=Tenpay.com/CN={who}"
    return subprocess.run(
        command.split(), input=private_pem(rsa_key(who)), capture_output=True, check=True
    ).stdout


def serial_of(pem: bytes) -> str:
    """A certificate's serial number as openssl prints it."""
    printed = subprocess.run(
        ["openssl", "x509", "-noout", "-serial"], input=pem, capture_output=True, check=True
    )
    return printed.stdout.decode().strip().removeprefix("serial=")


def encrypted_certificate(pem: bytes, key: str = API_V3_KEY) -> dict[str, Any]:
    """A certificate as the download brings it."""
    ciphertext = AESGCM(key.encode()).encrypt(b"61f9c719728a", pem, b"certificate")
    return {
        "serial_no": serial_of(pem),
        "effective_time": "2018-06-08T10:34:56+08:00",
        "expire_time": "2038-12-08T10:34:56+08:00",
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": "61f9c719728a",
            "associated_data": "certificate",
            "ciphertext": b64encode(ciphertext).decode(),
        },
    }


@dataclass
class ServerAuth:
    """Responds with 204, signed by `signer`; to the download with `certificates`, signed by `voucher`."""

    certificates: list[bytes]
    signer: str
    serial: str
    voucher: str = ""
    voucher_serial: str = ""
    download: bytes | None = None
    """Replaces the response to the download."""
    before: Callable[[], None] = field(default=lambda: None)
    """Called before the response to a download."""

    def __call__(self, got: ReceivedRequest) -> bytes:
        if got.target != DOWNLOAD:
            return signed(key=rsa_key(self.signer), serial=self.serial)
        self.before()
        if self.download is not None:
            return self.download
        body = json.dumps(
            {"data": [encrypted_certificate(pem) for pem in self.certificates]}
        ).encode()
        voucher = rsa_key(self.voucher or self.signer)
        return signed(200, body, key=voucher, serial=self.voucher_serial or self.serial)


def no_certificates() -> bytes:
    """What a merchant without certificates is told."""
    return http_response(404, '{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书"}')
