"""The life of electronic fapiao (电子发票): issued, reversed, and told of.

    ISSUE_ACCEPTED ─▶ ISSUED ─▶ REVERSE_ACCEPTED ─▶ REVERSED
                        ▲               │
                        └─ error fields ┘  a red fapiao that fails

    INSERT_ACCEPTED ─▶ INSERTED ─▶ DISCARD_ACCEPTED ─▶ DISCARDED  its card
    once ISSUED                    once REVERSED

What the documentation of new-tax-control-fapiao says, and what follows from it; which error
answers what is not in it, where the tables are not public.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from ..calls import Endpoint
from ..field_info import types_of
from ..json_types import is_object
from . import DocumentedError, ExampleResponse, IncomingRequest
from .argument_checks import CheckedArguments
from .commands import Command, posted
from .executing import Behaviour, Result
from .stubs import checked_seconds
from .values import misplaced
from .wechatpay_keys import MCHID
from .wechatpay_mock import WechatPayMock

_APPLICATIONS: Final = "/v3/new-tax-control-fapiao/fapiao-applications"
_DUE: Final = "fapiao due"
_SUB_MCHID: Final = "1900000109"
_REST: Final = 300
"""Seconds before a red fapiao that failed may be asked for again."""
_CARD_STEPS: Final = {
    "INSERT_ACCEPTED": ("INSERTED", "FAPIAO.CARD_INSERTED"),
    "DISCARD_ACCEPTED": ("DISCARDED", "FAPIAO.CARD_DISCARDED"),
}
_CHINA: Final = timezone(timedelta(hours=8))
_PHONE: Final = "13800000000"
_EMAIL: Final = "buyer@example.com"
_FAPIAO_ID: Final = re.compile(r"[0-9A-Za-z_|*-]+")
_ROW: Final = "/fapiao_information/0/"


class FapiaoMock(WechatPayMock):
    """A mock that keeps fapiao."""

    _pace: float = 5.0
    _next: float = 0.0

    @property
    def pace(self) -> float:
        """How many seconds the tax office takes, and the card bag: 5 unless set."""
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
            """Let each step take so many seconds."""
            self.pace = seconds

        given = {"fapiao_apply_id": "A1", "fapiao_id": "F1"}
        return {
            **super().commands(),
            "issue_fapiao": posted(self.issue_fapiao, **given),
            "notify": posted(self.notify, event="FAPIAO.ISSUED", payload=given),
            "pace": posted(pace, seconds=1),
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
        """Issue a fapiao under an application; returns it as a query shows it.

        With `pending` it is accepted first and issued after `pace` seconds. `card` says that
        it goes into the buyer's card bag; `reversal_fails` that its first red fapiao will
        fail. `fapiao` has fields to change, by their names on the wire; of a card, too.
        """
        given = dict(fapiao or {})
        on_card = given.get("card_information", {})
        if is_object(on_card) and (card or on_card):
            given["card_information"] = _card() | on_card
        example = _documented(self.examples.values())
        arguments = {
            "fapiao_apply_id": fapiao_apply_id,
            "fapiao_id": fapiao_id,
            "sub_mchid": sub_mchid,
        }
        found = self._routes.find(IncomingRequest("GET", f"{_APPLICATIONS}/1"))
        _check(found[0].route.endpoint if found else None, arguments, given)
        shown = _likely(example) | given | {"fapiao_id": fapiao_id}
        shown["status"] = "ISSUE_ACCEPTED"
        blue = shown.pop("blue_fapiao", None)
        if fapiao_id != example.get("fapiao_id") and "blue_fapiao" not in given:
            blue = _paper(self.now())
        pace = self.pace if pending else 0.0
        with self.lock:
            record: dict[str, Any] = {
                "apply_id": fapiao_apply_id,
                "sub_mchid": sub_mchid,
                "shown": shown,
                "paper": blue,
                "pace": pace,
                "reason": None,
                "failed": None,
                "fails": reversal_fails,
            }
            self._keep(record)
            self.store.drop(_DUE, _key("card", record))  # of one issued before
            self._await("fapiao", record, self.now() + pace)
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
            try:
                while (due := self._soonest()) is not None:
                    key, moment = due
                    # Taken out first: what fails, fails once.
                    self.store.drop(_DUE, key)
                    self._happen(key, moment)
            finally:
                moments = (moment for _, moment in self.store.items(_DUE))
                self._next = min(moments, default=math.inf)

    def _soonest(self) -> tuple[str, float] | None:
        """What is due by now, the first of it, and when it was."""
        now = self.now()
        due = [(key, moment) for key, moment in self.store.items(_DUE) if moment <= now]
        return min(due, key=lambda one: one[1], default=None)

    def _happen(self, key: str, moment: float) -> None:
        what, fapiao_id, apply_id = key.split("\n", 2)
        record = self.store.get(_kind(apply_id), fapiao_id)
        if what == "card":
            self._card_moves(record)
        elif record["shown"]["status"] == "ISSUE_ACCEPTED":
            self._issued(record, moment)
        else:
            self._reversed(record, moment)

    def _issued(self, record: dict[str, Any], moment: float) -> None:
        shown = record["shown"]
        shown |= {"status": "ISSUED", "blue_fapiao": record["paper"]}
        self._tell(record, "FAPIAO.ISSUED")
        if _card_of(record).get("card_status") == "INSERT_ACCEPTED":
            self._await("card", record, moment + record["pace"])

    def _reversed(self, record: dict[str, Any], moment: float) -> None:
        shown = record["shown"]
        if record["fails"]:
            record |= {"fails": False, "failed": self.now(), "reason": None}
            shown |= {
                "status": "ISSUED",
                "fapiao_error_code": "BIZ_ERROR",
                "fapiao_error_message": "红票开具失败。",
            }
            self._keep(record)
            return
        shown |= {"status": "REVERSED", "red_fapiao": _paper(self.now())}
        shown.pop("fapiao_error_code", None)
        shown.pop("fapiao_error_message", None)
        card = _card_of(record)
        if card and card.get("card_status") != "DISCARDED":
            card["card_status"] = "DISCARD_ACCEPTED"
            self._await("card", record, moment + self.pace)
        self._tell(record, "FAPIAO.REVERSED")

    def _card_moves(self, record: dict[str, Any]) -> None:
        card = _card_of(record)
        card["card_status"], event = _CARD_STEPS[card["card_status"]]
        self._tell(record, event)

    def _tell(self, record: Mapping[str, Any], event: str) -> None:
        """Keep what has become of a fapiao, and send the event of it."""
        self._keep(record)
        shown = record["shown"]
        row = {"fapiao_id": shown["fapiao_id"], "fapiao_status": shown["status"]}
        if status := _card_of(record).get("card_status"):
            row["card_status"] = status
        payload = {
            "mchid": MCHID,
            "sub_mchid": record["sub_mchid"],
            "fapiao_apply_id": record["apply_id"],
            "fapiao_information": [row],
        }
        self.notify(event, payload)

    # --- endpoints --------------------------------------------------------------------

    def _query(self, given: CheckedArguments) -> Result:
        wanted = given.query.get("fapiao_id", [None])[0]
        records = self._application(given.path[0], given.query.get("sub_mchid"))
        found = [
            record["shown"]
            for record in records
            if wanted in (None, record["shown"]["fapiao_id"])
        ]
        if not found:
            raise _missing("商户发票单号对应的发票不存在")
        return Result(200, {"total_count": len(found), "fapiao_information": found})

    def _reverse(self, given: CheckedArguments) -> Result:
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
            record["reason"] = body["reverse_reason"]
            record["shown"]["status"] = "REVERSE_ACCEPTED"
            self._keep(record)
            self._await("fapiao", record, self.now() + self.pace)
        return Result(202, None, repeated=not fresh)

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
            raise DocumentedError(403, "NO_AUTH", "商户无权限")
        return found

    def _keep(self, record: Mapping[str, Any]) -> None:
        fapiao_id = record["shown"]["fapiao_id"]
        self.store.put(_kind(record["apply_id"]), fapiao_id, record)

    def _await(self, what: str, record: Mapping[str, Any], moment: float) -> None:
        """Let the next thing happen to the fapiao, or to its card, at this moment."""
        self.store.put(_DUE, _key(what, record), moment)
        self._next = min(self._next, moment)


def _kind(apply_id: str) -> str:
    return f"fapiao of {apply_id}"


def _key(what: str, record: Mapping[str, Any]) -> str:
    # The application's number comes last: it may hold anything.
    return f"{what}\n{record['shown']['fapiao_id']}\n{record['apply_id']}"


def _card_of(record: Mapping[str, Any]) -> dict[str, Any]:
    card: dict[str, Any] = record["shown"].get("card_information") or {}
    return card


# --- what fapiao and their cards look like, as JSON values -----------------------------


def _check(
    query: Endpoint[Any] | None,
    arguments: Mapping[str, str],
    given: Mapping[str, Any],
) -> None:
    """See that a fapiao can be asked for with these arguments, and show these fields, as
    the spec describes the query; else ValueError."""
    if not all(arguments.values()):
        raise ValueError(f"{', '.join(arguments)}: they must not be empty")
    for name in ("fapiao_id", "status"):
        if name in given:
            raise ValueError(f"fapiao: {name} follows from the other arguments")
    if query is not None and query.arguments is not None:
        known = types_of(query.arguments)
        asked = {name: text for name, text in arguments.items() if name in known}
        for one in misplaced(query.arguments, asked):
            raise ValueError(f"{one.field.lstrip('/')}: {one.issue}")
        row = {"fapiao_id": arguments["fapiao_id"], "status": "ISSUED", **given}
        page = {"total_count": 1, "fapiao_information": [row]}
        for one in misplaced(query.responses.get(200), page):
            if one.field.startswith(_ROW):
                raise ValueError(f"fapiao: {one.field.removeprefix(_ROW)}: {one.issue}")
    if not _FAPIAO_ID.fullmatch(arguments["fapiao_id"]):
        raise ValueError("fapiao_id: it has only letters, digits, -, _, | and *")


def _documented(examples: Iterable[ExampleResponse]) -> Mapping[str, Any]:
    """A fapiao as the documentation's own example shows it."""
    for example in examples:
        body = example.body
        if is_object(body) and body.get("fapiao_information"):
            found: Mapping[str, Any] = body["fapiao_information"][0]
            return found
    return {}


def _likely(example: Mapping[str, Any]) -> dict[str, Any]:
    """A documented fapiao as it is before anything has happened to it; texts that the
    example shows encrypted are plain."""
    left_out = (
        "red_fapiao",
        "card_information",
        "fapiao_error_code",
        "fapiao_error_message",
    )
    shown = {key: value for key, value in example.items() if key not in left_out}
    if "buyer_information" in shown:
        plain = {"phone": _PHONE, "email": _EMAIL}
        buyer = shown["buyer_information"]
        shown["buyer_information"] = buyer | {
            key: plain[key] for key in plain if key in buyer
        }
    return shown


def _paper(now: float) -> dict[str, str]:
    """A fapiao that the tax office has issued, blue or red."""
    return {
        "fapiao_code": "044001911211",
        "fapiao_number": f"{secrets.randbelow(10**8):08}",
        "check_code": f"{secrets.randbelow(10**20):020}",
        "fapiao_time": datetime.fromtimestamp(now, _CHINA).isoformat("T", "seconds"),
    }


def _card() -> dict[str, str]:
    """A card on its way into the buyer's card bag."""
    return {
        "card_appid": "wxb1170446a4c0a5a2",
        "card_openid": "plN5twRbHym_j-QcqCzstl0HmwEs",
        "card_id": "p4gLgvlAYSEOpeXGFVJRFxgop6iY",
        "card_code": f"{secrets.randbelow(10**12):012}",
        "card_status": "INSERT_ACCEPTED",
    }


def _missing(message: str) -> DocumentedError:
    """The refusal for what does not exist."""
    return DocumentedError(404, "RESOURCE_NOT_EXISTS", message)


def _not_allowed(message: str) -> DocumentedError:
    """The refusal of what may not be done now."""
    return DocumentedError(400, "INVALID_REQUEST", message)
