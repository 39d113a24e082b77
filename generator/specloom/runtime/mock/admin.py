"""Commands of a mock over HTTP, with JSON: for tests in other languages.

    GET    /_mock/                lists the commands
    POST   /_mock/fail            {"code": "RESOURCE_NOT_EXISTS", "times": 1}
    POST   /_mock/advance         {"seconds": 60}
    GET    /_mock/calls
    DELETE /_mock/ledger

Most commands are methods of the mock, the JSON their arguments by name. Bytes are Base64.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final, get_type_hints
from urllib.parse import urlsplit

import msgspec

from ..errors import ConfigError
from . import IncomingRequest, MockResponse
from .commands import Command, commands_of
from .delivery import is_loopback

if TYPE_CHECKING:
    from .server_core import Mock

ADMIN: Final = "/_mock/"
"""Path below which a mock takes commands."""
_log = getLogger(__name__)


def administer(mock: Mock, incoming: IncomingRequest) -> MockResponse:
    """Carry out a command; what it returns is the answer, 204 for nothing.

    A body must be declared as JSON, and the host's name be a known one, which keeps web
    pages of other origins out, also those that let their own name lead here.
    """
    if not (mock.public or _is_known(incoming.headers.get("Host", ""), mock)):
        return _said(403, {"error": "use a name of this machine, or allow all: public"})
    name, method = incoming.path.removeprefix(ADMIN), incoming.method
    commands = {**commands_of(mock), **mock.commands()}
    if (method, name) == ("GET", ""):
        return _said(
            200, {"commands": {key: _about(commands[key]) for key in commands}}
        )
    command = commands.get(name)
    if command is None:
        return _said(404, {"error": f"commands: {', '.join(sorted(commands))}"})
    if method not in command.methods:
        return _said(405, {"error": f"use {' or '.join(command.methods)}"})
    media = incoming.headers.get("Content-Type", "").partition(";")[0].strip()
    if method == "POST" and media != "application/json":
        return _said(415, {"error": "send application/json"})
    return _carried_out(name, command.methods[method], incoming)


def _carried_out(
    name: str, command: Callable[..., object], incoming: IncomingRequest
) -> MockResponse:
    try:
        given = msgspec.json.decode(incoming.body or b"{}", type=dict[str, Any])
        result = command(**_arguments(command, given))
        return MockResponse(204) if result is None else _said(200, result)
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError) as error:
        return _said(400, {"error": str(error)})
    except ConfigError as error:  # of the file that keeps the state
        _log.error("%s", error)
        return _said(503, {"error": str(error)})
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
    """The arguments, of the types that the command declares; else ValueError."""
    try:
        bound = inspect.signature(command).bind(**given)
    except TypeError as error:
        raise ValueError(f"{error}; GET {ADMIN} lists the arguments") from None
    hints = get_type_hints(command)
    converted: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        try:
            converted[name] = msgspec.convert(value, hints.get(name, Any))
        except msgspec.ValidationError as error:
            raise ValueError(f"{name}: {error}") from None
    return converted


def _about(command: Command) -> Mapping[str, Any]:
    """What a command does, its arguments as JSON Schema, and an example of them."""
    method, call = next(iter(command.methods.items()))
    about = {
        "methods": list(command.methods),
        "does": " ".join((inspect.getdoc(call) or "").split("\n\n")[0].split()),
    }
    if method != "POST":
        return about
    hints = get_type_hints(call)
    parameters = inspect.signature(call).parameters.values()
    properties: dict[str, Any] = {}
    for one in parameters:
        properties[one.name] = msgspec.json.schema(hints[one.name])
        if one.default is not one.empty:
            properties[one.name]["default"] = one.default
    required = [one.name for one in parameters if one.default is one.empty]
    schema = {"type": "object", "properties": properties, "required": required}
    return {**about, "arguments": schema, "example": dict(command.example)}


def _said(status: int, value: object) -> MockResponse:
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return MockResponse(status, body, (("Content-Type", "application/json"),))
