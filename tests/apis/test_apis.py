"""All clients of real APIs: their types, and their mocks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.apis.conftest import program
from tests.client_types import ClientTree
from tests.generated import imported, write
from tests.type_checkers import Mypy

from specloom.spec import load

HERE = Path(__file__).parent
APIS = sorted(spec.parent.name for spec in HERE.glob("*/spec"))


@pytest.mark.parametrize("name", APIS)
def test_programs_run_against_the_mock(name: str, tmp_path: Path) -> None:
    api = write(HERE / name / "spec", tmp_path)
    with imported(tmp_path, name) as package:
        __import__(f"{name}.testing")
        programs = program(HERE / name / "use.py")
        mock: Any = getattr(package.testing, f"{api.client}Mock")()
        with mock.client() as client:
            programs.use(client)

        async def main() -> None:
            async with mock.async_client() as client:
                await programs.use_async(client)

        asyncio.run(main())


def test_types(tmp_path: Path, mypy: Mypy) -> None:
    """Of all clients and programs, and of the runtime parts that they have."""
    tree = ClientTree(tmp_path / "tree")
    for name in APIS:
        program = (HERE / name / "use.py").read_text("utf-8")
        tree.add(name, load(HERE / name / "spec", name).api, program)
    tree.check(mypy, with_runtime=True)
