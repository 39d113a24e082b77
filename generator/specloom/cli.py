"""The command: arguments, printing, exit status. Everything heavy is imported by the command that needs it.

Exit status: 0 done; 1 out of date (`check`); 2 the spec, the configuration or the command line is wrong; 3 the disk refused; 4 the
output is held by another run or was changed by hand.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .problems import OUT_OF_DATE, WRONG_INPUT, Problem, SpecError, Stop, as_github, as_json, as_text

if TYPE_CHECKING:
    from .config import Client
    from .publish import Comparison
    from .spec import Loaded


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except SpecError as error:
        _report(error.problems, error.sources, options.format)
        return WRONG_INPUT
    except Stop as stop:
        print(f"specloom: {stop}", file=sys.stderr)
        return stop.status
    except BrokenPipeError:
        sys.stderr.close()
        return WRONG_INPUT
    except KeyboardInterrupt:
        return 130


def generate(options: argparse.Namespace) -> int:
    """Write what has changed; one line per API. Nothing is written unless all specs are right."""
    from .publish import publish

    runs = [(client, *_compared(client)) for client in _clients(options)]
    for _, loaded, _ in runs:
        _report(loaded.warnings, loaded.sources, options.format)
    for client, loaded, comparison in runs:
        publish(comparison, force=options.force)
        print(_summary(client, loaded, comparison))
    return 0


def check(options: argparse.Namespace) -> int:
    """Compare only: 1 and a unified diff if anything would be written."""
    status = 0
    for client in _clients(options):
        loaded, comparison = _compared(client)
        _report(loaded.warnings, loaded.sources, options.format)
        if comparison.up_to_date:
            print(f"{client.name}: up to date")
            continue
        status = OUT_OF_DATE
        print(f"{client.name}: {_shown(client.out)} is not what {_shown(client.spec)} generates; run specloom generate")
        sys.stdout.writelines(_differences(comparison))
    return status


def lint(options: argparse.Namespace) -> int:
    """Advice on specs; nothing of it stops a build."""
    from .spec import lint as findings
    from .spec import load

    for client in _clients(options):
        loaded = load(client.spec, _shown(client.spec))
        found = findings(loaded)
        _report((*loaded.warnings, *found), loaded.sources, options.format)
        print(f"{client.name}: {len(found)} finding{'' if len(found) == 1 else 's'}")
    return 0


def _compared(client: Client) -> tuple[Loaded, Comparison]:
    from .publish import compare
    from .spec import load
    from .targets import files

    loaded = load(client.spec, _shown(client.spec))
    api = replace(loaded.api, source=client.source)
    return loaded, compare(client.out, files(api, client.layout))


def _clients(options: argparse.Namespace) -> list[Client]:
    from .config import find

    config = find(Path.cwd())
    wanted = list(options.clients)
    known = {client.name: client for client in config.clients}
    for name in wanted:
        if name not in known:
            raise Stop(f"there is no client {name} in {_shown(config.root / 'pyproject.toml')}; it has {', '.join(known)}")
    return [known[name] for name in wanted] if wanted else list(config.clients)


def _summary(client: Client, loaded: Loaded, comparison: Comparison) -> str:
    endpoints = sum(1 for _ in loaded.api.all_endpoints())
    counts = {
        "changed": len(comparison.changed) + len(comparison.missing),
        "removed": len(comparison.extra),
        "same": comparison.same,
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "same")
    types = len(loaded.api.types)
    return (
        f"{client.name}: {endpoints} endpoint{'' if endpoints == 1 else 's'}, {types} type{'' if types == 1 else 's'}"
        f" -> {_shown(client.out)} ({told})"
    )


def _differences(comparison: Comparison) -> Iterable[str]:
    """A unified diff of what is on disk and what is generated; files that are missing or extra are named."""
    import difflib

    for path in comparison.changed:
        shown = _shown(comparison.folder / path)
        old = (comparison.folder / path).read_bytes().decode("utf-8", "replace")
        new = comparison.wanted[path].decode("utf-8")
        by_hand = " (changed by hand)" if path in comparison.edited else ""
        for line in difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), f"{shown}{by_hand}", f"{shown} (generated)"
        ):
            yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
    for path in comparison.missing:
        yield f"missing: {_shown(comparison.folder / path)}\n"
    for path in comparison.extra:
        yield f"extra: {_shown(comparison.folder / path)}\n"


def _report(problems: Sequence[Problem], sources: Mapping[str, str], form: str) -> None:
    if not problems:
        return
    text = {"json": as_json, "github": as_github}[form](problems) if form != "text" else as_text(problems, sources)
    print(text, end="", file=sys.stderr)


def _shown(path: Path) -> str:
    """A path as the user would type it here."""
    relative = os.path.relpath(path)
    return (relative if not relative.startswith("..") else str(path)).replace(os.sep, "/")


def _parser() -> argparse.ArgumentParser:
    from . import __version__

    parser = argparse.ArgumentParser(
        prog="specloom", description="Weaves YAML endpoint specs into typed Python clients and their documentation."
    )
    parser.add_argument("--version", action="version", version=f"specloom {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for run, text in (
        (generate, "write clients and documentation; unchanged files are not touched"),
        (check, "compare without writing: exit 1 and a diff if something is out of date"),
        (lint, "advice on specs: missing translations, examples, titles"),
    ):
        command = commands.add_parser(run.__name__, help=text, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument("clients", nargs="*", metavar="CLIENT", help="names from pyproject.toml; all if none is given")
        command.add_argument(
            "--format", choices=("text", "json", "github"), default="text", help="how problems are printed (default: text)"
        )
        if run is generate:
            command.add_argument("--force", action="store_true", help="overwrite generated files that were changed by hand")
    return parser
