"""Hand-written client for one signed and verified call with httpx, as the reference for specloom's clients.

It has the steps of the documentation only: sign the request, send it, verify the response, decode it into the same types.
"""

from __future__ import annotations

import secrets
import time
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from .fapiao import KEY_ID, MERCHANT, PATH, SERIAL, SUB_MERCHANT


class ByHand:
    """The steps before and after sending, for sync and async clients."""

    def __init__(self, folder: Path, response: Any) -> None:
        self._private: Any = load_pem_private_key((folder / "merchant.pem").read_bytes(), None)
        self._public: Any = load_pem_public_key((folder / "platform.pub.pem").read_bytes())
        self._decoder: Any = msgspec.json.Decoder(response)

    def sign(self) -> dict[str, str]:
        timestamp, nonce = int(time.time()), secrets.token_hex(16).upper()
        message = f"GET\n{PATH}?sub_mchid={SUB_MERCHANT}\n{timestamp}\n{nonce}\n\n".encode()
        signature = b64encode(
            self._private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        ).decode()
        return {
            "Accept": "application/json",
            "Wechatpay-Serial": KEY_ID,
            "Authorization": (
                f'WECHATPAY2-SHA256-RSA2048 mchid="{MERCHANT}",nonce_str="{nonce}",signature="{signature}",'
                f'timestamp="{timestamp}",serial_no="{SERIAL}"'
            ),
        }

    def read(self, response: httpx.Response) -> Any:
        response.raise_for_status()
        headers, body = response.headers, response.content
        if (
            headers["Wechatpay-Serial"] != KEY_ID
            or abs(time.time() - int(headers["Wechatpay-Timestamp"])) >= 300
        ):
            raise ValueError("invalid signature")
        message = (
            f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode()
            + body
            + b"\n"
        )
        self._public.verify(
            b64decode(headers["Wechatpay-Signature"]), message, padding.PKCS1v15(), hashes.SHA256()
        )
        return self._decoder.decode(body)

    def call(self, client: httpx.Client) -> Any:
        return self.read(client.get(PATH, params={"sub_mchid": SUB_MERCHANT}, headers=self.sign()))

    async def call_async(self, client: httpx.AsyncClient) -> Any:
        return self.read(
            await client.get(PATH, params={"sub_mchid": SUB_MERCHANT}, headers=self.sign())
        )
