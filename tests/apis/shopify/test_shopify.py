"""Shopify: a host for each shop, links to pages, amounts as texts, and a limit on calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.apis.conftest import Tell
from tests.apis.shopify.server import SHOP, TOKEN, Shop
from tests.servers import Server, serving


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def server(shop: Shop) -> Iterator[Server]:
    with serving(shop) as running:
        yield running


@pytest.fixture
def options(server: Server) -> dict[str, Any]:
    return {"key": TOKEN, "shop": SHOP, "hosts": [f"{server.url}/admin/api/2026-10"]}


def test_the_name_of_the_shop_is_the_host(package: Any) -> None:
    with package.Shopify(key=TOKEN, shop=SHOP) as client:
        assert repr(client) == "<Shopify https://tea-house.myshopify.com>"
    for name in ("evil.example/", "a@b", "", "tea-house.myshopify.com#"):
        with pytest.raises(package.errors.ConfigError, match="shop"):
            package.Shopify(key=TOKEN, shop=name)


def test_all_orders_are_read_page_by_page(
    tell: Tell, options: dict[str, Any], shop: Shop, package: Any
) -> None:
    async def story(shopify: Any) -> None:
        shop.busy = 1
        orders = [one async for one in shopify.orders.iter_list(status="any", limit=2)]
        assert sum(one.total_price for one in orders) == Decimal("15.50")
        assert orders[0].extra["tax_lines"] == [{"rate": Decimal("0.19")}]
        assert orders[4].line_items[0].price == Decimal("5.10")

    tell(story, **options)
    queries = [one.target.partition("?")[2] for one in shop.requests]
    assert queries[0] == queries[1] == "status=any&limit=2"
    assert [query.partition("&")[0] for query in queries[2:]] == ["limit=2"] * 2


def test_a_canceled_order_is_refunded_once(
    tell: Tell, options: dict[str, Any], shop: Shop, package: Any
) -> None:
    errors = package.errors

    async def story(shopify: Any) -> None:
        number = shop.orders[0]["id"]
        shop.lose_responses = 1
        with pytest.raises(errors.ConnectionFailed) as lost:
            await shopify.orders.cancel(number, amount=Decimal("1.10"), currency="EUR")
        assert (lost.value.outcome, lost.value.inquiry) == ("unknown", "orders.get")
        order = (await shopify.orders.get(number)).order
        assert order.financial_status == "refunded"
        assert order.cancelled_at.utcoffset().total_seconds() == 3600
        with pytest.raises(errors.Unprocessable, match="is canceled") as refused:
            await shopify.orders.cancel(number, amount=Decimal("1.10"), currency="EUR")
        assert refused.value.outcome == "rejected"

    tell(story, **options)
    assert shop.refunds == [Decimal("1.10")]


def test_products_are_created_changed_and_deleted(
    tell: Tell, options: dict[str, Any], shop: Shop, package: Any
) -> None:
    models, errors = package.models, package.errors

    async def story(shopify: Any) -> None:
        variant = models.VariantInput(price=Decimal("12.50"))
        product = models.ProductInput(title="Assam & Co", variants=[variant])
        created = (await shopify.products.create(product=product)).product
        assert (created.handle, created.variants[0].price) == ("assam-co", Decimal("12.50"))
        change = models.ProductChange(title="Assam", tags=None)
        changed = (await shopify.products.update(created.id, product=change)).product
        assert (changed.title, changed.tags) == ("Assam", "")
        await shopify.products.delete(created.id)
        with pytest.raises(errors.NotFound, match="Not Found"):
            await shopify.products.delete(created.id)

    tell(story, **options)
    bodies = [json.loads(one.body) for one in shop.requests if one.method == "PUT"]
    assert bodies == [{"product": {"title": "Assam", "tags": None}}]
