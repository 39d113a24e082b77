"""Behaviour of orders (订单) in the mock.

    NOTPAY ─▶ SUCCESS ─▶ REFUND
       └────▶ CLOSED

The user pays with `pay_order`. An order that is not paid in time is closed; the state of such
orders is not documented, so this is an assumption.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from specloom.auth_schemes.wechatpay.runtime.mock_keys import MCHID
from specloom.runtime.mock import DocumentedError
from specloom.runtime.mock.argument_checks import CheckedArguments
from specloom.runtime.mock.commands import Command, post_command
from specloom.runtime.mock.execution import Behaviour, Result

from .steps import SteppedMock, not_allowed

_ORDERS: Final = "/v3/pay/transactions"
_VALIDITY: Final = 7200
"""Seconds in which an order can be paid, if it has no `time_expire`."""
_OPENID: Final = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
_STATES: Final = {
    "SUCCESS": "支付成功",
    "REFUND": "订单发生过退款，退款详情请查询退款单",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
}


class OrdersMock(SteppedMock):
    """Mock of WeChat Pay with orders."""

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        return {
            **super().behaviours(),
            ("POST", f"{_ORDERS}/jsapi"): self._create_jsapi,
            ("POST", f"{_ORDERS}/native"): self._create_native,
            ("GET", f"{_ORDERS}/out-trade-no/{{}}"): self._query_order,
            ("GET", f"{_ORDERS}/id/{{}}"): self._query_order_by_id,
            ("POST", f"{_ORDERS}/out-trade-no/{{}}/close"): self._close_order,
        }

    def commands(self) -> Mapping[str, Command]:
        example = {"out_trade_no": "1217752501201407033233368018"}
        return {
            **super().commands(),
            "pay_order": post_command(self.pay_order, **example),
        }

    def pay_order(
        self,
        out_trade_no: str,
        *,
        openid: str | None = None,
        discount: int = 0,
        bank_type: str = "OTHERS",
    ) -> dict[str, Any]:
        """Pay an order as its user would, and return it as a query shows it.

        The event `TRANSACTION.SUCCESS` is queued. The payer of a Native order is
        `openid`, or a user of the mock; `discount` is what the user does not have to pay,
        in fen.
        """
        with self.lock:
            order = self._current(out_trade_no)
            if order is None:
                raise ValueError(f"out_trade_no: there is no order {out_trade_no}")
            if order["trade_state"] != "NOTPAY":
                raise ValueError(f"out_trade_no: the order is {order['trade_state']}")
            request = order["request"]
            total = request["amount"]["total"]
            if not 0 <= discount < total:
                raise ValueError(f"discount: expected 0 to {total - 1}")
            payer = request.get("payer", {}).get("openid", openid or _OPENID)
            if openid not in (None, payer):
                raise ValueError("openid: the order is for another user")
            day = datetime.fromtimestamp(self.now()).strftime("%Y%m%d")
            order |= {
                "trade_state": "SUCCESS",
                "transaction_id": f"4200{day}{secrets.randbelow(10**16):016}",
                "success_time": self.timestamp(),
                "bank_type": bank_type,
                "openid": payer,
                "payer_total": total - discount,
            }
            self.save_order(order)
            self.store.put("transaction", order["transaction_id"], out_trade_no)
            row = _transaction(order)
            self.notify("TRANSACTION.SUCCESS", row)
        self.run_due()
        return row

    # --- endpoints --------------------------------------------------------------------

    def _create_jsapi(self, arguments: CheckedArguments) -> Result:
        order, is_new = self._create("JSAPI", arguments.json)
        return Result(200, {"prepay_id": order["prepay_id"]}, repeated=not is_new)

    def _create_native(self, arguments: CheckedArguments) -> Result:
        order, is_new = self._create("NATIVE", arguments.json)
        url = f"weixin://wxpay/bizpayurl?pr={order['prepay_id'][-9:]}"
        return Result(200, {"code_url": url}, repeated=not is_new)

    def _create(
        self, trade_type: str, request: dict[str, Any]
    ) -> tuple[dict[str, Any], bool]:
        """Return an order, and whether it is new, not a retry of the same request."""
        _check_merchant(request["mchid"])
        out_trade_no = request["out_trade_no"]
        order = self._current(out_trade_no)
        if order is not None:
            if order["trade_state"] == "CLOSED":
                raise DocumentedError(400, "ORDER_CLOSED", "订单已关闭")
            if order["trade_type"] != trade_type or order["request"] != request:
                raise not_allowed("请求重入时，参数与首次请求时不一致")
            if order["trade_state"] != "NOTPAY":
                raise not_allowed("该订单已支付")
            return order, False
        expires = self.now() + _VALIDITY
        if "time_expire" in request:
            expires = datetime.fromisoformat(request["time_expire"]).timestamp()
            if expires <= self.now():
                raise not_allowed("time_expire时间过短，刷卡至少5分钟，其他1分钟")
        order = {
            "request": request,
            "trade_type": trade_type,
            "trade_state": "NOTPAY",
            "prepay_id": f"wx{secrets.token_hex(17)}",
            "expires": expires,
        }
        self.save_order(order)
        return order, True

    def _query_order(self, arguments: CheckedArguments) -> Result:
        _check_merchant(arguments.query["mchid"][0])
        return Result(200, _transaction(self.need_order(arguments.path[0])))

    def _query_order_by_id(self, arguments: CheckedArguments) -> Result:
        _check_merchant(arguments.query["mchid"][0])
        out_trade_no = self.store.get("transaction", arguments.path[0])
        if out_trade_no is None:
            raise _no_order()
        return Result(200, _transaction(self.need_order(out_trade_no)))

    def _close_order(self, arguments: CheckedArguments) -> Result:
        _check_merchant(arguments.json["mchid"])
        order = self.need_order(arguments.path[0])
        if order["trade_state"] == "CLOSED":
            return Result(204, None, repeated=True)
        if order["trade_state"] != "NOTPAY":
            raise not_allowed("订单已支付")
        order["trade_state"] = "CLOSED"
        self.save_order(order)
        return Result(204, None)

    # --- state ------------------------------------------------------------------------

    def need_order(self, out_trade_no: str) -> dict[str, Any]:
        """Return an order; raise `DocumentedError` if there is none."""
        order = self._current(out_trade_no)
        if order is None:
            raise _no_order()
        return order

    def _current(self, out_trade_no: str) -> dict[str, Any] | None:
        order: dict[str, Any] | None = self.store.get("order", out_trade_no)
        if order is None or order["trade_state"] != "NOTPAY":
            return order
        expired = self.now() >= order["expires"]
        return order | {"trade_state": "CLOSED"} if expired else order

    def save_order(self, order: Mapping[str, Any]) -> None:
        """Save an order under the merchant's number."""
        self.store.put("order", order["request"]["out_trade_no"], order)


def _transaction(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order as queries and events show it."""
    request, state = order["request"], order["trade_state"]
    total, currency = request["amount"]["total"], "CNY"
    row = {
        "appid": request["appid"],
        "mchid": request["mchid"],
        "out_trade_no": request["out_trade_no"],
        "trade_state": state,
        "trade_state_desc": _STATES[state],
        "attach": request.get("attach", ""),
        "amount": {"total": total, "currency": currency},
        "payer": {},
    }
    if "transaction_id" in order:
        row |= {
            "transaction_id": order["transaction_id"],
            "trade_type": order["trade_type"],
            "bank_type": order["bank_type"],
            "success_time": order["success_time"],
            "payer": {"openid": order["openid"]},
            "amount": {
                "total": total,
                "payer_total": order["payer_total"],
                "currency": currency,
                "payer_currency": currency,
            },
        }
    return row


def _check_merchant(mchid: str) -> None:
    if mchid != MCHID:
        raise DocumentedError(400, "MCH_NOT_EXISTS", "商户号不存在")


def _no_order() -> DocumentedError:
    return DocumentedError(404, "ORDER_NOT_EXIST", "订单不存在")
