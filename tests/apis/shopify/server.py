"""The Admin API of a Shopify shop as its documentation describes it: a host for each shop, links to pages, amounts as texts, a leaky bucket."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers import Close, Part, ReceivedRequest, http_response

TOKEN = "shpat_CANARY"
SHOP = "tea-house"


def order(number: int) -> dict[str, Any]:
    return {
        "id": 450789469 + number,
        "name": f"#{1001 + number}",
        "total_price": f"{number + 1}.10",
        "currency": "EUR",
        "financial_status": "paid",
        "cancelled_at": None,
        "note": None,
        "tax_lines": [{"rate": 0.19}],
        "line_items": [{"id": 1, "title": "Assam", "quantity": 1, "price": f"{number + 1}.10"}],
    }


@dataclass
class Shop:
    """A shop with orders and products, on the host of which all requests must be."""

    orders: list[dict[str, Any]] = field(default_factory=lambda: [order(n) for n in range(5)])
    products: dict[int, dict[str, Any]] = field(default_factory=dict[int, Any])
    refunds: list[Decimal] = field(default_factory=list[Decimal])
    """Money that went back to customers."""
    busy: int = 0
    """Number of the next requests for which the bucket is full."""
    lose_responses: int = 0
    """Number of responses to cancellations that get lost."""
    requests: list[ReceivedRequest] = field(default_factory=list[ReceivedRequest])

    def __call__(self, request: ReceivedRequest) -> bytes | list[Part]:
        self.requests.append(request)
        path, query = urlsplit(request.target)[2:4]
        prefix = "/admin/api/2026-10/"
        if not path.startswith(prefix):
            return respond(404, {"errors": "Not Found"})
        if request.headers("x-shopify-access-token") != [TOKEN]:
            return respond(401, {"errors": "[API] Invalid API key or access token"})
        if self.busy:
            self.busy -= 1
            text = "Exceeded 2 calls per second for api client."
            return respond(429, {"errors": text}, ("Retry-After", "0.1"))
        parts = re.split(r"[/.]", path.removeprefix(prefix).removesuffix(".json"))
        match request.method, parts:
            case "GET", ["orders"]:
                return self._page(request, dict(parse_qsl(query)))
            case "GET", ["orders", number] if found := self._order(number):
                return respond(200, {"order": found})
            case "POST", ["orders", number, "cancel"] if found := self._order(number):
                return self._cancel(found, json.loads(request.body))
            case "POST", ["products"]:
                return self._create(json.loads(request.body)["product"])
            case "PUT", ["products", number] if found := self.products.get(int(number)):
                change: dict[str, Any] = json.loads(request.body)["product"]
                found.update({key: value or "" for key, value in change.items()})
                return respond(200, {"product": found})
            case "DELETE", ["products", number] if self.products.pop(int(number), None):
                return respond(200, {})
        return respond(404, {"errors": "Not Found"})

    def _order(self, number: str) -> dict[str, Any] | None:
        return next((one for one in self.orders if one["id"] == int(number)), None)

    def _page(self, request: ReceivedRequest, query: dict[str, str]) -> bytes:
        start, limit = 0, int(query.get("limit", "50"))
        if page := query.pop("page_info", None):
            if set(query) - {"limit", "fields"}:
                return respond(400, {"errors": "status: cannot be passed with page_info"})
            start = int(base64.urlsafe_b64decode(page))
        end = start + limit
        links: list[str] = []
        host = request.header("host")
        path = urlsplit(request.target).path
        for relation, position in (("previous", start - limit), ("next", end)):
            if 0 <= position < len(self.orders):
                info = base64.urlsafe_b64encode(str(position).encode()).decode()
                url = f"http://{host}{path}?limit={limit}&page_info={info}"
                links.append(f'<{url}>; rel="{relation}"')
        headers = [("Link", ", ".join(links))] if links else []
        return respond(200, {"orders": self.orders[start:end]}, *headers)

    def _cancel(self, found: dict[str, Any], body: dict[str, Any]) -> bytes | list[Part]:
        if not isinstance(body.get("amount", ""), str):
            return respond(422, {"errors": "amount: must be a text"})
        if found["cancelled_at"] is not None:
            return respond(422, {"errors": "Cannot cancel an order that is canceled"})
        found["cancelled_at"] = "2026-11-01T10:00:00+01:00"
        if "amount" in body:
            self.refunds.append(Decimal(body["amount"]))
            found["financial_status"] = "refunded"
        if self.lose_responses:
            self.lose_responses -= 1
            return [Close]
        return respond(200, {"order": found})

    def _create(self, product: dict[str, Any]) -> bytes:
        if any(not isinstance(one["price"], str) for one in product.get("variants", ())):
            return respond(422, {"errors": {"price": ["must be a text"]}})
        number = 632910392 + len(self.products)
        variants = [{"id": 1, "sku": None, **one} for one in product.get("variants", ())]
        handle = re.sub(r"\W+", "-", product["title"].lower())
        self.products[number] = {
            "id": number,
            "handle": handle,
            "status": "active",
            "tags": "",
            "vendor": "Tea House",
            **product,
            "variants": variants,
        }
        return respond(201, {"product": self.products[number]})


def respond(status: int, body: Any, *headers: tuple[str, str]) -> bytes:
    return http_response(status, json.dumps(body), ("Content-Type", "application/json"), *headers)
