"""Variables in the URLs of hosts: a client against a TLS server of our own, and its mock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving
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
hosts:
  - url: https://{tenant}.shop.example/{version}
    variables:
      tenant: {type: string(2..40), title: Name of the shop, example: acme}
      version: {type: string('v1' | 'v2'), default: v1, as: api_version}
  - https://backup-{tenant}.shop.example/{version}
auth: bearer
"""
ORDERS = """
endpoints:
  get: {http: GET /orders, responses: {200: {body: {no: string}}}}
  upload: {http: POST /files, hosts: ['https://files.{tenant}.shop.example'], responses: {204: null}}
"""


def write_spec(folder: Path, api: str = API) -> Path:
    folder.mkdir()
    (folder / "_api.yaml").write_text(api)
    (folder / "orders.yaml").write_text(ORDERS)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hosts")
    write(write_spec(folder / "spec"), folder / "out")
    return folder / "out"


@pytest.fixture
def shop(project: Path) -> Iterator[ModuleType]:
    with imported(project, "shop") as module:
        yield module


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Records URLs, and fails at the first host."""

    def __init__(self, fails: bool = False) -> None:
        self.urls: list[str] = []
        self.fails = fails

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(str(request.url))
        if self.fails:
            self.fails = False
            raise httpx.ConnectError("refused", request=request)
        if request.method == "POST":
            return httpx.Response(204)
        return httpx.Response(200, json={"no": "1"})

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_arguments_select_the_hosts(shop: ModuleType, asynchronous: bool) -> None:
    transport = Transport(fails=True)
    options: dict[str, Any] = {"tenant": "acme", "token": "t", "transport": transport}

    async def call() -> None:
        async with shop.AsyncShop(**options) as client:
            await client.orders.get()
            await client.orders.upload()

    if asynchronous:
        asyncio.run(call())
    else:
        with shop.Shop(**options) as client:
            client.orders.get()
            client.orders.upload()
            assert repr(client) == (
                "<Shop https://acme.shop.example, https://backup-acme.shop.example>"
            )
    assert transport.urls == [
        "https://acme.shop.example/v1/orders",
        "https://backup-acme.shop.example/v1/orders",
        "https://files.acme.shop.example/files",
    ]


def test_clients_with_other_values_are_independent(shop: ModuleType) -> None:
    first, second = Transport(), Transport()
    one = shop.Shop(tenant="one", token="t", transport=first)
    two = shop.Shop(tenant="TWO.eu", api_version="v2", token="t", transport=second)
    for client in (one, two, one.with_options(max_attempts=1)):
        client.orders.get()
        client.orders.upload()
    assert (
        first.urls
        == ["https://one.shop.example/v1/orders", "https://files.one.shop.example/files"] * 2
    )
    assert second.urls == [
        "https://two.eu.shop.example/v2/orders",
        "https://files.two.eu.shop.example/files",
    ]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a",
        "a/b",
        "evil.example/",
        "user@evil",
        "evil:443",
        "a..b",
        ".a",
        "a.",
        "-a",
        "a#b",
        "a?b",
        "a\\b",
        "a b",
        "a\nb",
        "a%2fb",
        "{tenant}",
        "发票",
        "x" * 41,
        1,
        None,
    ],
)
def test_a_value_cannot_lead_to_another_host(shop: ModuleType, value: Any) -> None:
    with pytest.raises(shop.errors.ConfigError, match=r"^tenant: "):
        shop.Shop(tenant=value, token="t")


def test_listed_values_and_host_names(shop: ModuleType) -> None:
    with pytest.raises(shop.errors.ConfigError, match=r"api_version: expected one of v1, v2"):
        shop.Shop(tenant="acme", api_version="v3", token="t")


def test_a_value_that_gives_no_host_name(tmp_path: Path) -> None:
    api = API.replace("string(2..40)", "string").replace("package: shop", "package: shop_long")
    write(write_spec(tmp_path / "spec", api), tmp_path / "out")
    message = "do not give a valid host name"
    with (
        imported(tmp_path / "out", "shop_long") as shop,
        pytest.raises(shop.errors.ConfigError, match=message),
    ):
        shop.Shop(tenant="x" * 64, token="t")


def test_the_option_hosts_comes_first(shop: ModuleType) -> None:
    with serving(http_response(200, '{"no": "1"}')) as server:
        with shop.Shop(tenant="acme", token="t", hosts=[f"{server.url}/base/path"]) as client:
            client.orders.get()
        assert server.received[0].target == "/base/path/orders"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_mock(shop: ModuleType, version: str) -> None:
    mock = import_module("shop.testing").ShopMock()
    with mock.client(api_version=version) as client:
        client.orders.get()
        client.orders.upload()
    with mock.client(tenant="other", api_version=version) as client:
        client.orders.get()
    assert [each.status for each in mock.calls] == [200, 204, 200]
    assert [each.request.path for each in mock.calls][:2] == [f"/{version}/orders", "/files"]


def test_pages(project: Path) -> None:
    index = (project / "docs" / "en" / "index.md").read_text("utf-8")
    assert "| `tenant` | yes | Name of the shop" in index
    assert "| `api_version` | no |" in index
    assert 'tenant="acme"' in index
    page = (project / "docs" / "zh" / "orders" / "get.md").read_text("utf-8")
    assert "https://acme.shop.example/v1/orders" in page


def test_types(project: Path, tmp_path: Path, mypy: Mypy) -> None:
    (tmp_path / "use.py").write_text(
        "from shop import Shop\n"
        "Shop(tenant='acme', token='t')\n"
        "Shop(tenant='acme', api_version='v2', token='t')\n"
        "Shop(tenant='acme', api_version='v3', token='t')  # type: ignore[arg-type]\n"
        "Shop(token='t')  # type: ignore[call-arg]\n"
    )
    result = mypy("use.py", cwd=tmp_path, path=[project])
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("default: v1", "example: v1", "credentials-changed"),
        ("'v1' | 'v2'", "'v1'", "credentials-changed"),
        ("title: Name of the shop", "default: acme", None),
        ("shop.example/{version}", "shop.example/base/{version}", "hosts-changed"),
    ],
)
def test_diff(tmp_path: Path, old: str, new: str, rule: str | None) -> None:
    specs: list[Spec] = []
    for name, text in (("old", API), ("new", API.replace(old, new))):
        loaded = load(write_spec(tmp_path / name, text), name)
        specs.append(Spec(loaded.api, name, loaded.sources))
    rules = {change.rule.id for change in compare(*specs).changes}
    assert rule in rules if rule else "credentials-changed" not in rules
