"""The clients of this API."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from . import errors as _errors
from ._runtime.api_definition import Service
from ._runtime.auth.base import Scheme
from ._runtime.calls import ErrorCode, ErrorShape
from ._runtime.client import AsyncClient, Client

if TYPE_CHECKING:
    from .resources.orders import AsyncOrders, Orders

SERVICE: Final = Service(
    "handmade",
    version="0.1.0",
    hosts=("https://api.shop.example",),
    headers={"Accept": "application/json"},
    auth=("pay", "other"),
    error_shape=ErrorShape(code="code", message="message", detail="detail", success="0"),
    errors=(
        ErrorCode(403, "NO_AUTH", _errors.NoAuth, "No permission.", "Ask for it."),
        ErrorCode(None, "40001", _errors.InvalidCredential, "Bad token.", retry="token"),
        ErrorCode(None, "40014", _errors.InvalidCredential, "Bad token.", retry="token"),
        ErrorCode(None, "42001", _errors.InvalidCredential, "Old token.", retry="token"),
        ErrorCode(
            500, "SYSTEM_ERROR", _errors.SystemFailure, "It broke.", "Try again.", retry="same"
        ),
    ),
)


class Shop(Client):
    """The client."""

    def __init__(self, scheme: Scheme | None = None, **options: Any) -> None:
        super().__init__(SERVICE, {"pay": scheme} if scheme else {}, **options)

    @cached_property
    def orders(self) -> Orders:
        """Orders."""
        from .resources.orders import Orders

        return Orders(self)


class AsyncShop(AsyncClient):
    """The async client."""

    def __init__(self, scheme: Scheme | None = None, **options: Any) -> None:
        super().__init__(SERVICE, {"pay": scheme} if scheme else {}, **options)

    @cached_property
    def orders(self) -> AsyncOrders:
        """Orders."""
        from .resources.orders import AsyncOrders

        return AsyncOrders(self)
