"""The life of electronic fapiao (电子发票): issued, reversed, and told of.

    ISSUE_ACCEPTED ─▶ ISSUED ─▶ REVERSE_ACCEPTED ─▶ REVERSED
                        ▲               │
                        └─ error fields ┘  a red fapiao that fails

What the documentation of new-tax-control-fapiao says, and what follows from it; which error
answers what is not in it, where the tables are not public.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from ..kinds import is_object
from . import Refusal
from .core import Behaviour, Mock
from .fitting import Given
from .wechatpay_keys import MCHID

_APPLICATIONS: Final = "/v3/new-tax-control-fapiao/fapiao-applications"
_DUE: Final = "fapiao due"
_CHINA: Final = timezone(timedelta(hours=8))
_SUB_MCHID: Final = "1900000109"
_REST: Final = 300
"""Seconds before a red fapiao that failed may be asked for again."""
_PHONE: Final = "13800000000"
_EMAIL: Final = "buyer@example.com"


class FapiaoMock(Mock):
    """A mock that keeps fapiao; `pace` is how many seconds the tax office takes."""

    pace: float = 5.0
    _next: float = 0.0

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        return {
            **super().behaviours(),
            ("GET", f"{_APPLICATIONS}/{{}}"): self._query,
            ("POST", f"{_APPLICATIONS}/{{}}/reverse"): self._reverse,
        }

    def commands(self) -> Mapping[str, Callable[..., object]]:
        return {**super().commands(), "issue_fapiao": self.issue_fapiao}

    def issue_fapiao(
        self,
        fapiao_apply_id: str,
        fapiao_id: str,
        *,
        sub_mchid: str = _SUB_MCHID,
        pending: bool = False,
        card: bool = False,
        reversal_fails: bool = False,
        fapiao: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Issue a fapiao under an application; returns it as a query shows it.

        With `pending` it is accepted first and issued after `pace` seconds. `card` says that
        the buyer has put it into the card bag; `reversal_fails` that its first red fapiao
        will fail. `fapiao` has fields to change, by their names on the wire.
        """
        if not fapiao_apply_id or not fapiao_id:
            raise ValueError("fapiao_apply_id and fapiao_id must not be empty")
        documented = self._documented()
        shown = _likely(documented) | (fapiao or {}) | {"fapiao_id": fapiao_id}
        shown["status"] = "ISSUE_ACCEPTED"
        paper = shown.pop("blue_fapiao", None)
        if fapiao_id != documented.get("fapiao_id") and "blue_fapiao" not in (
            fapiao or {}
        ):
            paper = self._paper()
        if card:
            shown["card_information"] = _card("INSERTED")
        with self.lock:
            record: dict[str, Any] = {
                "apply_id": fapiao_apply_id,
                "sub_mchid": sub_mchid,
                "shown": shown,
                "due": self.now() + (self.pace if pending else 0),
                "paper": paper,
                "reason": None,
                "failed": None,
                "fails": reversal_fails,
            }
            self._keep(record)
        self.settle()
        kept = self.store.get(_kind(fapiao_apply_id), fapiao_id)
        issued: dict[str, Any] = kept["shown"]
        return issued

    # --- time -------------------------------------------------------------------------

    def settle(self) -> None:
        super().settle()
        if self.now() < self._next:
            return
        with self.lock:
            now = self.now()
            self._next = math.inf
            for key, due in self.store.items(_DUE):
                if due > now:
                    self._next = min(self._next, due)
                    continue
                apply_id, _, fapiao_id = key.partition("\n")
                record = self.store.get(_kind(apply_id), fapiao_id)
                if record["shown"]["status"] == "ISSUE_ACCEPTED":
                    self._issued(record)
                else:
                    self._reversed(record)

    def _issued(self, record: dict[str, Any]) -> None:
        record["shown"] |= {"status": "ISSUED", "blue_fapiao": record["paper"]}
        self._done(record, "FAPIAO.ISSUED")
        if "card_information" in record["shown"]:
            self._tell(record, "FAPIAO.CARD_INSERTED")

    def _reversed(self, record: dict[str, Any]) -> None:
        shown = record["shown"]
        if record["fails"]:
            record |= {
                "fails": False,
                "failed": self.now(),
                "due": None,
                "reason": None,
            }
            shown |= {
                "status": "ISSUED",
                "fapiao_error_code": "BIZ_ERROR",
                "fapiao_error_message": "红票开具失败。",
            }
            self._keep(record)
            return
        shown |= {"status": "REVERSED", "red_fapiao": self._paper()}
        shown.pop("fapiao_error_code", None)
        shown.pop("fapiao_error_message", None)
        if "card_information" in shown:
            shown["card_information"]["card_status"] = "DISCARDED"
        self._done(record, "FAPIAO.REVERSED")
        if "card_information" in shown:
            self._tell(record, "FAPIAO.CARD_DISCARDED")

    def _done(self, record: dict[str, Any], event: str) -> None:
        record["due"] = None
        self._keep(record)
        self._tell(record, event)

    def _tell(self, record: Mapping[str, Any], event: str) -> None:
        shown = record["shown"]
        row = {"fapiao_id": shown["fapiao_id"], "fapiao_status": shown["status"]}
        if "card_information" in shown:
            row["card_status"] = shown["card_information"]["card_status"]
        payload = {
            "mchid": MCHID,
            "sub_mchid": record["sub_mchid"],
            "fapiao_apply_id": record["apply_id"],
            "fapiao_information": [row],
        }
        self.notify(event, payload)

    # --- endpoints --------------------------------------------------------------------

    def _query(self, given: Given) -> tuple[int, Any]:
        wanted = given.query.get("fapiao_id", [None])[0]
        records = self._application(given.path[0], given.query.get("sub_mchid"))
        found = [
            record["shown"]
            for record in records
            if wanted in (None, record["shown"]["fapiao_id"])
        ]
        if not found:
            raise _missing("商户发票单号对应的发票不存在")
        return 200, {"total_count": len(found), "fapiao_information": found}

    def _reverse(self, given: Given) -> tuple[int, Any]:
        body = given.json
        sub_mchid = body.get("sub_mchid")
        records = self._application(given.path[0], [sub_mchid] if sub_mchid else None)
        by_id = {record["shown"]["fapiao_id"]: record for record in records}
        wanted = body.get("fapiao_information")
        chosen: list[dict[str, Any]] = list(by_id.values()) if wanted is None else []
        for one in wanted or ():
            record = by_id.get(one["fapiao_id"])
            if record is None:
                raise _missing("商户发票单号对应的发票不存在")
            self._check_paper(record["shown"], one)
            chosen.append(record)
        fresh = [one for one in chosen if self._is_new(one, body["reverse_reason"])]
        for record in fresh:
            record |= {"reason": body["reverse_reason"], "due": self.now() + self.pace}
            record["shown"]["status"] = "REVERSE_ACCEPTED"
            self._keep(record)
        return 202, None

    def _is_new(self, record: Mapping[str, Any], reason: str) -> bool:
        """Whether this reversal is another than one that was accepted; fails if it may
        not be."""
        status = record["shown"]["status"]
        if status in ("REVERSE_ACCEPTED", "REVERSED") and record["reason"] == reason:
            return False  # the same request again: it was taken already
        if status != "ISSUED":
            raise _not_allowed("发票状态不允许冲红")
        failed = record["failed"]
        if failed is not None and self.now() - failed < _REST:
            raise _not_allowed("冲红失败后，请间隔5分钟再重试")
        return True

    def _check_paper(self, shown: Mapping[str, Any], one: Mapping[str, Any]) -> None:
        paper = shown.get("blue_fapiao", {})
        for key in ("fapiao_code", "fapiao_number"):
            if key in one and key in paper and one[key] != paper[key]:
                raise _not_allowed("发票代码或发票号码与开具的发票不一致")

    # --- what is kept -----------------------------------------------------------------

    def _application(self, apply_id: str, sub_mchid: Any) -> list[dict[str, Any]]:
        found = [record for _, record in self.store.items(_kind(apply_id))]
        if not found:
            raise _missing("发票申请单不存在")
        if sub_mchid and found[0]["sub_mchid"] != sub_mchid[0]:
            raise Refusal(403, "NO_AUTH", "商户无权限")
        return found

    def _keep(self, record: Mapping[str, Any]) -> None:
        apply_id, fapiao_id = record["apply_id"], record["shown"]["fapiao_id"]
        self.store.put(_kind(apply_id), fapiao_id, record)
        if record["due"] is None:
            self.store.drop(_DUE, f"{apply_id}\n{fapiao_id}")
        else:
            self.store.put(_DUE, f"{apply_id}\n{fapiao_id}", record["due"])
            self._next = min(self._next, record["due"])

    def _documented(self) -> Mapping[str, Any]:
        """A fapiao as the documentation's own example shows it."""
        for example in self.examples.values():
            body = example.body
            if is_object(body) and body.get("fapiao_information"):
                found: Mapping[str, Any] = body["fapiao_information"][0]
                return found
        return {}

    def _paper(self) -> dict[str, str]:
        return {
            "fapiao_code": "044001911211",
            "fapiao_number": f"{secrets.randbelow(10**8):08}",
            "check_code": f"{secrets.randbelow(10**20):020}",
            "fapiao_time": datetime.fromtimestamp(self.now(), _CHINA).isoformat(
                "T", "seconds"
            ),
        }


def _kind(apply_id: str) -> str:
    return f"fapiao of {apply_id}"


def _likely(documented: Mapping[str, Any]) -> dict[str, Any]:
    """The documented fapiao as it is before anything has happened to it; texts that the
    example shows encrypted are plain."""
    left_out = (
        "red_fapiao",
        "card_information",
        "fapiao_error_code",
        "fapiao_error_message",
    )
    shown = {key: value for key, value in documented.items() if key not in left_out}
    if "buyer_information" in shown:
        plain = {"phone": _PHONE, "email": _EMAIL}
        buyer = shown["buyer_information"]
        shown["buyer_information"] = buyer | {
            key: plain[key] for key in plain if key in buyer
        }
    return shown


def _card(status: str) -> dict[str, str]:
    return {
        "card_appid": "wxb1170446a4c0a5a2",
        "card_openid": "plN5twRbHym_j-QcqCzstl0HmwEs",
        "card_id": "p4gLgvlAYSEOpeXGFVJRFxgop6iY",
        "card_code": f"{secrets.randbelow(10**12):012}",
        "card_status": status,
    }


def _missing(message: str) -> Refusal:
    return Refusal(404, "RESOURCE_NOT_EXISTS", message)


def _not_allowed(message: str) -> Refusal:
    return Refusal(400, "INVALID_REQUEST", message)
