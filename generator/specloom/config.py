"""Configuration of a project, from `[tool.specloom]` in its pyproject.toml: the clients, their specs and their outputs.

```toml
[tool.specloom.clients.shop]
spec = "specs/shop"         # the spec folder
out = "src/shop"            # the output folder
layout = "package"          # only the import package; "project" (default): an installable project with documentation
languages = ["en", "zh"]    # languages to document, the first in docstrings (default: all languages of the spec)
templates = "templates"     # a folder of templates that override those of specloom
http = "httpx"              # the HTTP library of the client: "httpx" (default) or "httpx2"
mock = "specs/shop/mock.py" # behaviour of the service, for the client's mock
testing = false             # leave out the mock and its fixtures (default: true)
targets = ["error-list"]    # additional targets of installed packages (entry points in the group specloom.targets)
```

Paths are relative to the pyproject.toml. Problems are reported as those of a spec: all at once, each with its position.
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
from .links import escaping_link, resolve

NAME = "pyproject.toml"

Layout: TypeAlias = Literal["project", "package"]
Http: TypeAlias = Literal["httpx", "httpx2"]
KeyPath: TypeAlias = "tuple[str | int, ...]"

_TABLE: KeyPath = ("tool", "specloom", "clients")
_KEYS = ("spec", "out", "layout", "languages", "templates", "http", "mock", "testing", "targets")


class PyprojectFile(Struct, frozen=True):
    """A pyproject.toml and its text, for the positions of problems."""

    path: Path
    text: str

    @property
    def is_current(self) -> bool:
        """True if the file on disk still has this text."""
        try:
            return bounded.read(self.path, bounded.TEXT) == self.text.encode("utf-8")
        except OSError:
            return False

    def problem(
        self, path: KeyPath, rule: str, message: str, hint: str = "", *, key: bool = False
    ) -> Diagnostic:
        """Return a problem at the value with this path, or at its key."""
        from .toml_positions import locate

        positions = locate(self.text)
        position = positions.key_at(path) if key else positions.value_at(path)
        return Diagnostic(
            display_path(self.path),
            position.line,
            position.column,
            rule,
            message,
            hint,
            position.length,
        )

    def error(self, problems: Sequence[Diagnostic]) -> InvalidSpec:
        return InvalidSpec(problems, {display_path(self.path): self.text})


class ClientConfig(Struct, frozen=True):
    """Settings of one client."""

    name: str
    spec: Path
    out: Path
    source: str
    """The spec folder as written in pyproject.toml; generated files name it as their source."""
    file: PyprojectFile
    layout: Layout = "project"
    languages: tuple[str, ...] = ()
    """Languages to document, the first in docstrings; empty for all languages of the spec."""
    templates: Path | None = None
    http: Http = "httpx"
    targets: tuple[str, ...] = ()
    mock: Path | None = None
    """A Python module, or a folder with one in `__init__.py`, with the behaviour of the service, for the client's mock; trusted, like templates."""
    testing: bool = True
    """True if the client has a mock."""

    def error(self, path: KeyPath, rule: str, message: str, hint: str = "") -> InvalidSpec:
        """Return an error about one of the client's values that shows only when its spec or packages are known."""
        return self.file.error(
            [self.file.problem((*_TABLE, self.name, *path), rule, message, hint)]
        )


class Config(Struct, frozen=True):
    """The clients of a project; `root` is the folder of its pyproject.toml."""

    root: Path
    clients: tuple[ClientConfig, ...]


def find(start: Path) -> Config:
    """Return the configuration in the nearest pyproject.toml with a `[tool.specloom]` table, upwards from a folder."""
    for folder in (start, *start.parents):
        file = folder / NAME
        if file.is_file():
            text = read(file)
            if "specloom" in table(parse(file, text), "tool"):
                return load(file)
    raise UsageError(
        f"no {NAME} with a [tool.specloom.clients.<name>] table in {start} or above; run specloom new <name> to create one"
    )


def load(path: Path) -> Config:
    """Return the configuration in a pyproject.toml; raises `InvalidSpec` with all of its problems."""
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
            "[tool.specloom.clients] has no client",
            "add [tool.specloom.clients.<name>] with spec and out, or run specloom new <name>",
        )
        clients = {}
    configs = [
        client for name, row in clients.items() if (client := reader.client(name, row)) is not None
    ]
    reader.check_outputs(configs)
    if reader.problems:
        raise file.error(reader.problems)
    return Config(path.parent, tuple(configs))


class _Reader:
    """Reader of the clients' tables; it collects problems."""

    def __init__(self, file: PyprojectFile) -> None:
        self.file = file
        self.root = file.path.parent
        self.problems: list[Diagnostic] = []

    def client(self, name: str, row: object) -> ClientConfig | None:
        prefix = (*_TABLE, name)
        if not re.fullmatch(r"\w[\w.-]*", name):
            self.add(
                prefix,
                "config-client",
                f"invalid client name {name!r}",
                "use letters, digits, `_`, `-` and `.`",
                key=True,
            )
        if not is_table(row):
            self.add(
                prefix,
                "config-client",
                f"client {name} is not a table",
                f"write [tool.specloom.clients.{name}] above its keys",
            )
            return None
        for key in row:
            if key not in _KEYS:
                self.unknown((*prefix, key), _KEYS)
        spec, out = self.path(prefix, row, "spec", required=True), self.path(
            prefix, row, "out", required=True
        )
        templates = self.path(prefix, row, "templates", required=False)
        for key, folder in (("spec", spec), ("templates", templates)):
            if folder is not None and not folder.is_dir():
                self.add(
                    (*prefix, key),
                    f"config-{key}",
                    f"folder {row[key]} not found",
                    self._similar_folder(folder),
                )
        mock = self.path(prefix, row, "mock", required=False, kind="file")
        if mock is not None and not mock.is_file() and not mock.is_dir():
            self.add(
                (*prefix, "mock"),
                "config-mock",
                f"file {row['mock']} not found",
                "paths are relative to pyproject.toml",
            )
        testing = self.boolean(prefix, row, "testing", default=True)
        if mock is not None and not testing:
            self.add(
                (*prefix, "mock"),
                "config-mock",
                "`mock` has no effect with testing = false",
                "remove one of them",
            )
        layout = self.choice(prefix, row, "layout", ("project", "package"))
        http = self.choice(prefix, row, "http", ("httpx", "httpx2"))
        languages, targets = self.string_list(prefix, row, "languages"), self.string_list(
            prefix, row, "targets"
        )
        if "languages" in row and row["languages"] == []:
            self.add(
                (*prefix, "languages"),
                "config-languages",
                "`languages` is empty",
                "remove it to document all languages of the spec",
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
        prefix: KeyPath,
        row: Mapping[str, object],
        key: str,
        *,
        required: bool,
        kind: str = "folder",
    ) -> Path | None:
        """Return a path, which is relative to pyproject.toml; None if it is not set or invalid."""
        value = row.get(key)
        if isinstance(value, str) and value.startswith("~"):
            self.add(
                (*prefix, key),
                f"config-{key}",
                "`~` is not expanded",
                "use a path relative to pyproject.toml, or an absolute path",
            )
            return None
        if isinstance(value, str) and value and "\0" not in value:
            return self.root / value
        if key in row:
            self.add(
                (*prefix, key),
                f"config-{key}",
                f"`{key}` must be the path of a {kind}",
                f'write {key} = "…"',
            )
        elif required:
            self.add(
                prefix,
                f"config-{key}",
                f"client {prefix[-1]} has no `{key}`",
                f'add {key} = "…"',
                key=True,
            )
        return None

    def choice(
        self, prefix: KeyPath, row: Mapping[str, object], key: str, known: tuple[str, str]
    ) -> object:
        value = row.get(key, known[0])
        if value not in known:
            quoted = f' "{value}"' if isinstance(value, str) else ""
            self.add(
                (*prefix, key),
                f"config-{key}",
                f"invalid {key}{quoted}",
                f'use "{known[0]}" or "{known[1]}"',
            )
        return value

    def boolean(
        self, prefix: KeyPath, row: Mapping[str, object], key: str, *, default: bool
    ) -> bool:
        value = row.get(key, default)
        if not isinstance(value, bool):
            self.add(
                (*prefix, key),
                f"config-{key}",
                f"`{key}` must be true or false",
                f"write {key} = {str(not default).lower()}",
            )
            return default
        return value

    def string_list(self, prefix: KeyPath, row: Mapping[str, object], key: str) -> tuple[str, ...]:
        """Return a list of distinct strings."""
        value = row.get(key, [])
        if not _is_list(value):
            self.add(
                (*prefix, key),
                f"config-{key}",
                f"`{key}` must be a list of strings",
                f'write {key} = ["…"]',
            )
            return ()
        strings: list[str] = []
        for index, item in enumerate(value):
            if not isinstance(item, str) or not item:
                self.add(
                    (*prefix, key, index),
                    f"config-{key}",
                    f"`{key}` must be a list of strings",
                    f'write {key} = ["…"]',
                )
            elif item in strings:
                self.add(
                    (*prefix, key, index),
                    f"config-{key}",
                    f"duplicate `{item}`",
                    "remove one of them",
                )
            else:
                strings.append(item)
        return tuple(strings)

    def check_outputs(self, clients: Sequence[ClientConfig]) -> None:
        """Report outputs that overlap with a spec or another output, also on case-insensitive file systems, because each output is
        written and cleaned up on its own; and outputs that a link in the project leads out of the project.
        """
        for index, client in enumerate(clients):
            out, spec = resolve(client.out), resolve(client.spec)
            link = escaping_link(client.out, self.root)
            if link is not None:
                self.add(
                    (*_TABLE, client.name, "out"),
                    "config-out",
                    f"the output is outside the project: the link {os.path.relpath(link, self.root)} leads to {out}",
                    f'replace the link by a folder, or write out = "{out.as_posix()}"',
                )
            if _overlap(out, spec):
                self.add(
                    (*_TABLE, client.name, "out"),
                    "config-out",
                    f"the output {client.out.name} and the spec {client.source} overlap",
                    "give the output a folder of its own",
                )
            for other in clients[:index]:
                if _overlap(out, resolve(other.out)):
                    self.add(
                        (*_TABLE, client.name, "out"),
                        "config-out",
                        f"the outputs of clients {other.name} and {client.name} overlap",
                        "give each a folder of its own",
                    )

    def _similar_folder(self, folder: Path) -> str:
        """Return a hint for a folder that does not exist."""
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

    def unknown(self, path: KeyPath, known: tuple[str, ...]) -> None:
        from difflib import get_close_matches

        close = get_close_matches(str(path[-1]), known, 1)
        parent = ".".join(map(str, path[:-1]))
        hint = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
        self.add(path, "config-key", f"unknown key `{path[-1]}` in [{parent}]", hint, key=True)

    def add(
        self, path: KeyPath, rule: str, message: str, hint: str = "", *, key: bool = False
    ) -> None:
        self.problems.append(self.file.problem(path, rule, message, hint, key=key))


def read(file: Path) -> str:
    """Return the text of a UTF-8 file with its line ends; raises `UsageError` if it cannot be read."""
    try:
        return bounded.read(file, bounded.TEXT).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {file}: {getattr(error, 'strerror', None) or error}"
        ) from None


def parse(path: Path, text: str) -> dict[str, object]:
    """Return the content of a pyproject.toml; raises `InvalidSpec` if it is not valid TOML."""
    file = PyprojectFile(path, text)
    if text.startswith("\ufeff"):
        raise file.error(
            [
                Diagnostic(
                    display_path(path),
                    1,
                    1,
                    "config-toml",
                    "invalid TOML: the file begins with a byte order mark",
                    "save it as UTF-8 without BOM",
                )
            ]
        )
    try:
        return dict(tomllib.loads(text))
    except RecursionError:
        raise file.error(
            [Diagnostic(display_path(path), 1, 1, "config-toml", "values are nested too deeply")]
        ) from None
    except tomllib.TOMLDecodeError as error:
        position = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (
            (int(position[1]), int(position[2])) if position else (text.count("\n") + 1, 1)
        )
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise file.error(
            [
                Diagnostic(
                    display_path(path), line, column, "config-toml", f"invalid TOML: {message}"
                )
            ]
        ) from None


def table(parent: Mapping[str, object], key: str) -> dict[str, object]:
    """Return the table at a key; an empty one if there is none."""
    value = parent.get(key, {})
    return value if is_table(value) else {}


def is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _overlap(first: Path, second: Path) -> bool:
    first, second = (Path(str(path).casefold()) for path in (first, second))
    return first.is_relative_to(second) or second.is_relative_to(first)
