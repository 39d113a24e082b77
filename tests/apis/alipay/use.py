"""Programs of a shop with Alipay: take a payment, ask what became of it, and refund a part."""

from __future__ import annotations

from typing import assert_type

from alipay import Alipay, AsyncAlipay, errors, models


def take(client: Alipay, order: str, amount: str, code: str) -> models.trade.Trade | None:
    """Take a payment; return its trade, or None if no money was taken."""
    payment = models.trade.Payment(
        out_trade_no=order,
        total_amount=amount,
        subject="Assam 250 g",
        scene="bar_code",
        auth_code=code,
    )
    try:
        client.trade.pay(biz_content=payment)
    except errors.Error as error:
        if error.outcome != "unknown":
            return None
    return client.trade.wait_query(biz_content=models.TradeId(out_trade_no=order)).result


def use(client: Alipay) -> None:
    trade = take(client, "20150320010101001", "88.88", "28763443825664394")
    assert trade
    assert_type(trade.trade_status, models.trade.TradeStatus)
    assert trade.total_amount == "88.88"
    refund = models.trade.Refund(
        trade_no=trade.trade_no, refund_amount="8.88", out_request_no="HZ01RF001"
    )
    refunded = client.trade.refund(biz_content=refund).result
    assert_type(refunded, models.trade.Refunded)


async def use_async(client: AsyncAlipay) -> None:
    bill = models.bills.BillId(bill_type="trade", bill_date="2016-04-05")
    found = await client.bills.download_url(biz_content=bill)
    assert found.result.bill_download_url
