"""The documented query of electronic fapiao for benchmarks: the call, its response, and the keys of both sides."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from .projects import ROOT

APPLICATION = "4200000444201910177461284488"
MERCHANT = "1900000001"
SUB_MERCHANT = "1900000109"
SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
KEY_ID = "PUB_KEY_ID_0119000000012024101600000000000001"
PATH = f"/v3/new-tax-control-fapiao/fapiao-applications/{APPLICATION}"


def package() -> Any:
    """The committed client."""
    sys.path.insert(0, str(ROOT / "generated" / "wechatpay"))
    return import_module("wechatpay")


def response() -> bytes:
    """Return the documented response without its encrypted fields, whose decryption costs all clients the same."""
    from specloom.spec import load

    api = load(ROOT / "specs" / "wechatpay", "specs/wechatpay").api
    endpoint = next(
        one for one in api.all_endpoints() if one.qualified == "fapiao_applications.query"
    )
    value = endpoint.examples[0].response
    assert value
    body: Any = json.loads(json.dumps(value.json, default=str))
    for fapiao in body["fapiao_information"]:
        for name in ("phone", "email"):
            fapiao["buyer_information"].pop(name, None)
    return json.dumps(body, ensure_ascii=False).encode()


def make_keys(folder: Path) -> None:
    """Create `merchant.pem` and `platform.pem`, and the public key of each as `….pub.pem`."""
    for who in ("merchant", "platform"):
        key = folder / f"{who}.pem"
        _openssl(
            "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(key)
        )
        _openssl("pkey", "-in", str(key), "-pubout", "-out", str(folder / f"{who}.pub.pem"))


def _openssl(*arguments: str) -> None:
    subprocess.run(("openssl", *arguments), check=True, capture_output=True)


def client(client_class: Any, folder: Path, url: str) -> Any:
    """Create a client, `WeChatPay` or `AsyncWeChatPay`, for a local server."""
    return client_class(
        mchid=MERCHANT,
        serial_no=SERIAL,
        private_key=folder / "merchant.pem",
        public_key_id=KEY_ID,
        public_key=folder / "platform.pub.pem",
        hosts=[url],
    )
