"""Programs of a user of Shopify: report the sales, and keep the products."""

from __future__ import annotations

from decimal import Decimal

from shopify import AsyncShopify, Shopify, errors, models


def use(client: Shopify) -> None:
    """Sum up the orders, and create a product."""
    total = Decimal(0)
    for order in client.orders.iter_list(status="any", fields=["id", "total_price"], limit=250):
        total += order.total_price
    print(total)
    product = models.ProductInput(
        title="Assam", variants=[models.VariantInput(price=Decimal("12.50"), sku="A-1")]
    )
    created = client.products.create(product=product).product
    client.products.update(created.id, product=models.ProductChange(tags=None))
    client.products.delete(created.id)


async def use_async(client: AsyncShopify) -> None:
    """Cancel an order, and ask for its state if the response is lost."""
    try:
        canceled = await client.orders.cancel(450789469, amount=Decimal("1.10"), currency="EUR")
    except errors.Error as error:
        if error.outcome == "unknown":
            print((await client.orders.get(450789469)).order.cancelled_at)
    else:
        print(canceled.order.financial_status)
