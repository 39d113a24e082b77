"""WeChat Pay's signatures; the judge over ours is the openssl command."""

from __future__ import annotations

import re
import subprocess
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from handmade import calls, errors
from handmade._runtime.auth.wechatpay.scheme import WechatPayV3
from handmade.models.orders import Buyer, Item, Picture
from runtime_keys import private_pem, public_pem, rsa_key
from tests.servers import ReceivedRequest, Server, http_response

Send: TypeAlias = Callable[..., Any]
KEY_ID = "PUB_KEY_ID_0114232134912410000000000000"
CANCEL = calls.orders.cancel("1")


def scheme(**changes: Any) -> WechatPayV3:
    arguments: dict[str, Any] = {
        "mchid": "1900000001",
        "serial_no": "5f1c72e2a8931b72a2e13af8dee92471eb397115",
        "private_key": rsa_key("merchant"),
        "public_key_id": KEY_ID,
        "public_key": rsa_key("platform").public_key(),
    }
    return WechatPayV3(**arguments | changes)


def signed(status: int = 204, body: bytes = b"", **changes: Any) -> bytes:
    """A response signed with `key` as WeChat Pay signs, and changed afterwards."""
    key = changes.pop("key", None) or rsa_key("platform")
    timestamp = str(int(time.time()) + changes.pop("skew", 0))
    message = f"{timestamp}\nnonce\n".encode() + body + b"\n"
    signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    headers: dict[str, Any] = {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": "nonce",
        "Wechatpay-Signature": b64encode(signature).decode(),
        "Wechatpay-Serial": KEY_ID,
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        "Request-ID": "08F78BB5AF0-268443699",
    }
    body = changes.pop("body", body)
    for name, value in changes.items():
        headers["Wechatpay-" + name.title().replace("_", "-")] = value
    lines = [
        (name, one)
        for name, value in headers.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return http_response(status, body, *lines)


# --- requests ---------------------------------------------------------------------------


def openssl_accepts(got: ReceivedRequest, signed_body: bytes, folder: Path) -> bool:
    """Return whether the signature in a request fits the bytes that a server received."""
    authorization = dict(re.findall(r'(\w+)="([^"]*)"', got.header("authorization")))
    head = (
        f"{got.method}\n{got.target}\n{authorization['timestamp']}\n{authorization['nonce_str']}\n"
    )
    (folder / "message").write_bytes(head.encode() + signed_body + b"\n")
    (folder / "signature").write_bytes(b64decode(authorization["signature"]))
    (folder / "public.pem").write_bytes(public_pem(rsa_key("merchant")))
    command = [
        "openssl",
        "dgst",
        "-sha256",
        "-verify",
        "public.pem",
        "-signature",
        "signature",
        "message",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


REQUESTS = {
    "query": calls.orders.query("a b|发/", shop_id="+&=发 '\"", fields=["x", "y"]),
    "json": calls.orders.create(name="发票", items=[Item(sku="A")], extra={"😀": "\u2028"}),
    "empty object": calls.orders.cancel("1"),
    "list": calls.orders.add("1", []),
    "form": calls.orders.login(user="a b", password="p"),
    "parts": calls.orders.upload(meta=Picture(filename="发", sha256="00"), file=b"\x00\r\n--"),
    "raw": calls.orders.put(b"\xff"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_openssl_accepts_our_signatures(
    name: str, server: Server, send: Send, tmp_path: Path
) -> None:
    server.respond_with(http_response(400))
    for _ in range(2):
        with pytest.raises(errors.ApiError):
            send(REQUESTS[name], scheme())
    first, second = server.received
    meta = '{"filename":"发","sha256":"00"}'.encode()
    assert openssl_accepts(first, meta if name == "parts" else first.body, tmp_path)
    assert not openssl_accepts(first, b"other", tmp_path)
    assert first.header("authorization") != second.header("authorization")
    form = (
        r'WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="[0-9A-F]{32}",signature="[0-9A-Za-z+/]{342}==",'
        r'timestamp="\d{10}",serial_no="5F1C72E2A8931B72A2E13AF8DEE92471EB397115"'
    )
    assert re.fullmatch(form, first.header("authorization"))
    assert first.header("wechatpay-serial") == KEY_ID


def test_encrypted_fields_travel_as_cipher_text(server: Server, send: Send, tmp_path: Path) -> None:
    server.respond_with(http_response(400))
    buyer = Buyer(name="x", phone="13800000000")
    for call in (
        calls.orders.create(name="x", items=[Item(sku="A")], buyer=buyer),
        calls.orders.search(phone="13800000000"),
    ):
        with pytest.raises(errors.ApiError):
            send(call, scheme())
    create, search = server.received
    assert b"13800000000" not in create.body + search.head
    cipher = re.search(rb'"phone":"([^"]*)"', create.body)
    assert cipher
    (tmp_path / "key.pem").write_bytes(private_pem(rsa_key("platform")))
    (tmp_path / "cipher").write_bytes(b64decode(cipher[1]))
    command = "openssl pkeyutl -decrypt -inkey key.pem -in cipher -pkeyopt rsa_padding_mode:oaep"
    plain = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=True)
    assert plain.stdout == b"13800000000"
    with pytest.raises(errors.InvalidRequest, match="at most 214 bytes"):
        send(calls.orders.search(phone="1" * 215), scheme())


def test_without_a_key_nothing_is_sent_in_plain_text(server: Server, send: Send) -> None:
    with pytest.raises(errors.ConfigError, match="encrypts a field"):
        send(calls.orders.search(phone="1"))
    assert not server.received


# --- responses ----------------------------------------------------------------------------


def test_signed_responses_are_accepted(server: Server, send: Send) -> None:
    server.respond_with(
        signed(), signed(200, b'{"order_id":"\xe5\x8f\x91","status":"PAID","total":1}')
    )
    assert send(CANCEL, scheme()).request_id == "08F78BB5AF0-268443699"
    assert send(calls.orders.query("1", shop_id="1"), scheme()).value.order_id == "发"


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    # Made when they are sent: a signature holds for 300 seconds.
    "no signature at all": (lambda: http_response(204), "has no Wechatpay-Timestamp"),
    "no serial": (lambda: signed(serial=[]), "has no Wechatpay-Serial"),
    "empty nonce": (lambda: signed(nonce=""), "has no Wechatpay-Nonce"),
    "doubled signature": (
        lambda: signed(signature=["a", "b"]),
        "more than one Wechatpay-Signature",
    ),
    "doubled, one empty": (
        lambda: signed(nonce=["nonce", ""]),
        "more than one Wechatpay-Nonce",
    ),
    "altered nonce": (lambda: signed(nonce="Nonce"), "cannot be verified with the key PUB_KEY_ID_"),
    "altered time": (lambda: signed(timestamp=str(int(time.time()) + 9)), "cannot be verified"),
    "no base 64": (lambda: signed(signature="@@@@"), "cannot be verified"),
    "short signature": (lambda: signed(signature="QUJD"), "cannot be verified"),
    "another key": (lambda: signed(serial="5F1C72E2"), "a key other than the key PUB_KEY_ID_"),
    "another type": (
        lambda: signed(signature_type="WECHATPAY2-SM2-WITH-SM3"),
        "Signature-Type is not",
    ),
    "no time": (lambda: signed(timestamp="now"), "not a number of seconds"),
    "much too late": (lambda: signed(skew=-400), "differs by 300 s or more"),
    "much too early": (lambda: signed(skew=900), "differs by 300 s or more"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_responses_are_rejected(name: str, server: Server, send: Send) -> None:
    create_response, text = REFUSED[name]
    server.respond_with(create_response())
    with pytest.raises(errors.SignatureError, match=text) as caught:
        send(CANCEL, scheme())
    assert (caught.value.outcome, caught.value.status) == ("unknown", 204)


def test_every_flipped_bit_is_seen(server: Server, send: Send) -> None:
    body = b'{"order_id":"1","status":"PAID","total":1}'
    for at in range(0, len(body), 7):
        flipped = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        server.respond_with(signed(200, body).replace(body, flipped))
        with pytest.raises(errors.SignatureError, match="cannot be verified"):
            send(calls.orders.query("1", shop_id="1"), scheme())


def test_the_window_is_exact(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from handmade._runtime.headers import Headers
    from handmade._runtime.http_messages import RawResponse

    lines = signed().split(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    response = RawResponse(204, Headers(line.split(": ") for line in lines), b"")  # type: ignore[misc]
    now = int(response.headers["Wechatpay-Timestamp"])
    verifier = scheme()
    for skew, accepted in ((299, True), (-299, True), (300, False), (-300, False)):
        monkeypatch.setattr(time, "time", lambda skew=skew: now + skew)
        if accepted:
            verifier.verify_signature(response)
        else:
            with pytest.raises(errors.SignatureError):
                verifier.verify_signature(response)


def test_probes_have_a_class_of_their_own(server: Server, send: Send) -> None:
    server.respond_with(signed(signature="WECHATPAY/SIGNTEST/QUJD"))
    with pytest.raises(errors.SignatureProbe):
        send(CANCEL, scheme())


def test_errors_and_downloads_carry_no_signature(server: Server, send: Send) -> None:
    server.respond_with(
        http_response(401, '{"code":"SIGN_ERROR","message":"x"}'), http_response(200, b"raw")
    )
    with pytest.raises(errors.ApiError, match="401 SIGN_ERROR: x"):
        send(CANCEL, scheme())
    assert send(calls.orders.put(b"x"), scheme()).value == b"raw"


# --- mistakes ---------------------------------------------------------------------------

MERCHANT = rsa_key("merchant")
ENCRYPTED = MERCHANT.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
OLD_ENCRYPTED = MERCHANT.private_bytes(
    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"x")
)
EC = private_pem(ec.generate_private_key(ec.SECP256R1()))
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"private_key": CERTIFICATE}, "private_key: this is a certificate; pass the private key"),
    (
        {"private_key": public_pem(MERCHANT)},
        "private_key: this is a public key; pass the private key",
    ),
    ({"private_key": ENCRYPTED}, "private_key: this key is encrypted with a password"),
    ({"private_key": OLD_ENCRYPTED}, "private_key: this key is encrypted with a password"),
    ({"private_key": EC}, "private_key: this is not an RSA key"),
    ({"private_key": private_pem(rsa_key("short", 1024))}, "private_key: 1024 bits are too few"),
    (
        {"private_key": private_pem(MERCHANT)[:900]},
        "private_key: this private key is damaged or cut off",
    ),
    (
        {"private_key": "apiclient_key.pem"},
        "private_key: no PEM text.*; to name a file, pass a Path",
    ),
    (
        {"private_key": Path("/nowhere/key.pem")},
        "private_key: cannot read /nowhere/key.pem: No such file",
    ),
    ({"private_key": Path("/")}, "private_key: cannot read /: Is a directory"),
    ({"private_key": None}, "private_key: expected a Path, PEM text or a key object, got NoneType"),
    (
        {"public_key": private_pem(rsa_key("platform"))},
        "public_key: this is a private key; pass a public key",
    ),
    ({"public_key": CERTIFICATE}, "public_key: this is a certificate; pass a public key"),
    ({"public_key": public_pem(MERCHANT)}, "public_key: this is the merchant's own"),
    (
        {"serial_no": 5},
        "serial_no: expected the serial number of the merchant's certificate as text",
    ),
    ({"serial_no": "5F:1C"}, "serial_no: expected .* without colons"),
    (
        {"public_key_id": "0114232134912410000000000000"},
        "public_key_id: expected .* starts with PUB_KEY_ID_",
    ),
    ({"mchid": 1900000001}, "mchid: expected the merchant ID, digits only"),
]


@pytest.mark.parametrize(("changes", "text"), MISTAKES, ids=[text[:50] for _, text in MISTAKES])
def test_mistakes_are_explained(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(errors.ConfigError, match=text) as caught:
        scheme(**changes)
    assert "BEGIN P" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.outcome == "not_sent"


def test_keys_in_every_form(tmp_path: Path) -> None:
    pem = private_pem(MERCHANT)
    (tmp_path / "key.pem").write_bytes(b"Bag Attributes\n" + pem)
    for key in (pem, pem.decode(), tmp_path / "key.pem", MERCHANT):
        scheme(private_key=key)
    for key in (public_pem(rsa_key("platform")), public_pem(rsa_key("platform")).decode()):
        scheme(public_key=key)
