"""The models of this API."""

from typing import TYPE_CHECKING

from .._runtime.lazy_exports import exports

if TYPE_CHECKING:
    from . import orders as orders
    from .orders import Order as Order
else:
    __getattr__, __dir__ = exports(__name__, {"Order": ".orders", "orders": ""})
