"""The command: arguments, printing, exit status. Everything heavy is imported by the command that needs it.

Exit status: 0 done; 1 out of date (`check`), or changed as `diff --fail-on` forbids; 2 the spec, the configuration or the command line is wrong; 3 the disk refused; 4 the
output is held by another run or was changed by hand.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from .console import Console
from .gc_pause import PausedGC
from .up_to_date import fingerprints

TYPE_CHECKING = False  # typing is imported as seldom as the rest: a run that has nothing to do takes hardly longer than Python itself
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from .config import ClientConfig, Config
    from .diagnostics import Diagnostic


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    said = Console(options.format)
    try:
        status = _run(options, said)
        said.end()
    except BrokenPipeError:  # it ends as a program does that SIGPIPE has stopped
        said.silence()
        return 128 + 13
    except OSError as error:  # standard output refuses; every other refusal is a `UsageError`
        from .diagnostics import DISK

        print(
            f"specloom: {error.filename or 'standard output'}: {error.strerror or error}",
            file=sys.stderr,
        )
        said.silence()
        return DISK
    except KeyboardInterrupt:
        return 130
    return status


def _run(options: argparse.Namespace, said: Console) -> int:
    """The status of the command, or of what stopped it, which is said."""
    try:
        return int(options.run(options, said))
    except Exception as error:
        from .diagnostics import WRONG_INPUT, InvalidSpec, UsageError

        if isinstance(error, InvalidSpec):
            said.report(error.problems, error.sources)
            return WRONG_INPUT
        if isinstance(error, UsageError):
            said.report([error.problem], {})
            return error.status
        raise


def generate(options: argparse.Namespace, said: Console) -> int:
    """Write what has changed; one line per API. Nothing is written unless all specs are right."""
    if options.watch:
        return _watch(options, said)
    if (notes := fingerprints.found(os.getcwd(), options.clients)) is not None:
        for note in notes:
            said.tell(f"{note.name}: {note.told} -> {_shown(note.out)} ({note.files} same)\n")
        return 0
    with PausedGC():
        from .generate import generate_clients

        for line in generate_clients(*_chosen(options), said.report, force=options.force):
            said.tell(f"{line}\n")
    return 0


def check(options: argparse.Namespace, said: Console) -> int:
    """Compare only: 1 and a unified diff if anything would be written."""
    if (notes := fingerprints.found(os.getcwd(), options.clients)) is not None:
        for note in notes:
            said.tell(f"{note.name}: up to date\n")
        return 0
    with PausedGC():
        from .diagnostics import OUT_OF_DATE
        from .generate import check_clients

        found = check_clients(*_chosen(options))
    problems = [problem for checked in found for problem in checked.loaded.warnings]
    if options.format != "text":
        problems += [problem for checked in found for problem in checked.findings()]
    said.report(
        problems, {path: text for checked in found for path, text in checked.loaded.sources.items()}
    )
    for checked in found:
        for line in checked.lines():
            said.tell(line)
    return 0 if all(checked.comparison.up_to_date for checked in found) else OUT_OF_DATE


def _watch(options: argparse.Namespace, said: Console) -> int:
    from pathlib import Path

    from .watch import watch

    def report(problems: Sequence[Diagnostic], sources: Mapping[str, str]) -> None:
        said.report(problems, sources)
        said.end()

    try:
        for line in watch(Path.cwd(), options.clients, report, force=options.force):
            said.tell(f"{line}\n")
            print(end="", flush=True)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 0


def lint(options: argparse.Namespace, said: Console) -> int:
    """Advice on specs, one line for each rule and file; nothing of it stops a build."""
    from .lint_command import advise

    advise(_clients(options), said, details=options.details)
    return 0


def diff(options: argparse.Namespace, said: Console) -> int:
    """Name what has changed between two versions of a spec, and what that means for programs that use the client."""
    from contextlib import ExitStack
    from pathlib import Path

    from .diagnostics import OUT_OF_DATE, InvalidSpec
    from .diff import CLASSES, Spec, compare, formatting, git_revisions
    from .spec import load

    def spec() -> Path | None:
        return Path(options.spec) if options.spec else _only_spec()

    specs: list[Spec] = []
    wrong: list[InvalidSpec] = []
    with ExitStack() as folders:
        for name in (options.old, options.new or _shown(git_revisions.named(spec()))):
            found = folders.enter_context(git_revisions.found(name, spec))
            try:
                loaded = load(found.folder, found.shown)
                specs.append(Spec(loaded.api, found.shown, loaded.sources))
            except InvalidSpec as error:
                wrong.append(error)
    if wrong:
        raise InvalidSpec.of_all(wrong)
    report = compare(*specs)
    said.document(formatting.FORMATS[options.format](report))
    failing = CLASSES[: CLASSES.index(options.fail_on) + 1] if options.fail_on else ()
    return OUT_OF_DATE if report.worst in failing else 0


def new(options: argparse.Namespace, said: Console) -> int:
    """Begin an API: a small commented spec that generates at once, and its table in pyproject.toml."""
    from pathlib import Path

    from .scaffold import begin

    said.tell(begin(options.name, Path.cwd()).told())
    return 0


def schema(options: argparse.Namespace, said: Console) -> int:
    """Lay the schemas of this version beside specs, for editors: they complete and explain every key."""
    from .schema_export import FOLDER, write_schemas

    for client in _clients(options):
        changed = write_schemas(client.spec)
        said.tell(
            f"{client.name}: {_shown(client.spec / FOLDER)} {'is renewed' if changed else 'is up to date'}\n"
        )
    return 0


def mock(options: argparse.Namespace, said: Console) -> int:
    """Serve the mock of a spec: a server that checks what the real one checks. Its own options follow the folder; `specloom mock FOLDER --help` lists them."""
    from pathlib import Path

    from .mock_command import serve

    return serve(Path(options.spec), options.options)


def _only_spec() -> Path | None:
    """The spec of the project here if there is one and no other."""
    from pathlib import Path

    from .config import find
    from .diagnostics import UsageError

    try:
        clients = find(Path.cwd()).clients
    except UsageError:
        return None
    return clients[0].spec if len(clients) == 1 else None


def _clients(options: argparse.Namespace) -> list[ClientConfig]:
    return _chosen(options)[1]


def _chosen(options: argparse.Namespace) -> tuple[Config, list[ClientConfig]]:
    from pathlib import Path

    from .generate import chosen

    return chosen(Path.cwd(), options.clients)


def _shown(path: Path | str) -> str:
    """A path as the user would type it here."""
    relative = os.path.relpath(path)
    return (relative if not relative.startswith("..") else str(path)).replace(os.sep, "/")


class _Parser(argparse.ArgumentParser):
    """Its help is as wide as the terminal. argparse asks for that with every argument that is added, and loads shutil for it."""

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
        description="Weaves YAML endpoint specs into typed Python clients and their documentation.",
    )
    parser.add_argument("--version", action="version", version=f"specloom {__version__}")
    commands = parser.add_subparsers(
        prog=parser.prog, title="commands", metavar="COMMAND", required=True
    )  # prog, or it asks the terminal
    for run, text in (
        (generate, "write clients and documentation; unchanged files are not touched"),
        (check, "compare without writing: exit 1 and a diff if something is out of date"),
        (lint, "advice on specs: missing translations, examples, titles"),
        (schema, "lay the language's schemas beside specs, for editors"),
    ):
        command = commands.add_parser(run.__name__, help=text, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument(
            "clients",
            nargs="*",
            metavar="CLIENT",
            help="names from pyproject.toml; all if none is given",
        )
        command.add_argument(
            "--format",
            choices=("text", "json", "github"),
            default="text",
            help="how problems are printed; json and github have standard output to themselves (default: text)",
        )
        if run is generate:
            command.add_argument(
                "--force",
                action="store_true",
                help="overwrite generated files that were changed by hand",
            )
            command.add_argument(
                "--watch", action="store_true", help="generate again at every save, until Ctrl-C"
            )
        if run is lint:
            command.add_argument(
                "--details",
                action="store_true",
                help="print every finding, with its line of the spec",
            )
    _new_parser(
        commands.add_parser(
            "new",
            help="begin an API: a spec, and its table in pyproject.toml",
            description=new.__doc__,
        )
    )
    _diff_parser(
        commands.add_parser(
            "diff", help="what has changed between two versions of a spec", description=diff.__doc__
        )
    )
    _mock_parser(
        commands.add_parser(
            "mock",
            help="serve a mock of an API, to develop and test against",
            description=mock.__doc__,
        )
    )
    return parser


def _mock_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=mock, format="text")
    command.add_argument("spec", metavar="FOLDER", help="the spec, such as specs/shop")
    command.add_argument(
        "options", metavar="…", nargs=argparse.REMAINDER, help="such as --port 8080 --print-client"
    )


def _new_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=new, format="text")
    command.add_argument(
        "name",
        metavar="API",
        help="its name, such as shop: the spec will be specs/shop, the package shop",
    )


def _diff_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=diff)
    command.add_argument(
        "old",
        metavar="OLD",
        help="a spec folder, REV:folder, or a revision of git together with --spec",
    )
    command.add_argument(
        "new", metavar="NEW", nargs="?", help="as OLD (default: the spec folder as it is now)"
    )
    command.add_argument(
        "--spec",
        metavar="FOLDER",
        help="the spec that revisions mean (default: the project's, if it has one)",
    )
    command.add_argument(
        "--format",
        choices=("text", "json", "markdown", "github"),
        default="text",
        help="markdown: a fragment for CHANGES.md (default: text)",
    )
    command.add_argument(
        "--fail-on",
        choices=("breaking", "compatible", "documentation"),
        help="exit 1 if there is such a change, or a worse one",
    )
