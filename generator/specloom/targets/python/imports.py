"""Modules of the generated package and their imports.

`Module` collects the imports of a module while its declarations are generated, and resolves name conflicts.
"""

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
    """File layout of a package. A resource with others below it is a folder with `__init__.py`."""

    package: str
    folders: frozenset[Parts]
    """Modules with modules below them, such as `("calls", "orders")`."""
    http: str = "httpx"
    """HTTP library of the client."""
    mock: Path | None = None
    """Module with the behaviour of the service, for the mock."""

    @property
    def libraries(self) -> tuple[tuple[str, str], ...]:
        """Return the libraries that the runtime imports, each with its replacement."""
        return () if self.http == "httpx" else (("httpx", "httpx2"), ("httpcore", "httpcore2"))

    @classmethod
    def of(cls, api: Api, http: str = "httpx", mock: Path | None = None) -> Layout:
        resource_paths = [resource.path for resource in all_resources_of(api)]
        folders = {("calls", *path[:-1]) for path in resource_paths} | {
            ("resources", *path[:-1]) for path in resource_paths
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
    """Module of the generated package: collects imports, and returns them in isort's order."""

    layout: Layout
    parts: Parts
    hidden: frozenset[str] = frozenset()
    """Names with another meaning in the module: its classes and functions, methods called `list` or `date`."""
    types: frozenset[str] = frozenset()
    """Names reserved for the API's types, so that signatures show them as the documentation does."""
    _names: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _typing_only: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _meanings: dict[str, tuple[str, str | None]] = field(
        default_factory=dict[str, tuple[str, str | None]]
    )
    """Module and name of each imported name; the name is None for a module."""

    def within(self, names: Iterable[str]) -> Module:
        """Return the module inside a class with these attributes, which hide names of the module."""
        return replace(self, hidden=self.hidden.union(names))

    @property
    def is_folder(self) -> bool:
        """Return whether other modules are below this one."""
        return not self.parts or self.parts in self.layout.folders

    def use(self, module: str, name: str) -> Python:
        """Import `name` from an installed module, and return its local name."""
        local = self._local(name, module, name)
        self._names.setdefault(module, set()).add(_renamed(name, local))
        return python.identifier(local)

    def use_type(self, parts: Parts, name: str) -> Python:
        """Import a class of the API from its module."""
        home = self.relative(parts)
        local = self._local(name, home, name, of_type=True)
        self._names.setdefault(home, set()).add(_renamed(name, local))
        return python.identifier(local)

    def use_own(self, parts: Parts, name: str) -> Python:
        """Import `name` from a module of this package."""
        return self.use(self.relative(parts), name)

    def use_module(self, parts: Parts) -> Python:
        """Import a module of this package under its name with a leading underscore, which no argument or field can hide."""
        return self.use_as(parts, "_" + "_".join(part.strip("_") for part in (parts[1:] or parts)))

    def use_as(self, parts: Parts, alias: str) -> Python:
        """Import a module of this package under an alias, which begins with an underscore."""
        home = self.relative(parts[:-1])
        local = self._local(alias, home, parts[-1])
        self._names.setdefault(home, set()).add(f"{parts[-1]} as {local}")
        return python.identifier(local)

    def re_export(self, parts: Parts, name: str) -> Python:
        """Re-export `name` from a module of this package: `from .x import name as name`."""
        self._meanings[name] = (self.relative(parts), name)
        self._names.setdefault(self.relative(parts), set()).add(f"{name} as {name}")
        return python.identifier(name)

    def import_module(self, module: str) -> Python:
        """Import a module: `import module`."""
        local = self._local(module, module, None)
        self._names.setdefault(module, set()).add(_renamed("", "" if local == module else local))
        return python.identifier(local)

    def use_for_typing(self, module: str, name: str | None = None) -> Python:
        """Import `name` from a module, or the module itself, for type checkers only."""
        self.use("typing", "TYPE_CHECKING")
        local = self._local(name or module, module, name)
        self._typing_only.setdefault(module, set()).add(
            _renamed(name or "", "" if not name and local == module else local)
        )
        return python.identifier(local)

    def builtin(self, name: str) -> Python:
        """Return a builtin, qualified with `builtins` if its name is hidden."""
        return (
            python.dotted(self.import_module("builtins"), name)
            if name in self.hidden
            else python.identifier(name)
        )

    def _local(
        self, preferred: str, module: str, name: str | None, *, of_type: bool = False
    ) -> str:
        """Return the local name: the preferred one, or with underscores before it if that has another meaning."""
        local, types = preferred, frozenset[str]() if of_type else self.types
        while (
            local in self.hidden
            or local in types
            or self._meanings.setdefault(local, (module, name)) != (module, name)
        ):
            local = f"{local}_" if local.startswith("_") else f"_{local}"
        return local

    def relative(self, target: Parts) -> str:
        """Return the relative name of a module of this package, seen from this module."""
        folder = self.parts if self.is_folder else self.parts[:-1]
        common = 0
        while common < min(len(folder), len(target)) and folder[common] == target[common]:
            common += 1
        return "." * (len(folder) - common + 1) + ".".join(target[common:])

    def imports(self) -> Python:
        """Return all imports in sections: future, standard library, installed, this package."""
        future = python.from_import("__future__", ["annotations"])
        return python.lines([future, *_sections(self._names)], blank=1)

    def type_checking_imports(self) -> Python | None:
        """Return the imports for the block `if TYPE_CHECKING:`."""
        return (
            python.lines(_sections(self._typing_only, room=84), blank=1)
            if self._typing_only
            else None
        )


class LazyExports(Struct, frozen=True):
    """Template values of names that a module imports on first access (PEP 562)."""

    function: Python
    """Local name of the runtime's function that imports them."""
    type_checking_imports: Python
    """The same imports for type checkers."""
    modules: Python
    """Relative module of each name; '' for a module below this one."""


def lazy_exports(module: Module, exports: Mapping[str, str] | Sequence[str]) -> LazyExports | None:
    """Return the names, or the modules below, that a module imports on first access; None if there are none."""
    modules = exports if isinstance(exports, Mapping) else dict.fromkeys(exports, "")
    if not modules:
        return None
    module.use("typing", "TYPE_CHECKING")
    module.hidden |= modules.keys()
    function = module.use_own(("_runtime", "lazy_exports"), "exports")
    names: dict[str, set[str]] = {}
    for name, home in modules.items():
        names.setdefault(home or ".", set()).add(f"{name} as {name}")
    table = [(python.literal(name), python.literal(modules[name])) for name in sorted(modules)]
    return LazyExports(
        function,
        python.lines(_sections(names, room=84), blank=1),
        python.dict_of(table, explode=True),
    )


def _sections(names: Mapping[str, AbstractSet[str]], room: int = python.WIDTH) -> list[Python]:
    """Return the imports of each section, `import module` first."""
    sections: list[list[Python]] = [[], [], []]
    modules = sorted(names, key=_module_order)
    for module in modules:
        module_imports = sorted(name for name in names[module] if name[:1] in ("", " "))
        sections[_section(module)] += [
            python.plain_import(module, *name.split()[1:]) for name in module_imports
        ]
    for module in modules:
        section = sections[_section(module)]
        imported = sorted(
            (name for name in names[module] if name[:1] not in ("", " ")), key=name_order
        )
        unaliased = [name for name in imported if " as " not in name]
        lines = [[name] for name in imported if " as " in name] + ([unaliased] if unaliased else [])
        section += [
            python.from_import(module, line, room=room)
            for line in sorted(lines, key=lambda line: name_order(line[0]))
        ]
    return [python.lines(section) for section in sections if section]


def _renamed(name: str, local: str) -> str:
    """Return `name` or `name as local`; for a module an empty string or ` as local`."""
    return name if name == local else f"{name} as {local}"


def name_order(name: str) -> tuple[int, str, str]:
    """Return the sort key of an imported name as in isort: CONSTANTS, Classes, functions; ignoring case, and aliases."""
    return (_kind(name.split()[0]), name.lower(), name)


def export_order(name: str) -> tuple[int, str]:
    """Return the sort key of a name in `__all__` as in ruff: CONSTANTS, Classes, functions; case-sensitive."""
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
