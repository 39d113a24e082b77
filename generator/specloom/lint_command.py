"""`specloom lint`: advice on the specs of a project."""

from __future__ import annotations

from collections.abc import Iterable

from .config import ClientConfig
from .console import Console
from .diagnostics import Diagnostic, InvalidSpec, display_path
from .spec import lint, load


def advise(clients: Iterable[ClientConfig], console: Console, *, details: bool) -> None:
    """Print lint advice: one line per rule and file, or with `details` every problem with its source line."""
    warnings: list[Diagnostic] = []
    advice: list[Diagnostic] = []
    sources: dict[str, str] = {}
    lines: list[str] = []
    invalid: list[InvalidSpec] = []
    for client in clients:
        try:
            loaded = load(client.spec, display_path(client.spec))
        except InvalidSpec as error:
            invalid.append(error)
            continue
        problems = lint(loaded)
        warnings += loaded.warnings
        advice += problems
        sources |= loaded.sources
        lines.append(f"{client.name}: {len(problems)} problem{'' if len(problems) == 1 else 's'}\n")
    if invalid:
        raise InvalidSpec.of_all(invalid)
    console.report(tuple(dict.fromkeys(warnings)), sources)
    console.report(tuple(dict.fromkeys(advice)), sources, grouped=not details)
    console.result("".join(lines))
    if (
        not details
        and console.format == "text"
        and len({(problem.path, problem.rule) for problem in advice}) < len(advice)
    ):
        console.result(
            "run specloom lint --details to see each problem with its line of the spec\n"
        )
