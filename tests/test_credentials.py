"""Keys and tokens in the committed clients, checked with openssl and a server on raw sockets."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.generated import COMMITTED, imported
from tests.readmes import WEIXIN, blocks_below
from tests.servers import ReceivedRequest, http_response, serving
from tests.test_examples import SERIAL, openssl, sign
from tests.test_examples import keys as keys
from tests.type_checkers import Mypy

API_V3_KEY = "0123456789abcdefghijklmnopqrstuv"
PLATFORM_SERIAL = "7132D72A03E93CDDF8C03BBD1F37EEDF5B6F2A6C"
OAEP = ("-pkeyopt", "rsa_padding_mode:oaep")


def test_a_merchant_with_certificates_decrypts_a_response(keys: Path) -> None:
    subject = ("-subj", "/O=Tenpay.com/CN=Tenpay.com sign")
    pem = openssl(
        "req",
        "-x509",
        "-key",
        keys / "wechatpay.pem",
        "-set_serial",
        f"0x{PLATFORM_SERIAL}",
        "-days",
        "9",
        *subject,
    )
    ciphertext = AESGCM(API_V3_KEY.encode()).encrypt(b"61f9c719728a", pem, b"certificate")
    part = {
        "nonce": "61f9c719728a",
        "associated_data": "certificate",
        "ciphertext": base64.b64encode(ciphertext).decode(),
    }
    phone = openssl(
        "pkeyutl",
        "-encrypt",
        "-pubin",
        "-inkey",
        keys / "merchant.pub.pem",
        *OAEP,
        stdin=b"13800000000",
    )
    buyer = {
        "type": "INDIVIDUAL",
        "name": "x",
        "phone": base64.b64encode(phone).decode(),
        "email": "QUJD",
    }
    documents = {
        "/v3/certificates": {"data": [{"serial_no": PLATFORM_SERIAL, "encrypt_certificate": part}]},
        "": {
            "total_count": 1,
            "fapiao_information": [
                {"fapiao_id": "1", "status": "ISSUED", "buyer_information": buyer}
            ],
        },
    }

    def respond(request: ReceivedRequest) -> bytes:
        body = json.dumps(documents.get(request.target, documents[""])).encode()
        head = [
            (name, PLATFORM_SERIAL if name == "Wechatpay-Serial" else value)
            for name, value in sign(body, keys)
        ]
        return http_response(200, body, *head)

    with serving(respond) as server, imported(COMMITTED["wechatpay"], "wechatpay") as wechatpay:
        credentials = {
            "mchid": "1900000001",
            "serial_no": SERIAL,
            "private_key": keys / "merchant.pem",
            "api_v3_key": API_V3_KEY,
        }
        with wechatpay.WeChatPay(**credentials, hosts=[server.url]) as pay:
            page = pay.fapiao_applications.query("1", sub_mchid="2")
        received_buyer = page.fapiao_information[0].buyer_information
        assert received_buyer.phone == "13800000000"
        assert isinstance(received_buyer.email, wechatpay.CipherText)
        assert "private_key does not match" in received_buyer.email.reason
        assert "13800000000" not in repr(page)
        assert server.received[1].header("wechatpay-serial") == PLATFORM_SERIAL
        assert issubclass(wechatpay.errors.SignatureProbe, wechatpay.errors.SignatureError)


def test_weixin_fetches_stores_and_refreshes_an_access_token(tmp_path: Path) -> None:
    tokens = iter(["T-1", "T-2"])

    def respond(request: ReceivedRequest) -> bytes:
        if request.target == "/cgi-bin/stable_token":
            return http_response(
                200, json.dumps({"access_token": next(tokens), "expires_in": 7200})
            )
        return http_response(
            200,
            (
                '{"errcode":0}'
                if request.target.endswith("access_token=T-2")
                else '{"errcode":42001,"errmsg":"old"}'
            ),
        )

    with serving(respond) as server, imported(COMMITTED["weixin"], "weixin") as weixin:
        store = weixin.FileTokenStore(tmp_path)
        init = weixin.models.ReimburseStatus.INVOICE_REIMBURSE_INIT
        for _ in range(2):
            with weixin.Weixin(
                appid="wx1", secret="s", token_store=store, hosts=[server.url]
            ) as client:
                client.invoice.update_status(card_id="p", code="1", reimburse_status=init)
        paths = [re.sub(r".*[/?]", "", request.target) for request in server.received]
        assert paths == [
            "stable_token",
            "access_token=T-1",
            "stable_token",
            "access_token=T-2",
            "access_token=T-2",
        ]
        with pytest.raises(weixin.errors.ConfigError, match="pass it, or appid and secret"):
            weixin.Weixin()


def test_the_examples_of_token_stores_type_check(tmp_path: Path, mypy: Mypy) -> None:
    """The Redis package is not installed; a stub file replaces it."""
    first, redis = blocks_below("Access tokens", WEIXIN)
    first = first.replace("my_platform.authorizer_access_token()", '"t"')
    use = (
        "\n\nclient = Weixin(appid='wx1', secret='…', token_store=RedisTokenStore(redis.Redis()))\n"
    )
    (tmp_path / "redis.pyi").write_text(
        "class Redis:\n"
        "    def get(self, name: str) -> bytes | None: ...\n"
        "    def set(self, name: str, value: str, ex: int | None = None, nx: bool = False) -> bool | None: ...\n"
        "    def delete(self, *names: str) -> int: ...\n"
    )
    (tmp_path / "example.py").write_text(first + "\n" + redis + use, "utf-8")
    result = mypy("example.py", cwd=tmp_path, path=[COMMITTED["weixin"]])
    assert result.returncode == 0, result.stdout
