"""Fixtures for the clients of real APIs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest
from tests.apis import user_schemes
from tests.apis.both_clients import Story, run_in_sync
from tests.generated import imported, write

from specloom.model import Api

Tell: TypeAlias = Callable[..., None]


@pytest.fixture(scope="module", autouse=True)
def schemes() -> Iterator[None]:
    """Provides the auth schemes of these APIs."""
    with user_schemes.installed():
        yield


@dataclass(frozen=True)
class Generated:
    """A generated project."""

    folder: Path
    api: Api


@pytest.fixture(scope="module")
def generated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generated:
    """The project that is generated from the spec beside a test."""
    name = request.path.parent.name
    folder = tmp_path_factory.mktemp(name)
    api = write(request.path.parent / "spec", folder)
    assert api.package == name
    return Generated(folder, api)


@pytest.fixture(scope="module")
def package(generated: Generated) -> Iterator[Any]:
    """The imported package of the client, with its mock."""
    with imported(generated.folder, generated.api.package) as client:
        __import__(f"{generated.api.package}.testing")
        yield client


@pytest.fixture(params=["sync", "async"])
def tell(request: pytest.FixtureRequest, generated: Generated, package: Any) -> Tell:
    """Return a function that runs a story with a client that has these options."""
    name = generated.api.client

    def in_sync(story: Story, **options: Any) -> None:
        with getattr(package, name)(**options) as client:
            run_in_sync(story, client)

    def in_async(story: Story, **options: Any) -> None:
        async def main() -> None:
            async with getattr(package, f"Async{name}")(**options) as client:
                await story(client)

        asyncio.run(main())

    return in_sync if request.param == "sync" else in_async


def program(path: Path) -> ModuleType:
    """Execute a file as a module, while the packages that it imports are importable."""
    spec = spec_from_file_location(f"use_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    assert module.__name__ not in sys.modules
    spec.loader.exec_module(module)
    return module
