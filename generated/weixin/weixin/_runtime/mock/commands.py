"""Commands that every mock has over HTTP."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from . import RecordedRequest

if TYPE_CHECKING:
    from .server_core import Mock


class Command(NamedTuple):
    """A command: what each HTTP method of it calls, and an example of its arguments."""

    methods: Mapping[str, Callable[..., object]]
    example: Mapping[str, Any] = MappingProxyType({})


def posted(call: Callable[..., object], **example: Any) -> Command:
    """A command with arguments."""
    return Command({"POST": call}, example)


def read(call: Callable[[], object]) -> Command:
    """A command that shows something."""
    return Command({"GET": call, "POST": call})


def commands_of(mock: Mock) -> Mapping[str, Command]:
    """The commands by name; `Mock.commands` adds to them."""

    def reply(
        body: Any = None,
        *,
        base64: str | None = None,
        endpoint: str | None = None,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        times: int | None = None,
        chance: float = 1.0,
    ) -> None:
        """Answer with this: JSON values, or the bytes that `base64` stands for."""
        content = body if base64 is None else b64decode(base64, validate=True)
        mock.reply(
            content,
            endpoint=endpoint,
            status=status,
            headers=headers,
            times=times,
            chance=chance,
        )

    def webhook(url: str | None = None) -> None:
        """Send events there, a URL of this machine; nowhere without."""
        mock.webhook = url

    def calls() -> object:
        """Show the requests that came."""
        return [_call(one) for one in tuple(mock.calls)]

    def deliveries() -> object:
        """Show the events that were sent, one row for each attempt."""
        return [{**asdict(one), "body": one.body.decode()} for one in mock.deliveries]

    def credentials() -> object:
        """Show what a client of this mock is made with."""
        given = mock.credentials.items()
        return {name: value for name, value in given if isinstance(value, str)}

    def ledger() -> object:
        """Show what the service executed, DELETE forgets it."""
        return [asdict(one) for one in mock.ledger]

    code = next((row.code for row in mock.every_row() if row.code), None)
    example = {"code": code} if code else {"code": "ANY", "status": 400}
    return {
        "advance": posted(mock.advance, seconds=60),
        "calls": read(calls),
        "clear": posted(mock.clear),
        "credentials": read(credentials),
        "deliver": posted(mock.deliver),
        "deliveries": read(deliveries),
        "fail": posted(mock.fail, **example, times=1),
        "fault": posted(mock.fault, kind="reset", times=1),
        "ledger": Command({"GET": ledger, "POST": ledger, "DELETE": mock.ledger.clear}),
        "notify": posted(mock.notify, event="order.paid", payload={"id": "1"}),
        "reply": posted(reply, body={"id": "1"}, times=1),
        "seed": posted(mock.seed, seed=7),
        "webhook": posted(webhook, url="http://127.0.0.1:8000/notify"),
    }


def _call(one: RecordedRequest) -> Mapping[str, Any]:
    """One request: `arguments` and `value` are typed and decrypted, the rest as it came."""
    typed = {
        "arguments": {
            name: value
            for name, value in one.arguments.items()
            if value is not msgspec.UNSET
        },
        "value": one.body,
    }
    return {
        "endpoint": one.endpoint,
        "status": one.status,
        "method": one.request.method,
        "target": one.request.target,
        "headers": dict(one.request.headers),
        "body": one.request.body.decode("utf-8", "replace"),
        "body_base64": b64encode(one.request.body).decode(),
        **msgspec.to_builtins(typed, str_keys=True, enc_hook=str),
    }
