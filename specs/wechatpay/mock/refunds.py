"""Behaviour of refunds (退款) in the mock.

    PROCESSING ─▶ SUCCESS, CLOSED or ABNORMAL

All refunds of a payment are at most what was paid for the order; a refund that is closed does
not count.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from specloom.auth_schemes.wechatpay.runtime.mock_keys import MCHID
from specloom.runtime.mock import DocumentedError
from specloom.runtime.mock.argument_checks import CheckedArguments
from specloom.runtime.mock.commands import Command, post_command
from specloom.runtime.mock.execution import Behaviour, Result

from .orders import OrdersMock
from .steps import not_allowed

RefundResult: TypeAlias = Literal["SUCCESS", "CLOSED", "ABNORMAL"]
"""Final state of a refund."""
_REFUNDS: Final = "/v3/refund/domestic/refunds"
_MAX_REFUNDS: Final = 50
"""Refunds of one payment."""


class RefundsMock(OrdersMock):
    """Mock of WeChat Pay with orders and their refunds."""

    _refund_result: RefundResult = "SUCCESS"

    @property
    def refund_result(self) -> RefundResult:
        """State that a refund reaches after `pace` seconds; default SUCCESS."""
        return self._refund_result

    @refund_result.setter
    def refund_result(self, result: RefundResult) -> None:
        if result not in get_args(RefundResult):
            raise ValueError(f"expected one of {', '.join(get_args(RefundResult))}")
        self._refund_result = result

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        return {
            **super().behaviours(),
            ("POST", _REFUNDS): self._refund,
            ("GET", f"{_REFUNDS}/{{}}"): self._query_refund,
        }

    def commands(self) -> Mapping[str, Command]:
        def refund_result(result: RefundResult) -> None:
            """Set the state that a refund reaches."""
            self.refund_result = result

        command = post_command(refund_result, result="ABNORMAL")
        return {**super().commands(), "refund_result": command}

    # --- endpoints --------------------------------------------------------------------

    def _refund(self, arguments: CheckedArguments) -> Result:
        request = arguments.json
        number = request["out_refund_no"]
        known = self.store.get("refund", number)
        if known is not None:
            if known["request"] != request:
                raise not_allowed("请求重入时，参数与首次请求时不一致")
            return Result(200, known["row"], repeated=True)
        order = self._paid_order(request)
        self._check_amount(order, request["amount"])
        row = self._new_refund(order, request)
        self.store.put("refund", number, {"request": request, "row": row})
        self.save_order(order | {"trade_state": "REFUND"})
        self.schedule("refund", number, self.now() + self.pace)
        return Result(200, row)

    def _query_refund(self, arguments: CheckedArguments) -> Result:
        refund = self.store.get("refund", arguments.path[0])
        if refund is None:
            raise DocumentedError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return Result(200, refund["row"])

    def _paid_order(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if ("transaction_id" in request) == ("out_trade_no" in request):
            text = "transaction_id与out_trade_no须二选一"
            raise DocumentedError(400, "PARAM_ERROR", text)
        out_trade_no = request.get("out_trade_no")
        if out_trade_no is None:
            out_trade_no = self.store.get("transaction", request["transaction_id"])
        order = self.store.get("order", out_trade_no) if out_trade_no else None
        if order is None:
            raise DocumentedError(404, "RESOURCE_NOT_EXISTS", "订单不存在")
        if order["trade_state"] not in ("SUCCESS", "REFUND"):
            raise not_allowed("订单未支付，不能退款")
        paid: dict[str, Any] = order
        return paid

    def _check_amount(
        self, order: Mapping[str, Any], amount: Mapping[str, Any]
    ) -> None:
        if amount["total"] != order["request"]["amount"]["total"]:
            raise not_allowed("订单金额与原订单不一致，请核实后再试")
        rows = [
            row
            for row in self.refund_rows()
            if row["transaction_id"] == order["transaction_id"]
        ]
        if len(rows) >= _MAX_REFUNDS:
            raise not_allowed("一笔订单最多退款50次")
        refunded = sum(
            row["amount"]["refund"] for row in rows if row["status"] != "CLOSED"
        )
        if refunded + amount["refund"] > amount["total"]:
            raise not_allowed("退款金额大于可退金额")

    # --- state ------------------------------------------------------------------------

    def refund_rows(self) -> list[dict[str, Any]]:
        """Return all refunds as queries show them."""
        return [refund["row"] for _, refund in self.store.items("refund")]

    def _new_refund(
        self, order: Mapping[str, Any], request: Mapping[str, Any]
    ) -> dict[str, Any]:
        refund, total = request["amount"]["refund"], request["amount"]["total"]
        # Promotions are refunded in proportion.
        payer_refund = refund * order["payer_total"] // total
        day = datetime.fromtimestamp(self.now()).strftime("%Y%m%d")
        return {
            "refund_id": f"503{day}{secrets.randbelow(10**18):018}",
            "out_refund_no": request["out_refund_no"],
            "transaction_id": order["transaction_id"],
            "out_trade_no": order["request"]["out_trade_no"],
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "create_time": self.timestamp(),
            "status": "PROCESSING",
            "funds_account": request.get("funds_account", "UNSETTLED"),
            "amount": {
                "total": total,
                "refund": refund,
                "payer_total": order["payer_total"],
                "payer_refund": payer_refund,
                "settlement_refund": refund,
                "settlement_total": total,
                "discount_refund": refund - payer_refund,
                "currency": "CNY",
            },
        }

    def run_step(self, subject: str, name: str, due: float) -> None:
        if subject != "refund":
            return super().run_step(subject, name, due)
        refund = self.store.get("refund", name)
        row = refund["row"]
        row["status"] = self.refund_result
        if row["status"] == "SUCCESS":
            row["success_time"] = self.timestamp()
        self.store.put("refund", name, refund)
        names = (
            *("out_trade_no", "transaction_id", "out_refund_no", "refund_id"),
            *("success_time", "user_received_account"),
        )
        payload = {name: row[name] for name in names if name in row}
        amounts = ("total", "refund", "payer_total", "payer_refund")
        payload |= {
            "mchid": MCHID,
            "refund_status": row["status"],
            "amount": {name: row["amount"][name] for name in amounts},
        }
        return self.notify(f"REFUND.{row['status']}", payload)
