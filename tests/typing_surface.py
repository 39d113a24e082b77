"""Read by type checkers, never run: the surface that users see, and mistakes that checkers must find in their code.

Each line that ends with `# error` must be an error, and no other; the one that only pyright finds says so.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, assert_type

from corner_shop import CornerShop
from corner_shop import calls as shop_calls
from corner_shop import models as shop_models
from wechatpay import AsyncWeChatPay, Call, Response, WeChatPay, calls, errors, events, models
from weixin import AsyncWeixin, Weixin
from weixin import models as weixin_models

pay = WeChatPay(
    mchid="1900000001",
    serial_no="5157F09EFDC096DE15EBE81A47057A72",
    private_key=Path("apiclient_key.pem"),
    public_key_id="PUB_KEY_ID_1",
    public_key=Path("pub_key.pem"),
)
page = pay.fapiao_applications.query("4200", sub_mchid="1900000109")
assert_type(page, models.FapiaoPage)
assert_type(page.total_count, int)
assert_type(page.fapiao_information, Sequence[models.FapiaoInformation] | None)
assert_type(calls.fapiao_applications.query("4200", sub_mchid="1"), Call[models.FapiaoPage])
assert_type(
    pay.send(calls.fapiao_applications.query("4200", sub_mchid="1")), Response[models.FapiaoPage]
)
assert_type(pay.with_options(deadline=60), WeChatPay)
assert_type(pay.bridge_config(appid="wx1", prepay_id="wx2"), dict[str, str])
assert_type(pay.request("GET", "/v3/x", query={"a": 1}, idempotency="safe"), Response[Any])
pay.request("GET", "/v3/x", idempotency="sure")  # error
assert_type(pay.with_options(headers={"X-Trace": "1"}), WeChatPay)
pay.send(calls.fapiao_applications.query("4200", sub_mchid="1"), headers={"X-Trace": "1"})
pay.send(calls.fapiao_applications.query("4200", sub_mchid="1"), headers={"X-Trace": 1})  # error

pay.fapiao_applications.query("4200", "1900000109")  # error
pay.fapiao_applications.query(4200, sub_mchid="1900000109")  # error
pay.fapiao_applications.query("4200")  # error
pay.fapiao_applications.nothing("4200")  # error
models.Nothing  # error
models.FapiaoPage(5)  # error


def by_status(status: models.FapiaoStatus) -> str:  # error
    match status:  # error for pyright
        case models.FapiaoStatus.ISSUE_ACCEPTED | models.FapiaoStatus.ISSUED:
            return "blue"
        case models.FapiaoStatus.REVERSE_ACCEPTED | models.FapiaoStatus.REVERSED:
            return "red"


def by_status_and_new(status: models.FapiaoStatus) -> str:
    match status:
        case models.FapiaoStatus.ISSUE_ACCEPTED | models.FapiaoStatus.ISSUED:
            return "blue"
        case _:
            return status.value


event = pay.webhooks.receive({"Wechatpay-Nonce": "1"}, b"")
assert_type(event, events.AnyEvent)
pay.webhooks.receive([(b"wechatpay-nonce", b"1")], b"")
pay.webhooks.receive({"Wechatpay-Nonce": "1"}, "{}")  # error
event.payload.fapiao_information  # error


def by_event(event: events.AnyEvent) -> str:
    match event:
        case events.FapiaoUserApplied():
            return event.payload.apply_time.isoformat()
        case events.FapiaoIssued(payload=notice) | events.FapiaoReversed(payload=notice):
            assert_type(notice, models.FapiaoNotice)
            return notice.fapiao_apply_id
        case events.FapiaoCardInserted() | events.FapiaoCardDiscarded():
            return event.payload.fapiao_information[0].fapiao_id
        case events.TransactionSuccess(payload=transaction):
            assert_type(transaction, models.Transaction)
            return transaction.out_trade_no
        case events.RefundSuccess() | events.RefundClosed() | events.RefundAbnormal():
            return event.payload.out_refund_no
        case events.UnknownEvent():
            return event.name


def by_some_events(event: events.AnyEvent) -> str:  # error
    match event:  # error for pyright
        case events.FapiaoIssued():
            return event.id or ""


async def asynchronous(client: AsyncWeChatPay, weixin: AsyncWeixin) -> None:
    assert_type(await client.fapiao_applications.query("4200", sub_mchid="1"), models.FapiaoPage)
    assert_type(await client.webhooks.receive({}, b""), events.AnyEvent)
    assert_type(client.webhooks.failure("no"), events.Acknowledgement)
    response = await weixin.invoice.update_status(
        card_id="p", code="1", reimburse_status=weixin_models.ReimburseStatus.INVOICE_REIMBURSE_INIT
    )
    assert_type(response.errcode, int | None)
    try:
        await client.fapiao_applications.reverse(
            "4200",
            sub_mchid="1",
            reverse_reason="退款",
            fapiao_information=[models.ReversedFapiao(fapiao_id="1", fapiao_number="2")],
        )
    except errors.NoAuth as error:
        assert_type(error.reasons, tuple[str, ...])
        assert_type(error.request_id, str | None)


Weixin(access_token="t").invoice.update_status(
    card_id="p", code="1", reimburse_status="INVOICE_REIMBURSE_INIT"
)
Weixin(access_token="t").invoice.update_status(card_id="p", code="1", reimburse_status=1)  # error


def enumerations(shop: CornerShop) -> None:
    """Open ones take any text in requests, closed ones do not; responses have members."""
    shop.orders.list(
        status="NEW",
        statuses=["NEW", shop_models.OrderStatus.OPEN],
        filter=shop_models.ListFilter(status="NEW"),
    )
    shop.orders.list(
        statuses=[shop_models.OrderStatus.OPEN],
        filter=shop_models.ListFilter(status=shop_models.OrderStatus.OPEN),
    )
    shop_calls.orders.list(status="NEW")
    shop.orders.list(status=1)  # error
    shop_models.ListFilter(status=1)  # error
    shop.catalogue.articles.picture("tea", size=shop_models.Size.SMALL)
    shop.catalogue.articles.picture("tea", size="small")  # error
    order = shop.orders.query("0123456789")
    if order is not None:
        assert_type(order.status, shop_models.OrderStatus)
