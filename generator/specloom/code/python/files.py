"""Makers of whole files: joined, copied, or formatted with black."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from ..base import Python
from .tokens import WIDTH, columns

_ALONE = re.compile(r'\s*([A-Za-z_]\w*=)?("([^"\\]|\\.)*"|\'([^\'\\]|\\.)*\'),?')


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


def vendored_module(path: Path, library: str, home: Sequence[str]) -> Python:
    """Return a user's module for the folder `home` of a copy of the package `library`, with its imports from there made relative.

    Raises `ValueError` if it imports other modules of that distribution, or of its own package: only this file is copied.
    """
    return _vendored_module(path.read_text("utf-8"), library, tuple(home))


@lru_cache
def _vendored_module(text: str, library: str, home: tuple[str, ...]) -> Python:
    lines = text.split("\n")
    root = library.split(".")[0]
    for node in _imports(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            modules = ["." * node.level + (node.module or "")]
        else:
            modules = [alias.name for alias in node.names]
        for module in modules:
            of_library = isinstance(node, ast.ImportFrom) and (
                module == library or module.startswith(f"{library}.")
            )
            if module.startswith(".") or (module.split(".")[0] == root and not of_library):
                raise ValueError(
                    f"line {node.lineno}: cannot import {module}: only this file is copied; use `from {library}… import …`"
                )
            if of_library:
                relative = _relative(module.removeprefix(library).strip("."), home)
                index = node.lineno - 1
                lines[index] = re.sub(
                    rf"{re.escape(library)}[\w.]*", relative, lines[index], count=1
                )
    return Python("\n".join(lines))


def _imports(parent: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports in a module, function or other statement; skip expressions, which are most of the tree."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, (ast.stmt, ast.excepthandler, ast.match_case)):
            yield from _imports(node)


def _relative(module: str, home: Sequence[str]) -> str:
    """Return the relative name of a module of the package, as a file in the folder `home` imports it."""
    parts = module.split(".") if module else []
    common = 0
    while common < min(len(home), len(parts)) and home[common] == parts[common]:
        common += 1
    return "." * (len(home) - common + 1) + ".".join(parts[common:])


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
