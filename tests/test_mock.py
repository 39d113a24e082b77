"""Tests of the in-process mock: WeChat Pay and Weixin without the services."""

from __future__ import annotations

import asyncio
import json
import re
import time
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.generated import CASES, COMMITTED, api_of, imported, write
from tests.test_examples import call_of

APPLICATION, FAPIAO, SUB_MCHID = "4200000444201910177461284488", "20200701123456", "1900000109"
QUERY = f"/v3/new-tax-control-fapiao/fapiao-applications/{APPLICATION}"
MOCKS = {"wechatpay": "WeChatPayMock", "weixin": "WeixinMock"}


@pytest.fixture(scope="module")
def wechatpay() -> Iterator[Any]:
    with imported(COMMITTED["wechatpay"], "wechatpay") as package:
        import wechatpay.testing

        assert wechatpay.testing
        yield package


@pytest.fixture(scope="module")
def weixin() -> Iterator[Any]:
    with imported(COMMITTED["weixin"], "weixin") as package:
        import weixin.testing

        assert weixin.testing
        yield package


@pytest.fixture
def mock(wechatpay: Any) -> Any:
    return wechatpay.testing.WeChatPayMock()


@pytest.fixture
def pay(mock: Any) -> Any:
    return mock.client()


def query(pay: Any, application: str = APPLICATION, **more: Any) -> Any:
    return pay.fapiao_applications.query(application, sub_mchid=SUB_MCHID, **more)


def status(pay: Any) -> str:
    (fapiao,) = query(pay).fapiao_information
    return str(fapiao.status.value)


def reverse(pay: Any, models: Any, reason: str = "退款", number: str = "12897794") -> None:
    pay.fapiao_applications.reverse(
        APPLICATION,
        sub_mchid=SUB_MCHID,
        reverse_reason=reason,
        fapiao_information=[
            models.ReversedFapiao(
                fapiao_id=FAPIAO, fapiao_code="044001911211", fapiao_number=number
            )
        ],
    )


# --- issue and reversal of fapiao ------------------------------------------------------------------------


def test_a_fapiao_is_issued_and_reversed_with_events(mock: Any, pay: Any, wechatpay: Any) -> None:
    events: list[Any] = []
    mock.webhook = lambda headers, body: events.append(pay.webhooks.receive(headers, body))
    mock.issue_fapiao(APPLICATION, FAPIAO, card=True)
    assert status(pay) == "ISSUED"
    assert query(pay).fapiao_information[0].red_fapiao is None

    reverse(pay, wechatpay.models)
    assert status(pay) == "REVERSE_ACCEPTED"
    reverse(pay, wechatpay.models)  # a retry has no effect
    mock.advance(3600)

    (fapiao,) = query(pay).fapiao_information
    assert fapiao.status.value == "REVERSED"
    assert fapiao.red_fapiao is not None
    assert fapiao.card_information.card_status.value == "DISCARDED"
    names = ["FAPIAO.ISSUED", "FAPIAO.CARD_INSERTED", "FAPIAO.REVERSED", "FAPIAO.CARD_DISCARDED"]
    assert [event.name for event in events] == names
    assert events[2].payload.fapiao_apply_id == APPLICATION
    assert events[2].payload.fapiao_information[0].fapiao_status.value == "REVERSED"


def test_a_pending_fapiao_is_issued_after_its_pace(mock: Any, pay: Any, wechatpay: Any) -> None:
    mock.issue_fapiao(APPLICATION, FAPIAO, pending=True)
    assert status(pay) == "ISSUE_ACCEPTED"
    assert query(pay).fapiao_information[0].blue_fapiao is None
    with pytest.raises(wechatpay.errors.RequestRefused):
        reverse(pay, wechatpay.models)
    mock.advance(60)
    assert status(pay) == "ISSUED"


def test_a_card_follows_its_fapiao(mock: Any, pay: Any, wechatpay: Any) -> None:
    events: list[tuple[str, str]] = []

    def receive(headers: Any, body: bytes) -> Any:
        event = pay.webhooks.receive(headers, body)
        events.append((event.name, event.payload.fapiao_information[0].card_status.value))
        return event.acknowledge()

    def states() -> tuple[str, str]:
        (fapiao,) = query(pay).fapiao_information
        return fapiao.status.value, fapiao.card_information.card_status.value

    mock.webhook = receive
    mock.issue_fapiao(APPLICATION, FAPIAO, pending=True, card=True)
    history = [states()]
    for _ in range(2):
        mock.advance(mock.pace)
        history.append(states())
    reverse(pay, wechatpay.models)
    for _ in range(2):
        mock.advance(mock.pace)
        history.append(states())
    assert history == [
        ("ISSUE_ACCEPTED", "INSERT_ACCEPTED"),
        ("ISSUED", "INSERT_ACCEPTED"),
        ("ISSUED", "INSERTED"),
        ("REVERSED", "DISCARD_ACCEPTED"),
        ("REVERSED", "DISCARDED"),
    ]
    assert events == [
        ("FAPIAO.ISSUED", "INSERT_ACCEPTED"),
        ("FAPIAO.CARD_INSERTED", "INSERTED"),
        ("FAPIAO.REVERSED", "DISCARD_ACCEPTED"),
        ("FAPIAO.CARD_DISCARDED", "DISCARDED"),
    ]


def test_the_fields_of_a_fapiao_must_match_the_spec(mock: Any, pay: Any, wechatpay: Any) -> None:
    for message, arguments in {
        "fapiao_id: .* letters": {"fapiao_id": "1\n2"},
        "fapiao_id: .* 32": {"fapiao_id": "1" * 33},
        "fapiao_apply_id: .* 32": {"fapiao_apply_id": "1" * 33},
        "must not be empty": {"fapiao_apply_id": ""},
        "fapiao: status is set": {"fapiao": {"status": "REVERSED"}},
        "fapiao: card_information/card_status: not a documented": {
            "fapiao": {"card_information": {"card_status": "LOST"}}
        },
        "fapiao: total_amount: expected .* an integer": {"fapiao": {"total_amount": "1"}},
        "fapiao: colour: unknown": {"fapiao": {"colour": "blue"}},
    }.items():
        with pytest.raises(ValueError, match=message):
            mock.issue_fapiao(**({"fapiao_apply_id": APPLICATION, "fapiao_id": FAPIAO} | arguments))
    # Unusual but valid values are accepted.
    shown = mock.issue_fapiao(
        "new\nline",
        "a|b*",
        fapiao={"card_information": {"card_id": "p", "card_status": "DISCARDED"}},
    )
    assert (shown["card_information"]["card_id"], shown["card_information"]["card_status"]) == (
        "p",
        "DISCARDED",
    )
    mock.issue_fapiao(APPLICATION, FAPIAO)
    reverse(pay, wechatpay.models)
    mock.advance(60)
    assert status(pay) == "REVERSED"
    assert [attempt.event for attempt in mock.deliveries] == [
        "FAPIAO.ISSUED",
        "FAPIAO.ISSUED",
        "FAPIAO.REVERSED",
    ]


def test_a_failing_step_does_not_stop_the_clock(
    mock: Any, pay: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for fapiao in ("1", "2"):
        mock.issue_fapiao(APPLICATION, fapiao, pending=True)
    issue, failures = mock._issue, iter([True, False])

    def issue_or_fail(record: Any, due: float) -> None:
        if next(failures):
            raise KeyError("card_status")
        issue(record, due)

    monkeypatch.setattr(mock, "_issue", issue_or_fail)
    with pytest.raises(KeyError):
        mock.advance(60)
    mock.tick()
    assert [
        attempt.payload["fapiao_information"][0]["fapiao_id"] for attempt in mock.deliveries
    ] == ["2"]

    monkeypatch.setattr(mock, "run_due", lambda: 1 / 0)
    mock.notify("FAPIAO.ISSUED", {})
    mock.tick()  # events are delivered all the same
    assert len(mock.deliveries) == 2
    response = mock.transport.handle_request(signed(mock, "GET", f"{QUERY}?sub_mchid={SUB_MCHID}"))
    assert (response.status_code, json.loads(response.read())["code"]) == (500, "SYSTEM_ERROR")
    assert "a due step failed" in caplog.text
    assert "the mock failed to handle a GET request" in caplog.text


def test_the_clock_follows_real_time(
    mock: Any, pay: Any, wechatpay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    mock.issue_fapiao(APPLICATION, FAPIAO)
    reverse(pay, wechatpay.models)
    now += mock.pace - 1
    assert status(pay) == "REVERSE_ACCEPTED"
    now += 1
    assert status(pay) == "REVERSED"


def test_a_reversal_may_fail_and_be_retried(mock: Any, pay: Any, wechatpay: Any) -> None:
    mock.issue_fapiao(APPLICATION, FAPIAO, reversal_fails=True)
    reverse(pay, wechatpay.models)
    mock.advance(60)
    (fapiao,) = query(pay).fapiao_information
    assert (fapiao.status.value, fapiao.fapiao_error_code) == ("ISSUED", "BIZ_ERROR")
    with pytest.raises(wechatpay.errors.RequestRefused, match="5分钟"):
        reverse(pay, wechatpay.models, "again")
    mock.advance(300)
    reverse(pay, wechatpay.models, "again")
    mock.advance(60)
    assert status(pay) == "REVERSED"


def test_requests_for_unknown_or_irreversible_fapiao_are_rejected(
    mock: Any, pay: Any, wechatpay: Any
) -> None:
    errors, models = wechatpay.errors, wechatpay.models
    with pytest.raises(errors.ResourceNotExists):
        query(pay)
    with pytest.raises(errors.ApiError, match="RESOURCE_NOT_EXISTS"):
        reverse(pay, models)
    mock.issue_fapiao(APPLICATION, FAPIAO)
    with pytest.raises(errors.ResourceNotExists):
        query(pay, fapiao_id="another")
    with pytest.raises(errors.NoAuth):
        pay.fapiao_applications.query(APPLICATION, sub_mchid="1")
    with pytest.raises(errors.RequestRefused):
        reverse(pay, models, number="00000000")


def test_state_survives_a_restart(wechatpay: Any, tmp_path: Path) -> None:
    create, file = wechatpay.testing.WeChatPayMock, tmp_path / "state"
    first = create(state=file)
    first.issue_fapiao(APPLICATION, FAPIAO)
    pay = first.client()
    reverse(pay, wechatpay.models)
    first.close()

    second = create(state=file)
    assert second.credentials == first.credentials
    deliveries: list[Any] = []
    second.webhook = lambda headers, body: deliveries.append(headers)
    # A client of the first mock can use its keys with the second.
    pay = second.client()
    assert status(pay) == "REVERSE_ACCEPTED"
    second.advance(10)
    assert status(pay) == "REVERSED"
    assert len(deliveries) == 2
    second.close()
    (tmp_path / "other").write_text("no database, but long enough to be taken for one" * 99)
    with pytest.raises(wechatpay.errors.ConfigError, match="is not a state file of a mock"):
        create(state=tmp_path / "other")


def test_events_are_retried_until_they_are_acknowledged(mock: Any, pay: Any) -> None:
    statuses = iter([500, None])
    ids: list[str] = []

    def receive(headers: Any, body: bytes) -> int | None:
        ids.append(json.loads(body)["id"])
        pay.webhooks.receive(headers, body)
        return next(statuses)

    mock.webhook = receive
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.advance(1)
    mock.advance(10)
    assert len(ids) == 1
    mock.advance(5)
    assert len(ids) == 2
    assert len(set(ids)) == 1
    mock.advance(9999)
    assert [attempt.status for attempt in mock.deliveries] == [500, 200]
    with pytest.raises(ValueError, match="this machine"):
        mock.webhook = "http://example.com/"


RECEIVERS: dict[str, Any] = {
    "an acknowledgement": lambda event: event.acknowledge(),
    "the event": lambda event: event,
    "nothing": lambda event: None,
    "true": lambda event: True,
    "a response": lambda event: httpx.Response(204),
}


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("returns", RECEIVERS)
def test_a_receiver_acknowledges_with_any_value_that_is_no_error_status(
    mock: Any, pay: Any, returns: str, mode: str
) -> None:
    received: list[str] = []

    def receive(headers: Any, body: bytes) -> Any:
        event = pay.webhooks.receive(headers, body)
        received.append(event.name)
        return RECEIVERS[returns](event)

    async def receive_async(headers: Any, body: bytes) -> Any:
        await asyncio.sleep(0)
        return receive(headers, body)

    async def in_a_loop() -> None:
        mock.advance(30)

    mock.webhook = receive if mode == "sync" else receive_async
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.advance(0)
    asyncio.run(in_a_loop())  # it is acknowledged, and not retried
    assert received == ["FAPIAO.ISSUED"]


FAILURES: dict[str, Any] = {
    "a status": lambda pay: 500,
    "a response": lambda pay: httpx.Response(500),
    "an acknowledgement": lambda pay: pay.webhooks.failure("not now"),
    "an error": lambda pay: 1 / 0,
}


@pytest.mark.parametrize("failure", FAILURES)
def test_an_event_that_is_not_acknowledged_is_retried(mock: Any, pay: Any, failure: str) -> None:
    bodies: list[bytes] = []

    async def receive(headers: Any, body: bytes) -> Any:
        bodies.append(body)
        mock.deliver()  # a nested call must not deliver it again
        return FAILURES[failure](pay)

    mock.webhook = receive
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.advance(0)
    mock.advance(15)
    assert len(bodies) == 2


def test_events_are_delivered_in_order_also_by_two_threads(mock: Any, pay: Any) -> None:
    """While one thread delivers, another one asks for the next event."""
    received: list[str] = []

    def receive(headers: Any, body: bytes) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(mock.deliver).result()
        received.append(pay.webhooks.receive(headers, body).name)

    mock.webhook = receive
    names = ["FAPIAO.ISSUED", "FAPIAO.REVERSED", "FAPIAO.CARD_INSERTED"]
    for name in names:
        mock.notify(name, {"mchid": "1", "fapiao_apply_id": "2", "fapiao_information": []})
    mock.deliver()
    assert received == names


def test_events_are_queued_until_there_is_a_receiver(wechatpay: Any, tmp_path: Path) -> None:
    create, file = wechatpay.testing.WeChatPayMock, tmp_path / "state"
    mock = create(state=file)
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.advance(3600)
    assert [attempt.status for attempt in mock.deliveries] == [None]
    mock.close()

    mock = create(state=file)
    received: list[str] = []

    def receive(headers: Any, body: bytes) -> int:
        received.append(json.loads(body)["event_type"])
        mock.advance(3600)  # must not deliver this event again
        return 200

    mock.webhook = receive
    mock.notify("FAPIAO.REVERSED", {})
    mock.deliver()
    assert received == ["FAPIAO.ISSUED", "FAPIAO.REVERSED"]
    mock.webhook = "http://127.0.0.1:9/notify"
    mock.close()

    mock = create(state=file)
    assert mock.webhook == "http://127.0.0.1:9/notify"
    mock.webhook = None
    for number in range(1002):
        mock.notify("FAPIAO.ISSUED", number)
    mock.deliver()
    deliveries: list[int] = []
    mock.webhook = lambda headers, body: deliveries.append(1)
    mock.deliver()
    assert len(deliveries) == 1000
    assert [attempt.payload for attempt in mock.deliveries] == list(range(2, 1002))
    mock.close()


def test_events_with_faults_are_rejected_and_not_retried(
    mock: Any, pay: Any, wechatpay: Any, weixin: Any
) -> None:
    errors: list[str] = []

    def receive(headers: Any, body: bytes) -> Any:
        try:
            return pay.webhooks.receive(headers, body).acknowledge()
        except wechatpay.errors.EventError as error:
            errors.append(f"{type(error).__name__}: {error}")
            return pay.webhooks.failure(error)

    mock.webhook = receive
    for fault in ("bad-signature", "no-signature", "probe"):
        mock.notify("FAPIAO.ISSUED", {}, fault=fault)
    mock.notify("FAPIAO.ISSUED", {}, fault="clock-skew", seconds=-600)
    mock.notify("FAPIAO.ISSUED", {"mchid": "1", "fapiao_apply_id": "2", "fapiao_information": []})
    mock.advance(9999)
    mock.advance(9999)
    for text, expected in zip(
        errors,
        ("cannot be verified", "has no Wechatpay-Timestamp", "is a probe", "StaleEvent"),
        strict=True,
    ):
        assert expected in text
    assert [attempt.status for attempt in mock.deliveries] == [401, 401, 401, 401, 204]
    for arguments in ({"fault": "delay", "seconds": 1}, {"fault": "clock-skew"}):
        with pytest.raises(ValueError, match=r"invalid fault delay; expected|missing seconds"):
            mock.notify("FAPIAO.ISSUED", {}, **arguments)
    with pytest.raises(ValueError, match="not signed"):
        weixin.testing.WeixinMock().notify("any", {}, fault="probe")


# --- checks of requests ---------------------------------------------------------------------------------


def prepare(mock: Any, models: Any, endpoint: str) -> dict[str, Any]:
    """Bring WeChat Pay into the state of an endpoint's example; return the arguments that only the mock knows."""
    if endpoint.startswith("fapiao_applications."):
        mock.issue_fapiao(APPLICATION, FAPIAO)
    if not endpoint.startswith(("orders.", "refunds.", "bills.")) or ".create_" in endpoint:
        return {}
    pay = mock.client()
    order, refund = "1217752501201407033233368018", "1217752501201407033233368019"
    pay.orders.create_native(
        appid="wxd678efh567hg6787",
        mchid=mock.credentials["mchid"],
        description="茶",
        out_trade_no=order,
        notify_url="https://www.example.com/notify",
        amount=models.OrderAmount(total=888),
    )
    if endpoint == "orders.close":
        return {}
    paid = mock.pay_order(order)
    if endpoint == "orders.query_by_transaction_id":
        return {"transaction_id": paid["transaction_id"]}
    if endpoint == "refunds.query":
        amount = models.RefundRequestAmount(refund=888, total=888, currency="CNY")
        pay.refunds.create(out_trade_no=order, out_refund_no=refund, amount=amount)
    if not endpoint.startswith("bills."):
        return {}
    mock.advance(86400)
    day = {"bill_date": datetime.fromisoformat(paid["success_time"]).date()}
    if endpoint != "bills.download":
        return day
    bill = pay.bills.trade(**day)
    return {"download_url": bill.download_url, "hash_value": bill.hash_value}


@pytest.mark.parametrize("name", COMMITTED)
def test_the_documented_examples_are_accepted(
    name: str, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    package = request.getfixturevalue(name)
    for endpoint in api_of(name).all_endpoints():
        for example in endpoint.examples:
            mock = getattr(package.testing, MOCKS[name])()
            given = prepare(mock, package.models, endpoint.qualified)
            call = call_of(package, endpoint, example, **given)
            assert mock.client(strict=True).send(call).status == example.status
            assert mock.calls[-1].endpoint == endpoint.qualified
    assert not caplog.records


def authorization(mock: Any, method: str, target: str, body: bytes = b"", **parts: str) -> str:
    """Return the header as another SDK writes it; `parts` replaces parts of it."""
    from base64 import b64encode

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    keys = mock.credentials
    fields = {
        "mchid": keys["mchid"],
        "nonce_str": "N",
        "timestamp": str(int(time.time())),
        "serial_no": keys["serial_no"],
    } | parts
    message = (
        f"{method}\n{target}\n{fields['timestamp']}\n{fields['nonce_str']}\n".encode()
        + body
        + b"\n"
    )
    key: Any = load_pem_private_key(keys["private_key"].encode(), None)
    fields.setdefault(
        "signature", b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()
    )
    return "WECHATPAY2-SHA256-RSA2048 " + ",".join(
        f'{name}="{value}"' for name, value in fields.items()
    )


def signed(mock: Any, method: str, target: str, body: bytes = b"", **parts: str) -> httpx.Request:
    headers = {
        "Accept": "*/*",
        "User-Agent": "another",
        "Authorization": authorization(mock, method, target, body, **parts),
    }
    if body:
        headers["Content-Type"] = "application/json"
    return httpx.Request(
        method, f"https://api.mch.weixin.qq.com{target}", headers=headers, content=body
    )


def error_of(mock: Any, request: httpx.Request) -> tuple[int, Any]:
    response = mock.transport.handle_request(request)
    assert re.fullmatch(r"[0-9A-F]+-\d+", response.headers["Request-ID"])
    assert "Wechatpay-Signature" not in response.headers
    return response.status_code, json.loads(response.read())


def test_a_wrong_signature_gets_the_error_of_the_real_service(mock: Any) -> None:
    target = f"{QUERY}?sub_mchid={SUB_MCHID}"
    status, body = error_of(
        mock, signed(mock, "GET", target, timestamp=str(int(time.time())), signature="AAAA")
    )
    assert (status, body["code"], body["message"]) == (401, "SIGN_ERROR", "错误的签名，验签失败")
    detail = body["detail"]
    assert (detail["detail"], detail["field"], detail["location"]) == (
        {"issue": "sign not match"},
        "signature",
        "authorization",
    )
    information = detail["sign_information"]
    assert (information["method"], information["url"]) == ("GET", target)
    assert information["truncated_sign_message"].startswith(f"GET\n{target}\n")
    assert information["sign_message_length"] == len(information["truncated_sign_message"])


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"serial_no": "AB"}, "商户证书序列号有误"),
        ({"mchid": "1"}, "商户号"),
        ({"timestamp": "1"}, "不得超过5分钟"),
        ({"timestamp": "soon"}, "不得超过5分钟"),
    ],
)
def test_signer_and_timestamp_are_checked(mock: Any, parts: dict[str, str], message: str) -> None:
    status, body = error_of(mock, signed(mock, "GET", f"{QUERY}?sub_mchid={SUB_MCHID}", **parts))
    assert (status, body["code"]) == (401, "SIGN_ERROR")
    assert message in body["message"]


@pytest.mark.parametrize("header", ["Authorization", "Accept", "User-Agent"])
def test_required_headers_are_checked(mock: Any, header: str) -> None:
    request = signed(mock, "GET", f"{QUERY}?sub_mchid={SUB_MCHID}")
    del request.headers[header]
    status, body = error_of(mock, request)
    assert (status, body["code"]) == (
        (401, "SIGN_ERROR") if header == "Authorization" else (400, "PARAM_ERROR")
    )


@pytest.mark.parametrize(
    ("method", "target", "body", "field"),
    [
        ("GET", QUERY, b"", "sub_mchid"),
        ("GET", f"{QUERY}?sub_mchid={'1' * 33}", b"", "sub_mchid"),
        ("GET", f"{QUERY}?sub_mchid=1&sub_mcihd=2", b"", "sub_mcihd"),
        ("GET", f"{QUERY}?sub_mchid=1&sub_mchid=2", b"", "sub_mchid"),
        ("GET", f"{QUERY}?sub_mchid=1&fapiao_apply_id=2", b"", "fapiao_apply_id"),
        ("GET", "/v3/certificates?algorithm_type=DES", b"", "algorithm_type"),
        ("POST", f"{QUERY}/reverse", b"{", ""),
        ("POST", f"{QUERY}/reverse", b"[]", ""),
        (
            "POST",
            f"{QUERY}/reverse",
            b'{"sub_mchid":"1","reverse_reason":"x","fapiao_information":[{"fapiao_id":"1"}]}',
            "/fapiao_information/0/fapiao_number",
        ),
        (
            "POST",
            f"{QUERY}/reverse",
            b'{"sub_mchid":"1","reverse_reason":"x","fapiao_information":[],"typo":1}',
            "/typo",
        ),
        (
            "POST",
            f"{QUERY}/reverse",
            '{"sub_mchid":"1","reverse_reason":"😀","fapiao_information":[]}'.encode(),
            "",
        ),
    ],
)
def test_arguments_are_checked_against_the_spec(
    mock: Any, method: str, target: str, body: bytes, field: str
) -> None:
    status, error = error_of(mock, signed(mock, method, target, body))
    assert (status, error["code"], error["detail"]["field"]) == (400, "PARAM_ERROR", field)


def test_paths_methods_and_sizes_are_checked(mock: Any) -> None:
    assert error_of(mock, signed(mock, "GET", "/v3/nothing"))[0] == 404
    assert error_of(mock, signed(mock, "DELETE", QUERY))[0] == 405
    assert (
        error_of(mock, signed(mock, "POST", f"{QUERY}/reverse", b" " * ((16 << 20) + 1)))[0] == 413
    )


def test_platform_certificates_can_be_downloaded(mock: Any, wechatpay: Any) -> None:
    mock.platform_keys = "certificate"
    keys = mock.credentials
    assert not {"public_key", "public_key_id"} & keys.keys()
    client = wechatpay.WeChatPay(**keys, transport=mock.transport)
    mock.issue_fapiao(APPLICATION, FAPIAO)
    assert status(client) == "ISSUED"
    assert [call.endpoint for call in mock.calls[-2:]] == [
        "certificates",
        "fapiao_applications.query",
    ]
    assert error_of(mock, signed(mock, "GET", "/v3/certificates?algorithm_type=SM2"))[0] == 404
    mock.clear()
    mock.fail("RESOURCE_NOT_EXISTS", endpoint="certificates", status=404)
    with pytest.raises(wechatpay.errors.Error, match="RESOURCE_NOT_EXISTS"):
        status(wechatpay.WeChatPay(**keys, transport=mock.transport))


# --- stubs and faults -----------------------------------------------------------------------------------------


def test_stub_errors_and_responses_apply_as_often_as_requested(
    mock: Any, pay: Any, wechatpay: Any
) -> None:
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.fail("NO_AUTH", times=2)
    for _ in range(2):
        with pytest.raises(wechatpay.errors.NoAuth):
            query(pay)
    assert status(pay) == "ISSUED"
    mock.fail(
        "NEW_CODE", status=409, message="of another day", endpoint="fapiao_applications.query"
    )
    with pytest.raises(wechatpay.errors.ApiError, match="NEW_CODE: of another day"):
        query(pay)
    mock.clear()
    mock.reply({"total_count": 7})
    assert query(pay).total_count == 7
    mock.reply(wechatpay.models.FapiaoPage(total_count=8), times=1)
    assert query(pay).total_count == 8
    mock.reply(b"<html>", status=502, headers={"Content-Type": "text/html"})
    with pytest.raises(wechatpay.errors.ApiError):
        query(pay.with_options(max_attempts=1))
    assert mock.calls[-1].arguments["fapiao_apply_id"] == APPLICATION
    for invalid in (
        lambda: mock.fail("NOT_A_CODE"),
        lambda: mock.fail("NO_AUTH", endpoint="nowhere"),
        lambda: mock.fail("NO_AUTH", times=0),
        lambda: mock.fail("NO_AUTH", chance=2),
        lambda: mock.fault("explosion"),
        lambda: mock.advance(-1),
        lambda: mock.advance(float("nan")),
        lambda: mock.advance(1e12),
        lambda: mock.fault("delay"),
        lambda: mock.fault("delay", seconds=-1),
        lambda: mock.fault("clock-skew", seconds=float("inf")),
        lambda: setattr(mock, "pace", float("nan")),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - each has a text of its own
            invalid()


def test_chance_is_repeatable_with_a_seed(mock: Any, pay: Any, wechatpay: Any) -> None:
    mock.issue_fapiao(APPLICATION, FAPIAO)

    def outcomes() -> list[bool]:
        mock.clear()
        mock.seed(7)
        mock.fail("NO_AUTH", chance=0.5)
        results: list[bool] = []
        for _ in range(20):
            try:
                query(pay)
                results.append(True)
            except wechatpay.errors.NoAuth:
                results.append(False)
        return results

    first = outcomes()
    assert first == outcomes()
    assert 0 < sum(first) < 20


def test_fields_of_responses_are_encrypted(mock: Any, pay: Any) -> None:
    mock.issue_fapiao(APPLICATION, FAPIAO)
    buyer = query(pay).fapiao_information[0].buyer_information
    assert (buyer.phone, buyer.email) == ("13800000000", "buyer@example.com")
    raw = mock.transport.handle_request(
        signed(mock, "GET", f"{QUERY}?sub_mchid={SUB_MCHID}")
    ).read()
    assert len(json.loads(raw)["fapiao_information"][0]["buyer_information"]["phone"]) == 344


FAULTS = {
    "bad-signature": "SignatureError",
    "no-signature": "SignatureError",
    "probe": "SignatureProbe",
    "clock-skew": "StaleSignature",
    "reset": "ConnectionFailed",
    "truncate": "ProtocolError",
    "delay": "DeadlineExceeded",
}


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_raises_its_error(mock: Any, wechatpay: Any, fault: str, mode: str) -> None:
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.fault(fault, seconds=600)
    call = wechatpay.calls.fapiao_applications.query(APPLICATION, sub_mchid=SUB_MCHID)
    options = {"max_attempts": 1, "deadline": 0.5 if fault == "delay" else 30}

    def send() -> Any:
        if mode == "sync":
            return mock.client(**options).send(call)
        return asyncio.run(mock.async_client(**options).send(call))

    with pytest.raises(wechatpay.errors.Error) as raised:
        send()
    assert type(raised.value).__name__ == FAULTS[fault]


def test_the_backup_host_serves_during_an_outage(mock: Any, pay: Any, wechatpay: Any) -> None:
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.fault("outage")
    reverse(pay, wechatpay.models)
    assert [call.endpoint for call in mock.calls] == ["fapiao_applications.reverse"]


# --- Weixin --------------------------------------------------------------------------------------------


def update(client: Any) -> Any:
    return client.invoice.update_status(
        card_id="p", code="1", reimburse_status="INVOICE_REIMBURSE_INIT"
    )


def test_weixin_tokens_expire_and_are_fetched(weixin: Any) -> None:
    mock = weixin.testing.WeixinMock()
    client = mock.client()
    update(client)
    update(client)
    mock.advance(7200)
    update(client)
    names = [call.endpoint for call in mock.calls]
    assert names.count("stable_token") == 2
    assert mock.calls[0].status == 200


def weixin_post(mock: Any, path: str, body: bytes, method: str = "POST") -> Any:
    request = httpx.Request(method, f"https://api.weixin.qq.com{path}", content=body)
    response = mock.transport.handle_request(request)
    assert response.status_code == 200
    return json.loads(response.read())


def test_weixin_sends_error_codes_with_status_200(weixin: Any) -> None:
    mock = weixin.testing.WeixinMock()
    account = {"grant_type": "client_credential", **mock.credentials}

    def fetch(**more: Any) -> Any:
        return weixin_post(mock, "/cgi-bin/stable_token", json.dumps({**account, **more}).encode())

    first = fetch()
    assert fetch() == first
    assert first["expires_in"] in (7199, 7200)
    forced = fetch(force_refresh=True)
    assert forced["access_token"] != first["access_token"]
    assert fetch(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        mock.advance(31)
        assert "access_token" in fetch(force_refresh=True)
    mock.advance(31)
    assert fetch(force_refresh=True)["errcode"] == 45009
    assert fetch(appid="wx")["errcode"] == 40013
    assert fetch(secret="x")["errcode"] == 40125

    path, token = "/card/invoice/platform/updatestatus", fetch()["access_token"]
    good = json.dumps(
        {"card_id": "发", "code": "1", "reimburse_status": "INVOICE_REIMBURSE_INIT"},
        ensure_ascii=False,
    ).encode()
    codes = {
        (f"{path}?access_token={token}", good): 0,
        (path, good): 41001,
        (f"{path}?access_token={first['access_token']}", good): 40001,
        (f"{path}?access_token=nothing", good): 40001,
        (f"{path}?access_token={token}", json.dumps({"card_id": "发"}).encode()): 40033,
        (f"{path}?access_token={token}", b""): 44002,
        (f"{path}?access_token={token}", b"{"): 47001,
        (f"{path}?access_token={token}", b'{"card_id":"1","code":"1"}'): 72031,
        (
            f"{path}?access_token={token}",
            b'{"card_id":"1","code":"1","reimburse_status":"garbage"}',
        ): 72031,
    }
    assert {key: weixin_post(mock, *key)["errcode"] for key in codes} == codes
    assert weixin_post(mock, f"{path}?access_token={token}", b"", "GET")["errcode"] == 43002
    assert "rid: " in weixin_post(mock, path, good)["errmsg"]
    mock.advance(7201)
    assert weixin_post(mock, f"{path}?access_token={token}", good)["errcode"] == 42001


def test_weixin_stub_errors_take_texts_and_numbers(weixin: Any) -> None:
    mock = weixin.testing.WeixinMock()
    mock.fail("72038")
    with pytest.raises(weixin.errors.InvoiceNotAuthorised):
        update(mock.client())
    mock.clear()
    mock.fail(40078)
    with pytest.raises(weixin.errors.InvalidCardStatus):
        update(mock.client())


# --- other auth schemes ------------------------------------------------------------------------


def test_the_mock_decodes_what_a_client_encodes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An API with every kind of parameter and body, and a generated response for each endpoint."""
    api = write(CASES / "kitchen_sink" / "spec", tmp_path)
    with imported(tmp_path, api.package) as package:
        import corner_shop.testing
        from corner_shop.models import orders

        noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
        orders_calls, models = package.calls.orders, package.models
        line = orders.Line(sku="a/b", quantity=2, price=5)
        calls = [
            orders_calls.query("order-1", expand=["items", "payment"], at=noon, verbose=True),
            orders_calls.list(
                status="OPEN",
                statuses=["OPEN", "PAID"],
                filter=orders.ListFilter(since=noon.date(), minimum=3),
                page=2,
                ids=[1, 2],
                x_shop_trace="trace",
            ),
            orders_calls.replace_lines("order-1", body=[line, line]),
            orders_calls.touch("order-1"),
            orders_calls.refunds.create(
                "order-1", amount=5, lines=[1, 2], at=noon, reason="a b&c=d+é"
            ),
            orders_calls.refunds.create(
                "order-1",
                amount=5,
                proofs=["a,b", "c d"],
                tags=["late", "broken"],
                metadata={"k&=": "1", "key of": "é"},
                account=models.CreateRequestAccount(
                    iban="DE0",
                    holder=models.CreateRequestAccountHolder(name="[x]", born=noon.date()),
                ),
            ),
            package.calls.catalogue.articles.get("a/b ü"),
            package.calls.catalogue.articles.exists("x"),
            package.calls.catalogue.articles.put_picture("x", content=b"picture"),
            package.calls.catalogue.articles.upload_picture(
                "x",
                meta=models.UploadPictureRequestMeta(filename="a.png", sha256="0" * 64),
                file=package.Upload(b"\x89PNG", "a.png"),
            ),
        ]
        mock = corner_shop.testing.CornerShopMock()
        with mock.client(strict=True) as client:
            for call in calls:
                client.send(call)
                recorded = mock.calls[-1]
                assert (recorded.endpoint, recorded.status < 300) == (call.endpoint.name, True)
                arguments = (
                    {}
                    if call.arguments is None
                    else {
                        name: getattr(call.arguments, name)
                        for name in call.arguments.__struct_fields__
                    }
                )
                assert dict(recorded.arguments) == arguments
                if recorded.endpoint not in (
                    "catalogue.articles.upload_picture",
                    "catalogue.articles.put_picture",
                ):
                    assert recorded.body == call.body
        assert not caplog.records
        with_wrong_token = package.CornerShop(
            merchant=package.auth.Bearer(token="wrong"), transport=mock.transport
        )
        with pytest.raises(package.errors.ApiError):
            with_wrong_token.orders.query("order-1")
        with_key = package.CornerShop(
            key=package.auth.ApiKey(**mock.credentials_of("key")), transport=mock.transport
        )
        with_key.orders.query("order-1")


LARGE_API = """
specloom: 1
package: large
version: 0.1.0
client: Large
title: Large
languages: [en]
hosts: [https://large.example]
auth: none
error_shape: {code: code, message: message}
"""
LEVELS = {
    "Lists": "{{a: list<Lists{next}>, b: list<Lists{next}>}}",
    "Nulls": "{{a: Nulls{next}?, b: Nulls{next}?}}",
    "Choices": "{{a: Choices{next} | string, b: Choices{next} | string}}",
    "Mixed": "{{a: list<Mixed{next}>, b: Mixed{next}?, c: Mixed20, d: Mixed{next} | list<string>}}",
    "Needs": "{{a: Needs{next}, b: Needs{next}}}",
    "Texts": "{{a: text<Texts{next}>}}",
}
SELVES = """
  Selves0: {fields: {parent: Selves0?, children: list<Selves0>, edges: list<Edge>, way: Way, edge: Edge?}}
  Edge: {fields: {to: Selves0}}
  Way: {type: Far | Near, tag: kind}
  Far: {fields: {kind: string('far'), on: Way}}
  Near: {fields: {kind: string('near')}}
"""


def test_generated_responses_are_bounded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Twenty levels of types that each require two of the next, and recursive types: a valid value, or an error that names the type."""
    names = [*LEVELS, "Selves"]
    endpoints = "".join(
        f"  {name.lower()}: {{http: GET /{name}, responses: {{200: {name}0}}}}\n" for name in names
    )
    types = "".join(
        f"  {name}{level}: {{fields: {row.format(next=level + 1)}}}\n"
        for name, row in LEVELS.items()
        for level in range(20)
    )
    ends = "".join(f"  {name}20: {{fields: {{name: string}}}}\n" for name in LEVELS)
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(LARGE_API, "utf-8")
    (tmp_path / "spec" / "all.yaml").write_text(
        f"title: All\nendpoints:\n{endpoints}types:\n{types}{ends}{SELVES}", "utf-8"
    )
    write(tmp_path / "spec", tmp_path / "project")
    with imported(tmp_path / "project", "large") as package:
        import large.testing

        client = large.testing.LargeMock().client(strict=True)
        for name in names:
            if name in ("Needs", "Texts"):
                with pytest.raises(
                    package.errors.ApiError,
                    match=f"a minimal {name}0 is too large to generate",
                ) as caught:
                    getattr(client.all, name.lower())()
                assert caught.value.status == 501
            else:
                assert len(client.send(getattr(package.calls.all, name.lower())()).content) < 50_000
        node = client.all.selves()
    assert (node.parent, node.children, node.edges, node.way.on.kind, node.edge) == (
        None,
        [],
        [],
        "near",
        None,
    )
    assert not caplog.records


# --- ASGI ----------------------------------------------------------------------------------------------


def test_the_mock_as_an_asgi_application(mock: Any, wechatpay: Any) -> None:
    mock.issue_fapiao(APPLICATION, FAPIAO)

    async def run() -> Any:
        transport = httpx.ASGITransport(mock.asgi)
        async with wechatpay.AsyncWeChatPay(**mock.credentials, transport=transport) as client:
            return await client.fapiao_applications.query(APPLICATION, sub_mchid=SUB_MCHID)

    assert asyncio.run(run()).total_count == 1


def test_events_are_delivered_during_the_lifespan_of_the_application(mock: Any, pay: Any) -> None:
    events: list[Any] = []
    mock.webhook = lambda headers, body: events.append(pay.webhooks.receive(headers, body))
    mock.issue_fapiao(APPLICATION, FAPIAO)

    async def run() -> list[str]:
        messages: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        sent: list[str] = []

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await messages.put({"type": "lifespan.startup"})
        lifespan = asyncio.create_task(mock.asgi({"type": "lifespan"}, messages.get, send))
        async with asyncio.timeout(5):
            while not events:
                await asyncio.sleep(0.02)
            await messages.put({"type": "lifespan.shutdown"})
            await lifespan
        return sent

    assert asyncio.run(run()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert [event.name for event in events] == ["FAPIAO.ISSUED"]


# --- commands over HTTP -----------------------------------------------------------------------------------------


def test_commands_over_http_do_what_the_methods_do(mock: Any, pay: Any, wechatpay: Any) -> None:
    def run(
        command: str, arguments: Any = None, method: str = "POST", media: str = "application/json"
    ) -> tuple[int, Any]:
        body = b"" if arguments is None else json.dumps(arguments).encode()
        request = httpx.Request(
            method,
            f"https://api.mch.weixin.qq.com/_mock/{command}",
            headers={"Content-Type": media},
            content=body,
        )
        response = mock.transport.handle_request(request)
        content = response.read()
        return response.status_code, json.loads(content) if content else None

    assert run("issue_fapiao", {"fapiao_apply_id": APPLICATION, "fapiao_id": FAPIAO})[0] == 200
    assert status(pay) == "ISSUED"
    assert run("fail", {"code": "NO_AUTH", "times": 1}) == (204, None)
    with pytest.raises(wechatpay.errors.NoAuth):
        query(pay)
    assert run("reply", {"body": {"total_count": 3}, "times": 1})[0] == 204
    assert query(pay).total_count == 3
    assert run("reply", {"base64": "/w==", "status": 502, "times": 1})[0] == 204
    with pytest.raises(wechatpay.errors.ApiError) as raised:
        query(pay.with_options(max_attempts=1))
    assert raised.value.content == b"\xff"
    assert run("fail", {"code": 40001, "status": 400, "times": 1})[0] == 204
    with pytest.raises(wechatpay.errors.ApiError, match="40001"):
        query(pay)
    assert run("pace", {"seconds": 1})[0] == 204
    reverse(pay, wechatpay.models)
    assert run("advance", {"seconds": 1})[0] == 204
    assert status(pay) == "REVERSED"
    status_code, calls = run("calls", method="GET")
    assert (status_code, [call["status"] for call in calls]) == (
        200,
        [200, 403, 200, 502, 400, 202, 200],
    )
    shown_call, recorded = calls[-2], mock.calls[-2]
    assert shown_call["arguments"] == {"fapiao_apply_id": APPLICATION}
    assert shown_call["value"]["fapiao_information"][0]["fapiao_id"] == FAPIAO
    assert (
        b64decode(shown_call["body_base64"]) == recorded.request.body == shown_call["body"].encode()
    )
    assert shown_call["headers"]["authorization"] == recorded.request.headers["Authorization"]
    assert run("notify", {"event": "FAPIAO.REVERSED", "payload": {}, "fault": "probe"})[0] == 204
    assert run("advance", {"seconds": 0})[0] == 204
    deliveries = run("deliveries", method="GET")[1]
    assert [attempt["event"] for attempt in deliveries] == [
        "FAPIAO.ISSUED",
        "FAPIAO.REVERSED",
        "FAPIAO.REVERSED",
    ]
    event = pay.webhooks.receive(deliveries[0]["headers"], deliveries[0]["body"].encode())
    assert event.payload.fapiao_apply_id == APPLICATION
    with pytest.raises(wechatpay.errors.ForgedEvent, match="probe"):
        pay.webhooks.receive(deliveries[2]["headers"], deliveries[2]["body"].encode())
    status_code, commands = run("", method="GET")
    assert status_code == 200
    assert {"calls", "fail", "issue_fapiao", "pace"} <= set(commands["commands"])
    assert run("credentials", method="GET")[1] == mock.credentials
    rejected = {
        run("fail", {"code": "NO_SUCH"})[0],
        run("fail", {"code": 5})[0],
        run("fail", {"cod": "NO_AUTH"})[0],
        run("fail", [])[0],
        run("fault", {"kind": "explosion"})[0],
        run("fault", {"kind": "delay"})[0],
        run("reply", {"base64": "?"})[0],
        run("issue_fapiao", {"fapiao_apply_id": "1", "fapiao_id": "1\n"})[0],
        run(
            "issue_fapiao",
            {"fapiao_apply_id": "1", "fapiao_id": "1", "fapiao": {"card_information": []}},
        )[0],
        run("notify", {"event": "X", "payload": 1, "fault": "outage"})[0],
        run("webhook", {"url": "http://example.com"})[0],
    }
    assert rejected == {400}
    assert run("clear", method="GET")[0] == 405
    assert run("clear", {}, media="text/plain")[0] == 415
    assert run("nothing")[0] == 404
