"""Steering a mock over HTTP, with JSON: for tests in other languages.

    POST /_mock/fail            {"code": "RESOURCE_NOT_EXISTS", "times": 1}
    POST /_mock/advance         {"seconds": 60}
    GET  /_mock/calls

Each command is a method of the mock, the JSON its arguments by name. Bytes are Base64.
"""

from __future__ import annotations

import inspect
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final, get_type_hints
from urllib.parse import urlsplit

import msgspec

from . import Answer, Incoming, Received
from .outbox import is_loopback

if TYPE_CHECKING:
    from .core import Mock

ADMIN: Final = "/_mock/"
"""Below this path a mock is steered."""
_READING: Final = {("GET", name) for name in ("calls", "credentials", "deliveries")}
_log = getLogger(__name__)


def administer(mock: Mock, incoming: Incoming) -> Answer:
    """Carry out a command; what it returns is the answer, 204 for nothing.

    A body must be declared as JSON, and the host's name be a known one, which keeps web
    pages of other origins out, also those that let their own name lead here.
    """
    if not (mock.public or _is_known(incoming.headers.get("Host", ""), mock)):
        return _said(403, {"error": "use a name of this machine, or allow all: public"})
    commands = {**_commands(mock), **mock.commands()}
    name = incoming.path.removeprefix(ADMIN)
    if (incoming.method, name) == ("GET", ""):
        return _said(200, {"commands": sorted(commands)})
    command = commands.get(name)
    if command is None:
        return _said(404, {"error": f"commands: {', '.join(sorted(commands))}"})
    if incoming.method != "POST" and (incoming.method, name) not in _READING:
        return _said(405, {"error": "use POST"})
    media = incoming.headers.get("Content-Type", "").partition(";")[0].strip()
    if incoming.method == "POST" and media != "application/json":
        return _said(415, {"error": "send application/json"})
    try:
        given = msgspec.json.decode(incoming.body or b"{}", type=dict[str, Any])
        if name == "reply" and "base64" in given:
            given["body"] = b64decode(given.pop("base64"), validate=True)
        result = command(**_arguments(command, given))
        return Answer(204) if result is None else _said(200, result)
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError) as error:
        return _said(400, {"error": str(error)})
    except Exception as error:
        _log.exception("%s has failed", name)
        return _said(500, {"error": f"{type(error).__name__}: {error}"})


def _is_known(host: str, mock: Mock) -> bool:
    """Whether a host field names this machine, or the API itself; or is not there, as in
    no browser's request."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    documented = {one.authority for one in mock.service.parsed_hosts}
    return name is None or is_loopback(name) or host in documented


def _arguments(
    command: Callable[..., object], given: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The arguments, of the types that the command declares; else TypeError."""
    bound = inspect.signature(command).bind(**given)
    hints = get_type_hints(command)
    return {
        name: msgspec.convert(value, hints.get(name, Any))
        for name, value in bound.arguments.items()
    }


def _commands(mock: Mock) -> Mapping[str, Callable[..., object]]:
    """What every mock can be told; `Mock.commands` adds to it."""

    def webhook(url: str | None = None) -> None:
        mock.webhook = url

    def calls() -> object:
        return [_call(one) for one in tuple(mock.calls)]

    def deliveries() -> object:
        return [
            {
                "event": one.event,
                "payload": one.payload,
                "status": one.status,
                "headers": one.headers,
                "body": one.body.decode(),
            }
            for one in mock.deliveries
        ]

    def credentials() -> object:
        given = mock.credentials.items()
        return {name: value for name, value in given if isinstance(value, str)}

    return {
        "advance": mock.advance,
        "calls": calls,
        "clear": mock.clear,
        "credentials": credentials,
        "deliver": mock.deliver,
        "deliveries": deliveries,
        "fail": mock.fail,
        "fault": mock.fault,
        "notify": mock.notify,
        "reply": mock.reply,
        "seed": mock.seed,
        "webhook": webhook,
    }


def _call(one: Received) -> Mapping[str, Any]:
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


def _said(status: int, value: object) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Answer(status, body, (("Content-Type", "application/json"),))
