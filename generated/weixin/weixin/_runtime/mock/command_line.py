"""Command line of a mock server: `python -m <package>.testing` serves until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import msgspec

from ..calls import Call
from ..errors import ConfigError
from .admin import ADMIN
from .delivery import is_loopback
from .server import Server
from .server_core import Mock


def run(
    create: Callable[..., Mock], client: str, arguments: Sequence[str] | None = None
) -> int:
    """Serve a mock and return the exit status.

    `create` returns the mock; `client` is the class of its clients, as `package.Client`.
    """
    options = _parser(client.partition(".")[0]).parse_args(arguments)
    if not is_loopback(options.host) and not options.public:
        print(
            f"--host {options.host} is reachable from other machines, which could then"
            " control the mock; add --public to allow this",
            file=sys.stderr,
        )
        return 2
    try:
        mock = create(state=options.state, authentication=not options.no_authentication)
        mock.public = options.public
        if options.webhook is not None:
            mock.webhook = options.webhook
        return _serve(mock, client, options)
    except (ConfigError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"cannot listen on port {options.port}: {error.strerror}", file=sys.stderr
        )
        return 3


def _serve(mock: Mock, client: str, options: argparse.Namespace) -> int:
    stopped = threading.Event()

    def stop(number: int, frame: object) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    hangup = getattr(signal, "SIGHUP", None)  # missing on Windows
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        # Under nohup the signal is ignored, and the mock outlives its terminal.
        signal.signal(hangup, stop)
    with ExitStack() as stack:
        stack.callback(mock.close)
        servers = [stack.enter_context(Server(mock, options.host, options.port))]
        if options.backup_port is not None:
            backup = Server(mock, options.host, options.backup_port, primary=False)
            servers.append(stack.enter_context(backup))
        print(_usage(mock, client, servers, options.print_client), flush=True)
        stopped.wait()
    print("stopped", file=sys.stderr)
    return 0


def _usage(
    mock: Mock, client: str, servers: Sequence[Server], print_client: bool
) -> str:
    url = servers[0].url
    lines = [
        f"# serving {mock.service.name} at {' and '.join(each.url for each in servers)}",
        f"# commands: POST {url}{ADMIN}<command>; GET {url}{ADMIN} lists them",
    ]
    if not print_client:
        lines.append(f"# credentials: GET {url}{ADMIN}credentials, or --print-client")
        return "\n".join(lines)
    package, _, name = client.partition(".")
    credentials = {**mock.service.client_arguments, **mock.credentials}
    schemes = any(not isinstance(value, str | Call) for value in credentials.values())
    written = [
        _python(value, mock, argument) for argument, value in credentials.items()
    ]
    names = [name, *(["auth"] if schemes else [])]
    names += ["calls"] if any("calls." in text for text in written) else []
    lines += ["", f"from {package} import {', '.join(names)}", "", f"client = {name}("]
    missing = mock.missing_arguments(credentials)
    lines += (f'    {argument}="…",' for argument in missing)
    for argument, text in zip(credentials, written, strict=True):
        lines.append(f"    {argument}={text},")
    urls = ", ".join(f'"{each.url}"' for each in servers)
    return "\n".join([*lines, f"    hosts=[{urls}],", ")"])


def _python(value: object, mock: Mock, argument: str) -> str:
    """Return a credential as Python source: a text, a call, or a scheme made of these."""
    if isinstance(value, str):
        return f'"""{value}"""' if "\n" in value else f'"{value}"'
    if isinstance(value, Call):
        return _python_call(cast("Call[object]", value))
    names = mock.auth_by_scheme
    scheme = next(name for name in names if re.sub(r"\W", "_", name) == argument)
    credentials = mock.credentials_of(scheme)
    keywords = ", ".join(
        f"{key}={_python(each, mock, key)}" for key, each in credentials.items()
    )
    return f"auth.{type(value).__name__}({keywords})"


def _python_call(call: Call[object]) -> str:
    """Return a call as Python source; its arguments are texts and numbers."""
    keywords = [
        f"{name}={_quoted(value)}"
        for part in (call.arguments, call.body)
        if isinstance(part, msgspec.Struct)
        for name, value in msgspec.structs.asdict(part).items()
        if value is not None and value is not msgspec.UNSET
    ]
    return f"calls.{call.endpoint.name}({', '.join(keywords)})"


def _quoted(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _parser(package: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}.testing",
        description="Mock server; checks requests as the real service does.",
    )
    add = parser.add_argument
    add("--port", type=_port, default=8080, help="default: 8080; 0 for any free port")
    add("--backup-port", type=_port, help="also serve as the backup host, on this port")
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    add(
        "--public",
        action="store_true",
        help="allow an address that other machines can reach",
    )
    add("--state", type=Path, help="SQLite file that keeps the state across restarts")
    add("--webhook", help="URL that receives events, as http://127.0.0.1:8000/notify")
    add(
        "--print-client",
        action="store_true",
        help="print a client with generated keys",
    )
    add(
        "--no-authentication",
        action="store_true",
        help="do not sign, verify, encrypt or decrypt, for tests with curl",
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(
            f"invalid port {text}; expected a number from 0 to 65535"
        )
    return int(text)
