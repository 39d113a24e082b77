"""Platform certificates, and the move from them to the public key. openssl makes the certificates."""

from __future__ import annotations

import json
import math
import re
import subprocess
import time
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from handmade import Shop, calls, errors
from handmade._runtime.auth.aes_gcm import decrypt
from handmade._runtime.auth.wechatpay.scheme import WechatPayV3
from handmade.models.orders import Buyer, Item
from runtime_keys import private_pem, public_pem, rsa_key
from test_wechatpay import KEY_ID, openssl_accepts, scheme, signed
from tests.servers import Reset, Server, Wait, http_response
from wechatpay_side import (
    API_V3_KEY,
    DOWNLOAD,
    ServerAuth,
    certificate,
    encrypted_certificate,
    no_certificates,
)

Send: TypeAlias = Callable[..., Any]
CANCEL = calls.orders.cancel("1")
SERIAL = "0A57F09EFDC096DE15EBE81A47057A7232F1B8E1"
NEWER = "1157F09EFDC096DE15EBE81A47057A7232F1B8E2"
OLD = certificate("old", SERIAL)
NEW = certificate("new", NEWER, days=60)


def without_public_key(**changes: Any) -> WechatPayV3:
    nothing: dict[str, Any] = {"public_key_id": None, "public_key": None, "api_v3_key": API_V3_KEY}
    return scheme(**nothing | changes)


def downloads(server: Server) -> int:
    return len([got for got in server.received if got.target == DOWNLOAD])


# --- getting them -------------------------------------------------------------------------


def test_certificates_are_downloaded_before_the_first_call(
    server: Server, send: Send, tmp_path: Path
) -> None:
    server.respond_with(ServerAuth([OLD], "old", SERIAL))
    merchant = without_public_key()
    for _ in range(3):
        send(CANCEL, merchant)
    download, *rest = server.received
    assert (download.line, downloads(server)) == (f"GET {DOWNLOAD} HTTP/1.1", 1)
    assert openssl_accepts(download, b"", tmp_path)
    assert download.headers("wechatpay-serial") == []
    assert [got.header("wechatpay-serial") for got in rest] == [SERIAL] * 3


def test_the_one_valid_for_longest_is_used_and_all_verify(
    server: Server, send: Send, tmp_path: Path
) -> None:
    merchant = without_public_key()
    # Zeros at the front and case mean nothing: serial numbers are numbers.
    for who, serial in (("old", SERIAL), ("old", SERIAL.lower().lstrip("0")), ("new", NEWER)):
        server.respond_with(ServerAuth([NEW, OLD], who, serial))
        send(CANCEL, merchant)
    assert server.received[-1].header("wechatpay-serial") == NEWER
    server.respond_with(http_response(400))
    buyer = Buyer(name="x", phone="13800000000")
    with pytest.raises(errors.ApiError):
        send(calls.orders.create(name="x", items=[Item(sku="A")], buyer=buyer), merchant)
    sent = server.received[-1]
    assert sent.header("wechatpay-serial") == NEWER
    assert buyer.phone == "13800000000"
    cipher = re.search(rb'"phone":"([^"]*)"', sent.body)
    assert cipher
    (tmp_path / "key.pem").write_bytes(private_pem(rsa_key("new")))
    command = "openssl pkeyutl -decrypt -inkey key.pem -pkeyopt rsa_padding_mode:oaep"
    plain = subprocess.run(
        command.split(), cwd=tmp_path, input=b64decode(cipher[1]), capture_output=True, check=True
    )
    assert plain.stdout == b"13800000000"


def test_a_new_one_is_downloaded_when_it_signs(server: Server, send: Send) -> None:
    merchant = without_public_key()
    server.respond_with(ServerAuth([OLD], "old", SERIAL))
    send(CANCEL, merchant)
    server.respond_with(ServerAuth([OLD, NEW], "new", NEWER))
    merchant._keys._cools_until -= 60
    send(CANCEL, merchant)
    assert downloads(server) == 2
    send(CANCEL, merchant)
    assert server.received[-1].header("wechatpay-serial") == NEWER
    assert downloads(server) == 2


def test_a_storm_of_unknown_serials_is_one_download_a_minute(server: Server) -> None:
    merchant = without_public_key(platform_certificates=[OLD])
    merchant._keys._refreshed_at = time.monotonic()
    server.respond_with(ServerAuth([OLD, NEW], "new", NEWER, before=lambda: time.sleep(0.3)))
    with Shop(merchant, hosts=[server.url]) as shop, ThreadPoolExecutor(40) as pool:
        assert [each.status for each in pool.map(lambda _: shop.send(CANCEL), range(100))] == [
            204
        ] * 100
        assert downloads(server) == 1
        # A serial that is made up brings about no more of them, until a minute has passed.
        server.respond_with(ServerAuth([OLD, NEW], "new", "ABC", voucher_serial=NEWER))
        for passed, count in ((0, 1), (59, 1), (1, 2)):
            merchant._keys._cools_until -= passed
            for _ in range(3):
                with pytest.raises(errors.SignatureError, match="a key other than the certificate"):
                    shop.send(CANCEL)
            assert downloads(server) == count


FAILED_DOWNLOADS: dict[str, Callable[[], Any]] = {
    # Made when they are sent: a signature holds for 300 seconds.
    "down": lambda: [Reset],
    "broken": lambda: http_response(500, "nonsense"),
    "html": lambda: http_response(200, "<html>"),
    "nothing in it": lambda: signed(200, b"{}", key=rsa_key("old"), serial=SERIAL),
    "wrong key": lambda: signed(
        200,
        json.dumps({"data": [encrypted_certificate(NEW, "x" * 32)]}).encode(),
        key=rsa_key("old"),
        serial=SERIAL,
    ),
    "unsigned": lambda: http_response(200, json.dumps({"data": [encrypted_certificate(NEW)]})),
    "signed by nobody known": lambda: signed(
        200,
        json.dumps({"data": [encrypted_certificate(OLD)]}).encode(),
        key=rsa_key("new"),
        serial=NEWER,
    ),
    "forged": lambda: signed(
        200,
        json.dumps({"data": [encrypted_certificate(OLD)]}).encode(),
        key=rsa_key("new"),
        serial=SERIAL,
    ),
}


@pytest.mark.parametrize("name", FAILED_DOWNLOADS)
def test_a_failed_download_harms_nothing(name: str, server: Server, send: Send) -> None:
    merchant = without_public_key()
    server.respond_with(ServerAuth([OLD], "old", SERIAL))
    send(CANCEL, merchant)
    failed = FAILED_DOWNLOADS[name]()
    side = ServerAuth([], "new", NEWER)
    server.respond_with(lambda got: failed if got.target == DOWNLOAD else side(got))
    merchant._keys._cools_until -= 60
    with pytest.raises(errors.SignatureError) as caught:
        send(CANCEL, merchant)
    assert caught.value.outcome == "unknown"
    server.respond_with(ServerAuth([], "old", SERIAL, download=http_response(500)))
    assert send(CANCEL, merchant).status == 204


def test_certificates_grow_old(server: Server, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    merchant = without_public_key()
    server.respond_with(ServerAuth([OLD], "old", SERIAL))
    send(CANCEL, merchant)
    merchant._keys._refreshed_at -= 13 * 3600
    merchant._keys._cools_until -= 61
    server.respond_with(ServerAuth([NEW], "old", SERIAL, download=http_response(500)))
    send(CANCEL, merchant)  # the old ones are kept
    assert downloads(server) == 3  # the first, and this one with its repetition
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 31 * 86400)
    server.respond_with(ServerAuth([OLD, NEW], "new", NEWER))
    send(CANCEL, merchant)
    server.respond_with(ServerAuth([OLD, NEW], "old", SERIAL))
    with pytest.raises(errors.SignatureError, match="a key other than"):
        send(CANCEL, merchant)  # an expired certificate is not used


BEGINNINGS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        no_certificates,
        errors.ApiError,
        "404 RESOURCE_NOT_EXISTS: the platform certificates: .*\n.*pass public_key_id",
    ),
    (
        FAILED_DOWNLOADS["wrong key"],
        errors.ConfigError,
        "certificates: they cannot be decrypted with api_v3_key; .*not the APIv2",
    ),
    (
        FAILED_DOWNLOADS["unsigned"],
        errors.SignatureError,
        "certificates: .*has no Wechatpay-Timestamp",
    ),
    (
        FAILED_DOWNLOADS["forged"],
        errors.SignatureError,
        "certificates: .*its signature cannot be verified with any known key",
    ),
    (
        lambda: http_response(401, '{"code":"SIGN_ERROR","message":"x"}'),
        errors.ApiError,
        "401 SIGN_ERROR: the platform certificates: x",
    ),
    (
        lambda: http_response(200, '{"data":[{}]}'),
        errors.ProtocolError,
        "certificates: the response does not match its documentation",
    ),
]


@pytest.mark.parametrize(
    ("download", "kind", "text"), BEGINNINGS, ids=[text for _, _, text in BEGINNINGS]
)
def test_without_any_nothing_is_sent(
    download: Callable[[], Any], kind: type[Exception], text: str, server: Server, send: Send
) -> None:
    server.respond_with(download())
    with pytest.raises(kind, match=text) as caught:
        send(CANCEL, without_public_key())
    assert caught.value.outcome == "not_sent"  # type: ignore[attr-defined]
    assert {got.target for got in server.received} == {DOWNLOAD}


def test_certificates_given_by_hand(
    server: Server, send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "both.pem").write_bytes(OLD + NEW)
    merchant = without_public_key(api_v3_key=None, platform_certificates=[tmp_path / "both.pem"])
    server.respond_with(ServerAuth([], "old", SERIAL))
    send(CANCEL, merchant)
    assert server.received[0].header("wechatpay-serial") == NEWER
    server.respond_with(ServerAuth([], "old", "ABC"))
    with pytest.raises(
        errors.SignatureError, match=f"certificate {SERIAL} or the certificate {NEWER}"
    ):
        send(CANCEL, merchant)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 61 * 86400)
    with pytest.raises(
        errors.ConfigError,
        match="platform_certificates: all are expired or not yet valid; pass newer ones, or api_v3",
    ):
        send(CANCEL, merchant)
    assert downloads(server) == 0


# --- the move to the public key ----------------------------------------------------------


def test_with_a_public_key_alone_nothing_is_downloaded(server: Server, send: Send) -> None:
    for serial in (SERIAL, "PUB_KEY_ID_0000000000000000000000000001", "PUB_KEY_ID_ABC"):
        server.respond_with(ServerAuth([OLD], "old", serial))
        with pytest.raises(errors.SignatureError, match=f"a key other than the key {KEY_ID}"):
            send(CANCEL, scheme())
    assert downloads(server) == 0


def test_the_migration(server: Server, send: Send) -> None:
    merchant = scheme(api_v3_key=API_V3_KEY)
    server.respond_with(signed())
    send(CANCEL, merchant)
    assert downloads(server) == 0
    # Some responses still come with a certificate's signature.
    server.respond_with(ServerAuth([OLD], "old", SERIAL))
    send(CANCEL, merchant)
    send(CANCEL, merchant)
    assert downloads(server) == 1
    # The download may be signed with the public key, which its request asked for.
    merchant = scheme(api_v3_key=API_V3_KEY)
    server.respond_with(ServerAuth([OLD], "old", SERIAL, voucher="platform", voucher_serial=KEY_ID))
    send(CANCEL, merchant)
    assert {got.header("wechatpay-serial") for got in server.received} == {KEY_ID}
    # Who has none is not asked for them again and again.
    merchant = scheme(api_v3_key=API_V3_KEY)
    server.respond_with(ServerAuth([], "old", SERIAL, download=no_certificates()))
    for passed in (0, 61):
        merchant._keys._cools_until -= passed
        with pytest.raises(errors.SignatureError):
            send(CANCEL, merchant)
    assert downloads(server) == 3
    # An id of a public key is never taken for a certificate's number.
    merchant = scheme(api_v3_key=API_V3_KEY)
    server.respond_with(ServerAuth([OLD], "old", "PUB_KEY_ID_0A57"))
    with pytest.raises(errors.SignatureError, match="pass the public_key_id and public_key"):
        send(CANCEL, merchant)
    assert downloads(server) == 3


# --- mistakes -----------------------------------------------------------------------------

NOTHING: dict[str, Any] = {"public_key": None, "public_key_id": None}
EC = subprocess.run(
    [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "/dev/null",
        "-subj",
        "/CN=x",
    ],
    capture_output=True,
    check=True,
).stdout
MISTAKES: list[tuple[dict[str, Any], str]] = [
    (NOTHING, "public_key: pass public_key_id and public_key, .*; or pass api_v3_key, if"),
    ({"public_key": None}, "public_key: missing; pass public_key and"),
    ({"public_key_id": None}, "public_key_id: missing; pass public_key and"),
    ({"api_v3_key": "short"}, "api_v3_key: expected the APIv3 key .* 32 characters"),
    ({"api_v3_key": "发" * 32}, "api_v3_key: expected the APIv3 key .* 32 characters"),
    ({"api_v3_key": 5}, "api_v3_key: expected the APIv3 key"),
    ({"platform_certificates": OLD}, "platform_certificates: expected a list"),
    (
        {"platform_certificates": [OLD[:500]]},
        "platform_certificates: this certificate is damaged or cut off",
    ),
    (
        {"platform_certificates": [EC]},
        "platform_certificates: this certificate is not for an RSA key",
    ),
    (
        {"platform_certificates": [public_pem(rsa_key("old"))]},
        "platform_certificates: this is a public key; pass a cert",
    ),
    (
        {"platform_certificates": [certificate("merchant")]},
        "platform_certificates: one is the merchant's own",
    ),
    (
        {"public_key": OLD},
        "public_key: this is a certificate; pass a public key, .* such as pub_key.pem",
    ),
    ({"former_private_keys": [OLD]}, "former_private_keys: this is a certificate"),
    ({"former_private_keys": rsa_key("merchant")}, "former_private_keys: expected a list"),
]


@pytest.mark.parametrize(("changes", "text"), MISTAKES, ids=[text for _, text in MISTAKES])
def test_mistakes_are_explained(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(errors.ConfigError, match=text) as caught:
        scheme(**changes)
    assert not re.search("BEGIN C|BEGIN PUBLIC KEY-----.", str(caught.value))
    assert "\n" not in str(caught.value)


# --- AES-GCM ------------------------------------------------------------------------------


def test_known_plaintexts() -> None:
    """Vectors of WeChat Pay's own SDKs for Java and Go."""
    key, nonce = b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb", "uluk4a9R25RW"
    ciphertext = "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI="
    assert decrypt(key, nonce, "associatedData", ciphertext) == b"message"
    of_go = (
        "wCq51qZv4Yfg",
        "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8",
        "FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC",
    )
    assert decrypt(b"testAPIv3Key0000", *of_go) == b"Hello World"
    for altered in (
        (b"b" + key[1:], nonce, "associatedData"),
        (key, nonce[:-1] + "X", "associatedData"),
        (key, nonce, ""),
    ):
        with pytest.raises(ValueError, match="altered, or encrypted with another key"):
            decrypt(*altered, ciphertext)
    with pytest.raises(ValueError, match="altered"):
        decrypt(key, nonce, "associatedData", "@")


def test_a_slow_download_keeps_nobody_beyond_the_deadline(server: Server, send: Send) -> None:
    server.respond_with([Wait(9)])
    start = time.monotonic()
    with pytest.raises(errors.DeadlineExceeded, match="deadline") as caught:
        send(CANCEL, without_public_key(), deadline=0.3)
    assert (caught.value.outcome, time.monotonic() - start < 1) == ("not_sent", True)


GONE: list[tuple[bytes, bool]] = [
    # response to the download; whether the client waits half a day if it has no certificate
    (no_certificates(), True),
    (http_response(404, '{"code":"NOT_FOUND","message":"m"}'), True),
    (http_response(404, "<html>no such page"), False),
    (http_response(404, '{"code":"ROUTE_MISSING","message":"m"}'), False),
    (http_response(403, '{"code":"NO_AUTH","message":"m"}'), False),
]


@pytest.mark.parametrize("had", [False, True])
@pytest.mark.parametrize(("download", "rests"), GONE)
def test_one_answer_does_not_end_all_refreshes(
    download: bytes, rests: bool, had: bool, server: Server, send: Send
) -> None:
    """Certificates that came once are there: a later 404 is a mistake, which is gone a minute later."""
    merchant = without_public_key(platform_certificates=[OLD])
    merchant._keys._refreshed_at = time.monotonic() if had else -math.inf
    server.respond_with(ServerAuth([], "new", NEWER, download=download))
    with pytest.raises(errors.SignatureError):
        send(CANCEL, merchant)
    server.respond_with(ServerAuth([OLD, NEW], "new", NEWER, voucher="old", voucher_serial=SERIAL))
    merchant._keys._cools_until -= 60
    if rests and not had:
        with pytest.raises(errors.SignatureError):
            send(CANCEL, merchant)
    else:
        assert send(CANCEL, merchant).status == 204
