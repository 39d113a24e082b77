"""Time to import a generated client, create it and its first models, compared with the import of the libraries that it needs.

Each process does only that. The second client is synthetic, with 1,000 endpoints.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from . import projects, report
from .generation import _specloom
from .processes import Case, figure, in_turn, once
from .projects import ROOT
from .synthetic import synthetic

LIBRARIES = "import httpx, msgspec"
SMALL, LARGE = "one resource of wechatpay", "one resource of 100"
BARE = "python -c pass"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(options: argparse.Namespace) -> None:
    """Print the times, and the additional time of a client's import."""
    report.machine(options.runs)
    report.heading("Importing")
    with projects.with_spec("emporium", synthetic(1000)) as large:
        once(Case("specloom generate", _specloom(), lambda: nullcontext(large)))
        cases = (
            Case(BARE, (sys.executable, "-c", "pass"), projects.empty),
            Case(LIBRARIES, (sys.executable, "-c", LIBRARIES), projects.empty),
            _case(
                SMALL,
                ROOT / "generated" / "wechatpay",
                _first(ROOT / "generated" / "wechatpay" / "wechatpay"),
            ),
            _case(
                LARGE,
                large / "generated" / "emporium",
                _first(large / "generated" / "emporium" / "emporium"),
            ),
        )
        times = in_turn(cases, options.runs)
    small, big = (figure(lambda seconds, name=name: seconds[name] / seconds[LIBRARIES], times) for name in (SMALL, LARGE))  # type: ignore[misc]
    report.table(times)
    report.bar("importing a client with httpx and msgspec", small, 1.2, "the libraries alone")
    report.bar("the same of 1,000 endpoints", big, 1.2, "the libraries alone")


def _case(name: str, project: Path, code: str) -> Case:
    return Case(name, (sys.executable, "-c", code), lambda: nullcontext(project))


def _first(package: Path) -> str:
    """Return code that imports the libraries, the clients, and the calls, models and classes of the first resource."""
    module = sorted(
        path for path in (package / "resources").rglob("*.py") if path.name != "__init__.py"
    )[0]
    parts = ".".join(module.relative_to(package / "resources").with_suffix("").parts)
    name = package.name
    return (
        f"{LIBRARIES}; import {name}; import {name}.client; import {name}.resources.{parts}; "
        f"import {name}.calls.{parts}; import {name}.models.{parts}"
    )
