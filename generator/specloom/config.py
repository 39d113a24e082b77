"""`[tool.specloom]` of a project's pyproject.toml as a `Config`: which specs become which clients, and where.

```toml
[tool.specloom.clients.wechatpay]
spec = "specs/wechatpay"        # the spec folder
out = "generated/wechatpay"     # the output folder
layout = "project"              # or "package": the import package alone, such as src/wechatpay in a project of yours
```

Paths are relative to the pyproject.toml.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeGuard

from .problems import Problem, SpecError, Stop

NAME = "pyproject.toml"
_KEYS = ("spec", "out", "layout")
_LAYOUTS = ("project", "package")


@dataclass(frozen=True, slots=True)
class Client:
    """One spec and its output."""

    name: str
    spec: Path
    out: Path
    source: str
    """The spec folder as pyproject.toml names it: what generated files say they come from, wherever the command runs."""
    layout: Literal["project", "package"] = "project"


@dataclass(frozen=True, slots=True)
class Config:
    """The clients of a project, whose root is the folder of its pyproject.toml."""

    root: Path
    clients: tuple[Client, ...]


def find(start: Path) -> Config:
    """The configuration that holds for a folder: that of the nearest pyproject.toml with a `[tool.specloom]`, upwards."""
    for folder in (start, *start.parents):
        file = folder / NAME
        if file.is_file():
            text = _read(file)
            if "specloom" in _table(_parse(file, text), "tool"):
                return load(file)
    raise Stop(f"no {NAME} with a [tool.specloom.clients.<name>] table here or in a folder above {start}")


def load(file: Path) -> Config:
    """The configuration of one pyproject.toml; raises `SpecError` with everything that is wrong in it."""
    text = _read(file)
    tool = _table(_table(_parse(file, text), "tool"), "specloom")
    reader = _Reader(file, text)
    for key in tool:
        if key != "clients":
            reader.unknown(key, ("clients",), "tool.specloom")
    clients = tool.get("clients", {})
    if not _is_table(clients) or not clients:
        reader.problem("clients", "config-clients", "[tool.specloom.clients] names no client", "add [tool.specloom.clients.<name>] with spec and out")
        clients = {}
    found = [reader.client(name, row) for name, row in clients.items()]
    reader.distinct([client for client in found if client is not None])
    if reader.problems:
        raise SpecError(reader.problems, {str(file): text})
    return Config(file.parent, tuple(client for client in found if client is not None))


class _Reader:
    """Reads tables and collects problems; TOML has no positions, so lines are found by the key's own text."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.lines = text.split("\n")
        self.problems: list[Problem] = []

    def client(self, name: str, row: object) -> Client | None:
        table = f"tool.specloom.clients.{name}"
        if not _is_table(row):
            self.problem(name, "config-client", f"{table} must be a table", "write [" + table + "] above its keys")
            return None
        for key in row:
            if key not in _KEYS:
                self.unknown(key, _KEYS, table)
        paths: dict[str, str] = {}
        for key in ("spec", "out"):
            value = row.get(key)
            if isinstance(value, str) and value:
                paths[key] = value
            else:
                self.problem(name, f"config-{key}", f"{table} needs {key}, a path", f'add {key} = "…"')
        layout = row.get("layout", "project")
        if layout not in _LAYOUTS:
            self.problem("layout", "config-layout", f"{table}.layout is {layout!r}", 'use "project" or "package"')
        if len(paths) < 2:
            return None
        return Client(
            name,
            self.file.parent / paths["spec"],
            self.file.parent / paths["out"],
            paths["spec"].rstrip("/"),
            "package" if layout == "package" else "project",
        )

    def distinct(self, clients: list[Client]) -> None:
        """Two clients of the layout `project` must not share an output folder."""
        seen: dict[Path, str] = {}
        for client in clients:
            out = client.out.resolve()
            if out in seen:
                self.problem(client.name, "config-out", f"clients {seen[out]} and {client.name} share the output {client.out}", "give each its own")
            seen[out] = client.name

    def unknown(self, key: str, known: tuple[str, ...], table: str) -> None:
        close = difflib.get_close_matches(key, known, 1)
        self.problem(key, "config-key", f"[{table}] has no key {key}", f"did you mean {close[0]}?" if close else f"it has {', '.join(known)}")

    def problem(self, key: str, rule: str, message: str, hint: str) -> None:
        for number, line in enumerate(self.lines, 1):
            if found := re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", line.split("#")[0]):
                self.problems.append(Problem(str(self.file), number, found.start() + 1, rule, message, hint, len(key)))
                return
        self.problems.append(Problem(str(self.file), 1, 1, rule, message, hint))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"cannot read {file}: {error}") from None


def _parse(file: Path, text: str) -> dict[str, object]:
    try:
        return dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise SpecError([Problem(str(file), line, column, "config-toml", f"this is no TOML: {message}")], {str(file): text}) from None


def _table(table: dict[str, object], key: str) -> dict[str, object]:
    """The table at a key, or an empty one."""
    found = table.get(key, {})
    return found if _is_table(found) else {}


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)
