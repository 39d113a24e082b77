"""What fapiao and their cards look like, as JSON values."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from ..annotations import types_of
from ..calls import Endpoint
from ..kinds import is_object
from . import Example, Refusal
from .values import misplaced

_CHINA: Final = timezone(timedelta(hours=8))
_PHONE: Final = "13800000000"
_EMAIL: Final = "buyer@example.com"
_FAPIAO_ID: Final = re.compile(r"[0-9A-Za-z_|*-]+")
_ROW: Final = "/fapiao_information/0/"


def check(
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
        for one in misplaced(query.answers.get(200), page):
            if one.field.startswith(_ROW):
                raise ValueError(f"fapiao: {one.field.removeprefix(_ROW)}: {one.issue}")
    if not _FAPIAO_ID.fullmatch(arguments["fapiao_id"]):
        raise ValueError("fapiao_id: it has only letters, digits, -, _, | and *")


def documented(examples: Iterable[Example]) -> Mapping[str, Any]:
    """A fapiao as the documentation's own example shows it."""
    for example in examples:
        body = example.body
        if is_object(body) and body.get("fapiao_information"):
            found: Mapping[str, Any] = body["fapiao_information"][0]
            return found
    return {}


def likely(example: Mapping[str, Any]) -> dict[str, Any]:
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


def paper(now: float) -> dict[str, str]:
    """A fapiao that the tax office has issued, blue or red."""
    return {
        "fapiao_code": "044001911211",
        "fapiao_number": f"{secrets.randbelow(10**8):08}",
        "check_code": f"{secrets.randbelow(10**20):020}",
        "fapiao_time": datetime.fromtimestamp(now, _CHINA).isoformat("T", "seconds"),
    }


def card() -> dict[str, str]:
    """A card on its way into the buyer's card bag."""
    return {
        "card_appid": "wxb1170446a4c0a5a2",
        "card_openid": "plN5twRbHym_j-QcqCzstl0HmwEs",
        "card_id": "p4gLgvlAYSEOpeXGFVJRFxgop6iY",
        "card_code": f"{secrets.randbelow(10**12):012}",
        "card_status": "INSERT_ACCEPTED",
    }


def missing(message: str) -> Refusal:
    """The refusal for what does not exist."""
    return Refusal(404, "RESOURCE_NOT_EXISTS", message)


def not_allowed(message: str) -> Refusal:
    """The refusal of what may not be done now."""
    return Refusal(400, "INVALID_REQUEST", message)
