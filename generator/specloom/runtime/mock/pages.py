"""Pages of a mock: documented lists, cut to the limit of the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import fields

from ..bodies import Form, Json, to_json
from ..calls import Endpoint
from ..codec import InvalidJson, decode
from ..field_info import Annotation, is_struct
from ..json_types import is_list, is_object
from ..paging import (
    Cursor,
    NextLink,
    NextUrl,
    Offset,
    PageNumber,
    Paging,
    is_paged,
)
from ..response_paths import parse_steps, value_at
from . import DocumentedError, IncomingRequest, MockResponse
from .argument_checks import CheckedArguments
from .response_parts import members, struct_of, type_at, with_value
from .server_core import Mock

_POSITION: Final = "mock_position"
"""Query parameter of the URLs that lead to the next page."""
_TOKEN: Final = "after-"


class PagingMock(Mock):
    """Mock of an API with paged endpoints."""

    page_size: int | None = None
    """Items of a page if the request has no limit; None for all items of the example."""

    def adapt_example(
        self,
        endpoint: Endpoint[Any],
        response: MockResponse,
        incoming: IncomingRequest,
        arguments: CheckedArguments,
    ) -> MockResponse:
        """Return the page of the documented response that the request asks for."""
        response = super().adapt_example(endpoint, response, incoming, arguments)
        if not is_paged(endpoint) or response.status >= 300:
            return response
        try:
            document, _ = decode(response.body)
        except InvalidJson:
            return response
        paging = endpoint.paging
        items = value_at(document, paging.items)
        if not is_list(items):
            return response
        limit = _argument(arguments, paging.limit) or self.page_size or len(items)
        start = _position(paging, items, limit, incoming, arguments)
        end = start + limit
        cut = with_value(document, parse_steps(paging.items), list(items[start:end]))
        page = _Page(endpoint, response.status, cut, end, end < len(items))
        if isinstance(paging, Cursor | Offset) and paging.more:
            page.set(paging.more, page.has_more)
        if isinstance(paging, Offset) and paging.total:
            page.set(paging.total, len(items))
        if isinstance(paging, Cursor) and not _is_in_items(paging):
            page.set_next(paging.source, page.token(paging.argument))
        url = _url(incoming, end)
        if isinstance(paging, NextUrl):
            page.set_next(paging.source, url)
        response = replace(response, body=to_json(page.document, str))
        if isinstance(paging, NextLink) and page.has_more:
            return response.with_headers(("Link", f'<{url}>; rel="{paging.relation}"'))
        return response


class _Page:
    """One page: its document, and how it leads to the next."""

    def __init__(
        self,
        endpoint: Endpoint[Any],
        status: int,
        document: Any,
        end: int,
        has_more: bool,
    ) -> None:
        self.endpoint = endpoint
        self.body_type: Annotation = endpoint.responses.get(
            endpoint.documented(status) or status
        )
        self.document = document
        self.end = end
        self.has_more = has_more

    def set(self, path: str, value: object) -> None:
        self.document = with_value(self.document, parse_steps(path), value)

    def set_next(self, path: str, value: object) -> None:
        """Set the value that leads to the next page; on the last page remove it, or
        where it must not be absent, make it null or empty."""
        if self.has_more:
            return self.set(path, value)
        steps = parse_steps(path)
        *outside, name = steps
        parent = self.document
        body_type = self.body_type
        for step in outside:
            parent = parent.get(str(step)) if is_object(parent) else None
            body_type = type_at(body_type, step)
        if not is_object(parent) or name not in parent:
            return None
        required, nullable = _presence(body_type, name)
        if not required:
            kept = {key: each for key, each in parent.items() if key != name}
            self.document = with_value(self.document, tuple(outside), kept)
            return None
        return self.set(path, None if nullable else "")

    def token(self, argument: str) -> object:
        """Return the cursor of the next page, of the type of its parameter."""
        body = self.endpoint.body.received(None) if self.endpoint.body else None
        types = [self.endpoint.arguments]
        types += [body.type] if isinstance(body, Json | Form) else []
        for struct in types:
            for field in fields(struct) if is_struct(struct) else ():
                if field.name == argument and int in members(field.type):
                    return self.end
        return f"{_TOKEN}{self.end}"


def _presence(annotation: Annotation, name: str | int) -> tuple[bool, bool]:
    """Return whether a field is required, and whether it may be null."""
    struct = struct_of(annotation)
    for field in fields(struct) if struct else ():
        if field.encode_name == name:
            return field.required, type(None) in members(field.type)
    return False, True


def _is_in_items(paging: Cursor) -> bool:
    """Return whether the cursor is a part of the last item."""
    steps = (*parse_steps(paging.items), -1)
    return parse_steps(paging.source)[: len(steps)] == steps


def _argument(arguments: CheckedArguments, name: str | None) -> Any:
    """Return an argument of the request, wherever it was sent; None without a value."""
    if name is None:
        return None
    value = arguments.parameters.get(name)
    if value is None:
        value = getattr(arguments.body, name, None)
    return None if value is UNSET else value


def _position(
    paging: Paging,
    items: Sequence[Any],
    limit: int,
    incoming: IncomingRequest,
    arguments: CheckedArguments,
) -> int:
    """Return the index of the first item of the requested page."""
    if not isinstance(paging, Cursor | Offset):
        (text,) = incoming.query.get(_POSITION, ["0"])[:1]
        return int(text) if text.isascii() and text.isdecimal() else 0
    value = _argument(arguments, paging.argument)
    if value is None or value == "":
        return 0
    if isinstance(paging, PageNumber):
        return max(0, int(value) - paging.first) * limit
    if isinstance(paging, Offset):
        return max(0, int(value) - paging.first)
    if not _is_in_items(paging):
        number = str(value).removeprefix(_TOKEN)
        if number.isascii() and number.isdecimal():
            return int(number)
    path = parse_steps(paging.source)[len(parse_steps(paging.items)) + 1 :]
    for index, item in enumerate(items):
        if _is_in_items(paging) and _at(item, path) == value:
            return index + 1
    raise DocumentedError(400, "PARAM_ERROR", "unknown cursor")


def _at(value: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        value = value.get(str(step)) if is_object(value) else None
    return value


def _url(incoming: IncomingRequest, position: int) -> str:
    """Return the URL of the next page, at the host of the request."""
    path, _, query = incoming.target.partition("?")
    pairs = [
        pair
        for pair in query.split("&")
        if pair and not pair.startswith(f"{_POSITION}=")
    ]
    host = incoming.headers.get("Host", "")
    name = host.partition(":")[0]
    scheme = "http" if name in ("127.0.0.1", "localhost", "[") else "https"
    return f"{scheme}://{host}{path}?{'&'.join([*pairs, f'{_POSITION}={position}'])}"
