"""Clients of mocks with one auth scheme, whose options the spec sets."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving

API = """
specloom: 1
package: shop
version: 1.0.0
client: Shop
title: Shop
languages: [en]
hosts: [https://api.shop.example]
schemes: {{key: {{scheme: api-key, {option}}}}}
auth: key
"""
ORDERS = "endpoints: {get: {http: GET /orders, responses: {200: {body: {no: string}}}}}"


@pytest.mark.parametrize("option", ["header: X-Key", "query: k", "cookie: session"])
def test_an_api_key(tmp_path: Path, option: str) -> None:
    spec = tmp_path / "spec"
    spec.mkdir()
    (spec / "_api.yaml").write_text(API.format(option=option))
    (spec / "orders.yaml").write_text(ORDERS)
    write(spec, tmp_path / "out")
    with imported(tmp_path / "out", "shop") as shop:
        mock = import_module("shop.testing").ShopMock()
        with mock.client() as client:
            client.orders.get()
        with mock.client(key="other") as client, pytest.raises(shop.errors.ApiError):
            client.orders.get()
        with serving(http_response(200, '{"no": "1"}')) as server:
            with shop.Shop(key="KEY", hosts=[server.url]) as client:
                client.orders.get()
            sent = server.received[0].head.decode()
    assert {
        "header: X-Key": "X-Key: KEY",
        "query: k": "?k=KEY",
        "cookie: session": "Cookie: session=KEY",
    }[option] in sent
