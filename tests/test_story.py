"""Test of README's "Your own API": a new project, its wheel in a new environment, its tests, and a change of its API."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.environments import environment, pip, run
from tests.readmes import BUILDS, block
from tests.servers import http_response, serving
from tests.test_builds import PDM_BUILD, TOOLS
from tests.test_readme import change
from tests.type_checkers import Mypy

ITEM = {
    "item_id": "1",
    "name": "Paper",
    "price": 120,
    "status": "ON_SALE",
    "created_at": "2025-09-03T10:00:00+08:00",
}
CALL = """\
import sys
from shop import Shop
from stationer import cheapest
with Shop(token="t", hosts=[sys.argv[1]]) as shop:
    print(cheapest(shop, "paper").name)
"""


def specloom(folder: Path, *arguments: str, status: int = 0) -> str:
    return run(sys.executable, "-m", "specloom", *arguments, cwd=folder, status=status)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def client_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Virtual environment with only the requirements of a client."""
    python = environment(tmp_path_factory.mktemp("client_environment"))
    pip(python, "install", "-q", "httpx>=0.28,<0.29", "msgspec>=0.20")
    return python


def install_wheel(folder: Path, python: Path) -> None:
    """Build the project and install its wheel."""
    run(sys.executable, "-m", "build", "--no-isolation", folder)
    pip(
        python,
        "install",
        "-q",
        "--force-reinstall",
        "--no-deps",
        next((folder / "dist").glob("*.whl")),
    )


def test_a_project_from_scaffold_to_a_change_of_its_api(
    tmp_path: Path, client_environment: Path, mypy: Mypy
) -> None:
    # 1: a project with an API
    (tmp_path / "pyproject.toml").write_text(block("hatchling", BUILDS))
    git(tmp_path, "init", "-q")
    assert specloom(tmp_path, "new", "shop") == block("story: scaffold")

    # 2, 3, 4: an endpoint, and a program that uses it
    items = tmp_path / "specs" / "shop" / "items.yaml"
    change(items, "endpoints:\n", f"endpoints:\n{block('story: endpoint')}\n")
    program = tmp_path / "src" / "stationer" / "__init__.py"
    program.parent.mkdir(parents=True)
    program.write_text(block("story: program"))
    assert specloom(tmp_path, "generate").startswith("shop: 3 endpoints, ")

    # the wheel, in an environment without specloom, against a server
    checked = mypy(program, cwd=tmp_path / "src")
    assert checked.returncode == 0, checked.stdout
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "the shop")
    install_wheel(tmp_path, client_environment)
    with serving(
        http_response(200, json.dumps({"items": [ITEM, ITEM | {"name": "Gold", "price": 9999}]}))
    ) as server:
        assert run(client_environment, "-c", CALL, server.url) == "Paper\n"
        assert server.received[0].target == "/items?text=paper"
        assert server.received[0].header("Authorization") == "Bearer t"
    with serving(http_response(401, '{"code": "INVALID_TOKEN", "message": "no"}')) as server:
        assert run(client_environment, "-c", CALL, server.url, status=1) == "log in again\n"

    # 5: a test with the mock
    (tmp_path / "test_stationer.py").write_text(block("story: test"))
    command = [sys.executable, "-m", "pytest", "-q", "-o", "pythonpath=src", "test_stationer.py"]
    output = run(*command, cwd=tmp_path)
    assert output.strip().split("\n")[-1].startswith("1 passed")

    # 6: the API changes
    change(items, "limit?: integer(1..100)", "limit: integer(1..100)")
    output = specloom(tmp_path, *block("check", BUILDS).split()[1:], status=1)
    assert output.startswith(block("out of date", BUILDS))
    assert "+++ src/shop/calls/items.py (generated)" in output
    output = specloom(tmp_path, "diff", "HEAD", "--fail-on", "breaking", status=1)
    assert output.startswith(block("story: diff"))

    # 7: generate again, and adapt the program
    specloom(tmp_path, "generate")
    assert specloom(tmp_path, "check") == "shop: up to date\n"
    change(program, "search(text=text)", "search(text=text, limit=100)")
    install_wheel(tmp_path, client_environment)
    with serving(http_response(200, json.dumps({"items": [ITEM]}))) as server:
        assert run(client_environment, "-c", CALL, server.url) == "Paper\n"
        assert server.received[0].target == "/items?text=paper&limit=100"


def test_the_page_shows_the_tested_build_settings() -> None:
    assert block("setuptools", BUILDS).strip() == "".join(TOOLS["setuptools"]).strip()
    assert block("pdm", BUILDS).strip() == "".join(TOOLS["pdm"]).strip()
    assert block("pdm_build.py", BUILDS) == PDM_BUILD
