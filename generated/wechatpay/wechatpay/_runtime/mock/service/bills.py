"""Behaviour of bills (账单) in the mock: CSV of the orders and refunds of a day.

The columns are those of real bills; each value starts with a backquote.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from ...auth.wechatpay.mock_keys import MCHID
from .. import DocumentedError
from ..argument_checks import CheckedArguments
from ..execution import Behaviour, Result
from .refunds import RefundsMock
from .steps import CHINA_TIME, not_allowed

_FILE: Final = "/v3/billdownload/file"
_VALIDITY: Final = 300
"""Seconds in which a bill can be downloaded."""
_TRADES: Final = (
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号"),
    *("商户订单号", "用户标识", "交易类型", "交易状态", "付款银行", "货币种类"),
    *("应结订单金额", "代金券金额", "微信退款单号", "商户退款单号", "退款金额"),
    *("充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包", "手续费"),
    *("费率", "订单金额", "申请退款金额", "费率备注"),
)
_TRADES_TOTAL: Final = (
    *("总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额"),
    *("手续费总金额", "订单总金额", "申请退款总金额"),
)
_FLOWS: Final = (
    *("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型"),
    *("收支类型", "收支金额(元)", "账户结余(元)", "资金变更提交申请人", "备注"),
    "业务凭证号",
)
_FLOWS_TOTAL: Final = ("资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额")
Row: TypeAlias = tuple[str, ...]


class BillsMock(RefundsMock):
    """Mock of WeChat Pay with orders, refunds and their bills."""

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        return {
            **super().behaviours(),
            ("GET", "/v3/bill/tradebill"): self._trade_bill,
            ("GET", "/v3/bill/fundflowbill"): self._fund_flow_bill,
            ("GET", _FILE): self._download,
        }

    def _trade_bill(self, arguments: CheckedArguments) -> Result:
        kind = arguments.query.get("bill_type", ["ALL"])[0]
        day = self._day(arguments)
        payments = [] if kind == "REFUND" else self._payments(day)
        refunds = [] if kind == "SUCCESS" else self._refunds(day)
        rows = sorted(
            [_trade(order) for order in payments]
            + [_trade(order, refund) for refund, order in refunds]
        )
        total = _yuan(order["request"]["amount"]["total"] for order in payments)
        refunded = _yuan(row["amount"]["refund"] for row, _ in refunds)
        zero = _yuan([])
        totals = (str(len(rows)), total, refunded, zero, zero, total, refunded)
        return self._bill(_csv(_TRADES, rows, _TRADES_TOTAL, totals))

    def _fund_flow_bill(self, arguments: CheckedArguments) -> Result:
        account = arguments.query.get("account_type", ["BASIC"])[0]
        day = self._day(arguments)
        payments = self._payments(day) if account == "BASIC" else []
        refunds = self._refunds(day) if account == "BASIC" else []
        flows = sorted(
            [
                (order["success_time"], order["payer_total"], order["transaction_id"])
                for order in payments
            ]
            + [
                (row["success_time"], -row["amount"]["payer_refund"], row["refund_id"])
                for row, _ in refunds
            ]
        )
        rows: list[Row] = []
        balance = 0
        for time, amount, number in flows:
            balance += amount
            name, kind = ("交易", "收入") if amount > 0 else ("退款", "支出")
            changed = (_yuan([abs(amount)]), _yuan([balance]))
            rows.append((_local(time), number, number, name, name, kind, *changed))
            rows[-1] += ("system", "", number)
        income = [amount for _, amount, _ in flows if amount > 0]
        spent = [-amount for _, amount, _ in flows if amount <= 0]
        totals = (
            *(str(len(rows)), str(len(income)), _yuan(income)),
            *(str(len(spent)), _yuan(spent)),
        )
        return self._bill(_csv(_FLOWS, rows, _FLOWS_TOTAL, totals))

    def _bill(self, content: str) -> Result:
        token = secrets.token_urlsafe(48)
        bill = {"content": content, "until": self.now() + _VALIDITY}
        self.store.put("bill", token, bill)
        digest = hashlib.sha1(content.encode(), usedforsecurity=False)
        url = f"{self.service.hosts[0]}{_FILE}?token={token}"
        return Result(
            200,
            {
                "hash_type": "SHA1",
                "hash_value": digest.hexdigest(),
                "download_url": url,
            },
        )

    def _download(self, arguments: CheckedArguments) -> Result:
        token = arguments.query.get("token", [""])[0]
        bill = self.store.get("bill", token)
        if bill is None or self.now() >= bill["until"]:
            raise not_allowed("下载链接无效或已过期，请重新申请账单")
        return Result(200, bill["content"].encode())

    def _day(self, arguments: CheckedArguments) -> str:
        """Return the day of a bill, which is over."""
        day: str = arguments.query["bill_date"][0]
        now = datetime.fromtimestamp(self.now(), CHINA_TIME)
        if day >= now.date().isoformat():
            raise DocumentedError(400, "STATEMENT_CREATING", "账单生成中，请稍后重试")
        return day

    def _payments(self, day: str) -> list[dict[str, Any]]:
        orders = [order for _, order in self.store.items("order")]
        return [
            order for order in orders if order.get("success_time", "").startswith(day)
        ]

    def _refunds(self, day: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return the refunds of a day with their orders."""
        return [
            (row, self.store.get("order", row["out_trade_no"]))
            for row in self.refund_rows()
            if row.get("success_time", "").startswith(day)
        ]


def _trade(order: Mapping[str, Any], refund: Mapping[str, Any] | None = None) -> Row:
    """Return the row of a payment, or of a refund."""
    request, zero = order["request"], _yuan([])
    total = zero if refund else _yuan([request["amount"]["total"]])
    refunded = _yuan([refund["amount"]["refund"]]) if refund else zero
    time = refund["success_time"] if refund else order["success_time"]
    return (
        *(_local(time), request["appid"], MCHID, "0", ""),
        *(order["transaction_id"], request["out_trade_no"], order["openid"]),
        *(order["trade_type"], "REFUND" if refund else "SUCCESS", order["bank_type"]),
        *("CNY", total, zero),
        *((refund["refund_id"], refund["out_refund_no"]) if refund else ("0", "0")),
        *(refunded, zero, "ORIGINAL" if refund else "", "SUCCESS" if refund else ""),
        *(request["description"], request.get("attach", ""), zero, "0.00%"),
        *(total, refunded, ""),
    )


def _csv(
    head: Sequence[str],
    rows: Sequence[Row],
    totals_head: Sequence[str],
    totals: Sequence[str],
) -> str:
    """Return a bill; a value starts with a backquote, and commas in it become spaces.

    Raise `DocumentedError` for a day without transactions.
    """
    if not rows:
        raise DocumentedError(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    lines = [",".join(head)]
    for row in (*rows, totals):
        lines.append(",".join("`" + value.replace(",", " ") for value in row))
    lines.insert(-1, ",".join(totals_head))
    return "\ufeff" + "".join(f"{line}\r\n" for line in lines)


def _yuan(amounts: Iterable[int]) -> str:
    """Return the sum of amounts in fen, in yuan."""
    fen = sum(amounts)
    return f"{fen // 100}.{fen % 100:02}"


def _local(time: str) -> str:
    """Return a time as bills write it."""
    return datetime.fromisoformat(time).strftime("%Y-%m-%d %H:%M:%S")
