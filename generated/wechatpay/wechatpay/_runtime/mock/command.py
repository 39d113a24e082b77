"""`python -m <package>.testing`: a mock as a server, until Ctrl-C."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from ..errors import ConfigError
from .admin import ADMIN
from .delivery import is_loopback
from .server import Server
from .server_core import Mock


def run(
    make: Callable[..., Mock], client: str, arguments: Sequence[str] | None = None
) -> int:
    """Serve the mock that `make` makes; returns the exit status.

    `client` is the class of its clients, as `package.Client`.
    """
    options = _parser(client.partition(".")[0]).parse_args(arguments)
    if not is_loopback(options.host) and not options.public:
        print(
            f"{options.host} is not this machine: whoever reaches the port could control the"
            " mock; add --public if that is meant",
            file=sys.stderr,
        )
        return 2
    try:
        mock = make(state=options.state, authentication=not options.no_authentication)
        mock.public = options.public
        if options.webhook is not None:
            mock.webhook = options.webhook
        return _serve(mock, client, options)
    except (ConfigError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"cannot listen at port {options.port}: {error.strerror}", file=sys.stderr
        )
        return 3


def _serve(mock: Mock, client: str, options: argparse.Namespace) -> int:
    ended = threading.Event()

    def end(number: int, frame: object) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        signal.signal(hangup, end)  # but for nohup, the terminal's end is the mock's
    with ExitStack() as stack:
        stack.callback(mock.close)
        servers = [stack.enter_context(Server(mock, options.host, options.port))]
        if options.backup_port is not None:
            backup = Server(mock, options.host, options.backup_port, primary=False)
            servers.append(stack.enter_context(backup))
        print(_said(mock, client, servers, options.print_client), flush=True)
        ended.wait()
    print("stopped", file=sys.stderr)
    return 0


def _said(mock: Mock, client: str, servers: Sequence[Server], whole: bool) -> str:
    url = servers[0].url
    lines = [
        f"# serving {mock.service.name} at {' and '.join(one.url for one in servers)}"
    ]
    lines.append(f"# command it: POST {url}{ADMIN}<command>; {url}{ADMIN} lists them")
    if not whole:
        lines.append(f"# credentials: GET {url}{ADMIN}credentials, or --print-client")
        return "\n".join(lines)
    package, _, name = client.partition(".")
    credentials = mock.credentials
    several = not all(isinstance(value, str) for value in credentials.values())
    names = f"{name}, auth" if several else name
    lines += ["", f"from {package} import {names}", "", f"client = {name}("]
    lines += (f'    {argument}="…",' for argument in mock.lacking(credentials))
    for argument, value in credentials.items():
        lines.append(f"    {argument}={_written(value, mock, argument)},")
    urls = ", ".join(f'"{one.url}"' for one in servers)
    return "\n".join([*lines, f"    hosts=[{urls}],", ")"])


def _written(value: object, mock: Mock, argument: str) -> str:
    """A text, or a scheme made of texts, as Python."""
    if isinstance(value, str):
        return f'"""{value}"""' if "\n" in value else f'"{value}"'
    of = next(name for name in mock.sides if re.sub(r"\W", "_", name) == argument)
    given = ", ".join(
        f'{key}="{text}"' for key, text in mock.credentials_of(of).items()
    )
    return f"auth.{type(value).__name__}({given})"


def _parser(package: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}.testing",
        description="A mock server that checks what the real one checks.",
    )
    add = parser.add_argument
    add("--port", type=_port, default=8080, help="8080 if left out; 0 for any free one")
    add("--backup-port", type=_port, help="also serve as the backup host, at this port")
    add("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1)")
    add("--public", action="store_true", help="allow an address that others can reach")
    add("--state", type=Path, help="SQLite file that keeps the state over a restart")
    add("--webhook", help="where events go, such as http://127.0.0.1:8000/notify")
    add(
        "--print-client",
        action="store_true",
        help="print keys in a client ready to use",
    )
    add(
        "--no-authentication",
        action="store_true",
        help="neither sign, verify nor encrypt, for a look with curl",
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError("give a number from 0 to 65535")
    return int(text)
