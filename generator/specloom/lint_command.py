"""`specloom lint`: advice on the specs of a project."""

from __future__ import annotations

from collections.abc import Iterable

from .config import ClientConfig
from .console import Console
from .diagnostics import Diagnostic, InvalidSpec, display_path
from .spec import lint, load


def advise(clients: Iterable[ClientConfig], console: Console, *, details: bool) -> None:
    """Report what readers of the documentation would miss, one line for each rule and file unless `details` are wanted."""
    warnings: list[Diagnostic] = []
    advice: list[Diagnostic] = []
    sources: dict[str, str] = {}
    lines: list[str] = []
    wrong: list[InvalidSpec] = []
    for client in clients:
        try:
            loaded = load(client.spec, display_path(client.spec))
        except InvalidSpec as error:
            wrong.append(error)
            continue
        found = lint(loaded)
        warnings += loaded.warnings
        advice += found
        sources |= loaded.sources
        lines.append(f"{client.name}: {len(found)} finding{'' if len(found) == 1 else 's'}\n")
    if wrong:
        raise InvalidSpec.of_all(wrong)
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
