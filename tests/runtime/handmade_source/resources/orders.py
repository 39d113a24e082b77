"""Orders."""

from __future__ import annotations

from typing import Any

from .._runtime.client import AsyncResource, Resource
from .._runtime.frames import hide_arguments
from ..calls import orders as _calls
from ..models.orders import Order


class Orders(Resource):
    """Orders."""

    def query(self, order_id: str, *, shop_id: str) -> Order:
        """Query an order."""
        return self._send(_calls.query(order_id, shop_id=shop_id))

    @hide_arguments
    def create(self, **fields: Any) -> None:
        """Create an order."""
        return self._send(_calls.create(**fields))


class AsyncOrders(AsyncResource):
    """Orders."""

    async def query(self, order_id: str, *, shop_id: str) -> Order:
        """Query an order."""
        return await self._send(_calls.query(order_id, shop_id=shop_id))

    @hide_arguments
    async def create(self, **fields: Any) -> None:
        """Create an order."""
        return await self._send(_calls.create(**fields))
