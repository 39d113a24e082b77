"""Calls of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from .. import errors as _errors
from .._runtime.binary import Binary
from .._runtime.calls import (
    BINARY,
    Call,
    Endpoint,
    ErrorCode,
    Form,
    Json,
    Keyed,
    Parameter,
)
from .._runtime.frames import hide_arguments
from .._runtime.models import Model
from .._runtime.multipart import Multipart
from .._runtime.uploads import UploadLike
from .._runtime.wire_formats import ENCRYPTED, limited
from ..models.orders import (
    Converted,
    CreateRequest,
    DocumentedError,
    Item,
    LoginRequest,
    Order,
    Picture,
    UploadRequest,
)


def query(
    order_id: str,
    *,
    shop_id: str,
    fields: Sequence[str] | None = None,
    trace: str | None = None,
) -> Call[Order]:
    """Query an order."""
    return _QUERY.call(
        _QueryArguments(order_id=order_id, shop_id=shop_id, fields=fields, trace=trace)
    )


@hide_arguments
def search(
    *,
    text: str | None = None,
    ids: Sequence[int] | None = None,
    tags: Sequence[str] | None = None,
    span: Mapping[str, int] | None = None,
    phone: str | None = None,
) -> Call[list[Order]]:
    """Search for orders."""
    return _SEARCH.call(_SearchArguments(text=text, ids=ids, tags=tags, span=span, phone=phone))


@hide_arguments
def create(**fields: Any) -> Call[None]:
    """Create an order (generated code has the fields one by one)."""
    return _CREATE.call(body=CreateRequest(**fields))


def cancel(order_id: str) -> Call[None]:
    """Cancel an order, with an empty object."""
    return _CANCEL.call(_OrderArguments(order_id=order_id), {})


def touch(order_id: str) -> Call[None]:
    """Touch an order, without a body."""
    return _TOUCH.call(_OrderArguments(order_id=order_id))


def add(order_id: str, body: Sequence[Item]) -> Call[None]:
    """Add items to an order."""
    return _ADD.call(_OrderArguments(order_id=order_id), body=body)


def convert(body: Converted) -> Call[Converted]:
    """Echo the request."""
    return _CONVERT.call(body=body)


@hide_arguments
def login(*, user: str, password: str, scopes: Sequence[str] | None = None) -> Call[Any]:
    """Log in."""
    return _LOGIN.call(body=LoginRequest(user=user, password=password, scopes=scopes))


def upload(*, meta: Picture, file: UploadLike, tags: Sequence[str] | None = None) -> Call[None]:
    """Upload a picture."""
    return _UPLOAD.call(body=UploadRequest(meta=meta, file=file, tags=tags))


def put(content: UploadLike) -> Call[bytes]:
    """Store bytes."""
    return _PUT.call(body=content)


class _QueryArguments(Model, frozen=True, kw_only=True):
    order_id: Annotated[str, limited(min_length=1, max_length=32)]
    shop_id: Annotated[str, limited(max_length=32)]
    fields: Sequence[str] | None = None
    trace: str | None = None


class _SearchArguments(Model, frozen=True, kw_only=True):
    text: str | None = None
    ids: Sequence[int] | None = None
    tags: Sequence[str] | None = None
    span: Mapping[str, int] | None = None
    phone: Annotated[str, ENCRYPTED] | None = None


class _OrderArguments(Model, frozen=True, kw_only=True):
    order_id: str


_QUERY: Final[Endpoint[Order]] = Endpoint(
    "orders.query",
    "GET",
    "/v1/orders/{order_id}",
    arguments=_QueryArguments,
    query=("shop_id", Parameter("fields", style="comma")),
    header=(Parameter("X-Trace", "trace"),),
    fixed={"query": {"v": "1"}, "header": {"X-Version": "1"}},
    responses={200: Order},
    errors=(
        ErrorCode(404, "ORDER_NOT_FOUND", _errors.OrderNotFound, "No such order.", "Check it."),
        ErrorCode(404, "ORDER_NOT_FOUND", _errors.OrderNotFound, "It was archived."),
        ErrorCode(404, None, _errors.Missing),
        ErrorCode(422, None, _errors.Unprocessable, body=DocumentedError),
    ),
    idempotency="safe",
)
_SEARCH: Final[Endpoint[list[Order]]] = Endpoint(
    "orders.search",
    "GET",
    "/v1/orders",
    arguments=_SearchArguments,
    query=(
        "text",
        "ids",
        Parameter("tags", style="brackets"),
        Parameter("span", style="deep"),
        "phone",
    ),
    responses={200: list[Order]},
    idempotency="safe",
)
_CREATE: Final[Endpoint[None]] = Endpoint(
    "orders.create",
    "POST",
    "/v1/orders",
    body=Json(CreateRequest),
    responses={202: None},
    errors=(ErrorCode(None, "SYSTEM_BUSY", _errors.Busy, "Busy.", "Wait.", outcome="unknown"),),
    idempotency=Keyed("name"),
    inquiry="orders.query",
)
_CANCEL: Final[Endpoint[None]] = Endpoint(
    "orders.cancel",
    "POST",
    "/v1/orders/{order_id}/cancel",
    arguments=_OrderArguments,
    body=Json(Mapping[str, Any]),
    responses={204: None},
)
_TOUCH: Final[Endpoint[None]] = Endpoint(
    "orders.touch",
    "POST",
    "/v1/orders/{order_id}/touch",
    arguments=_OrderArguments,
    responses={204: None},
    auth=(),
)
_ADD: Final[Endpoint[None]] = Endpoint(
    "orders.add",
    "POST",
    "/v1/orders/{order_id}/items",
    arguments=_OrderArguments,
    body=Json(Sequence[Item]),
    responses={204: None},
)
_CONVERT: Final[Endpoint[Converted]] = Endpoint(
    "orders.convert", "POST", "/v1/convert", body=Json(Converted), responses={200: Converted}
)
_LOGIN: Final[Endpoint[Any]] = Endpoint(
    "orders.login", "POST", "/v1/login", body=Form(LoginRequest), responses={200: Any}
)
_UPLOAD: Final[Endpoint[None]] = Endpoint(
    "orders.upload",
    "POST",
    "/v1/pictures",
    body=Multipart(UploadRequest, media={"file": ("image/png",)}, signed_part="meta"),
    responses={204: None},
)
_PUT: Final[Endpoint[bytes]] = Endpoint(
    "orders.put",
    "PUT",
    "/v1/blob",
    body=Binary("application/octet-stream", max_length=100),
    responses={200: BINARY},
    verified=False,
)
