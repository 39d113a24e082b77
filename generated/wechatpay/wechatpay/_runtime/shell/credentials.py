"""Credentials of the shell: from the environment or a file, never from the command line.

A command line is visible to every process of the machine, and is kept in histories.
"""

from __future__ import annotations

import inspect
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ..client import Client
from ..codec import InvalidJson, parse
from ..errors import ConfigError
from ..json_types import is_object

_CLASS = re.compile(r"[A-Za-z_]\w*")


class Credentials:
    """Arguments of a client that identify its user, with the variables that hold them."""

    def __init__(
        self, client: type[Client], environment: Mapping[str, str] = os.environ
    ) -> None:
        self._package = client.__module__.partition(".")[0]
        self._prefix = self._package.upper()
        self._environment = environment
        common = inspect.signature(Client.__init__).parameters
        self.parameters = {
            name: parameter
            for name, parameter in inspect.signature(client.__init__).parameters.items()
            if name not in common
        }
        self.file_variable = f"{self._prefix}_CREDENTIALS"

    def variables(self) -> Iterator[tuple[str, bool]]:
        """Yield the environment variables, and whether each is needed."""
        for name, parameter in self.parameters.items():
            scheme = self._scheme(parameter)
            needed = parameter.default is inspect.Parameter.empty
            if scheme is None:
                yield self._variable(name), needed
            else:
                for option, each in _options(scheme).items():
                    optional = each.default is not inspect.Parameter.empty
                    yield self._variable(name, option), needed and not optional

    def load(self, path: Path | None) -> Mapping[str, Any]:
        """Return the client's arguments; the environment replaces values of the file.

        The file is TOML or JSON, with a table for each scheme of several. Raise
        `ConfigError`.
        """
        if path is None and (named := self._environment.get(self.file_variable)):
            path = Path(named)
        stored = {} if path is None else _stored(path)
        if unknown := sorted(stored.keys() - self.parameters.keys()):
            raise ConfigError(
                f"{path}: unknown: {', '.join(unknown)}; known are {', '.join(self.parameters)}"
            )
        arguments: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            scheme = self._scheme(parameter)
            value = stored.get(name)
            if scheme is None:
                value = self._environment.get(self._variable(name), value)
            else:
                values: dict[str, Any] = dict(value) if is_object(value) else {}
                for option in _options(scheme):
                    if (
                        text := self._environment.get(self._variable(name, option))
                    ) is not None:
                        values[option] = text
                value = scheme(**values) if values else None
            if value is not None:
                arguments[name] = value
            elif parameter.default is inspect.Parameter.empty:
                raise ConfigError(
                    f"{name} is missing: set {self._variable(name)}, or write it to a file and"
                    f" name the file in --credentials or {self.file_variable}"
                )
        return arguments

    def secrets(self, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the texts among the arguments that no output may show, with their variables."""
        for name, value in arguments.items():
            if isinstance(value, str):
                yield value, self._variable(name)

    def _variable(self, *names: str) -> str:
        return "_".join((self._prefix, *(name.upper() for name in names)))

    def _scheme(self, parameter: inspect.Parameter) -> type[Any] | None:
        """Return the scheme's class if the client takes objects, as for several schemes."""
        match = _CLASS.match(str(parameter.annotation))
        try:
            auth = import_module(f"{self._package}.auth")
        except ModuleNotFoundError:
            return None
        return getattr(auth, match[0], None) if match else None


def _options(scheme: type[Any]) -> Mapping[str, inspect.Parameter]:
    return {
        name: parameter
        for name, parameter in inspect.signature(scheme).parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


def _stored(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
        stored: Any = (
            parse(content)
            if path.suffix == ".json"
            else tomllib.loads(content.decode("utf-8"))
        )
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (InvalidJson, ValueError):
        # The message of the parser could quote a secret.
        raise ConfigError(f"{path}: invalid TOML or JSON") from None
    if not is_object(stored):
        raise ConfigError(f"{path}: expected an object")
    return stored
