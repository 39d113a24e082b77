"""A user's own tests: the fixtures, as pages show them."""

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
    given = {"card_id": "p", "code": "1", "reimburse_status": "INVOICE_REIMBURSE_LOCK"}
    weixin_client.invoice.update_status(**given)
    asyncio.run(async_weixin_client.invoice.update_status(**given))
    assert weixin_mock.calls[-1].body.code == "1"
"""


def run(folder: Path, status: int = 0) -> str:
    """The last line of what pytest says of the tests in a folder."""
    path = ":".join(str(project) for project in COMMITTED.values())
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": path, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout.strip().split("\n")[-1]


def test_the_test_in_the_notes(tmp_path: Path) -> None:
    [text] = blocks_below("The mock", WECHATPAY)
    assert len(text.strip().split("\n")) <= 14
    (tmp_path / "test_mine.py").write_text(text)
    assert run(tmp_path).startswith("1 passed")


@pytest.mark.parametrize("name", COMMITTED)
def test_the_test_on_the_page(name: str, tmp_path: Path) -> None:
    page = (COMMITTED[name] / "docs" / "zh" / "client.md").read_text("utf-8")
    found = re.search(r"^```python\n(import pytest\n.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert found
    (tmp_path / "test_mine.py").write_text(found[1])
    assert run(tmp_path).startswith("1 passed")


def test_the_ledger_on_the_page_catches_code_that_sends_a_request_again(tmp_path: Path) -> None:
    page = (COMMITTED["weixin"] / "docs" / "en" / "client.md").read_text("utf-8")
    found = re.search(
        r"^```python\n(from contextlib import suppress\n.*?)^```", page, re.DOTALL | re.MULTILINE
    )
    assert found
    (tmp_path / "test_mine.py").write_text(found[1])
    assert run(tmp_path).startswith("1 passed")
    again = re.search(r"^    with suppress.*?^        \)\n", found[1], re.DOTALL | re.MULTILINE)
    assert again
    (tmp_path / "test_mine.py").write_text(found[1].replace(again[0], again[0] * 2))
    assert run(tmp_path, status=1).startswith("1 failed")


def test_what_the_page_names_is_there() -> None:
    """Options with their defaults, exceptions, and the commands of a mock."""
    with imported(COMMITTED["wechatpay"], "wechatpay") as wechatpay:
        given = inspect.signature(wechatpay.WeChatPay).parameters
        credentials = {argument.name for argument in SCHEMES["wechatpay-v3"].arguments}
        guide = locales.table("en", "guide")
        assert {name: client.DEFAULTS.get(name, "") for name in guide["options"]} == {
            name: repr(each.default).replace("None", "")
            for name, each in given.items()
            if name not in credentials
        }
        assert all(hasattr(wechatpay.errors, name) for name in guide["refusals"])
        mock = import_module("wechatpay.testing").WeChatPayMock()
        named = re.findall(
            r"mock\.(\w+)",
            str([guide[key] for key in ("stubs", "event_stubs", "mock_usage", "ledger")]),
        )
        assert "fail" in named
        assert all(hasattr(mock, name) for name in named)


def test_all_fixtures(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(EVERY)
    assert run(tmp_path).startswith("3 passed")


IMPORTS = """
import sys, wechatpay
from wechatpay import WeChatPay, calls, errors, models
calls.fapiao_applications, models.FapiaoPage, errors.NoAuth
loaded = [name for name in sys.modules if "mock" in name or name.endswith(".testing") or name == "sqlite3"]
assert not loaded, loaded
"""


def test_normal_use_does_not_import_the_mock() -> None:
    subprocess.run([sys.executable, "-c", IMPORTS], cwd=COMMITTED["wechatpay"], check=True)


def test_the_mock_needs_no_pytest() -> None:
    code = "import sys, wechatpay.testing; assert 'pytest' not in sys.modules; assert 'sqlite3' in sys.modules"
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=COMMITTED["wechatpay"], check=True
    )
