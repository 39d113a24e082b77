"""Whole files: put together, copied, or given to black."""

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
    """The parts below each other, with blank lines between them."""
    return Python(("\n" * (blank + 1)).join(parts))


def nothing() -> Python:
    """An empty file."""
    return Python("")


@lru_cache(None)  # clients share most of these files
def shipped(path: Path, libraries: tuple[tuple[str, str], ...] = ()) -> Python:
    """One of our own files, as it is; `libraries` names packages and what stands in for each."""
    text = path.read_text("utf-8")
    for name, other in libraries:
        text = re.sub(rf"^( *import ){name}$", rf"\1{other} as {name}", text, flags=re.MULTILINE)
    return Python(text)


def adopted(path: Path, library: str, home: Sequence[str]) -> Python:
    """Somebody's file, to lie in the folder `home` of a copy of the package `library`: what it imports from there becomes relative.

    Raises `ValueError` if it needs more of that package, or of its own, than will be there.
    """
    return _adopted(path.read_text("utf-8"), library, tuple(home))


@lru_cache
def _adopted(text: str, library: str, home: tuple[str, ...]) -> Python:
    lines = text.split("\n")
    root = library.split(".")[0]
    for node in _imports(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        else:
            names = [alias.name for alias in node.names]
        for name in names:
            inside = isinstance(node, ast.ImportFrom) and (
                name == library or name.startswith(f"{library}.")
            )
            if name.startswith(".") or (name.split(".")[0] == root and not inside):
                raise ValueError(
                    f"line {node.lineno}: it is copied alone; of {root} it may use `from {library}… import …`"
                )
            if inside:
                relative = _relative(name.removeprefix(library).strip("."), home)
                at = node.lineno - 1
                lines[at] = re.sub(rf"{re.escape(library)}[\w.]*", relative, lines[at], count=1)
    return Python("\n".join(lines))


def _imports(parent: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports in a module, a function or any other statement; expressions, most of a tree, are passed over."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, (ast.stmt, ast.excepthandler, ast.match_case)):
            yield from _imports(node)


def _relative(module: str, home: Sequence[str]) -> str:
    """A module of the package as a file in the folder `home` names it."""
    parts = module.split(".") if module else []
    shared = 0
    while shared < min(len(home), len(parts)) and home[shared] == parts[shared]:
        shared += 1
    return "." * (len(home) - shared + 1) + ".".join(parts[shared:])


def format_black(code: Python) -> Python:
    """The code as black writes it. black is only imported for code that may need it (`may_need_black`)."""
    import black
    from black.mode import TargetVersion

    mode = black.Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return Python(black.format_str(code, mode=mode))


def may_need_black(code: Python) -> bool:
    """Whether a line is too wide that black could break: none of a docstring, and no string alone in its bracket."""
    if code.isascii() and max(map(len, code.split("\n"))) <= WIDTH:
        return False
    inside = False
    for line in code.split("\n"):
        text = inside
        inside ^= line.count('"""') % 2 == 1
        if (
            len(line) > WIDTH // 2
            and not text
            and '"""' not in line
            and columns(line) > WIDTH
            and not _ALONE.fullmatch(line)
        ):
            return True
    return False
