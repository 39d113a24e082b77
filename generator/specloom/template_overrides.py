"""A user's templates: which of ours they stand in for, what they do wrong, and whether what they print can stand.

Their faults are problems like those of a spec: the template's name, the line, what to do.
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


def check(folder: Path, ours: Path) -> None:
    """Raises `InvalidSpec` for files that stand in for no template of ours; names that begin with `_` or `.`, and *.md, are the user's.

    A link to a folder is refused, as in a spec: what lies behind it would not be looked at.
    """
    known = [name for name in _names(ours) if name.endswith(".j2")]
    links = (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() and path.is_dir() and path.name[0] != "."
    )
    problems = [
        _problem(path, 1, "symlink", "a symbolic link to a folder is not followed")
        for path in links
    ]
    for name in _names(folder):
        if any(part[0] == "." for part in name.split("/")):
            continue
        own = name.endswith(".md") or any(part[0] == "_" for part in name.split("/"))
        if name not in known and not own:
            close = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            problems.append(
                _problem(
                    folder / name, 1, "unknown-template", f"specloom has no template {name}", hint
                )
            )
        else:
            try:
                bounded.read(folder / name, bounded.TEXT).decode(
                    "utf-8", "replace" if own else "strict"
                )
            except OSError as error:
                problems.append(
                    _problem(
                        folder / name,
                        1,
                        "template",
                        f"this cannot be read: {error.strerror or error}",
                    )
                )
            except UnicodeDecodeError as error:
                problems.append(
                    _problem(folder / name, 1, "template", f"this cannot be read: {error}")
                )
    if problems:
        raise InvalidSpec(problems)


@contextlib.contextmanager
def faults(folder: Path, template: str, values: Mapping[str, Any]) -> Generator[None, None, None]:
    """What goes wrong in a template of the folder, as a problem where it happens; other errors are ours."""
    try:
        yield
    except InvalidSpec:
        raise
    except Exception as error:
        file, line = _place(error, folder)
        if file is None:
            raise
        hint = (
            f"{template} is given {', '.join(sorted(values))}"
            if isinstance(error, jinja2.UndefinedError)
            else ""
        )
        text = file.read_text("utf-8")
        problem = _problem(file, line, "template", f"{error}" or type(error).__name__, hint)
        raise InvalidSpec([problem], {problem.path: text}) from error


def used(environment: jinja2.Environment, folder: Path, template: str) -> Path | None:
    """The user's template that a render goes through, itself or by what it includes; None if it is all ours."""
    waiting, seen = [template], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if (folder / name).is_file():
            return folder / name
        assert environment.loader is not None
        source = environment.loader.get_source(environment, name)[0]
        waiting += [
            found
            for found in jinja2.meta.find_referenced_templates(environment.parse(source))
            if found
        ]
    return None


def judged(code: Code, template: Path) -> Code:
    """What a user's template printed, in the style of everything else; raises `InvalidSpec` if it is none of its language."""
    try:
        if isinstance(code, Python):
            return python.format_black(code)
        if isinstance(code, Toml):
            tomllib.loads(code)
    except ValueError as error:  # black's, and tomllib's
        kind = type(code).__name__
        raise InvalidSpec(
            [_problem(template, 1, "template", f"what this prints is no {kind}: {error}")]
        ) from error
    return code


def _place(error: Exception, folder: Path) -> tuple[Path | None, int]:
    """The last place in a template of the folder that the error went through."""
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


def _names(folder: Path) -> list[str]:
    """The files below a folder, as templates are named."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def _problem(file: Path, line: int, rule: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(display_path(file), line, 1, rule, message, hint)
