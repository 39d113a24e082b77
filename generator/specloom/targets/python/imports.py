"""Modules of the generated package and their imports.

`Module` collects the imports of a module while its declarations are generated, and resolves name conflicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ...code import Python, python
from ...code.base import join
from ...model import Api
from ...render import render
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
    """Module or package with the behaviour of the service, for the mock."""

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


class ImportView(Struct, frozen=True):
    """Template values of `import module`, `from module import a, b as c`, or the same with one name per line."""

    module: Python
    names: Python | None = None
    """Names on one line: those of a library, or a single one of the runtime, which are short."""
    rows: tuple[Python, ...] = ()
    """Names on lines of their own, which may be many and long."""


Sections = tuple[tuple[ImportView, ...], ...]
"""Imports of the standard library, of installed packages, and of this package, without empty sections."""


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
    used: dict[str, Python] = field(default_factory=dict[str, Python])
    """Local names of builtins, the runtime and libraries by their own names: template values, so that `{{ Call }}` is right in every module."""

    def within(self, names: Iterable[str]) -> Module:
        """Return the module inside a class with these attributes, which hide names of the module."""
        return replace(self, hidden=self.hidden.union(names), used={})

    @property
    def is_folder(self) -> bool:
        """Return whether other modules are below this one."""
        return not self.parts or self.parts in self.layout.folders

    def use(self, module: str, *names: str) -> Python:
        """Import names from an installed module, and return the local name of the last."""
        for name in names:
            local = self._local(name, module, name)
            self._names.setdefault(module, set()).add(_renamed(name, local))
            self.used[name] = python.identifier(local)
        return self.used[names[-1]]

    def use_own(self, parts: Parts, *names: str) -> Python:
        """Import names from a module of this package, and return the local name of the last."""
        return self.use(self.relative(parts), *names)

    def use_type(self, parts: Parts, name: str) -> Python:
        """Import a class of the API from its module."""
        home = self.relative(parts)
        local = self._local(name, home, name, of_type=True)
        self._names.setdefault(home, set()).add(_renamed(name, local))
        return python.identifier(local)

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
        self.used[module] = python.identifier(local)
        return self.used[module]

    def use_for_typing(self, module: str, name: str | None = None) -> Python:
        """Import `name` from a module, or the module itself, for type checkers only."""
        self.used[name or module] = self._for_typing(module, name)
        return self.used[name or module]

    def use_class(self, parts: Parts, name: str, *, for_typing: bool = False) -> Python:
        """Import a class that the spec or a scheme names, from a module of this package; it is no name of a template, which the runtime may have as well."""
        home = self.relative(parts)
        if for_typing:
            return self._for_typing(home, name)
        local = self._local(name, home, name)
        self._names.setdefault(home, set()).add(_renamed(name, local))
        return python.identifier(local)

    def _for_typing(self, module: str, name: str | None) -> Python:
        self.use("typing", "TYPE_CHECKING")
        local = self._local(name or module, module, name)
        self._typing_only.setdefault(module, set()).add(
            _renamed(name or "", "" if not name and local == module else local)
        )
        return python.identifier(local)

    def builtin(self, *names: str) -> Python:
        """Return the last of these builtins, each qualified with `builtins` if its name is hidden."""
        for name in names:
            self.used[name] = (
                python.dotted(self.import_module("builtins"), name)
                if name in self.hidden
                else python.identifier(name)
            )
        return self.used[names[-1]]

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

    def render(self, template: str, **values: Any) -> Python:
        """Render the template of this module; its imports and the names that it uses are values too."""
        values |= {
            "imports": _sections(self._names),
            "type_checking_imports": _sections(self._typing_only),
            "has_long_unions": "Union" in self._names.get("typing", ()),
        }
        return render(Python, template, **{**self.used, **values})


class LazyView(Struct, frozen=True):
    """Template values of names that a module imports on first access (PEP 562)."""

    function: Python
    """Local name of the runtime's function that imports them."""
    imports: Sections
    """The same imports for type checkers."""
    names: tuple[tuple[Python, Python], ...]
    """Each name with its relative module, which is '' for a module below this one."""


def lazy_exports(
    module: Module, exports: Mapping[str, str] | Sequence[str], *, is_listed: bool = False
) -> LazyView | None:
    """Return the names, or the modules below, that a module imports on first access; None if there are none.

    Type checkers take an import for public if `__all__` lists it (`is_listed`), or if it is `x as x`.
    """
    modules = exports if isinstance(exports, Mapping) else dict.fromkeys(exports, "")
    if not modules:
        return None
    module.use("typing", "TYPE_CHECKING")
    module.hidden |= modules.keys()
    function = module.use_own(("_runtime", "lazy_exports"), "exports")
    names: dict[str, set[str]] = {}
    for name, home in modules.items():
        names.setdefault(home or ".", set()).add(name if is_listed else f"{name} as {name}")
    table = [(python.literal(name), python.literal(modules[name])) for name in sorted(modules)]
    return LazyView(function, _sections(names), tuple(table))


def public_names(names: Iterable[str]) -> list[Python]:
    """Return names for `__all__`, as literals in ruff's order."""
    return [python.literal(name) for name in sorted(names, key=_export_order)]


def _sections(names: Mapping[str, AbstractSet[str]]) -> Sections:
    """Return the imports of each section, `import module` first."""
    sections: list[list[ImportView]] = [[], [], []]
    modules = sorted(names, key=_module_order)
    for module in modules:
        sections[_section(module)] += [
            ImportView(python.imported_name(module + alias))
            for alias in sorted(name for name in names[module] if name[:1] in ("", " "))
        ]
    for module in modules:
        imported = sorted(
            (name for name in names[module] if name[:1] not in ("", " ")), key=_name_order
        )
        unaliased = [name for name in imported if " as " not in name]
        statements = [[name] for name in imported if " as " in name] + [unaliased] * bool(unaliased)
        home = python.module_name(module)
        for statement in sorted(statements, key=lambda statement: _name_order(statement[0])):
            parts = tuple(python.imported_name(name) for name in statement)
            sections[_section(module)].append(
                ImportView(home, join(parts, ", "))
                if not module.startswith(".") or (len(parts) == 1 and _is_fixed(module))
                else ImportView(home, rows=parts)
            )
    return tuple(tuple(section) for section in sections if section)


def _is_fixed(module: str) -> bool:
    """Return whether the spec has no part in the names of a relative import: those of the runtime, and of modules of the package itself."""
    path = module.lstrip(".")
    return path in ("", "client", "events") or path.startswith("_runtime")


def _renamed(name: str, local: str) -> str:
    """Return `name` or `name as local`; for a module an empty string or ` as local`."""
    return name if name == local else f"{name} as {local}"


def _name_order(name: str) -> tuple[int, str, str]:
    """Return the sort key of an imported name as in isort: CONSTANTS, Classes, functions; ignoring case, and aliases."""
    return (_kind(name.split()[0]), name.lower(), name)


def _export_order(name: str) -> tuple[int, str]:
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
