"""A module of the generated package while it is being written: its place, what it imports, and how it names things from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path, PurePosixPath

from msgspec import Struct, field
from msgspec.structs import replace

from ...code import Python, python
from ...model import Api
from ..client_interface import all_resources_of

Parts = tuple[str, ...]


class Layout(Struct, frozen=True):
    """Where the modules of a package lie. A resource with others below it is a folder with `__init__.py`."""

    package: str
    folders: frozenset[Parts]
    """Paths of modules that have modules below them, such as `("calls", "orders")`."""
    http: str = "httpx"
    """The HTTP library."""
    mock: Path | None = None
    """The module with the behaviour of the service, for the mock."""

    @property
    def libraries(self) -> tuple[tuple[str, str], ...]:
        """The libraries that the runtime is written for, and what stands in for each."""
        return () if self.http == "httpx" else (("httpx", "httpx2"), ("httpcore", "httpcore2"))

    @classmethod
    def of(cls, api: Api, http: str = "httpx", mock: Path | None = None) -> Layout:
        resources = [resource.path for resource in all_resources_of(api)]
        folders = {("calls", *path[:-1]) for path in resources} | {
            ("resources", *path[:-1]) for path in resources
        }
        folders |= {("models", *name.module[:-1]) for name in api.types}
        for folder in list(folders):
            folders |= {folder[:length] for length in range(len(folder))}
        return cls(api.package, frozenset(folders), http, mock)

    def file(self, parts: Parts) -> PurePosixPath:
        folder = PurePosixPath(self.package, *parts)
        return (
            folder / "__init__.py"
            if parts in self.folders or not parts
            else folder.with_suffix(".py")
        )


class Module(Struct):
    """Collects imports while declarations are made, and writes them in isort's order at the end."""

    layout: Layout
    parts: Parts
    hidden: frozenset[str] = frozenset()
    """Names that mean something else here: classes and functions of the module, methods called `list` or `date`."""
    types: frozenset[str] = frozenset()
    """Names that only the API's types have here: readers of signatures know them from the documentation."""
    _names: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _typing_only: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _meanings: dict[str, tuple[str, str | None]] = field(
        default_factory=dict[str, tuple[str, str | None]]
    )
    """What each imported name means: a module, and a name in it or None for the module itself."""

    def within(self, names: Iterable[str]) -> Module:
        """The same module inside a class with these attributes, which hide what has their names outside."""
        return replace(self, hidden=self.hidden.union(names))

    @property
    def is_folder(self) -> bool:
        """Whether other modules lie below this one."""
        return not self.parts or self.parts in self.layout.folders

    def use(self, module: str, name: str) -> Python:
        """`name` from an installed module, ready to be written."""
        local = self._local(name, module, name)
        self._names.setdefault(module, set()).add(_renamed(name, local))
        return python.identifier(local)

    def use_type(self, parts: Parts, name: str) -> Python:
        """A class of the API's from its module."""
        home = self.relative(parts)
        local = self._local(name, home, name, of_type=True)
        self._names.setdefault(home, set()).add(_renamed(name, local))
        return python.identifier(local)

    def use_ours(self, parts: Parts, name: str) -> Python:
        """`name` from a module of this package."""
        return self.use(self.relative(parts), name)

    def use_module(self, parts: Parts) -> Python:
        """A module of this package, under its name with an underscore before it, which no argument and no field can hide."""
        return self.use_as(parts, "_" + "_".join(part.strip("_") for part in (parts[1:] or parts)))

    def use_as(self, parts: Parts, alias: str) -> Python:
        """A module of this package under another name, which begins with an underscore."""
        home = self.relative(parts[:-1])
        local = self._local(alias, home, parts[-1])
        self._names.setdefault(home, set()).add(f"{parts[-1]} as {local}")
        return python.identifier(local)

    def give_on(self, parts: Parts, name: str) -> Python:
        """`name` from a module of this package, exported from here too: `from .x import name as name`."""
        self._meanings[name] = (self.relative(parts), name)
        self._names.setdefault(self.relative(parts), set()).add(f"{name} as {name}")
        return python.identifier(name)

    def use_plain(self, module: str) -> Python:
        """`import module`."""
        local = self._local(module, module, None)
        self._names.setdefault(module, set()).add(_renamed("", "" if local == module else local))
        return python.identifier(local)

    def use_typing_only(self, module: str, name: str | None = None) -> Python:
        """`name` from a module, or the module itself, in annotations only: importing this module does not import that one."""
        self.use("typing", "TYPE_CHECKING")
        local = self._local(name or module, module, name)
        self._typing_only.setdefault(module, set()).add(
            _renamed(name or "", "" if not name and local == module else local)
        )
        return python.identifier(local)

    def builtin(self, name: str) -> Python:
        """A builtin, by its full name where it is hidden."""
        return (
            python.dotted(self.use_plain("builtins"), name)
            if name in self.hidden
            else python.identifier(name)
        )

    def _local(self, wanted: str, module: str, name: str | None, *, of_type: bool = False) -> str:
        """The name that something has here: the wanted one, or one with underscores where that means something else."""
        local, types = wanted, frozenset[str]() if of_type else self.types
        while (
            local in self.hidden
            or local in types
            or self._meanings.setdefault(local, (module, name)) != (module, name)
        ):
            local = f"{local}_" if local.startswith("_") else f"_{local}"
        return local

    def relative(self, target: Parts) -> str:
        """The relative name of a module of this package, as this module writes it."""
        here = self.parts if self.is_folder else self.parts[:-1]
        shared = 0
        while shared < min(len(here), len(target)) and here[shared] == target[shared]:
            shared += 1
        return "." * (len(here) - shared + 1) + ".".join(target[shared:])

    def imports(self) -> Python:
        """All imports, in sections: future, standard library, installed, ours; then those for type checkers only."""
        future = python.from_import("__future__", ["annotations"])
        return python.lines([future, *_sections(self._names)], blank=1)

    def typing_only(self) -> Python | None:
        """The imports that stand under `if TYPE_CHECKING:`."""
        return (
            python.lines(_sections(self._typing_only, room=84), blank=1)
            if self._typing_only
            else None
        )


class Exports(Struct, frozen=True):
    """Names that a module gives but imports only when they are first asked for (PEP 562)."""

    function: Python
    """The runtime's function that does it, by the name that it has in this module."""
    typed: Python
    """The imports, for type checkers."""
    table: Python
    """Name → module, relative; '' for a module below this one."""


def exports_of(module: Module, exports: Mapping[str, str] | Sequence[str]) -> Exports | None:
    """The names, or the modules below, that a module exports lazily; None if there are none."""
    homes = exports if isinstance(exports, Mapping) else dict.fromkeys(exports, "")
    if not homes:
        return None
    module.use("typing", "TYPE_CHECKING")
    module.hidden |= homes.keys()
    function = module.use_ours(("_runtime", "lazy_exports"), "exports")
    names: dict[str, set[str]] = {}
    for name, home in homes.items():
        names.setdefault(home or ".", set()).add(f"{name} as {name}")
    table = [(python.literal(name), python.literal(homes[name])) for name in sorted(homes)]
    return Exports(
        function,
        python.lines(_sections(names, room=84), blank=1),
        python.mapping(table, explode=True),
    )


def _sections(names: Mapping[str, AbstractSet[str]], room: int = python.WIDTH) -> list[Python]:
    """The imports of each section: first those of modules themselves."""
    sections: list[list[Python]] = [[], [], []]
    modules = sorted(names, key=_module_order)
    for module in modules:
        whole = sorted(name for name in names[module] if name[:1] in ("", " "))
        sections[_section(module)] += [
            python.plain_import(module, *name.split()[1:]) for name in whole
        ]
    for module in modules:
        section = sections[_section(module)]
        parts = sorted(
            (name for name in names[module] if name[:1] not in ("", " ")), key=name_order
        )
        direct = [name for name in parts if " as " not in name]
        lines = [[name] for name in parts if " as " in name] + ([direct] if direct else [])
        section += [
            python.from_import(module, line, room=room)
            for line in sorted(lines, key=lambda line: name_order(line[0]))
        ]
    return [python.lines(section) for section in sections if section]


def _renamed(name: str, local: str) -> str:
    """`name`, `name as local`; for a module itself an empty name, or ` as local`."""
    return name if name == local else f"{name} as {local}"


def name_order(name: str) -> tuple[int, str, str]:
    """isort's order of imported names: CONSTANTS, Classes, functions; in each, case does not count. What they are called here does not either."""
    return (_kind(name.split()[0]), name.lower(), name)


def export_order(name: str) -> tuple[int, str]:
    """The order of names in `__all__`, as ruff wants it: the same kinds; in each, case counts."""
    return (_kind(name), name)


def _kind(name: str) -> int:
    return 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2


def _module_order(module: str) -> tuple[int, str]:
    dots = len(module) - len(module.lstrip("."))
    return (-dots, module.lstrip(".").lower())


def _section(module: str) -> int:
    if module.startswith("."):
        return 2
    return 1 if module.split(".")[0] in {"msgspec", "httpx", "httpx2"} else 0
