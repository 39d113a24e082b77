"""Models of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType, field

from .._runtime.models import Model, OpenEnum, OpenIntEnum, Unknown, constant, tagged
from .._runtime.uploads import UploadLike
from .._runtime.wire_formats import (
    ENCRYPTED,
    JSON_TEXT,
    MILLISECONDS,
    SECONDS,
    SECRET,
    UNIX,
    UNIX_MS,
    formatted,
    limited,
)


class Status(OpenEnum):
    """Status of an order."""

    PAID = "PAID"
    CLOSED = "CLOSED"
    if TYPE_CHECKING:
        UNLISTED_ = ""


class Level(OpenIntEnum):
    """Priority of an order."""

    LOW = 1
    HIGH = 2
    if TYPE_CHECKING:
        UNLISTED_ = -1


class Color(Enum):
    """A closed enum."""

    RED = "red"
    BLUE = "blue"


class Buyer(Model, frozen=True, kw_only=True):
    """Buyer; in requests and responses."""

    name: Annotated[str, limited(max_length=8)]
    phone: Annotated[str, ENCRYPTED, limited(max_length=20)] | None = None


class Detail(Model, frozen=True, kw_only=True):
    """Value embedded as JSON in a text."""

    count: int


class Card(Model, frozen=True, kw_only=True):
    """Payment by card."""

    kind: Literal["card"] = constant("card")
    number: Annotated[str, SECRET]


class Cash(Model, frozen=True, kw_only=True):
    """Payment in cash, or by several payments."""

    kind: Literal["cash"] = constant("cash")
    parts: Sequence[Payment] = field(default_factory=list)


if TYPE_CHECKING:
    Payment: TypeAlias = Card | Cash | Unknown
else:
    Payment = tagged("Payment", "kind", lambda: {"card": Card, "cash": Cash})


class Order(Model, frozen=True, kw_only=True):
    """An order in a response."""

    order_id: str
    status: Status
    total: int
    level: Level | None = None
    color: Color | None = None
    paid_at: Annotated[datetime, Meta(tz=True)] | None = None
    price: Decimal | None = None
    weight: float | None = None
    buyer: Buyer | None = None
    contacts: dict[str, Buyer] | None = None
    phones: list[Annotated[str, ENCRYPTED]] | None = None
    items: list[Order] = field(default_factory=list)
    extra: Any = None
    class_: str | None = field(default=None, name="class")


class Converted(Model, frozen=True, kw_only=True):
    """All wire formats."""

    unix: Annotated[datetime, UNIX]
    unix_ms: Annotated[datetime, UNIX_MS] | None = None
    day: Annotated[date, formatted("%Y%m%d")] | None = None
    minute: Annotated[datetime, formatted("%Y%m%d%H%M")] | None = None
    wait: Annotated[timedelta, SECONDS] | None = None
    pause: Annotated[timedelta, MILLISECONDS] | None = None
    detail: Annotated[Detail, JSON_TEXT] | None = None
    payment: Payment | None = None
    amount: int | str | None = None


class CreateRequest(Model, frozen=True, kw_only=True):
    """Request body of a new order."""

    name: Annotated[str, limited(min_length=1, max_length=32)]
    items: Annotated[Sequence[Item], limited(min_length=1, max_length=3)]
    note: Annotated[str, limited(max_length=20)] | UnsetType | None = UNSET
    labels: Mapping[str, str] | None = None
    at: datetime | None = None
    price: Annotated[Decimal, limited(ge=0)] | None = None
    weight: float | None = None
    status: Status | None = None
    color: Color | None = None
    password: Annotated[str, SECRET] | None = None
    buyer: Buyer | None = None
    extra: Any = None
    version: Literal[2] = constant(2)


class Item(Model, frozen=True, kw_only=True):
    """One line of an order."""

    sku: Annotated[str, limited(max_length=8, pattern="[A-Z]+")]
    quantity: Annotated[int, limited(ge=1)] = 1


class UploadRequest(Model, frozen=True, kw_only=True):
    """Request body of an upload."""

    meta: Picture
    file: Annotated[UploadLike, limited(max_length=1000)]
    tags: Sequence[str] | None = None


class Picture(Model, frozen=True, kw_only=True):
    """Metadata of a picture."""

    filename: str
    sha256: str


class LoginRequest(Model, frozen=True, kw_only=True):
    """Request body of a login."""

    user: str
    password: Annotated[str, SECRET]
    scopes: Sequence[str] | None = None


class DocumentedError(Model, frozen=True, kw_only=True):
    """Body of a 422."""

    problems: list[str]
