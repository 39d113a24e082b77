"""Alternatives of auth schemes, and schemes that a request needs together: a client against a server on raw sockets, and its mock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import ReceivedRequest, http_response, serving
from tests.type_checkers import Mypy

from specloom.diff import Spec, compare
from specloom.spec import load

API = """
specloom: 1
package: shop
version: 1.0.0
client: Shop
title: Shop
languages: [en, zh]
hosts: [https://api.shop.example]
schemes:
  token: {scheme: bearer}
  app_key: {scheme: api-key, header: X-App-Key}
  session: {scheme: api-key, cookie: session}
auth: [token, {all: [app_key, session]}]
"""
ORDERS = """
endpoints:
  get: {http: GET /orders, responses: {200: {body: {no: string}}}}
  sum: {http: GET /sum, auth: {all: [token, app_key]}, responses: {200: {body: {no: string}}}, errors: [{status: 401, retry: token}]}
  all: {http: GET /all, auth: none, responses: {200: {body: {no: string}}}}
"""
TOKEN = {"authorization": ["Bearer CANARY-t"]}
BOTH = {"x-app-key": ["CANARY-a"], "cookie": ["session=CANARY-s"]}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alternatives")
    spec = folder / "spec"
    spec.mkdir()
    (spec / "_api.yaml").write_text(API)
    (spec / "orders.yaml").write_text(ORDERS)
    write(spec, folder / "out")
    return folder / "out"


@pytest.fixture
def shop(project: Path) -> Iterator[ModuleType]:
    with imported(project, "shop") as module:
        yield module


def credentials(shop: ModuleType, *names: str) -> dict[str, Any]:
    each = {
        "token": shop.auth.Bearer("CANARY-t"),
        "app_key": shop.auth.ApiKey("CANARY-a", header="X-App-Key"),
        "session": shop.auth.ApiKey("CANARY-s", cookie="session"),
    }
    return {name: each[name] for name in names}


def carried(request: ReceivedRequest) -> dict[str, list[str]]:
    names = ("authorization", "x-app-key", "cookie")
    return {name: request.headers(name) for name in names if request.headers(name)}


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("token",), TOKEN),
        (("app_key", "session"), BOTH),
        (("token", "app_key"), TOKEN),
        (("token", "app_key", "session"), TOKEN),
        (("app_key",), None),
        ((), None),
    ],
)
def test_the_first_complete_alternative_is_used(
    shop: ModuleType, asynchronous: bool, names: tuple[str, ...], expected: Any
) -> None:
    with serving(http_response(200, '{"no": "1"}')) as server:
        options = {**credentials(shop, *names), "hosts": [server.url]}

        async def call() -> None:
            async with shop.AsyncShop(**options) as client:
                await client.orders.get()

        def run() -> None:
            if asynchronous:
                asyncio.run(call())
            else:
                with shop.Shop(**options) as client:
                    client.orders.get()

        if expected is None:
            with pytest.raises(
                shop.errors.ConfigError, match="missing token or app_key and session"
            ):
                run()
            assert server.received == []
        else:
            run()
            assert carried(server.received[0]) == expected


def test_an_endpoint_has_its_own_combination(shop: ModuleType) -> None:
    with serving(http_response(200, '{"no": "1"}')) as server:
        with shop.Shop(**credentials(shop, "token", "app_key"), hosts=[server.url]) as client:
            client.orders.sum()
            client.orders.all()
        assert carried(server.received[0]) == {**TOKEN, "x-app-key": ["CANARY-a"]}
        assert carried(server.received[1]) == {}


def test_a_rejected_token_is_replaced_beside_a_key(shop: ModuleType) -> None:
    tokens = iter(["CANARY-1", "CANARY-2"])
    refusal = http_response(401, '{"message": "CANARY-1 with CANARY-a"}')
    with serving(refusal, http_response(200, '{"no": "1"}')) as server:
        given = credentials(shop, "app_key") | {"token": shop.auth.Bearer(lambda: next(tokens))}
        with shop.Shop(**given, hosts=[server.url]) as client:
            assert client.orders.sum().no == "1"
        sent = [carried(each)["authorization"] for each in server.received]
    assert sent == [["Bearer CANARY-1"], ["Bearer CANARY-2"]]


def test_secrets_of_all_schemes_are_hidden(shop: ModuleType) -> None:
    with (
        serving(
            lambda got: http_response(403, "CANARY-a CANARY-s CANARY-t", *[("X-All", "CANARY-s")])
        ) as server,
        shop.Shop(**credentials(shop, "app_key", "session"), hosts=[server.url]) as client,
        pytest.raises(shop.errors.ApiError) as caught,
    ):
        client.orders.get()
    assert "CANARY-a" not in str(caught.value) + str(dict(caught.value.headers))
    assert "CANARY-s" not in str(caught.value) + str(dict(caught.value.headers))


def test_what_is_no_scheme_is_reported_by_its_argument(shop: ModuleType) -> None:
    with pytest.raises(shop.errors.ConfigError, match="app_key: expected an instance"):
        shop.Shop(app_key="CANARY-a")

    async def later() -> str:
        return "t"

    with pytest.raises(shop.errors.ConfigError, match="token: an async function"):
        shop.Shop(token=shop.auth.Bearer(later))


def test_the_mock_accepts_each_alternative_and_nothing_less(shop: ModuleType) -> None:
    mock = import_module("shop.testing").ShopMock()
    with mock.client() as client:
        client.orders.get()
        client.orders.sum()
        client.orders.all()
    with mock.client(token=None) as client:
        client.orders.get()
    wrong = shop.auth.ApiKey("no", cookie="session")
    with mock.client(token=None, session=wrong) as client, pytest.raises(shop.errors.ApiError):
        client.orders.get()
    with mock.client(app_key=shop.auth.ApiKey("no", header="X-App-Key")) as client:
        client.orders.get()
        with pytest.raises(shop.errors.ApiError):
            client.orders.sum()


def test_pages_name_the_alternatives(project: Path) -> None:
    page = (project / "docs" / "en" / "orders" / "get.md").read_text("utf-8")
    assert "`token`; `app_key` with `session`" in page
    assert "Cookie" in page
    assert "`token` 与 `app_key`" in (project / "docs/zh/orders/sum.md").read_text("utf-8")
    assert "all.md" in str(sorted(project.rglob("all.md")))


def test_types(project: Path, tmp_path: Path, mypy: Mypy) -> None:
    (tmp_path / "use.py").write_text(
        "from shop import Shop, auth\n"
        "Shop(app_key=auth.ApiKey('k', header='X-App-Key'), session=auth.ApiKey('s', cookie='c'))\n"
        "no: str = Shop(token=auth.Bearer('t')).orders.get().no\n"
    )
    result = mypy("use.py", cwd=tmp_path, path=[project])
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("[token, {all: [app_key, session]}]", "[token, app_key]", "auth-loosened"),
        ("[token, {all: [app_key, session]}]", "token", "auth-tightened"),
        ("token", "[token, {all: [app_key, session]}]", "auth-loosened"),
        ("app_key", "{all: [app_key, session]}", "auth-tightened"),
        ("{all: [app_key, session]}", "none", "auth-loosened"),
    ],
)
def test_diff(tmp_path: Path, old: str, new: str, rule: str) -> None:
    specs: list[Spec] = []
    for auth in (old, new):
        folder = tmp_path / str(len(specs))
        folder.mkdir()
        text = API.replace("auth: [token, {all: [app_key, session]}]", f"auth: {auth}")
        (folder / "_api.yaml").write_text(text)
        (folder / "orders.yaml").write_text(ORDERS)
        loaded = load(folder, "spec")
        specs.append(Spec(loaded.api, "spec", loaded.sources))
    assert rule in {change.rule.id for change in compare(*specs).changes}
