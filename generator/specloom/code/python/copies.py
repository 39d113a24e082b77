"""Makers of copies: modules of the runtime and of auth schemes, and the user's module with the behaviour of a service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from ..base import Python

_LEXEMES = re.compile(
    r""""{3}(?:[^\\]|\\.)*?"{3}|\'{3}(?:[^\\]|\\.)*?\'{3}|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|\#[^\n]*"""
    r"|^(?P<indentation>[ \t]*)(?P<statement>import[ \t]+(?P<modules>[^\n]*)"
    r"|from[ \t]+(?P<module>[\w.]+)[ \t]+import[ \t]*(?:\((?:[^)\#]|\#[^\n]*)*\)|[^\n]*))",
    re.MULTILINE | re.DOTALL,
)
"""Strings and comments, in which an import is none, and imports. A syntax tree takes ten times as long."""


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

    `packages` maps import names to folders of the copy. The module may import modules beside it by `from .module import …` if `home` is one
    of the folders. Relative imports that follow each other are sorted as isort does, the farthest first.

    Raises `ValueError` if it imports anything else of these packages.
    """
    known = tuple((name, tuple(folder)) for name, folder in packages.items())
    return _vendored_module(path.read_text("utf-8"), known, tuple(home))


@lru_cache
def _vendored_module(
    text: str, packages: tuple[tuple[str, tuple[str, ...]], ...], home: tuple[str, ...]
) -> Python:
    folders = dict(packages)
    pieces: list[str] = []  # what is between the imports, and the imports, in turn
    names: dict[int, str] = {}  # relative names of modules by the number of their piece
    groups: list[list[int]] = []
    end, indentation = 0, ""
    for match in _LEXEMES.finditer(text):
        if match["statement"] is None:
            continue
        try:
            name = _relative_name(match, folders, home)
        except ValueError as error:
            line = text.count("\n", 0, match.start()) + 1
            raise ValueError(f"line {line}: {error}") from None
        number = len(pieces) + 1
        pieces += [text[end : match.start()], match.group()]
        if name is not None:
            pieces[number] = match.group().replace(match["module"], name, 1)
            names[number] = name
            is_next = number - 2 in names and not pieces[number - 1].strip()
            if is_next and match["indentation"] == indentation:
                pieces[number - 1] = "\n"
                groups[-1].append(number)
            else:
                groups.append([number])
        end, indentation = match.end(), match["indentation"]
    for group in groups:
        ordered = sorted(group, key=lambda number: _rank(names[number]))
        for number, piece in zip(group, [pieces[number] for number in ordered], strict=True):
            pieces[number] = piece
    return Python("".join([*pieces, text[end:]]))


def _relative_name(
    match: re.Match[str], folders: Mapping[str, tuple[str, ...]], home: tuple[str, ...]
) -> str | None:
    """Return the relative name of the module that a statement imports from; None if it is not copied, and need not be."""
    if ";" in match["statement"] or "\\" in match["statement"]:
        raise ValueError("write each import on lines of its own, without a backslash")
    module: str = match["module"] or ""
    roots = {package.split(".")[0] for package in folders}
    if module.startswith("."):
        if module[1:2] in ("", ".") or "." in module[1:] or home not in folders.values():
            raise _not_copied(module, folders)
        return module
    package = next((each for each in folders if f"{module}.".startswith(f"{each}.")), None)
    if package is not None:
        inside = filter(None, module.removeprefix(package).split("."))
        return _relative([*folders[package], *inside], home)
    modules = [module] if module else re.findall(r"(?:^|,)\s*([\w.]+)", match["modules"])
    for name in modules:
        if name.split(".")[0] in roots:  # of a distribution of which only a part is copied
            raise _not_copied(name, folders)
    return None


def _not_copied(module: str, packages: Iterable[str]) -> ValueError:
    known = " or ".join(f"`from {package}… import …`" for package in packages)
    return ValueError(f"cannot import {module}: it is not copied into clients; use {known}")


def _relative(parts: Sequence[str], home: Sequence[str]) -> str:
    """Return the relative name of a module of the copy, as a file in the folder `home` imports it."""
    shared = 0
    while shared < min(len(home), len(parts)) and home[shared] == parts[shared]:
        shared += 1
    return "." * (len(home) - shared + 1) + ".".join(parts[shared:])


def _rank(name: str) -> tuple[int, str]:
    module = name.lstrip(".")
    return len(module) - len(name), module
