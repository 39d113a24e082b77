"""The calls of this API."""

from typing import TYPE_CHECKING

from .._runtime.lazy_exports import exports

if TYPE_CHECKING:
    from . import orders as orders
else:
    __getattr__, __dir__ = exports(__name__, {"orders": ""})
