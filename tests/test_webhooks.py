"""Tests of webhook events: deliveries are verified over their raw bytes before anything is parsed.

Signatures are made by openssl. Most tests run with a sync and an async client.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.deliveries import API_V3_KEY, PUBLIC_KEY_ID, SHAPES, Sender, make_keys, openssl
from tests.generated import CASES, ROOT, api_of, imported, write

Receive: TypeAlias = Callable[..., Any]
NOTICE = {
    "mchid": "1",
    "fapiao_apply_id": "2",
    "fapiao_information": [{"fapiao_id": "3", "fapiao_status": "ISSUED"}],
}
EXAMPLES = [
    pytest.param(event, example, id=event.name)
    for event in api_of("wechatpay").all_events()
    for example in event.examples
]
HOSTILE = [
    b"[" * 200_000,
    b"\xff\xfe",
    b'{"a":1e999999999}',
    b"",
    b'{"resource":{"ciphertext":"AAAA"}}',
    b"<!DOCTYPE html>",
]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("wechatpay")
    write(ROOT / "specs" / "wechatpay", folder)
    with imported(folder, "wechatpay") as module:
        yield module


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder)
    return Sender(folder)


@cache
def private_key(file: Path) -> Any:
    """Return the key in a file. Loading it takes 25 ms, longer than most tests."""
    return load_pem_private_key(file.read_bytes(), None)


def credentials(sender: Sender, **changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "mchid": "1900000001",
        "serial_no": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
        "private_key": private_key(sender.keys / "merchant.pem"),
        "public_key_id": PUBLIC_KEY_ID,
        "public_key": sender.keys / "wechatpay.pub.pem",
        "api_v3_key": API_V3_KEY,
    }
    return arguments | changes


@pytest.fixture(params=["sync", "async"])
def receive(request: pytest.FixtureRequest, package: ModuleType, sender: Sender) -> Receive:
    """Function that receives a delivery with a sync or an async client, which has replay protection."""
    client = (package.WeChatPay if request.param == "sync" else package.AsyncWeChatPay)(
        **credentials(sender)
    )

    def run(headers: Any, body: Any, **options: Any) -> Any:
        event = client.webhooks.with_options(**options).receive(headers, body)
        return asyncio.run(event) if request.param == "async" else event

    return run


# --- valid deliveries ---------------------------------------------------------------


@pytest.mark.parametrize(("event", "example"), EXAMPLES)
def test_every_documented_event_is_decoded(
    event: Any, example: Any, receive: Receive, sender: Sender, package: ModuleType
) -> None:
    decoded = receive(*sender.deliver(event.name, example.payload.json))
    assert type(decoded) is getattr(package.events, event.class_name)
    assert (decoded.name, decoded.id, decoded.summary) == (
        event.name,
        "EV-2018022511223320873",
        "发票通知",
    )
    assert decoded.create_time == datetime.fromisoformat("2015-05-20T13:29:35+08:00")
    assert json.loads(decoded.content) == example.payload.json
    encoded = msgspec.json.decode(msgspec.json.encode(decoded.payload))
    assert {
        name: value for name, value in encoded.items() if value is not None
    } == example.payload.json
    assert decoded.acknowledge() == (204, {}, b"")
    [number] = [
        example.payload.json[name]
        for name in ("fapiao_apply_id", "out_trade_no")
        if name in example.payload.json
    ]
    assert number not in repr(decoded).replace(repr(decoded.payload), "")


@pytest.mark.parametrize("shape", SHAPES)
def test_headers_of_any_framework_are_accepted(
    shape: str, receive: Receive, sender: Sender
) -> None:
    headers, body = sender.deliver("FAPIAO.ISSUED", NOTICE)
    assert receive(SHAPES[shape](headers), body).payload.mchid == "1"


def test_an_unknown_event_has_its_payload(
    receive: Receive, sender: Sender, package: ModuleType
) -> None:
    event = receive(*sender.deliver("COUPON.SEND", {"secret": [1.5, None]}))
    assert isinstance(event, package.events.UnknownEvent)
    assert (event.name, float(event.payload["secret"][0])) == ("COUPON.SEND", 1.5)
    assert json.loads(event.content) == {"secret": [1.5, None]}
    assert "secret" not in repr(event)


def test_a_mismatch_is_logged_or_raised_if_strict(
    receive: Receive, sender: Sender, package: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    payload = NOTICE | {"fapiao_information": {"fapiao_id": "3"}, "added": "later"}
    event = receive(
        *sender.deliver("FAPIAO.ISSUED", payload, create_time="yesterday", summary=None)
    )
    assert event.payload.fapiao_information == {"fapiao_id": "3"}
    assert (event.create_time, event.summary) == (None, None)
    assert "FAPIAO.ISSUED: event not as documented" in caplog.text
    strict = package.WeChatPay(**credentials(sender), strict=True)
    with pytest.raises(package.errors.MalformedEvent, match="fapiao_information"):
        strict.webhooks.receive(*sender.deliver("FAPIAO.ISSUED", payload))


def test_an_invalid_character_is_replaced(
    receive: Receive, sender: Sender, package: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    """In the envelope and in the payload; the signature is verified over the raw bytes."""
    payload = json.dumps(NOTICE | {"mchid": "1\ud83d"}).encode()
    body = sender.envelope("FAPIAO.ISSUED", payload, summary="cut").replace(b'"cut"', b'"\xe5\x8f"')
    event = receive(sender.sign(body), body)
    assert (event.payload.mchid, event.summary) == ("1\ufffd", "\ufffd")
    assert event.content == payload
    assert (
        caplog.text.count("lone surrogate, replaced by U+FFFD"),
        caplog.text.count("not UTF-8, replaced by U+FFFD"),
    ) == (1, 1)
    strict = package.WeChatPay(**credentials(sender), strict=True)
    with pytest.raises(package.errors.MalformedEvent, match="lone surrogate"):
        strict.webhooks.receive(*sender.deliver("FAPIAO.ISSUED", payload))


def test_an_unknown_certificate_is_downloaded(package: ModuleType, sender: Sender) -> None:
    """With platform certificates, receiving may send a request to WeChat Pay."""
    serial = "7132D72A03E93CDDF8C03BBD1F37EEDF31E39B4F"
    pem = openssl(
        "req",
        "-x509",
        "-key",
        sender.keys / "wechatpay.pem",
        "-set_serial",
        f"0x{serial}",
        "-subj",
        "/CN=Tenpay",
    )
    resource = json.loads(Sender(sender.keys).envelope("", pem))["resource"]
    body = json.dumps({"data": [{"serial_no": serial, "encrypt_certificate": resource}]}).encode()
    platform = Sender(sender.keys, serial)
    requests: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request.url.path)
        return httpx.Response(200, headers=platform.sign(body), content=body)

    arguments = credentials(sender, public_key=None, public_key_id=None) | {
        "transport": httpx.MockTransport(respond)
    }
    for _ in range(2):
        pay = package.WeChatPay(**arguments)
        assert pay.webhooks.receive(*platform.deliver("FAPIAO.ISSUED", NOTICE)).payload.mchid == "1"
        pay = package.AsyncWeChatPay(**arguments)
        assert (
            asyncio.run(
                pay.webhooks.receive(*platform.deliver("FAPIAO.ISSUED", NOTICE))
            ).payload.mchid
            == "1"
        )
    assert requests == ["/v3/certificates"] * 4


# --- forged and replayed deliveries ----------------------------------------------------------


@pytest.fixture(scope="module")
def real(sender: Sender) -> tuple[dict[str, str], bytes]:
    return sender.deliver("FAPIAO.ISSUED", NOTICE | {"remark": "a “text” with 发票 & <tags>"})


@pytest.fixture(scope="module")
def pay(package: ModuleType, sender: Sender) -> Any:
    return package.WeChatPay(**credentials(sender))


def flipped(value: bytes, bit: int) -> bytes:
    at = bit // 8 % len(value)
    return value[:at] + bytes([value[at] ^ 1 << bit % 8]) + value[at + 1 :]


ORDINARY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300
)


@ORDINARY
@given(
    location=st.sampled_from(
        [
            "body",
            "Wechatpay-Timestamp",
            "Wechatpay-Nonce",
            "Wechatpay-Signature",
            "Wechatpay-Serial",
        ]
    ),
    bit=st.integers(0, 1 << 20),
)
def test_a_flipped_bit_is_rejected(
    location: str, bit: int, real: tuple[dict[str, str], bytes], pay: Any, package: ModuleType
) -> None:
    headers, body = dict(real[0]), real[1]
    if location == "body":
        body = flipped(body, bit)
    else:
        headers[location] = flipped(headers[location].encode(), bit).decode("latin-1")
    with pytest.raises((package.errors.ForgedEvent, package.errors.StaleEvent)) as raised:
        pay.webhooks.receive(headers, body)
    assert raised.value.content == body
    assert pay.webhooks.failure(raised.value).status == 401


@ORDINARY
@given(
    indent=st.none() | st.integers(0, 3),
    ascii_only=st.booleans(),
    sort=st.booleans(),
    spaced=st.booleans(),
)
def test_a_body_that_was_parsed_and_encoded_again_is_rejected(
    indent: int | None,
    ascii_only: bool,
    sort: bool,
    spaced: bool,
    real: tuple[dict[str, str], bytes],
    pay: Any,
    package: ModuleType,
) -> None:
    separators = (", ", ": ") if spaced else (",", ":")
    encoded = json.dumps(
        json.loads(real[1]),
        indent=indent,
        ensure_ascii=ascii_only,
        sort_keys=sort,
        separators=separators,
    ).encode()
    if encoded != real[1]:
        with pytest.raises(package.errors.ForgedEvent, match="cannot be verified"):
            pay.webhooks.receive(real[0], encoded)


@ORDINARY
@given(
    body=st.sampled_from(HOSTILE) | st.binary(max_size=200),
    missing=st.sampled_from(["", "Timestamp", "Nonce", "Signature", "Serial"]),
    doubled=st.booleans(),
)
def test_a_forged_delivery_is_rejected(
    body: bytes,
    missing: str,
    doubled: bool,
    real: tuple[dict[str, str], bytes],
    pay: Any,
    package: ModuleType,
) -> None:
    pairs = [
        (name, value)
        for name, value in real[0].items()
        if not missing or not name.endswith(missing)
    ]
    with pytest.raises(package.errors.ForgedEvent):
        pay.webhooks.receive(pairs + (pairs[1:2] if doubled else []), body)


@pytest.mark.parametrize("name", ["Timestamp", "Nonce", "Signature", "Serial"])
@pytest.mark.parametrize("value", ["\udc80", "ä", "签名"])
def test_a_signature_header_that_is_not_ascii_is_rejected(
    name: str, value: str, receive: Receive, sender: Sender, package: ModuleType
) -> None:
    headers, body = sender.deliver("FAPIAO.ISSUED", NOTICE)
    with pytest.raises(
        package.errors.ForgedEvent, match=f"Wechatpay-{name} is not ASCII text on one line"
    ):
        receive(headers | {f"Wechatpay-{name}": headers[f"Wechatpay-{name}"] + value}, body)


def test_a_probe_is_rejected_with_its_own_message(
    receive: Receive, sender: Sender, package: ModuleType
) -> None:
    headers, body = sender.deliver("FAPIAO.ISSUED", NOTICE)
    headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]
    with pytest.raises(package.errors.ForgedEvent, match="the signature is a probe"):
        receive(headers, body)


def test_a_timestamp_is_valid_for_300_seconds(
    receive: Receive, sender: Sender, package: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    body = sender.envelope("FAPIAO.ISSUED", NOTICE)
    for skew in (-299, 299):
        assert receive(sender.sign(body, skew=skew), body).name == "FAPIAO.ISSUED"
    for skew in (-86400, -301, -300, 300 + 1, 86400):
        with pytest.raises(package.errors.StaleEvent):
            receive(sender.sign(body, skew=skew), body)


def test_a_replay_is_rejected_and_a_retry_is_accepted(
    receive: Receive, sender: Sender, package: ModuleType
) -> None:
    headers, body = sender.deliver("FAPIAO.ISSUED", NOTICE)
    first = receive(headers, body)
    signature = headers["Wechatpay-Signature"]
    equivalent = (
        signature[:-3] + chr(ord(signature[-3]) + 1) + "=="
    )  # the same bytes: Base64 ignores the last two bits
    for replayed in (signature, equivalent):
        with pytest.raises(package.errors.ReplayedEvent):
            receive(headers | {"Wechatpay-Signature": replayed}, body, limit=1 << 16)
    retry = receive(sender.sign(body), body)
    assert retry.id == first.id


def test_replay_protection_is_shared_with_connections_or_a_store(
    package: ModuleType, sender: Sender
) -> None:
    class Shared:
        def __init__(self) -> None:
            self.stored: dict[str, int] = {}

        def add(self, key: str, seconds: int) -> bool:
            return self.stored.setdefault(key, seconds) is seconds

    class AsyncShared(Shared):
        async def add(self, key: str, seconds: int) -> bool:  # type: ignore[override]
            return super().add(key, seconds)

    pay = package.WeChatPay(**credentials(sender))
    delivery = sender.deliver("FAPIAO.ISSUED", NOTICE)
    pay.with_options(deadline=1).webhooks.receive(*delivery)
    with pytest.raises(package.errors.ReplayedEvent):
        pay.with_options(deadline=2).webhooks.receive(*delivery)
    shared = Shared()
    pay.webhooks.with_options(replays=shared).receive(*delivery)
    assert all(290 <= seconds <= 301 for seconds in shared.stored.values())
    shared.stored = dict.fromkeys(shared.stored, 0)
    with pytest.raises(package.errors.ReplayedEvent):
        package.WeChatPay(**credentials(sender)).webhooks.with_options(replays=shared).receive(
            *delivery
        )
    webhooks = package.AsyncWeChatPay(**credentials(sender)).webhooks.with_options(
        replays=AsyncShared()
    )
    assert asyncio.run(webhooks.receive(*delivery)).name == "FAPIAO.ISSUED"
    with pytest.raises(package.errors.ConfigError, match="async"):
        pay.webhooks.with_options(replays=AsyncShared()).receive(*delivery)


def test_the_replay_memory_is_bounded_and_expires(
    package: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("wechatpay._runtime.webhooks.replay_protection")
    memory = module.ReplayMemory(max_entries=3)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert [memory.add(key, 60) for key in "aabcd"] == [True, False, True, True, True]
    assert [memory.add(key, 60) for key in "db"] == [
        False,
        True,
    ]  # the oldest, a, was dropped; then b
    now += 61
    assert all(memory.add(key, 60) for key in "dc")
    assert len(memory._expiry) == len(memory._order) == 2


# --- verified, but undecryptable or malformed ---------------------------------------------------


def test_a_wrong_key_is_reported_as_the_cause(
    receive: Receive, sender: Sender, package: ModuleType
) -> None:
    with pytest.raises(package.errors.UndecryptableEvent, match="not the APIv2 key") as raised:
        receive(*sender.deliver("FAPIAO.ISSUED", NOTICE, key="another-key-another-key-another-"))
    assert API_V3_KEY not in str(raised.value)
    for resource in (
        {"nonce": "x"},
        {"associated_data": "other"},
        {"ciphertext": "AAAA"},
        {"ciphertext": "ä"},
    ):
        with pytest.raises(package.errors.UndecryptableEvent):
            receive(*sender.deliver("FAPIAO.ISSUED", NOTICE, resource=resource))


@pytest.mark.parametrize("body", [*HOSTILE, b"[]", b"null", b'{"resource": []}'])
def test_a_signed_body_that_is_no_envelope_is_rejected(
    body: bytes, receive: Receive, sender: Sender, package: ModuleType
) -> None:
    with pytest.raises(package.errors.MalformedEvent) as raised:
        receive(sender.sign(body), body)
    assert raised.value.content == body


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"event_type": None},
        {"event_type": 1},
        {"resource": {"algorithm": "none"}},
        {"resource": {"nonce": 1}},
        {"payload": b"{"},
    ],
    ids=str,
)
def test_a_signed_envelope_with_a_missing_field_is_rejected(
    changes: dict[str, Any], receive: Receive, sender: Sender, package: ModuleType
) -> None:
    arguments = {"payload": NOTICE} | changes
    with pytest.raises(package.errors.MalformedEvent):
        receive(*sender.deliver("FAPIAO.ISSUED", **arguments))


# --- nothing is parsed before verification --------------------------------------------------------


def parsers_called_by(action: Callable[[], object]) -> set[str]:
    """Return the functions and types that parsed JSON or decrypted during the action."""
    called: set[str] = set()

    def watch(frame: Any, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_name in {
            "decode",
            "open",
            "parse_json",
            "convert",
            "decrypt",
            "loads",
            "raw_decode",
        }:
            called.add(frame.f_code.co_name)
        if event == "c_call" and isinstance(
            getattr(argument, "__self__", None), msgspec.json.Decoder | AESGCM
        ):
            called.add(type(argument.__self__).__name__)

    sys.setprofile(watch)
    try:
        action()
    finally:
        sys.setprofile(None)
    return called


def test_nothing_is_parsed_before_it_is_verified(package: ModuleType, sender: Sender) -> None:
    errors = package.errors
    webhooks = package.WeChatPay(**credentials(sender)).webhooks
    headers, body = sender.deliver("FAPIAO.ISSUED", NOTICE)
    assert parsers_called_by(lambda: webhooks.receive(headers, body)) >= {
        "decode",
        "open",
        "decrypt",
        "Decoder",
        "AESGCM",
    }

    def assert_rejected_unparsed(
        kind: type[Exception], headers: Any, body: bytes, **options: Any
    ) -> None:
        def action() -> None:
            with pytest.raises(kind):
                webhooks.with_options(**options).receive(headers, body)

        assert parsers_called_by(action) == set()

    assert_rejected_unparsed(errors.ReplayedEvent, headers, body)
    assert_rejected_unparsed(errors.OversizedEvent, sender.sign(body), body, limit=len(body) - 1)
    assert_rejected_unparsed(errors.StaleEvent, sender.sign(body, skew=-301), body)
    assert_rejected_unparsed(errors.ForgedEvent, {}, body)
    assert_rejected_unparsed(errors.ForgedEvent, sender.sign(b"other"), body)
    for hostile in HOSTILE:
        assert_rejected_unparsed(errors.ForgedEvent, sender.sign(b"other"), hostile)


# --- failure responses and invalid arguments -------------------------------------------------------------


def test_a_failure_response_reveals_no_details(pay: Any, package: ModuleType) -> None:
    errors = package.errors
    expected = {
        "no": (500, "no"),
        "": (500, "not received"),
        errors.ForgedEvent("key 1"): (401, "invalid signature"),
        errors.OversizedEvent("9 bytes"): (413, "too large"),
        errors.ConnectionFailed("10.0.0.1"): (500, "not received"),
    }
    for reason, (status, message) in expected.items():
        response = pay.webhooks.failure(reason)
        assert (response.status, response.headers) == (status, {"Content-Type": "application/json"})
        assert json.loads(response.body) == {"code": "FAIL", "message": message}
    assert pay.webhooks.failure("no", status=503).status == 503
    for kind in ("Oversized", "Forged", "Stale", "Replayed", "Undecryptable", "Malformed"):
        assert issubclass(getattr(errors, f"{kind}Event"), errors.EventError)
    assert issubclass(errors.EventError, errors.Error)


def test_invalid_arguments_are_reported(package: ModuleType, sender: Sender, pay: Any) -> None:
    headers, body = sender.deliver("FAPIAO.ISSUED", NOTICE)
    keyless = package.WeChatPay(**credentials(sender, api_v3_key=None))
    invalid: dict[str, Callable[[], object]] = {
        "body: expected the raw bytes": lambda: pay.webhooks.receive(headers, body.decode()),
        "got dict": lambda: pay.webhooks.receive(headers, json.loads(body)),
        "headers: expected": lambda: pay.webhooks.receive("Wechatpay-Nonce: 1", body),
        "pairs": lambda: pay.webhooks.receive(["ab"], body),
        "api_v3_key": lambda: keyless.webhooks.receive(headers, body),
        "status: expected 400 to 599": lambda: pay.webhooks.failure(status=200),
        "limit": lambda: pay.webhooks.with_options(limit=0),
        "verify: this API signs": lambda: pay.webhooks.with_options(
            verify=lambda headers, body: True
        ),
    }
    for message, call in invalid.items():
        with pytest.raises(package.errors.ConfigError, match=message):
            call()


# --- other APIs -------------------------------------------------------------------------


def test_an_unsigned_delivery_needs_a_verify_function(tmp_path: Path) -> None:
    write(CASES / "kitchen_sink" / "spec", tmp_path)
    body = json.dumps(
        {"event": {"name": "2nd:reminder", "data": [{"sku": "tea", "quantity": 2, "price": 5}]}}
    ).encode()
    headers = {"X-Shop-Delivery": "d-1"}
    with imported(tmp_path, "corner_shop") as shop:
        webhooks = shop.CornerShop(key=shop.auth.ApiKey(key="k")).webhooks
        with pytest.raises(shop.errors.ConfigError, match="verify="):
            webhooks.receive(headers, body)
        for result in (False, None, 1, "yes"):

            def receive(result: object = result) -> None:
                webhooks_with_verify = webhooks.with_options(verify=lambda *_: result)
                assert_forged(webhooks_with_verify, headers, body, shop)

            assert parsers_called_by(receive) == set()
        verified_deliveries: list[Any] = []

        def verify(headers: Any, body: bytes) -> bool:
            verified_deliveries.append((headers["x-shop-delivery"], body))
            return True

        event = webhooks.with_options(verify=verify).receive(headers, body)
        assert (type(event), event.id, event.payload[0].sku) == (
            shop.events.OrderReminder,
            "d-1",
            "tea",
        )
        assert verified_deliveries == [("d-1", body)]

        async def verified(headers: Any, body: bytes) -> bool:
            return verify(headers, body)

        asynchronous = shop.AsyncCornerShop(key=shop.auth.ApiKey(key="k")).webhooks.with_options(
            verify=verified
        )
        assert asyncio.run(asynchronous.receive(headers, body)).payload[0].quantity == 2
        for body in (b"{}", b"[]", b'{"event": {"name": ""}}', b'{"event": {"name": {}}}', b"x"):
            with pytest.raises(shop.errors.MalformedEvent):
                webhooks.with_options(verify=verify).receive(headers, body)
        assert json.loads(webhooks.failure("no").body) == {"message": "no"}


def assert_forged(webhooks: Any, headers: Any, body: bytes, shop: ModuleType) -> None:
    with pytest.raises(shop.errors.ForgedEvent):
        webhooks.receive(headers, body)


def test_unverified_deliveries_are_accepted_only_if_the_spec_says_so(tmp_path: Path) -> None:
    spec = tmp_path / "spec"
    spec.mkdir()
    (spec / "_api.yaml").write_text(
        "specloom: 1\npackage: hub\nversion: 0.1.0\nclient: Hub\ntitle: Hub\nlanguages: [en]\nhosts: [https://hub.example]\n"
        "events: {name: {header: X-Hub-Event}, verified: false}\n"
    )
    (spec / "repos.yaml").write_text("events:\n  push: {payload: {ref: string}}\n")
    write(spec, tmp_path / "out")
    with imported(tmp_path / "out", "hub") as hub:
        event = hub.Hub().webhooks.receive({"x-hub-event": "push"}, b'{"ref":"main"}')
        assert (type(event), event.payload.ref, event.id) == (hub.events.Push, "main", None)
        assert hub.Hub().webhooks.receive({"x-hub-event": "fork"}, b"[]").payload == []
    assert "Deliveries are not authenticated" in (
        tmp_path / "out/docs/en/repos/event-push.md"
    ).read_text("utf-8")
