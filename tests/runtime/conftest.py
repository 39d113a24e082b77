"""Fixtures: a package with a copy of the runtime and handwritten calls and models."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))  # for `tests.servers`, from wherever pytest is started

from tests.runtimes import copy_runtime  # noqa: E402
from tests.servers import Server, serving  # noqa: E402


def _install() -> Path:
    home = Path(tempfile.mkdtemp(prefix="handmade-"))
    package = home / "handmade"
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(HERE / "handmade_source", package, ignore=unwanted)
    copy_runtime(package / "_runtime")
    sys.path.insert(0, str(home))
    return home


HOME = _install()


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that responds with an empty 200 until it gets other responses."""
    with serving() as running:
        yield running


def without_pauses(client: Any, **settings: Any) -> None:
    """Remove the random backoff, and change other settings."""
    client._settings = replace(client._settings, **{"chance": lambda: 0.0} | settings)


@pytest.fixture(params=["sync", "async"])
def send(request: pytest.FixtureRequest, server: Server) -> Callable[..., Any]:
    """Function that sends a call with a sync or an async client and returns the response."""
    from handmade import AsyncShop, Shop
    from handmade._runtime.auth.base import Scheme

    def send_sync(call: Any, scheme: Any = None, **options: Any) -> Any:
        options.setdefault("hosts", [server.url])
        with Shop(scheme or Scheme(), **options) as client:
            without_pauses(client)
            return client.send(call)

    async def send_async(call: Any, scheme: Any = None, **options: Any) -> Any:
        options.setdefault("hosts", [server.url])
        async with AsyncShop(scheme or Scheme(), **options) as client:
            without_pauses(client)
            return await client.send(call)

    def run(call: Any, scheme: Any = None, **options: Any) -> Any:
        return asyncio.run(send_async(call, scheme, **options))

    return send_sync if request.param == "sync" else run
