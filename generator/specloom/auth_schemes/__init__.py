"""Auth schemes that a spec may name: the built-in ones, and those of other packages (entry point group `specloom.auth_schemes`).

One folder each: its definition as data (`SchemeDefinition`), its runtime part, which is copied into clients, and its texts. `spec` checks names
and options against the definitions, the Python target writes constructors from them, the documentation target the header tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from .. import plugins
from ..diagnostics import UsageError
from ..model import Scheme
from ..naming import is_snake
from . import builtin
from .definitions import Added, Argument, MockSide, Option, SchemeDefinition, WebhookDefinition
from .texts import Texts

__all__ = [
    "SCHEMES",
    "Added",
    "Argument",
    "MockSide",
    "Option",
    "SchemeDefinition",
    "Texts",
    "WebhookDefinition",
    "added_by",
    "arguments_of",
    "is_builtin",
]

_RUNTIME = Path(__file__).parents[1] / "runtime" / "auth"


class _Schemes(Mapping[str, SchemeDefinition]):
    """Definitions by name; each is imported when it is first used. No package can replace a built-in scheme."""

    def __getitem__(self, name: str) -> SchemeDefinition:
        if name in builtin.DEFINITIONS:
            module, attribute = builtin.DEFINITIONS[name]
            definition: SchemeDefinition = getattr(import_module(f".{module}", __name__), attribute)
            return definition
        found = plugins.load(plugins.SCHEMES, name)
        if not isinstance(found, SchemeDefinition):
            raise UsageError(
                f"{_origin(name)}, is a {type(found).__name__}; specloom.auth_schemes.SchemeDefinition describes a scheme"
            )
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*builtin.DEFINITIONS, *plugins.names(plugins.SCHEMES)}))

    def __len__(self) -> int:
        return sum(1 for _ in self)


SCHEMES: Mapping[str, SchemeDefinition] = _Schemes()


def is_builtin(name: str) -> bool:
    """Return whether specloom itself provides a scheme, so that its output changes with specloom only."""
    return name in builtin.DEFINITIONS


def runtime_of(name: str) -> Mapping[str, Path]:
    """Return the files of a scheme's runtime part by module name; raises `UsageError` if it cannot be copied."""
    kind = SCHEMES[name]
    if not is_snake(kind.name) or (_RUNTIME / f"{kind.name}.py").exists():
        raise UsageError(
            f"{_origin(name)}, cannot call its folder in clients {kind.name}; choose another name"
        )
    modules = kind.modules()
    wanted = ["__init__", kind.module]
    wanted += [kind.events.module] if kind.events else []
    wanted += [kind.client[0]] if kind.client else []
    wanted += [kind.mock.module] if kind.mock else []
    for module in wanted:
        if module not in modules:
            raise UsageError(
                f"{_origin(name)}, has no module {module} in {kind.runtime}; set runtime to the import name of the package to copy"
            )
    return modules


def _origin(name: str) -> str:
    return f"the scheme {name}, {plugins.origin(plugins.SCHEMES, name)}"


def added_by(scheme: Scheme, where: str) -> list[tuple[str, Added]]:
    """Return names and values that a scheme adds to the headers, the query or the form of a request, without names that depend on an unset option."""
    default = SCHEMES[scheme.kind].default_header
    is_placed = not scheme.options.keys().isdisjoint(("header", "query", "cookie"))
    options = scheme.options if is_placed else {**scheme.options, "header": default}
    found: list[tuple[str, Added]] = []
    for added in SCHEMES[scheme.kind].adds:
        name = options.get(added.name[1:-1], "") if added.name.startswith("{") else added.name
        if name and added.where == where:
            found.append((name, added))
        elif name and (added.where, where) == ("cookie", "header"):
            found.append(("Cookie", added._replace(sample=f"{name}={added.sample}")))
    return found


def arguments_of(scheme: Scheme) -> tuple[Argument, ...]:
    """Return the arguments of clients for a scheme with these options. None that the spec gives a default is required."""
    return tuple(
        argument._replace(required=argument.required and argument.name not in scheme.options)
        for argument in SCHEMES[scheme.kind].arguments
        if argument.when is None or scheme.options.get(argument.when[0]) in argument.when[1]
    )
