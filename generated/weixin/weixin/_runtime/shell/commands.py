"""Commands of the shell: one for each function in `calls`, with its documentation."""

from __future__ import annotations

import inspect
import itertools
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any, get_type_hints

from ..calls import Call

_ARGUMENT = re.compile(r"(\w+): (.+)")
_SECTIONS = ("Args:", "Returns:", "Raises:", "Source:", "See also:")


def command_name(identifier: str) -> str:
    """Return the word for a Python identifier: `list_` → `list`, `get_bill` → `get-bill`."""
    return identifier.strip("_").replace("_", "-")


def resources(package: str) -> Mapping[str, str]:
    """Return the modules of calls by the names of their resources, without importing them."""
    calls = import_module(f"{package}.calls")
    prefix = f"{calls.__name__}."
    return {
        command_name(name.removeprefix(prefix)): name
        for _, name, _ in pkgutil.walk_packages(calls.__path__, prefix)
    }


def commands(module: str) -> Mapping[str, Command]:
    """Return the commands of a resource by name."""
    return {command_name(name): Command(function) for name, function in _calls(module)}


def _calls(name: str) -> Iterator[tuple[str, Callable[..., Call[Any]]]]:
    module: ModuleType = import_module(name)
    for key, value in vars(module).items():
        own = inspect.isfunction(value) and value.__module__ == name
        if own and not key.startswith("_"):
            yield key, value


class Command:
    """A function that returns a call, its arguments and their documentation."""

    def __init__(self, function: Callable[..., Call[Any]]) -> None:
        self.call = function
        self._lines = inspect.cleandoc(function.__doc__ or "").splitlines()

    @cached_property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """Parameters, with types instead of their texts."""
        hints = get_type_hints(self.call, include_extras=True)
        return {
            name: parameter.replace(annotation=hints.get(name, Any))
            for name, parameter in inspect.signature(self.call).parameters.items()
        }

    @property
    def summary(self) -> str:
        """First line of the documentation."""
        return self._lines[0] if self._lines else ""

    @property
    def description(self) -> str:
        """Documentation without that of the arguments and of the Python function."""
        text = itertools.takewhile(lambda line: line not in _SECTIONS, self._lines)
        return "\n".join(text).strip()

    @cached_property
    def help(self) -> Mapping[str, str]:
        """Documentation of each argument."""
        texts: dict[str, list[str]] = {}
        current: list[str] = []
        for line in self._section("Args:"):
            if match := _ARGUMENT.fullmatch(line):
                current = texts.setdefault(match[1], [])
                line = match[2]
            current.append(line.strip())
        return {name: " ".join(text) for name, text in texts.items()}

    def _section(self, title: str) -> Iterator[str]:
        """Yield the lines of a section, unindented."""
        inside = False
        for line in self._lines:
            if inside and line and not line.startswith(" "):
                return
            if inside and line:
                yield line.removeprefix("    ")
            inside = inside or line == title
