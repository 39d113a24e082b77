"""Tests of the pytest fixtures, used as the documentation shows."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from tests.generated import COMMITTED, imported
from tests.readmes import WECHATPAY, blocks_below

from specloom import locales
from specloom.auth_schemes import SCHEMES
from specloom.targets.docs import client

EVERY = """
import asyncio

pytest_plugins = ["wechatpay.testing", "weixin.testing"]


def test_async(wechatpay_mock, async_wechatpay_client):
    wechatpay_mock.issue_fapiao("A", "1")
    page = asyncio.run(async_wechatpay_client.fapiao_applications.query("A", sub_mchid="1900000109"))
    assert page.total_count == 1


def test_each_test_has_a_mock_of_its_own(wechatpay_mock):
    assert not wechatpay_mock.calls


def test_weixin(weixin_mock, weixin_client, async_weixin_client):
    arguments = {"card_id": "p", "code": "1", "reimburse_status": "INVOICE_REIMBURSE_LOCK"}
    weixin_client.invoice.update_status(**arguments)
    asyncio.run(async_weixin_client.invoice.update_status(**arguments))
    assert weixin_mock.calls[-1].body.code == "1"
"""


def run_tests(folder: Path, status: int = 0) -> str:
    """Run pytest in a folder; return the last line of its output."""
    path = ":".join(str(project) for project in COMMITTED.values())
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."]
    process = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": path, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == status, process.stdout + process.stderr
    return process.stdout.strip().split("\n")[-1]


def test_the_test_in_the_notes_passes(tmp_path: Path) -> None:
    [text] = blocks_below("The mock", WECHATPAY)
    assert len(text.strip().split("\n")) <= 14
    (tmp_path / "test_mine.py").write_text(text)
    assert run_tests(tmp_path).startswith("1 passed")


@pytest.mark.parametrize("name", COMMITTED)
def test_the_test_on_the_page_passes(name: str, tmp_path: Path) -> None:
    page = (COMMITTED[name] / "docs" / "zh" / "client.md").read_text("utf-8")
    example = re.search(r"^```python\n(import pytest\n.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert example
    (tmp_path / "test_mine.py").write_text(example[1])
    assert run_tests(tmp_path).startswith("1 passed")


def test_the_ledger_test_on_the_page_fails_for_code_that_retries(tmp_path: Path) -> None:
    page = (COMMITTED["weixin"] / "docs" / "en" / "client.md").read_text("utf-8")
    example = re.search(
        r"^```python\n(from contextlib import suppress\n.*?)^```", page, re.DOTALL | re.MULTILINE
    )
    assert example
    (tmp_path / "test_mine.py").write_text(example[1])
    assert run_tests(tmp_path).startswith("1 passed")
    call = re.search(r"^    with suppress.*?^        \)\n", example[1], re.DOTALL | re.MULTILINE)
    assert call
    (tmp_path / "test_mine.py").write_text(example[1].replace(call[0], call[0] * 2))
    assert run_tests(tmp_path, status=1).startswith("1 failed")


def test_the_names_on_the_page_exist() -> None:
    """Options with their defaults, exceptions, and the commands of a mock."""
    with imported(COMMITTED["wechatpay"], "wechatpay") as wechatpay:
        parameters = inspect.signature(wechatpay.WeChatPay).parameters
        credentials = {argument.name for argument in SCHEMES["wechatpay-v3"].arguments}
        guide = locales.table("en", "guide")
        assert {name: client.DEFAULTS.get(name, "") for name in guide["options"]} == {
            name: repr(parameter.default).replace("None", "")
            for name, parameter in parameters.items()
            if name not in credentials
        }
        assert all(hasattr(wechatpay.errors, name) for name in guide["refusals"])
        mock = import_module("wechatpay.testing").WeChatPayMock()
        names = re.findall(
            r"mock\.(\w+)",
            str([guide[key] for key in ("stubs", "event_stubs", "mock_usage", "ledger")]),
        )
        assert "fail" in names
        assert all(hasattr(mock, name) for name in names)


def test_all_fixtures_work(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(EVERY)
    assert run_tests(tmp_path).startswith("3 passed")


IMPORTS = """
import sys, wechatpay
from wechatpay import WeChatPay, calls, errors, models
calls.fapiao_applications, models.FapiaoPage, errors.NoAuth
loaded = [name for name in sys.modules if "mock" in name or name.endswith(".testing") or name == "sqlite3"]
assert not loaded, loaded
"""


def test_the_client_does_not_import_the_mock() -> None:
    subprocess.run([sys.executable, "-c", IMPORTS], cwd=COMMITTED["wechatpay"], check=True)


def test_the_mock_needs_no_pytest() -> None:
    code = "import sys, wechatpay.testing; assert 'pytest' not in sys.modules; assert 'sqlite3' in sys.modules"
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=COMMITTED["wechatpay"], check=True
    )
