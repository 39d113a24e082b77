"""Checks of a user's template overrides: their names, their errors, and the code that they output.

Errors are reported like problems of a spec: file, line, and what to do.
"""

from __future__ import annotations

import contextlib
import difflib
import tomllib
import traceback
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta

from . import bounded
from .code import Code, Python, Toml, python
from .diagnostics import Diagnostic, InvalidSpec, display_path


def check(folder: Path, builtin: Path) -> None:
    """Raise `InvalidSpec` for files that override no built-in template, and for links to folders.

    Files whose names begin with `_` or `.`, and *.md files, belong to the user. Links to folders are refused, as in a spec, because
    changes behind them would go unnoticed.
    """
    known = [name for name in _template_names(builtin) if name.endswith(".j2")]
    links = (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() and path.is_dir() and path.name[0] != "."
    )
    problems = [
        _problem(path, 1, "symlink", "symbolic link to a folder; copy the folder here")
        for path in links
    ]
    for name in _template_names(folder):
        if any(part[0] == "." for part in name.split("/")):
            continue
        is_users_file = name.endswith(".md") or any(part[0] == "_" for part in name.split("/"))
        if name not in known and not is_users_file:
            close = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f"did you mean {close[0]}?" if close else f"the templates are {', '.join(known)}"
            problems.append(
                _problem(folder / name, 1, "unknown-template", f"unknown template {name}", hint)
            )
        else:
            try:
                bounded.read(folder / name, bounded.TEXT).decode(
                    "utf-8", "replace" if is_users_file else "strict"
                )
            except OSError as error:
                problems.append(
                    _problem(
                        folder / name,
                        1,
                        "template",
                        f"cannot read the template: {error.strerror or error}",
                    )
                )
            except UnicodeDecodeError as error:
                problems.append(
                    _problem(folder / name, 1, "template", f"cannot read the template: {error}")
                )
    if problems:
        raise InvalidSpec(problems)


@contextlib.contextmanager
def reporting_errors(
    folder: Path, template: str, values: Mapping[str, Any]
) -> Generator[None, None, None]:
    """Report an error in a template of the folder as a problem at its line; other errors pass through."""
    try:
        yield
    except InvalidSpec:
        raise
    except Exception as error:
        file, line = _location(error, folder)
        if file is None:
            raise
        hint = (
            f"the values of {template} are {', '.join(sorted(values))}"
            if isinstance(error, jinja2.UndefinedError)
            else ""
        )
        text = file.read_text("utf-8")
        problem = _problem(file, line, "template", f"{error}" or type(error).__name__, hint)
        raise InvalidSpec([problem], {problem.path: text}) from error


def find_override(environment: jinja2.Environment, folder: Path, template: str) -> Path | None:
    """Return the user's template that takes part in rendering, itself or included; None if all are built-in."""
    pending, seen = [template], set[str]()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if (folder / name).is_file():
            return folder / name
        assert environment.loader is not None
        source = environment.loader.get_source(environment, name)[0]
        pending += [
            included
            for included in jinja2.meta.find_referenced_templates(environment.parse(source))
            if included
        ]
    return None


def format_output(code: Code, template: Path) -> Code:
    """Format the output of a user's template; raise `InvalidSpec` if it is not valid in its language."""
    try:
        if isinstance(code, Python):
            return python.format_black(code)
        if isinstance(code, Toml):
            tomllib.loads(code)
    except ValueError as error:  # black's, and tomllib's
        kind = type(code).__name__
        raise InvalidSpec(
            [_problem(template, 1, "template", f"the output is not valid {kind}: {error}")]
        ) from error
    return code


def _location(error: Exception, folder: Path) -> tuple[Path | None, int]:
    """Return file and line of the innermost traceback entry in a template of the folder; `(None, 1)` if there is none."""
    if (
        isinstance(error, jinja2.TemplateSyntaxError)
        and error.filename
        and Path(error.filename).is_relative_to(folder)
    ):
        return Path(error.filename), error.lineno
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).is_relative_to(folder):
            return Path(frame.filename), frame.lineno or 1
    return None, 1


def _template_names(folder: Path) -> list[str]:
    """Return the files below a folder, by template name."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def _problem(file: Path, line: int, rule: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(display_path(file), line, 1, rule, message, hint)
