"""Behaviour of electronic fapiao (电子发票) in the mock: issue, reversal, card and events.

    ISSUE_ACCEPTED ─▶ ISSUED ─▶ REVERSE_ACCEPTED ─▶ REVERSED
                        ▲               │
                        └─ error fields ┘  a red fapiao that fails

    INSERT_ACCEPTED ─▶ INSERTED ─▶ DISCARD_ACCEPTED ─▶ DISCARDED  its card
    once ISSUED                    once REVERSED

Source: the documentation of new-tax-control-fapiao. Its error tables are not all public, so
which code is returned in which state is partly an assumption.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from specloom.auth_schemes.wechatpay.runtime.mock import WechatPayMock
from specloom.auth_schemes.wechatpay.runtime.mock_keys import MCHID
from specloom.runtime.calls import Endpoint
from specloom.runtime.field_info import field_types
from specloom.runtime.json_types import is_object
from specloom.runtime.mock import DocumentedError, ExampleResponse, IncomingRequest
from specloom.runtime.mock.argument_checks import CheckedArguments
from specloom.runtime.mock.commands import Command, post_command
from specloom.runtime.mock.execution import Behaviour, Result
from specloom.runtime.mock.stubs import checked_seconds
from specloom.runtime.mock.values import find_mismatches

_APPLICATIONS: Final = "/v3/new-tax-control-fapiao/fapiao-applications"
_DUE: Final = "fapiao due"
_SUB_MCHID: Final = "1900000109"
_RETRY_AFTER: Final = 300
"""Seconds before a reversal that failed may be requested again."""
_CARD_STEPS: Final = {
    "INSERT_ACCEPTED": ("INSERTED", "FAPIAO.CARD_INSERTED"),
    "DISCARD_ACCEPTED": ("DISCARDED", "FAPIAO.CARD_DISCARDED"),
}
_CHINA_TIME: Final = timezone(timedelta(hours=8))
_PHONE: Final = "13800000000"
_EMAIL: Final = "buyer@example.com"
_FAPIAO_ID: Final = re.compile(r"[0-9A-Za-z_|*-]+")
_ROW_POINTER: Final = "/fapiao_information/0/"


class FapiaoMock(WechatPayMock):
    """Mock of WeChat Pay that issues and reverses fapiao."""

    _pace: float = 5.0
    _next_due: float = 0.0

    @property
    def pace(self) -> float:
        """Seconds that each step of the tax office and of the card bag takes; default 5."""
        return self._pace

    @pace.setter
    def pace(self, seconds: float) -> None:
        self._pace = checked_seconds(seconds)

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        return {
            **super().behaviours(),
            ("GET", f"{_APPLICATIONS}/{{}}"): self._query,
            ("POST", f"{_APPLICATIONS}/{{}}/reverse"): self._reverse,
        }

    def commands(self) -> Mapping[str, Command]:
        def pace(seconds: float) -> None:
            """Set the seconds that each step takes."""
            self.pace = seconds

        example = {"fapiao_apply_id": "A1", "fapiao_id": "F1"}
        return {
            **super().commands(),
            "issue_fapiao": post_command(self.issue_fapiao, **example),
            "notify": post_command(self.notify, event="FAPIAO.ISSUED", payload=example),
            "pace": post_command(pace, seconds=1),
        }

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
        """Issue a fapiao under an application, and return it as a query shows it.

        With `pending` it is accepted first and issued after `pace` seconds. With `card` it
        goes into the buyer's card bag; with `reversal_fails` its first reversal fails.
        `fapiao` has fields to change, by their names on the wire, also those of the card.
        """
        fields = dict(fapiao or {})
        card_fields = fields.get("card_information", {})
        if is_object(card_fields) and (card or card_fields):
            fields["card_information"] = _new_card() | card_fields
        example = _documented_fapiao(self.examples.values())
        arguments = {
            "fapiao_apply_id": fapiao_apply_id,
            "fapiao_id": fapiao_id,
            "sub_mchid": sub_mchid,
        }
        matches = self._routes.find(IncomingRequest("GET", f"{_APPLICATIONS}/1"))
        query = matches[0].route.endpoint if matches else None
        _check_fapiao(query, arguments, fields)
        row = _new_fapiao(example) | fields | {"fapiao_id": fapiao_id}
        row["status"] = "ISSUE_ACCEPTED"
        blue = row.pop("blue_fapiao", None)
        if fapiao_id != example.get("fapiao_id") and "blue_fapiao" not in fields:
            blue = _new_invoice(self.now())
        pace = self.pace if pending else 0.0
        with self.lock:
            record: dict[str, Any] = {
                "apply_id": fapiao_apply_id,
                "sub_mchid": sub_mchid,
                "row": row,
                "blue_fapiao": blue,
                "pace": pace,
                "reason": None,
                "failed_at": None,
                "reversal_fails": reversal_fails,
            }
            self._save(record)
            # A fapiao with the same ids may have been issued before.
            self.store.drop(_DUE, _step_key("card", record))
            self._schedule("fapiao", record, self.now() + pace)
        self.run_due()
        stored = self.store.get(_kind(fapiao_apply_id), fapiao_id)
        issued: dict[str, Any] = stored["row"]
        return issued

    # --- time -------------------------------------------------------------------------

    def run_due(self) -> None:
        super().run_due()
        if self.now() < self._next_due:
            return
        with self.lock:
            try:
                while (step := self._first_due()) is not None:
                    key, due = step
                    # Removed first, so that a step that fails is not run again.
                    self.store.drop(_DUE, key)
                    self._run_step(key, due)
            finally:
                times = (due for _, due in self.store.items(_DUE))
                self._next_due = min(times, default=math.inf)

    def _first_due(self) -> tuple[str, float] | None:
        """Return key and time of the first step that is due; None if there is none."""
        now = self.now()
        steps = [(key, due) for key, due in self.store.items(_DUE) if due <= now]
        return min(steps, key=lambda step: step[1], default=None)

    def _run_step(self, key: str, due: float) -> None:
        subject, fapiao_id, apply_id = key.split("\n", 2)
        record = self.store.get(_kind(apply_id), fapiao_id)
        if subject == "card":
            self._move_card(record)
        elif record["row"]["status"] == "ISSUE_ACCEPTED":
            self._issue(record, due)
        else:
            self._finish_reversal(record, due)

    def _issue(self, record: dict[str, Any], due: float) -> None:
        row = record["row"]
        row |= {"status": "ISSUED", "blue_fapiao": record["blue_fapiao"]}
        self._save_and_notify(record, "FAPIAO.ISSUED")
        if _card_of(record).get("card_status") == "INSERT_ACCEPTED":
            self._schedule("card", record, due + record["pace"])

    def _finish_reversal(self, record: dict[str, Any], due: float) -> None:
        row = record["row"]
        if record["reversal_fails"]:
            record |= {"reversal_fails": False, "failed_at": self.now(), "reason": None}
            row |= {
                "status": "ISSUED",
                "fapiao_error_code": "BIZ_ERROR",
                "fapiao_error_message": "红票开具失败。",
            }
            self._save(record)
            return
        row |= {"status": "REVERSED", "red_fapiao": _new_invoice(self.now())}
        row.pop("fapiao_error_code", None)
        row.pop("fapiao_error_message", None)
        card = _card_of(record)
        if card and card.get("card_status") != "DISCARDED":
            card["card_status"] = "DISCARD_ACCEPTED"
            self._schedule("card", record, due + self.pace)
        self._save_and_notify(record, "FAPIAO.REVERSED")

    def _move_card(self, record: dict[str, Any]) -> None:
        card = _card_of(record)
        card["card_status"], event = _CARD_STEPS[card["card_status"]]
        self._save_and_notify(record, event)

    def _save_and_notify(self, record: Mapping[str, Any], event: str) -> None:
        self._save(record)
        row = record["row"]
        event_row = {"fapiao_id": row["fapiao_id"], "fapiao_status": row["status"]}
        if status := _card_of(record).get("card_status"):
            event_row["card_status"] = status
        payload = {
            "mchid": MCHID,
            "sub_mchid": record["sub_mchid"],
            "fapiao_apply_id": record["apply_id"],
            "fapiao_information": [event_row],
        }
        self.notify(event, payload)

    # --- endpoints --------------------------------------------------------------------

    def _query(self, arguments: CheckedArguments) -> Result:
        fapiao_id = arguments.query.get("fapiao_id", [None])[0]
        records = self._application(arguments.path[0], arguments.query.get("sub_mchid"))
        rows = [
            record["row"] for record in records if fapiao_id in (None, record["row"]["fapiao_id"])
        ]
        if not rows:
            raise _not_found("商户发票单号对应的发票不存在")
        return Result(200, {"total_count": len(rows), "fapiao_information": rows})

    def _reverse(self, arguments: CheckedArguments) -> Result:
        body = arguments.json
        sub_mchid = body.get("sub_mchid")
        records = self._application(arguments.path[0], [sub_mchid] if sub_mchid else None)
        by_id = {record["row"]["fapiao_id"]: record for record in records}
        requested_rows = body.get("fapiao_information")
        selected: list[dict[str, Any]] = list(by_id.values()) if requested_rows is None else []
        for requested in requested_rows or ():
            record = by_id.get(requested["fapiao_id"])
            if record is None:
                raise _not_found("商户发票单号对应的发票不存在")
            self._check_invoice(record["row"], requested)
            selected.append(record)
        reason = body["reverse_reason"]
        accepted = [record for record in selected if self._is_new(record, reason)]
        for record in accepted:
            record["reason"] = reason
            record["row"]["status"] = "REVERSE_ACCEPTED"
            self._save(record)
            self._schedule("fapiao", record, self.now() + self.pace)
        return Result(202, None, repeated=not accepted)

    def _is_new(self, record: Mapping[str, Any], reason: str) -> bool:
        """Return whether a reversal is new, not a retry of an accepted one.

        Raise `DocumentedError` if the fapiao cannot be reversed now.
        """
        status = record["row"]["status"]
        if status in ("REVERSE_ACCEPTED", "REVERSED") and record["reason"] == reason:
            return False
        if status != "ISSUED":
            raise _not_allowed("发票状态不允许冲红")
        failed_at = record["failed_at"]
        if failed_at is not None and self.now() - failed_at < _RETRY_AFTER:
            raise _not_allowed("冲红失败后，请间隔5分钟再重试")
        return True

    def _check_invoice(self, row: Mapping[str, Any], requested: Mapping[str, Any]) -> None:
        invoice = row.get("blue_fapiao", {})
        for key in ("fapiao_code", "fapiao_number"):
            if key in requested and key in invoice and requested[key] != invoice[key]:
                raise _not_allowed("发票代码或发票号码与开具的发票不一致")

    # --- state ------------------------------------------------------------------------

    def _application(self, apply_id: str, sub_mchid: Any) -> list[dict[str, Any]]:
        records = [record for _, record in self.store.items(_kind(apply_id))]
        if not records:
            raise _not_found("发票申请单不存在")
        if sub_mchid and records[0]["sub_mchid"] != sub_mchid[0]:
            raise DocumentedError(403, "NO_AUTH", "商户无权限")
        return records

    def _save(self, record: Mapping[str, Any]) -> None:
        fapiao_id = record["row"]["fapiao_id"]
        self.store.put(_kind(record["apply_id"]), fapiao_id, record)

    def _schedule(self, subject: str, record: Mapping[str, Any], due: float) -> None:
        """Schedule the next step of a fapiao, or of its card."""
        self.store.put(_DUE, _step_key(subject, record), due)
        self._next_due = min(self._next_due, due)


def _kind(apply_id: str) -> str:
    return f"fapiao of {apply_id}"


def _step_key(subject: str, record: Mapping[str, Any]) -> str:
    # The application id comes last, because it may contain a line break.
    return f"{subject}\n{record['row']['fapiao_id']}\n{record['apply_id']}"


def _card_of(record: Mapping[str, Any]) -> dict[str, Any]:
    card: dict[str, Any] = record["row"].get("card_information") or {}
    return card


# --- fapiao and cards as JSON values ----------------------------------------------------


def _check_fapiao(
    query: Endpoint[Any] | None,
    arguments: Mapping[str, str],
    fields: Mapping[str, Any],
) -> None:
    """Raise ValueError unless arguments and fields match the spec of the query."""
    if not all(arguments.values()):
        raise ValueError(f"{', '.join(arguments)}: must not be empty")
    for name in ("fapiao_id", "status"):
        if name in fields:
            raise ValueError(f"fapiao: {name} is set by the other arguments; remove it")
    if query is not None and query.arguments is not None:
        known = field_types(query.arguments)
        values = {name: text for name, text in arguments.items() if name in known}
        for mismatch in find_mismatches(query.arguments, values):
            raise ValueError(f"{mismatch.field.lstrip('/')}: {mismatch.issue}")
        row = {"fapiao_id": arguments["fapiao_id"], "status": "ISSUED", **fields}
        page = {"total_count": 1, "fapiao_information": [row]}
        for mismatch in find_mismatches(query.responses.get(200), page):
            if mismatch.field.startswith(_ROW_POINTER):
                field = mismatch.field.removeprefix(_ROW_POINTER)
                raise ValueError(f"fapiao: {field}: {mismatch.issue}")
    if not _FAPIAO_ID.fullmatch(arguments["fapiao_id"]):
        raise ValueError("fapiao_id: expected only letters, digits, -, _, | and *")


def _documented_fapiao(examples: Iterable[ExampleResponse]) -> Mapping[str, Any]:
    """Return the fapiao of the documented example; empty if there is none."""
    for example in examples:
        body = example.body
        if is_object(body) and body.get("fapiao_information"):
            fapiao: Mapping[str, Any] = body["fapiao_information"][0]
            return fapiao
    return {}


def _new_fapiao(example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the example without its history, and with plaintext in encrypted fields."""
    excluded = (
        "red_fapiao",
        "card_information",
        "fapiao_error_code",
        "fapiao_error_message",
    )
    row = {key: value for key, value in example.items() if key not in excluded}
    if "buyer_information" in row:
        plaintext = {"phone": _PHONE, "email": _EMAIL}
        buyer = row["buyer_information"]
        row["buyer_information"] = buyer | {
            key: plaintext[key] for key in plaintext if key in buyer
        }
    return row


def _new_invoice(now: float) -> dict[str, str]:
    """Return a blue or red fapiao as the tax office issues it."""
    return {
        "fapiao_code": "044001911211",
        "fapiao_number": f"{secrets.randbelow(10**8):08}",
        "check_code": f"{secrets.randbelow(10**20):020}",
        "fapiao_time": datetime.fromtimestamp(now, _CHINA_TIME).isoformat("T", "seconds"),
    }


def _new_card() -> dict[str, str]:
    """Return a card that is not in the buyer's card bag yet."""
    return {
        "card_appid": "wxb1170446a4c0a5a2",
        "card_openid": "plN5twRbHym_j-QcqCzstl0HmwEs",
        "card_id": "p4gLgvlAYSEOpeXGFVJRFxgop6iY",
        "card_code": f"{secrets.randbelow(10**12):012}",
        "card_status": "INSERT_ACCEPTED",
    }


def _not_found(message: str) -> DocumentedError:
    return DocumentedError(404, "RESOURCE_NOT_EXISTS", message)


def _not_allowed(message: str) -> DocumentedError:
    return DocumentedError(400, "INVALID_REQUEST", message)
