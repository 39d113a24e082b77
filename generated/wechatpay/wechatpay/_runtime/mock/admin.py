"""Admin API of a mock over HTTP with JSON, for tests in other languages.

    GET    /_mock/                lists the commands
    POST   /_mock/fail            {"code": "RESOURCE_NOT_EXISTS", "times": 1}
    POST   /_mock/advance         {"seconds": 60}
    GET    /_mock/calls
    DELETE /_mock/ledger

Most commands are methods of the mock, with their arguments by name in a JSON object. Bytes
are Base64.
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
"""Path prefix of the commands."""
_log = getLogger(__name__)


def handle_command(mock: Mock, incoming: IncomingRequest) -> MockResponse:
    """Run a command and return its result as JSON, or 204 if there is none.

    The Content-Type must be JSON and the Host a known one. This keeps web pages of other
    origins out, also those that use DNS rebinding.
    """
    if not (mock.public or _is_known_host(incoming.headers.get("Host", ""), mock)):
        return _json_response(
            403, {"error": "unknown Host; use a name of this machine, or --public"}
        )
    name, method = incoming.path.removeprefix(ADMIN), incoming.method
    commands = {**commands_of(mock), **mock.commands()}
    if (method, name) == ("GET", ""):
        return _json_response(
            200, {"commands": {key: _describe(commands[key]) for key in commands}}
        )
    command = commands.get(name)
    if command is None:
        names = ", ".join(sorted(commands))
        return _json_response(404, {"error": f"unknown command; expected {names}"})
    if method not in command.methods:
        methods = " or ".join(command.methods)
        return _json_response(405, {"error": f"wrong method; expected {methods}"})
    media = incoming.headers.get("Content-Type", "").partition(";")[0].strip()
    if method == "POST" and media != "application/json":
        return _json_response(
            415, {"error": "wrong Content-Type; expected application/json"}
        )
    return _run(name, command.methods[method], incoming)


def _run(
    name: str, command: Callable[..., object], incoming: IncomingRequest
) -> MockResponse:
    try:
        arguments = msgspec.json.decode(incoming.body or b"{}", type=dict[str, Any])
        result = command(**_convert_arguments(command, arguments))
        return MockResponse(204) if result is None else _json_response(200, result)
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError) as error:
        return _json_response(400, {"error": str(error)})
    except ConfigError as error:  # the state file cannot be written
        _log.error("%s", error)
        return _json_response(503, {"error": str(error)})
    except Exception as error:
        _log.exception("command %s failed", name)
        return _json_response(500, {"error": f"{type(error).__name__}: {error}"})


def _is_known_host(host: str, mock: Mock) -> bool:
    """Return whether a Host header names this machine or the API itself, or is missing,
    which happens in no browser."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    documented = {parsed.authority for parsed in mock.service.parsed_hosts}
    return name is None or is_loopback(name) or host in documented


def _convert_arguments(
    command: Callable[..., object], arguments: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the arguments in the types that the command declares; raise ValueError if they
    do not match."""
    try:
        bound = inspect.signature(command).bind(**arguments)
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


def _describe(command: Command) -> Mapping[str, Any]:
    """Return a description of a command, with its arguments as JSON Schema and an example."""
    method, function = next(iter(command.methods.items()))
    description = {
        "methods": list(command.methods),
        "does": " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split()),
    }
    if method != "POST":
        return description
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    properties: dict[str, Any] = {}
    for parameter in parameters:
        properties[parameter.name] = msgspec.json.schema(hints[parameter.name])
        if parameter.default is not parameter.empty:
            properties[parameter.name]["default"] = parameter.default
    required = [each.name for each in parameters if each.default is each.empty]
    schema = {"type": "object", "properties": properties, "required": required}
    return {**description, "arguments": schema, "example": dict(command.example)}


def _json_response(status: int, value: object) -> MockResponse:
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return MockResponse(status, body, (("Content-Type", "application/json"),))
