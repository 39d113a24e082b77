"""Command line: arguments, output, exit status. Each command imports its heavy modules itself.

Exit status: 0 success; 1 an output is out of date (`check`), or a change that `diff --fail-on` forbids; 2 invalid spec, configuration or
command line; 3 disk error; 4 the output is locked by another process, or was edited by hand.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from .console import Console
from .gc_pause import PausedGC
from .up_to_date import fingerprints

TYPE_CHECKING = False  # importing typing would slow down a run that has nothing to do
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from .config import ClientConfig, Config
    from .diagnostics import Diagnostic
    from .up_to_date.fingerprints import UpToDateClient


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return the exit status."""
    options = _parser().parse_args(arguments)
    console = Console(options.format)
    try:
        status = _run(options, console)
        console.finish()
    except BrokenPipeError:  # the status of a program that SIGPIPE has stopped
        console.discard()
        return 128 + 13
    except OSError as error:  # from writing to stdout; commands raise a `UsageError` for all others
        from .diagnostics import DISK

        print(
            f"specloom: {error.filename or 'standard output'}: {error.strerror or error}",
            file=sys.stderr,
        )
        console.discard()
        return DISK
    except KeyboardInterrupt:
        return 130
    return status


def _run(options: argparse.Namespace, console: Console) -> int:
    """Run a command, and return its exit status; its errors are reported."""
    try:
        return int(options.run(options, console))
    except Exception as error:
        from .diagnostics import WRONG_INPUT, InvalidSpec, UsageError

        if isinstance(error, InvalidSpec):
            console.report(error.problems, error.sources)
            return WRONG_INPUT
        if isinstance(error, UsageError):
            console.report([error.problem], {})
            return error.status
        raise


def generate(options: argparse.Namespace, console: Console) -> int:
    """Generate clients and documentation from their specs. Only changed files are written, and none unless all specs are valid."""
    if options.watch:
        return _watch(options, console)
    up_to_date = fingerprints.find_up_to_date(os.getcwd(), options.clients)
    if up_to_date is not None:
        _repeat_warnings(up_to_date, console)
        for client in up_to_date:
            console.result(
                f"{client.name}: {client.summary} -> {_shown(client.out)} ({client.files} unchanged)\n"
            )
        return 0
    with PausedGC():
        from .generate import generate_clients

        for line in generate_clients(*_select(options), console.report, force=options.force):
            console.result(f"{line}\n")
    return 0


def _repeat_warnings(clients: Sequence[UpToDateClient], console: Console) -> None:
    """Print the warnings of the last run."""
    rows = sorted(tuple(row) for client in clients for row in client.warnings)
    if not rows:
        return
    from . import bounded
    from .diagnostics import Diagnostic

    warnings = [
        Diagnostic(path, line, column, rule, message, hint, length, "warning")
        for path, line, column, rule, message, hint, length in rows
    ]
    sources = {
        path: bounded.read(path, bounded.TEXT).decode("utf-8", "replace")
        for path in {warning.path for warning in warnings}
    }
    console.report(warnings, sources)


def check(options: argparse.Namespace, console: Console) -> int:
    """Check that generated clients are up to date with their specs. If not, print a unified diff and exit with status 1. Nothing is written."""
    up_to_date = fingerprints.find_up_to_date(os.getcwd(), options.clients)
    if up_to_date is not None:
        _repeat_warnings(up_to_date, console)
        for client in up_to_date:
            console.result(f"{client.name}: up to date\n")
        return 0
    with PausedGC():
        from .diagnostics import OUT_OF_DATE
        from .generate import check_clients

        checked_clients = check_clients(*_select(options))
    problems = [problem for checked in checked_clients for problem in checked.loaded.warnings]
    if options.format != "text":
        problems += [problem for checked in checked_clients for problem in checked.problems()]
    console.report(
        problems,
        {
            path: text
            for checked in checked_clients
            for path, text in checked.loaded.sources.items()
        },
    )
    for checked in checked_clients:
        for line in checked.lines():
            console.result(line)
    return 0 if all(checked.comparison.up_to_date for checked in checked_clients) else OUT_OF_DATE


def _watch(options: argparse.Namespace, console: Console) -> int:
    from pathlib import Path

    from .watch import watch

    def report(problems: Sequence[Diagnostic], sources: Mapping[str, str]) -> None:
        console.report(problems, sources)
        console.finish()

    try:
        for line in watch(Path.cwd(), options.clients, report, force=options.force):
            console.result(f"{line}\n")
            print(end="", flush=True)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 0


def lint(options: argparse.Namespace, console: Console) -> int:
    """Print advice on specs, one line for each rule and file. The exit status is 0, whatever the advice."""
    from .lint_command import advise

    advise(_clients(options), console, details=options.details)
    return 0


def diff(options: argparse.Namespace, console: Console) -> int:
    """List the changes between two versions of a spec, and say which of them break programs that use the client."""
    from contextlib import ExitStack
    from pathlib import Path

    from .diagnostics import OUT_OF_DATE, InvalidSpec
    from .diff import CLASSES, Spec, compare, formatting, git_revisions
    from .spec import load

    def spec() -> Path | None:
        return Path(options.spec) if options.spec else _only_spec()

    specs: list[Spec] = []
    errors: list[InvalidSpec] = []
    with ExitStack() as folders:
        for name in (options.old, options.new or _shown(git_revisions.require_spec(spec()))):
            revision = folders.enter_context(git_revisions.spec_folder(name, spec))
            try:
                loaded = load(revision.folder, revision.display_name)
                specs.append(Spec(loaded.api, revision.display_name, loaded.sources))
            except InvalidSpec as error:
                errors.append(error)
    if errors:
        raise InvalidSpec.of_all(errors)
    report = compare(*specs)
    console.document(formatting.FORMATS[options.format](report))
    failing = CLASSES[: CLASSES.index(options.fail_on) + 1] if options.fail_on else ()
    return OUT_OF_DATE if report.worst in failing else 0


def new(options: argparse.Namespace, console: Console) -> int:
    """Create a small, commented spec for a new API, and its table in pyproject.toml. The spec is valid, so `specloom generate` works at once."""
    from pathlib import Path

    from .scaffold import create

    console.result(create(options.name, Path.cwd()).summary())
    return 0


def import_(options: argparse.Namespace, console: Console) -> int:
    """Convert an OpenAPI 3.1, 3.0 or Swagger 2.0 document into a spec folder that is meant to be read and edited, or merge a newer document into the folder without losing your edits, and report what became of each construct that a spec does not say in the same way. Nothing is downloaded: references lead to files in the folder of the document or below."""
    from pathlib import Path

    from .import_command import run

    with PausedGC():
        imported = run(Path(options.document), options.api, Path.cwd(), options.accept)
    if options.format == "json":
        console.document(imported.report.as_json())
    else:
        console.result(imported.report.as_text() + "\n")
    console.result(imported.summary)
    return 0


def draft(options: argparse.Namespace, console: Console) -> int:
    """Draft a spec folder from documentation pages, or merge newer copies of pages into the folder without losing your edits, and report what was guessed and what no spec can say. Pages are files: Markdown, HTML as a browser saves it, or the copied text. Nothing is downloaded."""
    from pathlib import Path

    from .draft_command import run

    with PausedGC():
        drafted = run(
            [Path(page) for page in options.pages],
            options.api,
            Path.cwd(),
            options.accept,
            Path(options.review) if options.review else None,
        )
    if options.format == "json":
        console.document(drafted.report.as_json())
    else:
        console.result(drafted.report.as_text() + "\n")
    console.result(drafted.summary)
    return 0


def export(options: argparse.Namespace, console: Console) -> int:
    """Write a spec as an OpenAPI document. What OpenAPI cannot say is in extensions, `x-specloom-…`."""
    from pathlib import Path

    from .diagnostics import DISK, UsageError
    from .export_command import export

    out = Path(options.out) if options.out else None
    text = export(
        Path(options.spec),
        options.openapi,
        options.language,
        as_json=out is not None and out.suffix == ".json",
    )
    if out is None:
        console.document(text)
        return 0
    try:
        out.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror or error}", status=DISK) from None
    console.result(f"{_shown(out)} written\n")
    return 0


def schema(options: argparse.Namespace, console: Console) -> int:
    """Write the JSON schemas of the spec language into spec folders. Editors use them to complete and explain keys."""
    from .schema_export import FOLDER, write_schemas

    for client in _clients(options):
        changed = write_schemas(client.spec)
        console.result(
            f"{client.name}: {_shown(client.spec / FOLDER)} {'updated' if changed else 'up to date'}\n"
        )
    return 0


def docs(options: argparse.Namespace, console: Console) -> int:
    """Write a static site of the generated documentation: all clients and languages, with search. Open it with --serve, or publish the folder on any web server. It needs specloom[docs], and runs after specloom generate."""
    from pathlib import Path

    from .diagnostics import UsageError
    from .site import build_site, serve

    clients, out = _clients(options), Path(options.out)

    def build() -> str:
        site = build_site(clients, out)
        for warning in site.warnings:
            print(f"specloom: warning: {warning}", file=sys.stderr)
        count = f"{site.clients} client{'' if site.clients == 1 else 's'}"
        return f"{_shown(out)}: {site.pages} pages of {count} in {', '.join(site.languages)}\n"

    def rebuild() -> str:
        try:
            return build()
        except UsageError as error:  # the old site is served until the next change
            console.report([error.problem], {})
            return ""

    console.result(build())
    if options.serve:
        try:
            for line in serve(out, clients, options.port, rebuild):
                console.result(line)
                print(end="", flush=True)
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0


def mock(options: argparse.Namespace, console: Console) -> int:
    """Run a mock server of an API, which validates requests as the spec describes them. Options of the server follow the folder; `specloom mock FOLDER --help` lists them."""
    from pathlib import Path

    from .mock_command import serve

    return serve(Path(options.spec), options.options)


def _only_spec() -> Path | None:
    """Return the spec of the current project if it has exactly one client, else None."""
    from pathlib import Path

    from .config import find
    from .diagnostics import UsageError

    try:
        clients = find(Path.cwd()).clients
    except UsageError:
        return None
    return clients[0].spec if len(clients) == 1 else None


def _clients(options: argparse.Namespace) -> list[ClientConfig]:
    return _select(options)[1]


def _select(options: argparse.Namespace) -> tuple[Config, list[ClientConfig]]:
    from pathlib import Path

    from .generate import select_clients

    return select_clients(Path.cwd(), options.clients)


def _shown(path: Path | str) -> str:
    """Return a path relative to the current folder, or absolute if it is outside. Importing `diagnostics` for it would be slow."""
    relative = os.path.relpath(path)
    return (relative if not relative.startswith("..") else str(path)).replace(os.sep, "/")


class _Parser(argparse.ArgumentParser):
    """Parser whose help fits the terminal. argparse would determine the width for every argument, and import shutil for it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, formatter_class=_formatter)


def _formatter(prog: str) -> argparse.HelpFormatter:
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
    except (OSError, ValueError):  # no terminal
        columns = 80
    return argparse.HelpFormatter(prog, width=max(columns, 20) - 2)


def _parser() -> argparse.ArgumentParser:
    from . import __version__

    parser = _Parser(
        prog="specloom",
        description="Generates typed Python HTTP clients, their documentation and mocks from YAML endpoint specs.",
    )
    parser.add_argument("--version", action="version", version=f"specloom {__version__}")
    commands = parser.add_subparsers(
        prog=parser.prog, title="commands", metavar="COMMAND", required=True
    )  # without prog, argparse determines the width of the terminal
    for run, text in (
        (generate, "generate clients and documentation"),
        (check, "check that generated clients are up to date"),
        (lint, "print advice on specs: missing translations, examples, titles"),
        (schema, "write JSON schemas of the spec language, for editors"),
    ):
        command = commands.add_parser(run.__name__, help=text, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument(
            "clients",
            nargs="*",
            metavar="CLIENT",
            help="a client in pyproject.toml (default: all clients)",
        )
        command.add_argument(
            "--format",
            choices=("text", "json", "github"),
            default="text",
            help="format of problems; json and github write nothing else to stdout (default: text)",
        )
        if run is generate:
            command.add_argument(
                "--force",
                action="store_true",
                help="overwrite generated files that were edited by hand",
            )
            command.add_argument(
                "--watch",
                action="store_true",
                help="generate again whenever a file is saved, until Ctrl-C",
            )
        if run is lint:
            command.add_argument(
                "--details",
                action="store_true",
                help="print each problem with its line of the spec",
            )
    _new_parser(
        commands.add_parser(
            "new",
            help="create a spec for a new API, and its table in pyproject.toml",
            description=new.__doc__,
        )
    )
    _import_parser(
        commands.add_parser(
            "import",
            help="create a spec from an OpenAPI document",
            description=import_.__doc__,
        )
    )
    _draft_parser(
        commands.add_parser(
            "draft",
            help="draft a spec from documentation pages",
            description=draft.__doc__,
        )
    )
    _export_parser(
        commands.add_parser(
            "export",
            help="write a spec as an OpenAPI document",
            description=export.__doc__,
        )
    )
    _diff_parser(
        commands.add_parser(
            "diff",
            help="list the changes between two versions of a spec",
            description=diff.__doc__,
        )
    )
    _docs_parser(
        commands.add_parser(
            "docs",
            help="write a static site of the documentation",
            description=docs.__doc__,
        )
    )
    _mock_parser(
        commands.add_parser(
            "mock",
            help="run a mock server of an API",
            description=mock.__doc__,
        )
    )
    return parser


def _docs_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=docs, format="text")
    command.add_argument(
        "clients",
        nargs="*",
        metavar="CLIENT",
        help="a client in pyproject.toml (default: all clients)",
    )
    command.add_argument(
        "--out",
        metavar="FOLDER",
        default="site",
        help="output folder, replaced as a whole (default: site)",
    )
    command.add_argument(
        "--serve",
        action="store_true",
        help="serve the site on this machine, and write it again whenever a generated page changes, until Ctrl-C",
    )
    command.add_argument(
        "--port",
        type=int,
        default=8000,
        metavar="PORT",
        help="port of --serve (default: 8000); 0 selects a free one",
    )


def _mock_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=mock, format="text")
    command.add_argument("spec", metavar="FOLDER", help="the spec folder, for example specs/shop")
    command.add_argument(
        "options",
        metavar="…",
        nargs=argparse.REMAINDER,
        help="options of the server, for example --port 8080 --print-client",
    )


def _new_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=new, format="text")
    command.add_argument(
        "name",
        metavar="API",
        help="name of the API; shop creates the spec folder specs/shop for the package shop",
    )


def _import_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=import_)
    command.add_argument("document", metavar="FILE", help="the document, JSON or YAML")
    _destination_arguments(command)


def _draft_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=draft)
    command.add_argument(
        "pages", metavar="PAGE", nargs="+", help="a page: a file of Markdown, HTML or copied text"
    )
    _destination_arguments(command)
    command.add_argument(
        "--review",
        metavar="FILE",
        help="write an HTML page that shows the pages beside the spec, and marks what was not read",
    )


def _destination_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of commands that create or update a spec."""
    command.add_argument(
        "--api",
        required=True,
        metavar="NAME",
        help="name of the API; shop creates the spec folder specs/shop for the package shop, or updates it",
    )
    command.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="SIDE[:NAME]",
        help="take ours (your spec) or theirs (the document or page) in all conflicts, or in those with this name, such as theirs:orders.yaml; repeatable",
    )
    command.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="format of the report and of problems; json writes nothing else to stdout (default: text)",
    )


def _export_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=export, format="text")
    command.add_argument("spec", metavar="FOLDER", help="the spec folder, for example specs/shop")
    command.add_argument(
        "--openapi",
        choices=("3.1", "3.0"),
        default="3.1",
        help="version of OpenAPI (default: 3.1)",
    )
    command.add_argument(
        "--language",
        metavar="LANGUAGE",
        help="language of the texts (default: the first of the spec)",
    )
    command.add_argument(
        "--out",
        metavar="FILE",
        help="file to write, as JSON if its name ends in .json (default: YAML to standard output)",
    )


def _diff_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=diff)
    command.add_argument(
        "old",
        metavar="OLD",
        help="a spec folder, REVISION:FOLDER, or a git revision with --spec",
    )
    command.add_argument(
        "new", metavar="NEW", nargs="?", help="like OLD (default: the current spec folder)"
    )
    command.add_argument(
        "--spec",
        metavar="FOLDER",
        help="the spec folder for git revisions (default: the spec of the project, if it has only one)",
    )
    command.add_argument(
        "--format",
        choices=("text", "json", "markdown", "github"),
        default="text",
        help="output format; markdown is a section for a changelog (default: text)",
    )
    command.add_argument(
        "--fail-on",
        choices=("breaking", "compatible", "documentation"),
        help="exit with status 1 if there is a change of this class or a worse one",
    )
