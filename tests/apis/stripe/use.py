"""Programs of a user of Stripe: take a payment, and list customers."""

from __future__ import annotations

from stripe import AsyncStripe, Stripe, errors, models


def pay(client: Stripe, amount: int) -> str | None:
    """Take a payment, and return its id; None if the card is declined."""
    address = models.Address(line1="Herengracht 1", city="Amsterdam", country="NL")
    try:
        intent = client.payment_intents.create(
            amount=amount,
            currency="eur",
            confirm=True,
            payment_method="pm_card_visa",
            shipping=models.payment_intents.CreateRequestShipping(name="Ada", address=address),
        )
    except errors.CardDeclined as error:
        print(error.body.error.decline_code if error.body else None)
        return None
    return intent.id if intent.status == models.payment_intents.Status.SUCCEEDED else None


def use(client: Stripe) -> None:
    """Take a payment and list customers."""
    assert pay(client, 2500)
    customer: models.Customer = client.customers.create(name="Ada", preferred_locales=["nl", "en"])
    for one in client.customers.iter_list(limit=1):
        print(one.id, one.created.year, one.name)
    item = models.subscriptions.SubscriptionItem(price="price_1", quantity=2)
    client.subscriptions.create(customer=customer.id, items=[item])


async def use_async(client: AsyncStripe) -> None:
    """Do the same without blocking."""
    customer = await client.customers.create(name="Ada", idempotency_key="signup-ada")
    async for page in client.customers.iter_list().pages():
        print(page.has_more, [one.id for one in page.data])
    print((await client.customers.delete(customer.id)).deleted)
