"""Stripe as its documentation describes it: forms with brackets, idempotency keys, pages by the id of the last object."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers import ReceivedRequest, http_response

KEY = "sk_test_CANARY"


class Refusal(Exception):
    """An error object of Stripe, with its status."""

    def __init__(self, status: int, type: str, message: str, **more: str) -> None:
        self.status = status
        self.body = {"error": {"type": type, "message": message, **more}}


@dataclass
class Account:
    """An account, and the ledger of what it executed."""

    customers: list[dict[str, Any]] = field(default_factory=list)
    charges: list[int] = field(default_factory=list)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """Key of each request, executed or not."""
    _executed: dict[str, tuple[str, bytes, bytes]] = field(default_factory=dict)

    def __call__(self, request: ReceivedRequest) -> bytes:
        try:
            if request.headers("authorization") != [f"Bearer {KEY}"]:
                raise Refusal(401, "invalid_request_error", "Invalid API Key provided")
            if not re.fullmatch(r"20\d\d-\d\d-\d\d", request.header("stripe-version")):
                raise Refusal(400, "invalid_request_error", "Invalid Stripe API version")
            path = urlsplit(request.target).path.removeprefix("/v1")
            return (
                self._post(path, request) if request.method == "POST" else self._read(path, request)
            )
        except Refusal as refusal:
            return respond(refusal.body, status=refusal.status)

    def _post(self, path: str, request: ReceivedRequest) -> bytes:
        key = request.header("idempotency-key")
        self.keys.append(key)
        if key in self._executed:
            *former, response = self._executed[key]
            if former != [path, request.body]:
                raise Refusal(400, "idempotency_error", "Keys can only be used with the same parameters they were first used with.")  # fmt: skip
            return response.replace(b"\r\n\r\n", b"\r\nIdempotent-Replayed: true\r\n\r\n", 1)
        if request.header("content-type").split(";")[0] != "application/x-www-form-urlencoded":
            raise Refusal(400, "invalid_request_error", "Invalid content type")
        form = read_form(request.body)
        try:
            response = respond(self._execute(path, form))
        except Refusal as refusal:
            response = respond(refusal.body, status=refusal.status)
        self._executed[key] = (path, request.body, response)
        return response

    def _execute(self, path: str, form: dict[str, Any]) -> dict[str, Any]:
        if path == "/customers":
            known = {"email", "name", "address", "preferred_locales"}
            if unknown := set(form) - known:
                raise Refusal(
                    400, "invalid_request_error", "Received unknown parameter", param=unknown.pop()
                )
            number = len(self.customers) + 1
            customer = {
                "id": f"cus_{number}",
                "object": "customer",
                "created": 1680893990 + number,
                "livemode": False,
                **form,
            }
            self.customers.insert(0, customer)
            return customer
        if path == "/payment_intents":
            amount = int(form["amount"])
            if amount < 50:
                raise Refusal(
                    400,
                    "invalid_request_error",
                    "Amount must be at least 0.50 EUR",
                    code="amount_too_small",
                    param="amount",
                )
            if form.get("payment_method") == "pm_card_chargeDeclined":
                raise Refusal(
                    402,
                    "card_error",
                    "Your card was declined.",
                    code="card_declined",
                    decline_code="generic_decline",
                )
            paid = form.get("confirm") == "true"
            if paid:
                self.charges.append(amount)
            return {
                **form,
                "id": f"pi_{len(self.charges)}",
                "object": "payment_intent",
                "amount": amount,
                "amount_received": amount * paid,
                "status": "succeeded" if paid else "requires_payment_method",
                "created": 1680893990,
            }
        if path == "/subscriptions":
            items = form["items"]
            if list(items) != [str(at) for at in range(len(items))] or not all(
                "price" in item for item in items.values()
            ):
                raise Refusal(400, "invalid_request_error", "Invalid array", param="items")
            self.subscriptions.append(form)
            return {
                "id": "sub_1",
                "object": "subscription",
                "status": "active",
                "customer": form["customer"],
            }
        raise Refusal(404, "invalid_request_error", f"Unrecognized request URL (POST: {path})")

    def _read(self, path: str, request: ReceivedRequest) -> bytes:
        _, _, id = path.removeprefix("/").partition("/")
        if request.method == "DELETE":
            self.customers = [one for one in self.customers if one["id"] != id]
            return respond({"id": id, "object": "customer", "deleted": True})
        if id:
            for one in self.customers:
                if one["id"] == id:
                    return respond(one)
            raise Refusal(
                404,
                "invalid_request_error",
                f"No such customer: '{id}'",
                code="resource_missing",
                param="id",
            )
        query = read_form(urlsplit(request.target).query.encode())
        found = self.customers
        if "created" in query:
            found = [one for one in found if one["created"] >= int(query["created"]["gte"])]
        ids = [one["id"] for one in found]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        end = start + int(query.get("limit", "10"))
        return respond(
            {
                "object": "list",
                "url": "/v1/customers",
                "data": found[start:end],
                "has_more": end < len(found),
            }
        )


def respond(body: dict[str, Any], status: int = 200) -> bytes:
    return http_response(
        status, json.dumps(body), ("Content-Type", "application/json"), ("Request-Id", "req_1")
    )


def read_form(body: bytes) -> dict[str, Any]:
    """Read a form as Rack does: `a[b]=1` is an object, `a[]=1` an entry of a list, `a[0][b]=1` an object with the key 0."""
    form: dict[str, Any] = {}
    for name, value in parse_qsl(
        body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body)
    ):
        head, *keys = re.split(r"\[|\]\[", name.removesuffix("]"))
        owner, last = form, head
        for key in keys:
            if key == "":
                owner.setdefault(last, []).append(value)
                break
            owner, last = owner.setdefault(last, {}), key
        else:
            owner[last] = value
    return form
