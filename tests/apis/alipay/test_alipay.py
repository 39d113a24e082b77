"""Alipay: one URL for all endpoints, signed forms and envelopes, sub-codes, and money whose response is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.apis.alipay.server import APP_ID, Gateway, KeyFiles, Refusal, make_keys, signature
from tests.apis.conftest import Generated, Tell
from tests.servers import Server, http_response, serving

from specloom.diagnostics import InvalidSpec
from specloom.spec import load


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyFiles:
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def gateway(keys: KeyFiles) -> Gateway:
    return Gateway(keys)


@pytest.fixture
def server(gateway: Gateway) -> Iterator[Server]:
    with serving(gateway) as running:
        yield running


@pytest.fixture
def options(server: Server, keys: KeyFiles) -> dict[str, Any]:
    return {
        "app_id": APP_ID,
        "private_key": keys.app,
        "alipay_public_key": keys.alipay_public,
        "hosts": [server.url],
    }


@pytest.fixture
def payment(package: Any) -> Callable[..., Any]:
    def make(number: str, **changes: str) -> Any:
        known = {
            "total_amount": "88.88",
            "subject": "大红袍 250 g & 100% = +/\\\"'{}",
            "scene": "bar_code",
            "auth_code": "28763443825664394",
        }
        return package.models.trade.Payment(out_trade_no=number, **known | changes)

    return make


def test_a_payment_whose_response_is_lost(
    tell: Tell, options: dict[str, Any], gateway: Gateway, package: Any, payment: Any
) -> None:
    """It is not sent again, and never called rejected; the query tells, and a retry takes no second payment."""
    errors, models = package.errors, package.models

    async def story(alipay: Any) -> None:
        gateway.lost = 1
        with pytest.raises(errors.ConnectionFailed) as lost:
            await alipay.trade.pay(biz_content=payment("A-1"))
        assert (lost.value.outcome, lost.value.attempts) == ("unknown", 1)
        assert lost.value.inquiry == "trade.query"
        with pytest.raises(errors.TradePaid) as paid:
            await alipay.trade.pay(biz_content=payment("A-1"))
        assert paid.value.outcome == "unknown"
        found = await alipay.trade.query(biz_content=models.TradeId(out_trade_no="A-1"))
        assert found.result.trade_status == models.trade.TradeStatus.TRADE_SUCCESS
        assert found.result.send_pay_date.day == 27
        other = await alipay.trade.pay(biz_content=payment("A-2", total_amount="0.01"))
        assert (other.result.total_amount, other.result.buyer_logon_id) == ("0.01", "159****5620")

    tell(story, **options)
    assert list(gateway.trades) == ["A-1", "A-2"]
    assert gateway.trades["A-1"]["subject"] == payment("A-1").subject
    assert [form["method"].split(".")[-1] for form in gateway.forms] == ["pay", "pay", "query", "pay"]  # fmt: skip


def test_requests_that_alipay_recognizes_are_retried(
    tell: Tell, options: dict[str, Any], gateway: Gateway, package: Any, payment: Any
) -> None:
    models = package.models

    async def story(alipay: Any) -> None:
        order = models.trade.NewTrade(out_trade_no="B-1", total_amount="5", subject="Tea")
        gateway.lost = 1
        created = await alipay.trade.create(biz_content=order)
        assert created.result.trade_no == gateway.trades["B-1"]["trade_no"]
        await alipay.trade.pay(biz_content=payment("B-2"))
        refund = models.trade.Refund(out_trade_no="B-2", refund_amount="8.8", out_request_no="R1")
        gateway.lost = 1
        first = await alipay.trade.refund(biz_content=refund)
        assert (first.result.fund_change, first.result.refund_fee) == ("N", "8.80")
        gateway.down = [Refusal("20000", "isp.unknow-error")]
        await alipay.trade.refund(biz_content=refund)
        state = models.trade.RefundId(out_trade_no="B-2", out_request_no="R1")
        found = await alipay.trade.refund_query(biz_content=state)
        assert found.result.refund_amount == "8.8"
        # Without a number of its own, nothing tells a second refund from the first.
        gateway.lost = 1
        other = models.trade.Refund(out_trade_no="B-2", refund_amount="1")
        with pytest.raises(package.errors.ConnectionFailed) as lost:
            await alipay.trade.refund(biz_content=other)
        assert (lost.value.outcome, lost.value.inquiry) == ("unknown", "trade.refund_query")

    tell(story, **options)
    assert gateway.refunds == {("B-2", "R1"): "8.8", ("B-2", "B-2"): "1"}
    assert list(gateway.trades) == ["B-1", "B-2"]


def test_outcomes_of_errors(
    tell: Tell, options: dict[str, Any], gateway: Gateway, package: Any, payment: Any
) -> None:
    errors = package.errors
    cases = [
        (Refusal("20000", "aop.unknow-error"), errors.GatewayUnavailable, "unknown"),
        (Refusal("20000"), errors.GatewayUnavailable, "unknown"),
        (Refusal("40004", "ACQ.SYSTEM_ERROR"), errors.SystemFailure, "unknown"),
        (Refusal("40004", "ACQ.NEW_IN_2027"), errors.BusinessFailed, "unknown"),
        (Refusal("50000", "new.code"), errors.ApiError, "unknown"),
        (Refusal("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH"), errors.BuyerBalanceNotEnough, "rejected"),
        (Refusal("40006", "isv.insufficient-isv-permissions"), errors.PermissionDenied, "rejected"),
    ]  # fmt: skip

    async def story(alipay: Any) -> None:
        for number, (refusal, kind, outcome) in enumerate(cases):
            gateway.down = [refusal]
            with pytest.raises(errors.ApiError) as caught:
                await alipay.trade.pay(biz_content=payment(f"C-{number}"))
            error = caught.value
            assert (type(error), error.outcome, error.attempts) == (kind, outcome, 1)
            assert error.code == (refusal.sub_code or refusal.code)
            assert error.status == 200
        with pytest.raises(errors.AuthCodeInvalid, match="获取顾客账户信息失败") as invalid:
            await alipay.trade.pay(biz_content=payment("C-x", auth_code="1" * 18))
        assert invalid.value.outcome == "rejected"
        with pytest.raises(errors.PaymentInProgress) as waiting:
            await alipay.trade.pay(biz_content=payment("C-w", auth_code="29" + "1" * 16))
        assert waiting.value.outcome == "unknown"
        trade = package.models.TradeId(out_trade_no="C-w")
        cancelled = await alipay.trade.cancel(biz_content=trade)
        assert cancelled.result.action == "close"
        with pytest.raises(errors.TradeStatusWrong):
            await alipay.trade.close(biz_content=trade)
        with pytest.raises(errors.TradeNotFound) as absent:
            await alipay.trade.query(biz_content=package.models.TradeId(out_trade_no="C-y"))
        assert absent.value.outcome == "rejected"
        bill = package.models.bills.BillId(bill_type="trade", bill_date="2016-04-05")
        found = await alipay.bills.download_url(biz_content=bill)
        assert found.result.bill_download_url.endswith("/a?b=1&c=%E8%8C%B6")

    tell(story, **options)
    assert "C-x" not in gateway.trades


def test_responses_that_alipay_did_not_sign(
    tell: Tell, options: dict[str, Any], server: Server, keys: KeyFiles, package: Any, payment: Any
) -> None:
    """They say nothing about the payment, whatever they contain."""
    paid = json.dumps({"code": "10000", "msg": "Success", "trade_no": "1" * 20})
    sign = signature(keys.alipay, paid.encode())
    other = signature(keys.app, paid.encode())
    refused = '{"code":"40004","sub_code":"ACQ.BUYER_BALANCE_NOT_ENOUGH"}'
    bodies = {
        f'{{"alipay_trade_pay_response":{paid}}}': "no signature",
        f'{{"alipay_trade_pay_response":{refused},"sign":null}}': "no signature",
        f'{{"alipay_trade_pay_response":{paid},"sign":"{other}"}}': "does not match",
        f'{{"alipay_trade_pay_response":{paid},"sign":"é"}}': "does not match",
        f'{{"alipay_trade_pay_response":{refused},"sign":"{sign}"}}': "does not match",
        f'{{"alipay_trade_pay_response":{paid.replace(" ", "")},"sign":"{sign}"}}': "does not match",
        f'{{"alipay_trade_pay_response":{paid},"alipay_trade_pay_response":{refused},"sign":"{sign}"}}': "does not match",
        f'{{"alipay_trade_pay_response":{paid},"error_response":{refused},"sign":"{sign}"}}': "one envelope",
        f'{{"sign":"{sign}"}}': "one envelope",
        "<html>busy</html>": "not a JSON object",
    }  # fmt: skip

    async def story(alipay: Any) -> None:
        for body, reason in bodies.items():
            server.respond_with(http_response(200, body))
            with pytest.raises(package.errors.SignatureError, match=reason) as caught:
                await alipay.trade.pay(biz_content=payment("D-1"))
            assert caught.value.outcome == "unknown"
            assert caught.value.inquiry == "trade.query"

    tell(story, **options)
    assert len(server.received) == len(bodies)


def test_wrong_keys(
    tell: Tell, options: dict[str, Any], gateway: Gateway, keys: KeyFiles, package: Any
) -> None:
    query = package.models.TradeId(out_trade_no="E-1")

    async def rejected(alipay: Any) -> None:
        with pytest.raises(
            package.errors.SignatureError, match=r"40002 isv[.]invalid-signature 无效签名"
        ):
            await alipay.trade.query(biz_content=query)

    async def own_key(alipay: Any) -> None:
        with pytest.raises(package.errors.SignatureError, match="not that of the app"):
            await alipay.trade.query(biz_content=query)

    tell(rejected, **options | {"private_key": keys.alipay})
    assert not gateway.forms
    tell(own_key, **options | {"alipay_public_key": keys.app_public})
    with pytest.raises(package.errors.ConfigError, match="alipay_public_key"):
        package.Alipay(**options | {"alipay_public_key": keys.app})


def test_the_mock_signs_and_verifies(package: Any, payment: Any) -> None:
    mock = package.testing.AlipayMock()
    client = mock.client()
    mock.fail("ACQ.TRADE_HAS_CLOSE", times=1)
    with pytest.raises(package.errors.TradeClosed) as closed:
        client.trade.pay(biz_content=payment("F-1"))
    body = json.loads(closed.value.content)
    assert body["alipay_trade_pay_response"]["code"] == "40004"
    mock.fail("20000", times=1)
    with pytest.raises(package.errors.GatewayUnavailable):
        client.trade.pay(biz_content=payment("F-1"))
    assert client.trade.pay(biz_content=payment("F-1")).result.total_amount == "88.88"
    stranger = mock.client(private_key=mock.credentials["private_key"], app_id="2021000000000000")
    with pytest.raises(package.errors.AppIdInvalid):
        stranger.trade.pay(biz_content=payment("F-1"))


def test_a_scheme_that_adds_to_a_form_needs_one(tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(
        "specloom: 1\npackage: shop\nversion: 0.1.0\nclient: Shop\ntitle: Shop\n"
        "languages: [en]\nhosts: [https://shop.example]\nauth: alipay-rsa2\n"
    )
    (tmp_path / "items.yaml").write_text(
        "endpoints:\n"
        "  buy: {http: POST /buy, body: {item: string}, responses: {204: null}}\n"
        "  sell: {http: POST /sell, form: {sign?: string}, responses: {204: null}}\n"
    )
    with pytest.raises(InvalidSpec) as caught:
        load(tmp_path, "shop")
    assert [problem.message for problem in caught.value.problems] == [
        "the scheme `alipay-rsa2` adds fields to a form, and `items.buy` has none",
        "`sign` is already set by the scheme `alipay-rsa2`",
    ]


def test_the_page_shows_all_fields_of_the_form(generated: Generated) -> None:
    page = (generated.folder / "docs/en/trade/pay.md").read_text("utf-8")
    for name in ("app_id", "timestamp", "sign", "method", "biz_content"):
        assert f"| `{name}` | " in page
        assert f"--data-urlencode '{name}=" in page
