"""Stripe: forms with brackets, keys of creations, pages, errors of cards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.apis.conftest import Generated, Tell
from tests.apis.stripe.server import KEY, Account
from tests.servers import Close, ReceivedRequest, Server, serving


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serving(account) as running:
        yield running


@pytest.fixture
def options(server: Server) -> dict[str, Any]:
    return {"token": KEY, "hosts": [f"{server.url}/v1"]}


def test_a_payment_whose_response_is_lost_is_taken_once(
    tell: Tell, options: dict[str, Any], server: Server, account: Account, package: Any
) -> None:
    """The client retries with the key of the first attempt; another call has another key."""

    def lose(request: ReceivedRequest) -> Any:
        account(request)
        return [Close]

    server.respond_with(lose, account)

    async def story(stripe: Any) -> None:
        models = package.models
        address = models.Address(line1="1 & 2 = ä", city="Amsterdam", country="NL")
        shipping = models.payment_intents.CreateRequestShipping(name="Ada", address=address)
        intent = await stripe.payment_intents.create(
            amount=2500,
            currency="eur",
            confirm=True,
            payment_method="pm_card_visa",
            payment_method_types=["card", "ideal"],
            shipping=shipping,
        )
        assert (intent.status, intent.amount_received) == ("succeeded", 2500)
        assert intent.extra["payment_method_types"] == ["card", "ideal"]
        assert intent.extra["shipping"]["address"] == {
            "line1": "1 & 2 = ä",
            "city": "Amsterdam",
            "country": "NL",
        }
        assert account.charges == [2500]
        await stripe.payment_intents.create(amount=2500, currency="eur", confirm=True)
        assert account.charges == [2500, 2500]

    tell(story, **options)
    first, again, other = account.keys
    assert first == again != other


def test_a_key_belongs_to_its_parameters(
    tell: Tell, options: dict[str, Any], account: Account, package: Any
) -> None:
    async def story(stripe: Any) -> None:
        for _ in range(2):
            await stripe.payment_intents.create(
                amount=500, currency="eur", confirm=True, idempotency_key="order-1"
            )
        with pytest.raises(package.errors.BadRequest) as refused:
            await stripe.payment_intents.create(
                amount=600, currency="eur", confirm=True, idempotency_key="order-1"
            )
        assert refused.value.body.error.type == "idempotency_error"

    tell(story, **options)
    assert account.charges == [500]


def test_refusals_have_a_code_and_a_reason(
    tell: Tell, options: dict[str, Any], account: Account, package: Any
) -> None:
    errors = package.errors

    async def story(stripe: Any) -> None:
        with pytest.raises(errors.CardDeclined) as declined:
            await stripe.payment_intents.create(
                amount=500, currency="eur", confirm=True, payment_method="pm_card_chargeDeclined"
            )
        assert declined.value.body.error.decline_code == "generic_decline"
        assert declined.value.outcome == "rejected"
        with pytest.raises(errors.BadRequest, match="at least") as small:
            await stripe.payment_intents.create(amount=1, currency="eur")
        assert (small.value.code, small.value.body.error.param) == ("amount_too_small", "amount")
        with pytest.raises(errors.ResourceMissing):
            await stripe.customers.get("cus_none")

    tell(story, **options)
    assert account.charges == []


def test_customers_and_their_subscriptions(
    tell: Tell, options: dict[str, Any], account: Account, package: Any
) -> None:
    async def story(stripe: Any) -> None:
        for number in range(1, 8):
            await stripe.customers.create(name=f"Customer {number}", preferred_locales=["nl", "en"])
        found = [one.id async for one in stripe.customers.iter_list(limit=3)]
        assert found == [f"cus_{number}" for number in range(7, 0, -1)]
        since = package.models.customers.ListCreated(gte=datetime.fromtimestamp(1680893995, UTC))
        assert [one.id async for one in stripe.customers.iter_list(created=since)] == [
            "cus_7",
            "cus_6",
            "cus_5",
        ]
        item = package.models.subscriptions.SubscriptionItem
        await stripe.subscriptions.create(
            customer="cus_7", items=[item(price="price_1"), item(price="price_2", quantity=3)]
        )
        assert (await stripe.customers.delete("cus_7")).deleted

    tell(story, **options)
    assert account.subscriptions == [
        {
            "customer": "cus_7",
            "items": {"0": {"price": "price_1"}, "1": {"price": "price_2", "quantity": "3"}},
        }
    ]
    assert len(account.customers) == 6


def test_samples_leave_the_key_to_the_client(generated: Generated) -> None:
    """Whoever copies a sample must not use its key for all payments."""
    page = (generated.folder / "docs/en/payment_intents/create.md").read_text("utf-8")
    assert "client.payment_intents.create(\n    amount=2500," in page
    assert "idempotency_key=" not in page
    assert "-H 'Idempotency-Key: " in page
