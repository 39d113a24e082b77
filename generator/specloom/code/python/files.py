"""Makers of whole files: joined, copied, or formatted with black."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from ..base import Python
from .docstrings import WIDTH, columns

_STRING = r'("([^"\\]|\\.)*"|\'([^\'\\]|\\.)*\')'
_ALONE = re.compile(
    rf"\s*(([A-Za-z_]\w*=)?{_STRING}|{_STRING}: {_STRING}|[\w.]+),?|\s*from [\w.]+ import \("
)
"""A line that black cannot break: a string or a name, as an item, an argument, or the row of a dict; or the start of an import or a class."""


def lines(parts: Iterable[Python], *, blank: int = 0) -> Python:
    """Return the parts one below the other, with so many blank lines between them."""
    return Python(("\n" * (blank + 1)).join(parts))


def empty_file() -> Python:
    """Return an empty file."""
    return Python("")


@lru_cache(None)  # clients share most of these files
def runtime_module(path: Path, libraries: tuple[tuple[str, str], ...] = ()) -> Python:
    """Return a module of the runtime, unchanged except that each library in `libraries` is imported from its replacement."""
    text = path.read_text("utf-8")
    for name, replacement in libraries:
        text = re.sub(
            rf"^( *import ){name}$", rf"\1{replacement} as {name}", text, flags=re.MULTILINE
        )
    return Python(text)


def vendored_module(
    path: Path, packages: Mapping[str, Sequence[str]], home: Sequence[str]
) -> Python:
    """Return a module for the folder `home` of a copy of `packages`, with its imports from there made relative.

    `packages` maps import names to folders of the copy. The module may import modules beside it by `from .module import …` if `home` is one of the folders.

    Raises `ValueError` if it imports anything else of these packages.
    """
    known = tuple((name, tuple(folder)) for name, folder in packages.items())
    return _vendored_module(path.read_text("utf-8"), known, tuple(home))


@lru_cache
def _vendored_module(
    text: str, packages: tuple[tuple[str, tuple[str, ...]], ...], home: tuple[str, ...]
) -> Python:
    folders = dict(packages)
    runs = [*_import_runs(ast.parse(text))]
    lines = text.split("\n")
    names: dict[ast.stmt, str] = {}
    for node in [node for run in runs for node in run]:
        if isinstance(node, ast.Import):
            _check_absolute(node, [alias.name for alias in node.names], folders)
            continue
        module = node.module or ""
        package = None if node.level else _package(module, folders)
        if node.level:
            names[node] = "." * node.level + module
            if node.level > 1 or "." in module or home not in folders.values():
                raise _not_copied(node, names[node], folders)
        elif package is None:
            _check_absolute(node, [module], folders)
        else:
            inside = [*filter(None, module.removeprefix(package).split("."))]
            names[node] = _relative([*folders[package], *inside], home)
            at = node.lineno - 1
            lines[at] = re.sub(
                rf"\bfrom {re.escape(module)}\b", f"from {names[node]}", lines[at], count=1
            )
    groups = [[*group] for run in runs for _, group in groupby(run, names.__contains__)]
    for group in reversed(groups):  # from the end, for the numbers of lines
        if group[0] in names:
            _sort(lines, group, names)
    return Python("\n".join(lines))


def _import_runs(parent: ast.AST) -> Iterator[list[ast.Import | ast.ImportFrom]]:
    """Yield runs of imports in a module, function or other statement; skip expressions, which are most of the tree."""
    run: list[ast.Import | ast.ImportFrom] = []
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            run.append(node)
            continue
        if run:
            yield run
            run = []
        if isinstance(node, (ast.stmt, ast.excepthandler, ast.match_case)):
            yield from _import_runs(node)
    if run:
        yield run


def _package(module: str, packages: Iterable[str]) -> str | None:
    """Return the package that contains a module."""
    return next((each for each in packages if f"{module}.".startswith(f"{each}.")), None)


def _check_absolute(node: ast.stmt, modules: Iterable[str], packages: Iterable[str]) -> None:
    """Raise `ValueError` if a module is in a distribution of which only a part is copied."""
    roots = {package.split(".")[0] for package in packages}
    for module in modules:
        if module.split(".")[0] in roots:
            raise _not_copied(node, module, packages)


def _not_copied(node: ast.stmt, module: str, packages: Iterable[str]) -> ValueError:
    known = " or ".join(f"`from {package}… import …`" for package in packages)
    return ValueError(
        f"line {node.lineno}: cannot import {module}: it is not copied into clients; use {known}"
    )


def _relative(parts: Sequence[str], home: Sequence[str]) -> str:
    """Return the relative name of a module of the copy, as a file in the folder `home` imports it."""
    shared = 0
    while shared < min(len(home), len(parts)) and home[shared] == parts[shared]:
        shared += 1
    return "." * (len(home) - shared + 1) + ".".join(parts[shared:])


def _sort(lines: list[str], run: Sequence[ast.stmt], names: Mapping[ast.stmt, str]) -> None:
    """Sort relative imports as isort does, the farthest first, unless there are comments between them."""
    first, last = run[0].lineno - 1, run[-1].end_lineno or run[-1].lineno
    blocks = {node: lines[node.lineno - 1 : node.end_lineno] for node in run}
    blank = sum(not line.strip() for line in lines[first:last])
    if sum(map(len, blocks.values())) + blank == last - first:
        ordered = sorted(run, key=lambda node: _rank(names[node]))
        lines[first:last] = [line for node in ordered for line in blocks[node]]


def _rank(name: str) -> tuple[int, str]:
    module = name.lstrip(".")
    return len(module) - len(name), module


def format_black(code: Python) -> Python:
    """Format code with black. Importing black is slow, so call this only if `may_need_black`."""
    import black
    from black.mode import TargetVersion

    mode = black.Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return Python(black.format_str(code, mode=mode))


def may_need_black(code: Python) -> bool:
    """Return whether black could break a line that is too wide: docstrings, and strings alone on their line, stay as they are."""
    if code.isascii() and max(map(len, code.split("\n"))) <= WIDTH:
        return False
    in_docstring = False
    for line in code.split("\n"):
        starts_in_docstring = in_docstring
        in_docstring ^= line.count('"""') % 2 == 1
        if (
            len(line) > WIDTH // 2
            and not starts_in_docstring
            and '"""' not in line
            and columns(line) > WIDTH
            and not _ALONE.fullmatch(line)
        ):
            return True
    return False
