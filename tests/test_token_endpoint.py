"""The scheme `token-endpoint` against a server of our own, which issues tokens as Feishu's does: errors have status 200."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from tests.generated import imported, write
from tests.servers import ReceivedRequest, Server, http_response, serving
from tests.type_checkers import Mypy

API = """
specloom: 1
package: shop
version: 1.0.0
client: Shop
title: Shop
languages: [en, zh]
hosts: [https://api.shop.example/open-apis]
schemes:
  tenant: {scheme: token-endpoint, endpoint: auth.tenant, token: tenant_access_token, expires_in: expire}
auth: tenant
error_shape: {code: code, message: msg, success: 0}
errors: [{code: 99991663, as: TokenInvalid, retry: token}]
"""
AUTH = """
endpoints:
  tenant:
    http: POST /auth/v3/tenant_access_token/internal
    auth: none
    body: {app_id: string, app_secret: {type: string, secret: true}}
    responses: {200: {body: {code: integer, msg: string, tenant_access_token?: {type: string, secret: true}, expire?: integer}}}
    errors: [{code: 10014, as: AppSecretInvalid, reason: The secret is wrong.}]
    examples:
      - request: {body: {app_id: cli_1, app_secret: secret}}
        response: {status: 200, body: {code: 0, msg: ok, tenant_access_token: t-1, expire: 7200}}
"""
ORDERS = """
endpoints:
  create: {http: POST /orders, body: {no: string}, responses: {200: {body: {code: integer}}}}
"""
SECRET = "CANARY-secret"


@dataclass
class Provider:
    """Issues tokens, and accepts the last one."""

    refusal: int = 99991663
    status: int = 200
    pause: float = 0.0
    expire: Any = 7200
    fetched: int = 0
    calls: int = 0
    valid: str = ""
    lock: Any = field(default_factory=threading.Lock)

    def __call__(self, got: ReceivedRequest) -> bytes:
        if got.target.endswith("/tenant_access_token/internal"):
            time.sleep(self.pause)
            assert not got.headers("authorization")
            if json.loads(got.body)["app_secret"] != SECRET:
                return http_response(
                    200, '{"code": 10014, "msg": "app secret CANARY-wrong invalid"}'
                )
            with self.lock:
                self.fetched += 1
                self.valid = f"CANARY-t{self.fetched}"
            token = {"tenant_access_token": self.valid, "expire": self.expire}
            return http_response(200, json.dumps({"code": 0, "msg": "ok", **token}))
        self.calls += 1
        if not self.valid or got.headers("authorization") != [f"Bearer {self.valid}"]:
            refusal = {"code": self.refusal, "msg": f"bad token {got.headers('authorization')}"}
            return http_response(self.status, json.dumps(refusal))
        return http_response(200, '{"code": 0}')


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def server(provider: Provider) -> Iterator[Server]:
    with serving(provider) as running:
        yield running


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokens")
    spec = folder / "spec"
    spec.mkdir()
    for name, text in (("_api", API), ("auth", AUTH), ("orders", ORDERS)):
        (spec / f"{name}.yaml").write_text(text)
    write(spec, folder / "out")
    return folder / "out"


@pytest.fixture
def shop(project: Path) -> Iterator[ModuleType]:
    with imported(project, "shop") as module:
        yield module


def options(shop: ModuleType, server: Server, secret: str = SECRET, **more: Any) -> dict[str, Any]:
    call = shop.calls.auth.tenant(app_id="a", app_secret=secret)
    return {"token_call": call, "hosts": [f"{server.url}/open-apis"], **more}


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_token_is_fetched_once_and_replaced_after_a_rejection(
    shop: ModuleType, server: Server, provider: Provider, asynchronous: bool
) -> None:
    provider.pause = 0.1

    async def together() -> None:
        async with shop.AsyncShop(**options(shop, server)) as client:
            await asyncio.gather(*(client.orders.create(no="1") for _ in range(20)))
            provider.valid = "other"
            await asyncio.gather(*(client.orders.create(no="1") for _ in range(20)))

    if asynchronous:
        asyncio.run(together())
    else:
        with shop.Shop(**options(shop, server)) as client, ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda _: client.orders.create(no="1"), range(20)))
            provider.valid = "other"
            list(pool.map(lambda _: client.orders.create(no="1"), range(20)))
    assert provider.fetched == 2


def test_status_401_is_a_rejection_and_a_token_is_fetched_anew_once(
    shop: ModuleType, server: Server, provider: Provider
) -> None:
    provider.status, provider.refusal = 401, 7
    with shop.Shop(**options(shop, server)) as client:
        client.orders.create(no="1")
        provider.valid = "other"
        client.orders.create(no="2")
        assert (provider.fetched, provider.calls) == (2, 3)


def test_a_token_is_replaced_before_it_expires(
    shop: ModuleType, server: Server, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time
    with shop.Shop(**options(shop, server)) as client:
        for passed, fetched in ((0, 1), (7130, 1), (7145, 2)):
            monkeypatch.setattr(time, "time", lambda passed=passed: now() + passed)
            client.orders.create(no="1")
            assert provider.fetched == fetched


def test_a_failed_fetch_means_that_the_request_was_not_sent(
    shop: ModuleType, server: Server, provider: Provider
) -> None:
    with (
        shop.Shop(**options(shop, server, "CANARY-wrong")) as client,
        pytest.raises(shop.errors.AppSecretInvalid) as caught,
    ):
        client.orders.create(no="1")
    error = caught.value
    assert (error.outcome, error.code, provider.calls) == ("not_sent", "10014", 0)
    assert "The secret is wrong." in str(error)
    assert "CANARY" not in str(error)
    assert "CANARY" not in repr(error.__cause__)


def test_unusable_responses(shop: ModuleType, server: Server, provider: Provider) -> None:
    provider.expire = "soon"
    with (
        shop.Shop(**options(shop, server)) as client,
        pytest.raises(
            shop.errors.ProtocolError, match="expire is not a number of seconds"
        ) as caught,
    ):
        client.orders.create(no="1")
    assert caught.value.outcome == "not_sent"
    with serving(http_response(200, '{"code": 0, "msg": "ok"}')) as empty:
        with (
            shop.Shop(**options(shop, empty)) as client,
            pytest.raises(shop.errors.ProtocolError, match="no token at tenant_access_token"),
        ):
            client.orders.create(no="1")
        assert len(empty.received) == 1


def test_clients_with_one_store_share_a_token(
    shop: ModuleType, server: Server, provider: Provider, tmp_path: Path
) -> None:
    for _ in range(2):
        store = shop.FileTokenStore(tmp_path / "tokens")
        with shop.Shop(**options(shop, server, token_store=store)) as client:
            client.orders.create(no="1")
    assert provider.fetched == 1
    assert "CANARY" not in str(sorted((tmp_path / "tokens").iterdir()))


def test_the_deadline_of_a_call(shop: ModuleType, server: Server, provider: Provider) -> None:
    provider.pause = 1
    with (
        shop.Shop(**options(shop, server, deadline=0.2)) as client,
        pytest.raises(shop.errors.DeadlineExceeded) as caught,
    ):
        client.orders.create(no="1")
    assert caught.value.outcome == "not_sent"


def test_another_call_is_refused(shop: ModuleType) -> None:
    with pytest.raises(shop.errors.ConfigError, match=r"expected a call of auth.tenant"):
        shop.Shop(token_call=shop.calls.orders.create(no="1"))
    with pytest.raises(shop.errors.ConfigError):
        shop.Shop(token_call="CANARY")


def test_the_mock_issues_tokens_and_rejects_others(shop: ModuleType) -> None:
    mock = import_module("shop.testing").ShopMock()
    with mock.client() as client:
        client.orders.create(no="1")
        mock.reply(
            {"code": 0, "msg": "ok", "tenant_access_token": "t-2", "expire": 60},
            endpoint="auth.tenant",
        )
        mock.advance(7201)
        client.orders.create(no="2")
        mock.advance(61)
        client.orders.create(no="3")
    names = [each.endpoint for each in mock.calls]
    rejected = ["orders.create", "auth.tenant", "orders.create"]
    assert names == ["auth.tenant", "orders.create", *rejected, *rejected]
    assert mock.calls[4].request.headers.get("Authorization") == "Bearer t-2"
    with httpx.Client(transport=mock.transport, base_url="https://api.shop.example") as raw:
        response = raw.post(
            "/open-apis/orders", json={"no": "4"}, headers={"Authorization": "Bearer t-3"}
        )
    assert (response.status_code, response.json()["code"]) == (200, 99991663)
    assert [each.endpoint for each in mock.ledger].count("orders.create") == 3


def test_the_mock_as_a_server_prints_a_client(shop: ModuleType, project: Path) -> None:
    command = [sys.executable, "-m", "shop.testing", "--port", "0", "--print-client"]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while not lines or lines[-1] != ")\n":
                lines.append(process.stdout.readline())
                assert lines[-1], lines
            names: dict[str, Any] = {}
            exec("".join(lines), names)
            with names["client"] as client:
                client.orders.create(no="1")
        finally:
            process.terminate()


def test_pages_and_types(project: Path, tmp_path: Path, mypy: Mypy) -> None:
    index = (project / "docs" / "en" / "index.md").read_text("utf-8")
    assert "token_call=calls.auth.tenant(" in index
    assert "Authorization" in (project / "docs/zh/orders/create.md").read_text("utf-8")
    (tmp_path / "use.py").write_text(
        "from shop import Shop, calls\n"
        "Shop(token_call=calls.auth.tenant(app_id='a', app_secret='s'))\n"
        "Shop(token_call='s')  # type: ignore[arg-type]\n"
    )
    result = mypy("use.py", cwd=tmp_path, path=[project])
    assert result.returncode == 0, result.stdout
