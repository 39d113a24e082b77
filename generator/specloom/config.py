"""`[tool.specloom]` of a project's pyproject.toml as a `Config`: which specs become which clients, and where.

```toml
[tool.specloom.clients.shop]
spec = "specs/shop"         # the spec folder
out = "src/shop"            # the output folder
layout = "package"          # the import package alone; "project" (the default): a project of its own, with documentation
languages = ["en", "zh"]    # of the spec's languages those that are documented, the first in docstrings (default: all of them)
templates = "templates"     # a folder of templates that stand in for specloom's own
http = "httpx"              # the HTTP library of the client, or "httpx2"
mock = "specs/shop/mock.py" # behaviour of the service, for the client's mock
testing = false             # leave the mock and its fixtures out of the client (default: true)
targets = ["error-list"]    # what installed packages make of the spec besides (entry points in the group specloom.targets)
```

Paths are relative to the pyproject.toml. What is wrong is said as it is for a spec: all at once, each with its place.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, TypeGuard

from msgspec import Struct

from . import bounded
from .diagnostics import Diagnostic, InvalidSpec, UsageError, display_path
from .links import real, way_out

NAME = "pyproject.toml"

Layout: TypeAlias = Literal["project", "package"]
Http: TypeAlias = Literal["httpx", "httpx2"]
Steps: TypeAlias = "tuple[str | int, ...]"

_TABLE: Steps = ("tool", "specloom", "clients")
_KEYS = ("spec", "out", "layout", "languages", "templates", "http", "mock", "testing", "targets")


class PyprojectFile(Struct, frozen=True):
    """A pyproject.toml and its text, which problems point into."""

    path: Path
    text: str

    @property
    def is_current(self) -> bool:
        """Whether this is still what it says."""
        try:
            return bounded.read(self.path, bounded.TEXT) == self.text.encode("utf-8")
        except OSError:
            return False

    def problem(
        self, steps: Steps, rule: str, message: str, hint: str = "", *, key: bool = False
    ) -> Diagnostic:
        """A problem at the value that these keys lead to, or at the last key itself."""
        from .toml_positions import places

        found = places(self.text)
        spot = found.of_key(steps) if key else found.of(steps)
        return Diagnostic(
            display_path(self.path), spot.line, spot.column, rule, message, hint, spot.length
        )

    def error(self, problems: Sequence[Diagnostic]) -> InvalidSpec:
        return InvalidSpec(problems, {display_path(self.path): self.text})


class ClientConfig(Struct, frozen=True):
    """One spec and its output."""

    name: str
    spec: Path
    out: Path
    source: str
    """The spec folder as pyproject.toml names it: what generated files say they come from, wherever the command runs."""
    file: PyprojectFile
    layout: Layout = "project"
    languages: tuple[str, ...] = ()
    """Those to document, the first in docstrings; none for all of the spec's."""
    templates: Path | None = None
    http: Http = "httpx"
    targets: tuple[str, ...] = ()
    mock: Path | None = None
    """A Python module with the behaviour of the service, for the client's mock; trusted, like templates."""
    testing: bool = True
    """Whether the client has a mock."""

    def wrong(self, steps: Steps, rule: str, message: str, hint: str = "") -> InvalidSpec:
        """What is found wrong with one of this client's values only when the spec or the packages it names are known."""
        return self.file.error(
            [self.file.problem((*_TABLE, self.name, *steps), rule, message, hint)]
        )


class Config(Struct, frozen=True):
    """The clients of a project, whose root is the folder of its pyproject.toml."""

    root: Path
    clients: tuple[ClientConfig, ...]


def find(start: Path) -> Config:
    """The configuration that holds for a folder: that of the nearest pyproject.toml with a `[tool.specloom]`, upwards."""
    for folder in (start, *start.parents):
        file = folder / NAME
        if file.is_file():
            text = read(file)
            if "specloom" in table(parse(file, text), "tool"):
                return load(file)
    raise UsageError(
        f"no {NAME} with a [tool.specloom.clients.<name>] table here or in a folder above {start}; specloom new <name> begins one"
    )


def load(path: Path) -> Config:
    """The configuration of one pyproject.toml; raises `InvalidSpec` with everything that is wrong in it."""
    file = PyprojectFile(path, read(path))
    tool = table(table(parse(path, file.text), "tool"), "specloom")
    reader = _Reader(file)
    for key in tool:
        if key != "clients":
            reader.unknown(("tool", "specloom", key), ("clients",))
    clients = tool.get("clients", {})
    if not is_table(clients) or not clients:
        reader.add(
            _TABLE,
            "config-clients",
            "[tool.specloom.clients] names no client",
            "add [tool.specloom.clients.<name>] with spec and out, or run specloom new <name>",
        )
        clients = {}
    found = [
        client for name, row in clients.items() if (client := reader.client(name, row)) is not None
    ]
    reader.apart(found)
    if reader.problems:
        raise file.error(reader.problems)
    return Config(path.parent, tuple(found))


class _Reader:
    """Reads the tables of clients and collects problems."""

    def __init__(self, file: PyprojectFile) -> None:
        self.file = file
        self.root = file.path.parent
        self.problems: list[Diagnostic] = []

    def client(self, name: str, row: object) -> ClientConfig | None:
        here = (*_TABLE, name)
        if not re.fullmatch(r"\w[\w.-]*", name):
            self.add(
                here,
                "config-client",
                f"a client cannot be called {name!r}",
                "letters, digits, `_`, `-` and `.`",
                key=True,
            )
        if not is_table(row):
            self.add(
                here,
                "config-client",
                f"the client {name} must be a table",
                f"write [tool.specloom.clients.{name}] above its keys",
            )
            return None
        for key in row:
            if key not in _KEYS:
                self.unknown((*here, key), _KEYS)
        spec, out = self.path(here, row, "spec", required=True), self.path(
            here, row, "out", required=True
        )
        templates = self.path(here, row, "templates", required=False)
        for key, folder in (("spec", spec), ("templates", templates)):
            if folder is not None and not folder.is_dir():
                self.add(
                    (*here, key),
                    f"config-{key}",
                    f"there is no folder {row[key]}",
                    self.near(folder),
                )
        mock = self.path(here, row, "mock", required=False, what="file")
        if mock is not None and not mock.is_file():
            self.add(
                (*here, "mock"),
                "config-mock",
                f"there is no file {row['mock']}",
                "paths are relative to pyproject.toml",
            )
        testing = self.flag(here, row, "testing", default=True)
        if mock is not None and not testing:
            self.add(
                (*here, "mock"),
                "config-mock",
                "a client without testing has no mock",
                "remove mock, or testing = false",
            )
        layout = self.word(here, row, "layout", ("project", "package"))
        http = self.word(here, row, "http", ("httpx", "httpx2"))
        languages, targets = self.words(here, row, "languages"), self.words(here, row, "targets")
        if "languages" in row and row["languages"] == []:
            self.add(
                (*here, "languages"),
                "config-languages",
                "languages names none",
                "leave it out for all of the spec's",
            )
        if spec is None or out is None:
            return None
        return ClientConfig(
            name,
            spec,
            out,
            str(row["spec"]).rstrip("/"),
            self.file,
            "package" if layout == "package" else "project",
            languages,
            templates,
            "httpx2" if http == "httpx2" else "httpx",
            targets,
            mock,
            testing,
        )

    def path(
        self,
        here: Steps,
        row: Mapping[str, object],
        key: str,
        *,
        required: bool,
        what: str = "folder",
    ) -> Path | None:
        """A folder or a file, relative to pyproject.toml; None if it is not set."""
        value = row.get(key)
        if isinstance(value, str) and value.startswith("~"):
            self.add(
                (*here, key),
                f"config-{key}",
                f"`~` stands for no {what} here",
                "paths are relative to pyproject.toml, or whole",
            )
            return None
        if isinstance(value, str) and value and "\0" not in value:
            return self.root / value
        if key in row:
            self.add(
                (*here, key), f"config-{key}", f"{key} is the path of a {what}", f'as {key} = "…"'
            )
        elif required:
            self.add(
                here,
                f"config-{key}",
                f"the client {here[-1]} needs {key}, a path",
                f'add {key} = "…"',
                key=True,
            )
        return None

    def word(
        self, here: Steps, row: Mapping[str, object], key: str, known: tuple[str, str]
    ) -> object:
        value = row.get(key, known[0])
        if value not in known:
            what = f"`{value}`" if isinstance(value, str) else "this"
            self.add(
                (*here, key),
                f"config-{key}",
                f"{what} is no {key}",
                f'use "{known[0]}" or "{known[1]}"',
            )
        return value

    def flag(self, here: Steps, row: Mapping[str, object], key: str, *, default: bool) -> bool:
        value = row.get(key, default)
        if not isinstance(value, bool):
            self.add(
                (*here, key),
                f"config-{key}",
                f"{key} is true or false",
                f"as {key} = {str(not default).lower()}",
            )
            return default
        return value

    def words(self, here: Steps, row: Mapping[str, object], key: str) -> tuple[str, ...]:
        """A list of texts, each once."""
        value = row.get(key, [])
        if not _is_list(value):
            self.add(
                (*here, key), f"config-{key}", f"{key} is a list of texts", f'as {key} = ["…"]'
            )
            return ()
        found: list[str] = []
        for index, item in enumerate(value):
            if not isinstance(item, str) or not item:
                self.add(
                    (*here, key, index),
                    f"config-{key}",
                    f"{key} is a list of texts",
                    f'as {key} = ["…"]',
                )
            elif item in found:
                self.add((*here, key, index), f"config-{key}", f"`{item}` stands here twice")
            else:
                found.append(item)
        return tuple(found)

    def apart(self, clients: Sequence[ClientConfig]) -> None:
        """No output may lie in a spec, or in another output, or hold one, also where systems do not tell case apart: each is made and
        cleared up alone. Nor may one that is named within the project lie elsewhere, because of a link that came with it.
        """
        for index, client in enumerate(clients):
            out, spec = real(client.out), real(client.spec)
            link = way_out(client.out, self.root)
            if link is not None:
                self.add(
                    (*_TABLE, client.name, "out"),
                    "config-out",
                    f"the output leads out of the project through the link {os.path.relpath(link, self.root)}, to {out}",
                    f'replace the link by a folder, or write that path itself: out = "{out.as_posix()}"',
                )
            if _overlap(out, spec):
                self.add(
                    (*_TABLE, client.name, "out"),
                    "config-out",
                    f"the output {client.out.name} and the spec {client.source} lie in one another",
                    "give the output a folder of its own",
                )
            for other in clients[:index]:
                if _overlap(out, real(other.out)):
                    self.add(
                        (*_TABLE, client.name, "out"),
                        "config-out",
                        f"clients {other.name} and {client.name} share the output {client.out.name}",
                        "give each a folder of its own",
                    )

    def near(self, folder: Path) -> str:
        """A hint for a folder that is not there."""
        from difflib import get_close_matches

        try:
            names = [entry.name for entry in folder.parent.iterdir() if entry.is_dir()]
        except OSError:
            names = []
        close = get_close_matches(folder.name, names, 1)
        return (
            f"did you mean {os.path.relpath(folder.parent / close[0], self.root).replace(os.sep, '/')}?"
            if close
            else "paths are relative to pyproject.toml"
        )

    def unknown(self, steps: Steps, known: tuple[str, ...]) -> None:
        from difflib import get_close_matches

        close = get_close_matches(str(steps[-1]), known, 1)
        where = ".".join(map(str, steps[:-1]))
        hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(known)}"
        self.add(steps, "config-key", f"[{where}] has no key {steps[-1]}", hint, key=True)

    def add(
        self, steps: Steps, rule: str, message: str, hint: str = "", *, key: bool = False
    ) -> None:
        self.problems.append(self.file.problem(steps, rule, message, hint, key=key))


def read(file: Path) -> str:
    """The text of a file, line ends as they are."""
    try:
        return bounded.read(file, bounded.TEXT).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {file}: {getattr(error, 'strerror', None) or error}"
        ) from None


def parse(path: Path, text: str) -> dict[str, object]:
    """What a pyproject.toml says; raises `InvalidSpec` if it is no TOML."""
    file = PyprojectFile(path, text)
    if text.startswith("\ufeff"):
        raise file.error(
            [
                Diagnostic(
                    display_path(path),
                    1,
                    1,
                    "config-toml",
                    "this is no TOML: it begins with a byte order mark",
                    "save it as UTF-8 without one",
                )
            ]
        )
    try:
        return dict(tomllib.loads(text))
    except RecursionError:
        raise file.error(
            [
                Diagnostic(
                    display_path(path), 1, 1, "config-toml", "too many values lie in one another"
                )
            ]
        ) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise file.error(
            [
                Diagnostic(
                    display_path(path), line, column, "config-toml", f"this is no TOML: {message}"
                )
            ]
        ) from None


def table(found: Mapping[str, object], key: str) -> dict[str, object]:
    """The table at a key, or an empty one."""
    value = found.get(key, {})
    return value if is_table(value) else {}


def is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _overlap(one: Path, other: Path) -> bool:
    one, other = (Path(str(path).casefold()) for path in (one, other))
    return one.is_relative_to(other) or other.is_relative_to(one)
