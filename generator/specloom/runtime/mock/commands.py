"""Commands of the admin API that every mock has."""

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
    """One command: the function of each HTTP method, and an example of its arguments."""

    methods: Mapping[str, Callable[..., object]]
    example: Mapping[str, Any] = MappingProxyType({})


def post_command(function: Callable[..., object], **example: Any) -> Command:
    """Return a command with arguments."""
    return Command({"POST": function}, example)


def get_command(function: Callable[[], object]) -> Command:
    """Return a command that shows something."""
    return Command({"GET": function, "POST": function})


def commands_of(mock: Mock) -> Mapping[str, Command]:
    """Return the commands by name; `Mock.commands` adds to them."""

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
        """Respond with these JSON values, or with the bytes that `base64` encodes."""
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
        """Deliver events to this URL on this machine; without it, queue them."""
        mock.webhook = url

    def calls() -> object:
        """Show the received requests."""
        return [_recorded(request) for request in tuple(mock.calls)]

    def deliveries() -> object:
        """Show the attempts to deliver events."""
        return [
            {**asdict(attempt), "body": attempt.body.decode()}
            for attempt in mock.deliveries
        ]

    def credentials() -> object:
        """Show the credentials of a client of this mock."""
        items = mock.credentials.items()
        return {name: value for name, value in items if isinstance(value, str)}

    def ledger() -> object:
        """Show what the service executed; DELETE clears it."""
        return [asdict(execution) for execution in mock.ledger]

    code = next((row.code for row in mock.all_errors() if row.code), None)
    example = {"code": code} if code else {"code": "ANY", "status": 400}
    return {
        "advance": post_command(mock.advance, seconds=60),
        "calls": get_command(calls),
        "clear": post_command(mock.clear),
        "credentials": get_command(credentials),
        "deliver": post_command(mock.deliver),
        "deliveries": get_command(deliveries),
        "fail": post_command(mock.fail, **example, times=1),
        "fault": post_command(mock.fault, kind="reset", times=1),
        "ledger": Command({"GET": ledger, "POST": ledger, "DELETE": mock.ledger.clear}),
        "notify": post_command(mock.notify, event="order.paid", payload={"id": "1"}),
        "reply": post_command(reply, body={"id": "1"}, times=1),
        "seed": post_command(mock.seed, seed=7),
        "webhook": post_command(webhook, url="http://127.0.0.1:8000/notify"),
    }


def _recorded(recorded: RecordedRequest) -> Mapping[str, Any]:
    """Return a request as JSON; `arguments` and `value` are decoded and decrypted."""
    decoded = {
        "arguments": {
            name: value
            for name, value in recorded.arguments.items()
            if value is not msgspec.UNSET
        },
        "value": recorded.body,
    }
    return {
        "endpoint": recorded.endpoint,
        "status": recorded.status,
        "method": recorded.request.method,
        "target": recorded.request.target,
        "headers": dict(recorded.request.headers),
        "body": recorded.request.body.decode("utf-8", "replace"),
        "body_base64": b64encode(recorded.request.body).decode(),
        **msgspec.to_builtins(decoded, str_keys=True, enc_hook=str),
    }
