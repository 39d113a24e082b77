"""Payments with the client and the mock of WeChat Pay: orders, refunds, bills, and the parameters that front ends need. openssl verifies the signatures."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import json
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.generated import COMMITTED, imported
from tests.readmes import block
from tests.type_checkers import Mypy

CHINA_TIME = timezone(timedelta(hours=8))
MCHID = "1900000001"
APPID = "wxd678efh567hg6787"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
ORDER = {
    "appid": APPID,
    "mchid": MCHID,
    "description": "茶",
    "out_trade_no": "T20200601-1",
    "notify_url": "https://www.example.com/notify",
}


class Shop:
    """The package, its mock, a client, and the events that the mock delivered to it."""

    def __init__(self, package: Any) -> None:
        self.errors, self.models, self.events = package.errors, package.models, package.events
        self.mock = import_module("wechatpay.testing").WeChatPayMock()
        self.client = self.mock.client()
        self.received: list[Any] = []
        self.mock.webhook = self.receive

    def receive(self, headers: Any, body: bytes) -> None:
        self.received.append(self.client.webhooks.receive(headers, body))

    def order(self, total: int = 100, **changes: Any) -> str:
        """Create an order; return its `prepay_id`."""
        request = ORDER | {
            "amount": self.models.OrderAmount(total=total),
            "payer": self.models.Payer(openid=OPENID),
        }
        created = self.client.orders.create_jsapi(**{**request, **changes})
        prepay_id: str = created.prepay_id
        return prepay_id


@pytest.fixture(scope="module")
def package() -> Iterator[Any]:
    with imported(COMMITTED["wechatpay"], "wechatpay") as package:
        yield package


@pytest.fixture
def shop(package: Any) -> Shop:
    return Shop(package)


def test_front_ends_get_signed_parameters(shop: Shop, tmp_path: Path) -> None:
    """openssl verifies the signature over the four lines of the documentation."""
    prepay_id = shop.order()
    config = shop.client.bridge_config(appid=APPID, prepay_id=prepay_id)
    assert list(config) == ["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"]
    assert (config["appId"], config["signType"]) == (APPID, "RSA")
    assert config["package"] == f"prepay_id={prepay_id}"
    message = f"{APPID}\n{config['timeStamp']}\n{config['nonceStr']}\nprepay_id={prepay_id}\n"
    public = shop.mock._server_auth.keys.merchant.public_key()
    files = {
        "key": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "signature": b64decode(config["paySign"], validate=True),
        "message": message.encode(),
        "other": message.replace("prepay_id=wx", "prepay_id=wy").encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "signature"]
    verified = subprocess.run([*command, "message"], cwd=tmp_path, capture_output=True, text=True)
    assert verified.stdout == "Verified OK\n"
    assert subprocess.run([*command, "other"], cwd=tmp_path, capture_output=True).returncode == 1
    # Each attempt of the user to pay has a signature of its own, also in the async client.
    again = shop.mock.async_client().bridge_config(appid=APPID, prepay_id=prepay_id)
    assert again["paySign"] != config["paySign"]


@pytest.mark.parametrize("name", ["appid", "prepay_id"])
@pytest.mark.parametrize("value", ["", "a\nb"])
def test_a_line_break_cannot_change_what_is_signed(shop: Shop, name: str, value: str) -> None:
    arguments = {"appid": APPID, "prepay_id": "wx1", name: value}
    with pytest.raises(shop.errors.InvalidRequest, match=f"{name}: expected text on one line"):
        shop.client.bridge_config(**arguments)


def test_an_order_is_paid_once(shop: Shop) -> None:
    prepay_id = shop.order()
    query = shop.client.orders.query
    assert query("T20200601-1", mchid=MCHID).trade_state == "NOTPAY"
    assert shop.order() == prepay_id  # the same number and parameters: the same order
    assert len(shop.mock.ledger) == 1
    with pytest.raises(shop.errors.RequestRefused) as refused:
        shop.order(total=200)
    assert refused.value.outcome == "rejected"
    shop.mock.pay_order("T20200601-1", discount=1)
    shop.mock.deliver()
    (event,) = shop.received
    assert isinstance(event, shop.events.TransactionSuccess)
    paid = query("T20200601-1", mchid=MCHID)
    assert paid == event.payload
    assert paid.trade_state == shop.models.TradeState.SUCCESS
    assert (paid.amount.total, paid.amount.payer_total) == (100, 99)
    by_id = shop.client.orders.query_by_transaction_id
    assert by_id(paid.transaction_id, mchid=MCHID) == paid
    with pytest.raises(ValueError, match="the order is SUCCESS"):
        shop.mock.pay_order("T20200601-1")
    with pytest.raises(shop.errors.RequestRefused):
        shop.client.orders.close("T20200601-1", mchid=MCHID)


def test_an_order_is_closed_or_expires(shop: Shop) -> None:
    orders = shop.client.orders
    shop.order()
    orders.close("T20200601-1", mchid=MCHID)
    orders.close("T20200601-1", mchid=MCHID)  # a retry does no harm
    assert orders.query("T20200601-1", mchid=MCHID).trade_state == "CLOSED"
    with pytest.raises(shop.errors.OrderClosed):
        shop.order()
    shop.order(out_trade_no="T20200601-2")
    shop.mock.advance(7200)
    assert orders.query("T20200601-2", mchid=MCHID).trade_state == "CLOSED"
    with pytest.raises(ValueError, match="the order is CLOSED"):
        shop.mock.pay_order("T20200601-2")
    with pytest.raises(shop.errors.OrderNotExist):
        orders.query("T20200601-3", mchid=MCHID)


def test_a_native_order_is_the_same_in_the_async_client(shop: Shop) -> None:
    async def story() -> Any:
        async with shop.mock.async_client() as client:
            amount = shop.models.OrderAmount(total=100)
            created = await client.orders.create_native(**ORDER, amount=amount)
            assert created.code_url.startswith("weixin://wxpay/bizpayurl?pr=")
            shop.mock.pay_order("T20200601-1", openid="another")
            return await client.orders.query("T20200601-1", mchid=MCHID)

    paid = asyncio.run(story())
    assert (paid.trade_type, paid.payer.openid) == ("NATIVE", "another")


def test_the_outcome_of_a_lost_order_is_unknown(shop: Shop) -> None:
    """Each retry has the same number; the error names the query, and the order exists once."""
    shop.mock.fault("reset", times=3)
    with pytest.raises(shop.errors.Error) as lost:
        shop.order()
    assert lost.value.outcome == "unknown"
    assert lost.value.inquiry == "orders.query"
    assert [call.endpoint for call in shop.mock.calls] == ["orders.create_jsapi"] * 3
    assert len(shop.mock.ledger) == 1
    assert shop.client.orders.query("T20200601-1", mchid=MCHID).trade_state == "NOTPAY"


def test_refunds_are_at_most_what_was_paid(shop: Shop) -> None:
    amount = shop.models.RefundRequestAmount

    def refund(number: str, fen: int) -> Any:
        parts = amount(refund=fen, total=100, currency="CNY")
        return shop.client.refunds.create(
            out_trade_no="T20200601-1", out_refund_no=number, amount=parts
        )

    shop.order()
    with pytest.raises(shop.errors.RequestRefused):  # it is not paid
        refund("R1", 1)
    shop.mock.pay_order("T20200601-1")
    first = refund("R1", 60)
    assert (first.status, first.amount.payer_refund) == ("PROCESSING", 60)
    assert refund("R1", 60) == first  # the same number: the same refund
    with pytest.raises(shop.errors.RequestRefused):
        refund("R1", 40)
    with pytest.raises(shop.errors.RequestRefused):
        refund("R2", 41)
    shop.mock.advance(60)
    assert shop.client.refunds.query("R1").status == "SUCCESS"
    shop.mock.refund_result = "CLOSED"
    refund("R2", 40)
    shop.mock.advance(60)
    shop.mock.refund_result = "ABNORMAL"
    refund("R3", 40)  # the money of a closed refund can be refunded again
    shop.mock.advance(60)
    names = [type(event).__name__ for event in shop.received]
    assert names == ["TransactionSuccess", "RefundSuccess", "RefundClosed", "RefundAbnormal"]
    assert [event.payload.out_refund_no for event in shop.received[1:]] == ["R1", "R2", "R3"]
    assert shop.client.orders.query("T20200601-1", mchid=MCHID).trade_state == "REFUND"
    with pytest.raises(shop.errors.ResourceNotExists):
        shop.client.refunds.query("R4")
    executed = [execution.key for execution in shop.mock.ledger if execution.key]
    assert [key.get("out_refund_no") for key in executed] == [None, "R1", "R2", "R3"]


def test_a_refused_refund_may_have_been_accepted(shop: Shop) -> None:
    """The documentation says so of 429: the outcome is unknown, and only the same number may be sent again."""
    shop.mock.fail("FREQUENCY_LIMITED", endpoint="refunds.create")
    with pytest.raises(shop.errors.FrequencyLimited) as limited:
        shop.client.refunds.create(
            out_trade_no="T20200601-1",
            out_refund_no="R1",
            amount=shop.models.RefundRequestAmount(refund=1, total=1, currency="CNY"),
        )
    assert (limited.value.outcome, limited.value.inquiry) == ("unknown", "refunds.query")


def test_bills_have_the_trades_of_a_day(shop: Shop, tmp_path: Path) -> None:
    today = datetime.now(CHINA_TIME).date()
    with pytest.raises(shop.errors.StatementCreating):
        shop.client.bills.trade(bill_date=today)
    shop.order(total=1250, description="茶, 绿")
    shop.mock.pay_order("T20200601-1")
    shop.client.refunds.create(
        out_trade_no="T20200601-1",
        out_refund_no="R1",
        amount=shop.models.RefundRequestAmount(refund=250, total=1250, currency="CNY"),
    )
    shop.mock.advance(60)
    shop.mock.advance(86_400)
    bill = shop.client.bills.trade(bill_date=today)
    arguments = {"download_url": bill.download_url, "hash_value": bill.hash_value}
    shop.client.bills.download(**arguments).save(tmp_path / "bill.csv")
    content = (tmp_path / "bill.csv").read_bytes()
    assert hashlib.sha1(content).hexdigest() == bill.hash_value
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert [row["交易状态"] for row in rows[:2]] == ["`SUCCESS", "`REFUND"]
    assert [row["订单金额"] for row in rows[:2]] == ["`12.50", "`0.00"]
    assert rows[1]["申请退款金额"] == "`2.50"
    flow = shop.client.bills.fund_flow(bill_date=today)
    text = shop.client.bills.download(
        download_url=flow.download_url, hash_value=flow.hash_value
    ).read()
    assert text.decode().splitlines()[-1] == "`2,`1,`12.50,`1,`2.50"
    # The response has no signature; the hash takes its place.
    assert shop.mock.calls[-1].request.target.startswith("/v3/billdownload/file?token=")
    with pytest.raises(shop.errors.HashMismatch):
        shop.client.bills.download(**{**arguments, "hash_value": "0" * 40}).read()
    with pytest.raises(shop.errors.InvalidRequest):
        shop.client.bills.download(
            download_url="https://example.com/v3/billdownload/file?token=1", hash_value="0" * 40
        ).read()
    shop.mock.advance(300)
    with pytest.raises(shop.errors.RequestRefused):
        shop.client.bills.download(**arguments).read()


def test_the_story_of_the_readme(shop: Shop, tmp_path: Path) -> None:
    """Order, parameters for the front end, event, query, refund and bill; in the sync client, with the program of README."""
    program: dict[str, Any] = {}
    exec(block("payment"), program)
    tea = program["Shop"](shop.client, APPID, MCHID)
    config = tea.order("T-0001", 100, OPENID)
    assert config["signType"] == "RSA"
    assert not tea.is_paid("T-0001")
    paid: list[str | None] = []
    shop.mock.webhook = lambda headers, body: paid.append(tea.paid_order(headers, body))
    shop.mock.pay_order("T-0001")
    shop.mock.deliver()
    assert paid == ["T-0001"]
    assert tea.is_paid("T-0001")
    shop.mock.fault("reset", times=3)  # the responses to the refund and to its retries are lost
    assert tea.refund("T-0001", "R-0001", 40, 100).status == "PROCESSING"
    with pytest.raises(shop.errors.RequestRefused):
        tea.refund("T-0001", "R-0002", 61, 100)
    shop.mock.advance(60)
    assert shop.client.refunds.query("R-0001").status == "SUCCESS"
    shop.mock.advance(86_400)
    tea.save_bill(datetime.now(CHINA_TIME).date(), str(tmp_path / "bill.csv"))
    assert "R-0001" in (tmp_path / "bill.csv").read_text("utf-8-sig")
    executed = [execution.endpoint for execution in shop.mock.ledger]
    assert executed == ["orders.create_jsapi", "refunds.create"]


def test_the_story_in_the_async_client(shop: Shop, tmp_path: Path) -> None:
    async def story() -> None:
        async with shop.mock.async_client() as client:
            models, day = shop.models, datetime.now(CHINA_TIME).date()
            order = await client.orders.create_jsapi(
                **ORDER, amount=models.OrderAmount(total=100), payer=models.Payer(openid=OPENID)
            )
            config = client.bridge_config(appid=APPID, prepay_id=order.prepay_id)
            assert config["package"] == f"prepay_id={order.prepay_id}"
            received: list[tuple[Any, bytes]] = []
            shop.mock.webhook = lambda headers, body: received.append((headers, body))
            shop.mock.pay_order(ORDER["out_trade_no"])
            shop.mock.deliver()
            event = await client.webhooks.receive(*received[0])
            assert event.payload == await client.orders.query(ORDER["out_trade_no"], mchid=MCHID)
            amount = models.RefundRequestAmount(refund=40, total=100, currency="CNY")
            refund = await client.refunds.create(
                transaction_id=event.payload.transaction_id, out_refund_no="R1", amount=amount
            )
            assert (refund.out_trade_no, refund.status) == (ORDER["out_trade_no"], "PROCESSING")
            shop.mock.advance(60)
            assert (await client.refunds.wait_query("R1")).status == "SUCCESS"
            event = await client.webhooks.receive(*received[1])
            assert event.payload.refund_id == refund.refund_id
            shop.mock.advance(86_400)
            bill = await client.bills.trade(bill_date=day)
            download = client.bills.download(
                download_url=bill.download_url, hash_value=bill.hash_value
            )
            await download.save(tmp_path / "bill.csv")

    asyncio.run(story())
    assert "R1" in (tmp_path / "bill.csv").read_text("utf-8-sig")


def test_the_story_type_checks(tmp_path: Path, mypy: Mypy) -> None:
    (tmp_path / "shop.py").write_text(block("payment"))
    process = mypy("shop.py", cwd=tmp_path, path=[COMMITTED["wechatpay"]])
    assert process.returncode == 0, process.stdout


def test_another_sdk_takes_a_payment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """wechatpayv3 signs its requests, verifies the mock's responses, decrypts its events, and signs what front ends need."""
    import wechatpayv3
    from wechatpay._runtime.mock.server import Server  # type: ignore[import-not-found, unused-ignore]
    from wechatpayv3.core import Core

    mock = shop.mock
    with Server(mock) as server:
        # The SDK has no setting for its base URL.
        url = property(lambda core: server.url, lambda core, value: None)
        monkeypatch.setattr(Core, "_gate_way", url, raising=False)
        credentials = mock.credentials
        sdk = wechatpayv3.WeChatPay(
            wechatpayv3.WeChatPayType.JSAPI,
            MCHID,
            credentials["private_key"],
            credentials["serial_no"],
            APPID,
            credentials["api_v3_key"],
            notify_url=ORDER["notify_url"],
            public_key=credentials["public_key"],
            public_key_id=credentials["public_key_id"],
        )
        events: list[Any] = []
        mock.webhook = lambda headers, body: events.append(sdk.callback(headers, body))

        def call(name: str, *arguments: Any, **options: Any) -> Any:
            code, text = getattr(sdk, name)(*arguments, **options)
            assert code in (200, 204), text
            return json.loads(text) if text else None

        number = ORDER["out_trade_no"]
        created = call(
            "pay", "茶", number, {"total": 100, "currency": "CNY"}, payer={"openid": OPENID}
        )
        config = shop.client.bridge_config(appid=APPID, prepay_id=created["prepay_id"])
        lines = [config[name] for name in ("appId", "timeStamp", "nonceStr", "package")]
        assert sdk.sign(lines) == config["paySign"]
        mock.pay_order(number)
        paid = call("query", out_trade_no=number)
        assert paid["trade_state"] == "SUCCESS"
        assert call("query", transaction_id=paid["transaction_id"]) == paid
        amount = {"refund": 40, "total": 100, "currency": "CNY"}
        refund = call("refund", "R1", amount, out_trade_no=number)
        mock.advance(60)
        done = call("query_refund", "R1")
        assert (done["refund_id"], done["status"]) == (refund["refund_id"], "SUCCESS")
        until = time.monotonic() + 10
        while len(events) < 2 and time.monotonic() < until:  # the server's own thread may deliver
            time.sleep(0.01)
        kinds = [event["event_type"] for event in events]
        assert kinds == ["TRANSACTION.SUCCESS", "REFUND.SUCCESS"]
        assert events[0]["resource"]["transaction_id"] == paid["transaction_id"]
        mock.advance(86_400)
        day = datetime.now(CHINA_TIME).date().isoformat()
        # The SDK's own method always asks for a compressed bill.
        code, text = sdk._core.request(f"/v3/bill/tradebill?bill_date={day}")
        bill = json.loads(text)
        code, content = sdk.download_bill(bill["download_url"].partition(".com")[2])
        assert code == 200
        content = content.encode() if isinstance(content, str) else content
        assert hashlib.sha1(content).hexdigest() == bill["hash_value"]
        call("pay", "茶", "T-0002", {"total": 100}, payer={"openid": OPENID})
        call("close", "T-0002")
        assert call("query", out_trade_no="T-0002")["trade_state"] == "CLOSED"
