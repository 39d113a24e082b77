"""The ways to authenticate that a spec may name, as data: what a client is given, and what a request then carries.

`spec` checks names and options against this table, the Python target writes constructors from it, the documentation target the header
tables. The code that signs is `runtime/auth/<module>.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from .. import plugins
from ..diagnostics import UsageError
from ..model import Scheme
from ..naming import is_snake
from .common import COMMON
from .definitions import Added, Argument, Delivery, MockSide, SchemeDefinition
from .wechatpay import WECHATPAY
from .weixin import WEIXIN

__all__ = [
    "LATER",
    "SCHEMES",
    "Added",
    "Argument",
    "Delivery",
    "MockSide",
    "SchemeDefinition",
    "added_by",
]

_KEY_HEADER = "X-Api-Key"
_RUNTIME = Path(__file__).parents[1] / "runtime"
_OWN: Mapping[str, SchemeDefinition] = {
    **COMMON,
    "wechatpay-v3": WECHATPAY,
    "weixin-access-token": WEIXIN,
}


class _Schemes(Mapping[str, SchemeDefinition]):
    """Ours, then those that installed packages bring; those are looked for only when ours do not do."""

    def __getitem__(self, name: str) -> SchemeDefinition:
        return _OWN[name] if name in _OWN else _foreign(name)

    def __iter__(self) -> Iterator[str]:
        yield from _OWN
        yield from (name for name in plugins.names(plugins.SCHEMES) if name not in _OWN)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _foreign(name: str) -> SchemeDefinition:
    """The scheme of an installed package; KeyError if none brings it, `UsageError` if it is none."""
    found = plugins.load(plugins.SCHEMES, name)
    whose = f"the scheme {name}, {plugins.origin(plugins.SCHEMES, name)}"
    if not isinstance(found, SchemeDefinition):
        raise UsageError(
            f"{whose}, is a {type(found).__name__}; specloom.auth_schemes.SchemeDefinition describes a scheme"
        )
    _check_module(whose, "source", found.source, "auth", found.module)
    if found.mock is not None:
        _check_module(whose, "the source of mock", found.mock.source, "mock", found.mock.module)
    return found


def _check_module(whose: str, key: str, source: Path | None, home: str, module: str) -> None:
    """Fails with `UsageError` unless there is a file to copy to a module of the runtime that is not there yet."""
    if source is None or not source.is_file():
        raise UsageError(
            f"{whose}, names no file to copy into clients; set {key} to the path of its module"
        )
    if not is_snake(module) or (_RUNTIME / home / f"{module}.py").exists():
        raise UsageError(f"{whose}, cannot call its module {module}; choose another name")


SCHEMES: Mapping[str, SchemeDefinition] = _Schemes()


def added_by(scheme: Scheme, where: str) -> list[tuple[str, Added]]:
    """What a scheme adds to a request, by its name there: where its name is an option, only if that option is set."""
    options = scheme.options or {"header": _KEY_HEADER}
    found: list[tuple[str, Added]] = []
    for added in SCHEMES[scheme.kind].adds:
        name = options.get(added.name[1:-1], "") if added.name.startswith("{") else added.name
        if name and added.where == where:
            found.append((name, added))
    return found


LATER: Mapping[str, str] = {
    "oauth2-client-credentials": "fetching tokens comes with a later version"
}
"""Schemes whose names are reserved."""
