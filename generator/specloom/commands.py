"""Commands: from parsed arguments to output and exit status. Each imports its heavy modules itself."""

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

    from .config import ClientConfig, Config
    from .diagnostics import Diagnostic
    from .up_to_date.fingerprints import UpToDateClient


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
