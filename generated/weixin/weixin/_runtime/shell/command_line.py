"""Shell of a client: options, help, calls and exit status."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from ..calls import Call
from ..client import Client
from ..endpoint_metadata import BinaryContent
from ..errors import ConfigError, Error, InvalidRequest
from .commands import Command, command_name, commands, resources
from .credentials import Credentials
from .dry_run import Recorder, as_curl
from .tables import as_table
from .values import (
    InvalidText,
    field_names,
    is_list_type,
    metavar,
    read_value,
    read_values,
    shown,
)

USAGE_ERROR = 2
_STATUSES = {"not_sent": 3, "rejected": 4, "unknown": 5, "done": 6}
_EXIT_STATUSES = """exit status:
  0  the call succeeded
  2  the command or the credentials are invalid; nothing was sent
  3  the request was not sent
  4  the server rejected the request and executed nothing
  5  unknown: the request may have been executed; query before you repeat it
  6  the request was executed, but its response could not be used"""


def run(client: type[Client], arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status; `client` is the package's sync client."""
    return Shell(client).run(arguments)


class Shell:
    """Command line of one client."""

    def __init__(self, client: type[Client]) -> None:
        self._client = client
        self._package = client.__module__.partition(".")[0]
        self._program = f"python -m {self._package}"
        self._credentials = Credentials(client)

    def run(self, arguments: Sequence[str] | None) -> int:
        """Run one command and return the exit status."""
        known = resources(self._package)
        parser = self._parser(known)
        options = parser.parse_args(arguments)
        words: list[str] = options.command
        if not words:
            parser.print_help()
            return USAGE_ERROR
        resource, *words = words
        if resource not in known:
            parser.error(_unknown("resource", resource, known))
        found = commands(known[resource])
        parser = self._resource_parser(resource, found)
        name = parser.parse_args(words[:1]).endpoint
        if name not in found:
            parser.error(_unknown("endpoint", name, found))
        command = found[name]
        parser = self._command_parser(resource, name, command)
        parser.parse_args(words[1:], options)
        try:
            call = command.call(**_arguments(parser, options, command))
            self._send(call, options)
        except Error as error:
            invalid = isinstance(error, ConfigError | InvalidRequest)
            if invalid and error.outcome == "not_sent":
                print(error, file=sys.stderr)
                return USAGE_ERROR
            print(_explained(error), file=sys.stderr)
            return _STATUSES[error.outcome]
        except BrokenPipeError:
            # The reader has gone. Python would report it once more when it exits.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:  # of --out; the response is on the standard output
            print(f"cannot write {error.filename}: {error.strerror}", file=sys.stderr)
            return _STATUSES["done"]
        return 0

    def _parser(self, known: Iterable[str]) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(
            prog=self._program,
            description=_first_line(self._client),
            epilog="\n\n".join(
                (_listed("resources", known), self._variables(), _EXIT_STATUSES)
            ),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            usage=f"{self._program} [options] resource endpoint [arguments]",
            allow_abbrev=False,
        )
        _add_options(parser, ())
        parser.add_argument("command", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
        return parser

    def _variables(self) -> str:
        rows = [
            f"  {name}{'' if needed else ' (optional)'}"
            for name, needed in self._credentials.variables()
        ]
        file = f"  {self._credentials.file_variable}: a TOML or JSON file with the same arguments"
        return "\n".join(("credentials, as environment variables:", *rows, file))

    def _resource_parser(
        self, resource: str, found: Mapping[str, Command]
    ) -> argparse.ArgumentParser:
        width = max((len(name) for name in found), default=0)
        rows = [f"{name:{width}}  {command.summary}" for name, command in found.items()]
        parser = argparse.ArgumentParser(
            prog=f"{self._program} {resource}",
            epilog=_listed("endpoints", rows),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            usage=f"{self._program} {resource} endpoint [arguments]",
            allow_abbrev=False,
        )
        parser.add_argument("endpoint", help=argparse.SUPPRESS)
        return parser

    def _command_parser(
        self, resource: str, name: str, command: Command
    ) -> argparse.ArgumentParser:
        program = f"{self._program} {resource} {name}"
        needed = [
            (
                word
                if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
                else f"--{word} …"
            )
            for each in command.parameters.values()
            if each.default is inspect.Parameter.empty
            for word in (command_name(each.name),)
        ]
        parser = argparse.ArgumentParser(
            prog=program,
            # argparse breaks long lines at brackets, and fails if a text has others.
            usage=" ".join((program, *needed, "[options]")),
            description=command.description.replace("%(prog)", "% (prog)"),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )
        taken = [
            _add_parameter(parser, command, each)
            for each in command.parameters.values()
        ]
        _add_options(parser, taken)
        return parser

    def _send(self, call: Call[Any], options: argparse.Namespace) -> None:
        arguments = self._credentials.load(options.credentials)
        settings: dict[str, Any] = {}
        if options.host:
            settings["hosts"] = options.host
        if options.deadline is not None:
            settings["deadline"] = options.deadline
        if options.curl:
            self._dry_run(call, arguments, settings)
            return
        with self._client(**arguments, **settings) as client:
            if _is_file(call):
                self._download(client, call, options.out)
            else:
                _print(_results(client, call, options), options)

    def _download(self, client: Client, call: Call[Any], path: Path | None) -> None:
        """Save a file, or write it to the standard output if that is no terminal."""
        download = import_module(self._package).Download(client, call)
        if path is not None:
            download.save(path)
            return
        if sys.stdout.isatty():
            raise ConfigError("the response is a file: name one with --out")
        with download as pieces:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()

    def _dry_run(
        self, call: Call[Any], arguments: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> None:
        """Print the first request of the call, signed but not sent."""
        recorder = Recorder()
        sent: list[str] = []
        with self._client(
            **arguments,
            **settings,
            transport=recorder,
            max_attempts=1,
            on_request=lambda event: sent.append(event.endpoint),
        ) as client:
            try:
                client.send(call)
            except Error:
                if recorder.request is None:
                    raise
        if recorder.request is None:
            raise ConfigError(f"{call.endpoint.name} sent no request")
        if sent[0] != call.endpoint.name:
            print(
                f"# {call.endpoint.name} needs a token: this request would get it",
                file=sys.stderr,
            )
        print(as_curl(recorder.request, self._credentials.secrets(arguments)))


def _add_options(parser: argparse.ArgumentParser, taken: Iterable[str]) -> None:
    """Add the options of all commands, except those that a parameter has taken."""
    inherited = argparse.SUPPRESS if parser.argument_default else None
    group = parser.add_argument_group("options of every command")
    known = set(taken)

    def add(flag: str, default: Any, **keywords: Any) -> None:
        if flag not in known:
            group.add_argument(flag, default=inherited or default, **keywords)

    add(
        "--credentials",
        None,
        type=Path,
        metavar="FILE",
        help="file with the credentials",
    )
    add(
        "--host",
        None,
        action="append",
        metavar="URL",
        help="base URL instead of the documented",
    )
    add(
        "--deadline",
        None,
        type=float,
        metavar="SECONDS",
        help="total timeout of the call",
    )
    add(
        "--curl", False, action="store_true", help="print the request, and send nothing"
    )
    add(
        "--pages",
        False,
        action="store_true",
        help="print the items of all pages, one a line",
    )
    add("--wait", False, action="store_true", help="poll until the state is final")
    add(
        "--out",
        None,
        type=Path,
        metavar="FILE",
        help="save the file or body of the response",
    )
    add("--table", False, action="store_true", help="print rows instead of JSON")


def _add_parameter(
    parser: argparse.ArgumentParser, command: Command, parameter: inspect.Parameter
) -> str:
    """Add the argument of a parameter; return its flag."""
    needed = parameter.default is inspect.Parameter.empty
    text = command.help.get(parameter.name, "").replace("%", "%%")
    kind = metavar(parameter.annotation)
    several = is_list_type(parameter.annotation)
    if kind == "JSON":
        names = ", ".join(field_names(parameter.annotation))
        text += (
            f" JSON{names and f' with {names}'}; or @FILE, or @- for standard input."
        )
    if several:
        text += " Repeat it, or pass a JSON list."
    word = command_name(parameter.name)
    # The destination cannot collide with that of an option.
    destination = f" {parameter.name}"
    if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and not several:
        parser.add_argument(
            destination, metavar=word, help=text, nargs=None if needed else "?"
        )
        return ""
    flag = f"--{word}"
    parser.add_argument(
        flag,
        dest=destination,
        metavar=kind,
        required=needed,
        action="append" if several else "store",
        help=text,
    )
    return flag


def _arguments(
    parser: argparse.ArgumentParser, options: argparse.Namespace, command: Command
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    given: dict[str, Any] = vars(options)
    for name, parameter in command.parameters.items():
        if (texts := given.get(f" {name}")) is None:
            continue
        read = read_value if isinstance(texts, str) else read_values
        try:
            values[name] = read(texts, parameter.annotation)
        except InvalidText as error:
            parser.error(f"{command_name(name)}: {error}")
    return values


def _results(
    client: Client, call: Call[Any], options: argparse.Namespace
) -> Iterator[tuple[Any, bool]]:
    """Yield what the call returns, and whether it is one of several."""
    extended: Any = client
    if call.endpoint.stream is not None:
        with extended.stream(call) as stream:
            for event in stream:
                yield event, True
    elif options.pages:
        if not hasattr(call.endpoint, "paging"):
            raise ConfigError(f"--pages: {call.endpoint.name} has no pages")
        for item in extended.iter(call):
            yield item, True
    elif options.wait:
        if not hasattr(call.endpoint, "poll"):
            raise ConfigError(f"--wait: {call.endpoint.name} has no state to wait for")
        yield extended.wait(call, deadline=options.deadline), False
    else:
        yield client.send(call).value, False


def _is_file(call: Call[Any]) -> bool:
    kinds = call.endpoint.responses.values()
    return bool(kinds) and all(isinstance(kind, BinaryContent) for kind in kinds)


def _print(results: Iterable[tuple[Any, bool]], options: argparse.Namespace) -> None:
    for value, several in results:
        if value is None:
            continue
        if options.table:
            text = "\n".join(as_table(shown(value)))
        else:
            indent = None if several else 2
            text = json.dumps(shown(value), ensure_ascii=False, indent=indent)
        if options.out is None:
            print(text, flush=True)
            continue
        try:
            with options.out.open("a" if several else "w", encoding="utf-8") as file:
                print(text, file=file)
        except OSError:
            # The request was executed: its response is not lost.
            print(text, flush=True)
            raise


def _first_line(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").partition("\n")[0]


def _listed(title: str, rows: Iterable[str]) -> str:
    return "\n".join((f"{title}:", *(f"  {row}" for row in rows)))


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
    return f"unknown {kind} {name}{hint}"


def _explained(error: Error) -> str:
    """Return the message of a failed call, with the outcome and what to do."""
    lines = [str(error), f"Outcome: {error.outcome}"]
    if error.outcome == "unknown" and error.inquiry:
        resource, _, name = error.inquiry.rpartition(".")
        lines.append(f"Query the result: {command_name(resource)} {command_name(name)}")
    return "\n".join(lines)
