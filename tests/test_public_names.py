"""Public names of classes and functions in tracebacks, reprs and pickles."""

from __future__ import annotations

import inspect
import pickle
import pkgutil
import subprocess
import sys
import typing
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from tests.generated import CASES, COMMITTED, imported, write


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Packages of APIs with one scheme, and of one with several."""
    folder = tmp_path_factory.mktemp("generated")
    return {**COMMITTED, write(CASES / "kitchen_sink" / "spec", folder).package: folder}


def public_modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if "._runtime" not in module.name:
            yield import_module(module.name)


def own_names(module: ModuleType) -> list[str]:
    """Return the exports of a module, or else its definitions."""
    names = [
        name
        for name, value in vars(module).items()
        if name[0] != "_" and getattr(value, "__module__", None) == module.__name__
    ]
    return list(getattr(module, "__all__", names))


@pytest.mark.parametrize("name", [*COMMITTED, "corner_shop"])
def test_public_classes_have_public_names(name: str, projects: Mapping[str, Path]) -> None:
    with imported(projects[name], name) as package:
        seen = 0
        for module in public_modules(package):
            for exported in own_names(module):
                value = getattr(module, exported)
                if not isinstance(value, type) and not inspect.isfunction(value):
                    continue
                seen += 1
                assert (
                    "._runtime" not in value.__module__
                ), f"{module.__name__}.{exported} is of {value.__module__}"
                assert pickle.loads(pickle.dumps(value)) is value, exported
                if isinstance(value, type):
                    typing.get_type_hints(value, include_extras=True)
        assert seen > 40


@pytest.mark.parametrize("name", [*COMMITTED, "corner_shop"])
def test_every_error_is_exported(name: str, projects: Mapping[str, Path]) -> None:
    def below(kind: type[BaseException]) -> Iterator[type[BaseException]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    with imported(projects[name], name) as package:
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            import_module(module.name)
        assert {
            f"{each.__module__}.{each.__qualname__}" for each in below(package.errors.Error)
        } <= {f"{name}.errors.{each}" for each in package.errors.__all__}


def test_a_traceback_has_the_public_name() -> None:
    command = [
        sys.executable,
        "-c",
        "from wechatpay import WeChatPay; WeChatPay(mchid='1', serial_no='2', private_key='3')",
    ]
    process = subprocess.run(
        command, cwd=COMMITTED["wechatpay"], capture_output=True, text=True, check=False
    )
    assert process.stderr.splitlines()[-1].startswith("wechatpay.errors.ConfigError: ")
