"""Paging: how the pages of an endpoint follow each other.

A page is the response of one call. The form of paging makes the call of the next page
from the call and the response of this one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Generic, NamedTuple, TypeGuard, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import msgspec
from msgspec import Struct, structs

from .call_flow import exchange
from .calls import Call, Endpoint, check_call
from .drafts import RequestDraft
from .effects import Steps
from .endpoint_metadata import Response
from .errors import ConfigError, InvalidRequest, ProtocolError
from .json_types import is_list
from .response_paths import value_at
from .settings import Settings

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741

_LINK: Final = re.compile(r'<([^<>]*)>((?:[^",<>]|"[^"]*")*)')
"""One link of a Link header: the URL, and its parameters (RFC 8288)."""
_RELATION: Final = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))', re.IGNORECASE)
_REFERENCE: Final = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII characters without a backslash, which some parsers read as a slash."""
_UNESCAPED: Final = "!$%&'()*+,-./:;=?@[]_|~"
"""Characters that httpx leaves as they are."""
_DEFAULT_PORT: Final = re.compile(r":(?:80|443)$")


class PagingError(Exception):
    """The response of a page contradicts the documented paging."""


# --- forms of paging ------------------------------------------------------------------


class Page(NamedTuple):
    """One page: its call, its response, and what the forms count."""

    call: Call[Any]
    response: Response[Any]
    items: Sequence[Any]
    received: int
    """Items of this page and of all before it, as far as they were received."""
    settings: Settings


class Next(NamedTuple):
    """The call of the next page, and its position, by which repeats are noticed."""

    call: Call[Any]
    position: object


class Paging(Struct, frozen=True, kw_only=True):
    """Base of the forms of paging.

    `items` is the path of the list in the body, of wire names. `limit` is the argument
    with the maximum number of items of a page, if there is one.
    """

    items: str
    limit: str | None = None

    def first_position(self, call: Call[Any]) -> object:
        """Return the position of the first page; None if it is unknown."""
        return None

    def following(self, page: Page) -> Next | None:
        """Return the next page, or None after the last; raise `PagingError`."""
        raise NotImplementedError


class Cursor(Paging, frozen=True, kw_only=True):
    """The cursor of the next page is in the body: a token, or a field of the last item.

    The last page has no cursor, or its value at `more` is false.
    """

    argument: str
    source: str
    more: str | None = None

    def first_position(self, call: Call[Any]) -> object:
        return _argument(call, self.argument)

    def following(self, page: Page) -> Next | None:
        value = page.response.value
        more = value_at(value, self.more) if self.more else None
        cursor = value_at(value, self.source)
        if more is False:
            return None
        if cursor is None:
            if more:
                raise PagingError(f"`{self.more}` is true, but there is no cursor")
            return None
        return Next(_with_argument(page.call, self.argument, cursor), cursor)


class Offset(Paging, frozen=True, kw_only=True):
    """The next page starts after the items of this one, which are counted from `first`.

    The last page has no items, or `more` is false, or all `total` items were received.
    """

    argument: str
    first: int = 0
    total: str | None = None
    more: str | None = None

    def following(self, page: Page) -> Next | None:
        start = _number(page.call, self.argument, self.first)
        end = start + len(page.items)
        if self._is_last(page, end - self.first):
            return None
        return Next(_with_argument(page.call, self.argument, end), end)

    def _is_last(self, page: Page, received: int) -> bool:
        value = page.response.value
        more = value_at(value, self.more) if self.more else None
        if more and not page.items:
            raise PagingError(f"`{self.more}` is true, but the page has no items")
        total = value_at(value, self.total) if self.total else None
        complete = isinstance(total, int) and received >= total
        return more is False or not page.items or (complete and not more)


class PageNumber(Offset, frozen=True, kw_only=True):
    """Pages are numbered; `first` is the number of the first one."""

    first: int = 1

    def following(self, page: Page) -> Next | None:
        number = _number(page.call, self.argument, self.first)
        if self._is_last(page, page.received):
            return None
        return Next(_with_argument(page.call, self.argument, number + 1), number + 1)

    def skipped(self, page: Page) -> int:
        """Return the number of items before the first page that was requested."""
        number = _number(page.call, self.argument, self.first)
        return max(0, number - self.first) * len(page.items)


class NextUrl(Paging, frozen=True, kw_only=True):
    """The URL of the next page is in the body; the last page has none."""

    source: str

    def following(self, page: Page) -> Next | None:
        url = value_at(page.response.value, self.source)
        return _at_url(page, url) if url else None


class NextLink(Paging, frozen=True, kw_only=True):
    """The URL of the next page is in the Link header (RFC 8288); the last has none."""

    relation: str = "next"

    def following(self, page: Page) -> Next | None:
        for header in page.response.headers.get_all("Link"):
            for url, parameters in _LINK.findall(header):
                relation = _RELATION.search(parameters)
                names = (relation[1] or relation[2]) if relation else ""
                if self.relation.lower() in names.lower().split():
                    return _at_url(page, url)
        return None


def _argument(call: Call[Any], name: str) -> Any:
    """Return an argument of a call, wherever it is sent; None without a value."""
    for part in (call.arguments, call.body):
        value = getattr(part, name, None)
        if value is not None and value is not msgspec.UNSET:
            return value
    return None


def _number(call: Call[Any], name: str, first: int) -> int:
    value = _argument(call, name)
    return first if value is None else int(value)


def _with_argument(call: Call[Any], name: str, value: object) -> Call[Any]:
    """Return the call with another argument; raise `PagingError` if it is invalid."""
    arguments, body = call.arguments, call.body
    try:
        if arguments is not None and name in arguments.__struct_fields__:
            arguments = structs.replace(arguments, **{name: value})
        elif isinstance(body, Struct):
            body = structs.replace(body, **{name: value})
        return call.endpoint.call(arguments, body)
    except InvalidRequest as error:
        raise PagingError(
            f"the value for the next page is not a valid {error.field or name}"
        ) from None


def _at_url(page: Page, url: object) -> Next:
    """Return the call at a URL; raise `PagingError` unless it is on an own host."""
    target = _target(page, url) if isinstance(url, str) else None
    if target is None:
        raise PagingError(
            "the URL of the next page is not on one of the hosts of this endpoint"
        )
    call, draft = page.call, page.call.draft
    following = UrlDraft(draft.path, (), draft.headers, None, url=target)
    return Next(PagedCall(call.endpoint, call.arguments, call.body, following), target)


def _target(page: Page, url: str) -> str | None:
    """Return path and query of a URL on an own host, below its prefix; else None.

    Only these are used: the request goes to a host of the client, by its own scheme.
    """
    endpoint, settings = page.call.endpoint, page.settings
    hosts = settings.hosts_of(endpoint)
    base = f"{hosts[0].origin}{page.call.draft.target(hosts[0].prefix, str)}"
    if not _REFERENCE.fullmatch(url):
        return None
    try:
        parts = urlsplit(urljoin(base, url))
    except ValueError:
        return None
    segments = parts.path.split("/")
    if parts.scheme not in ("http", "https") or not {".", ".."}.isdisjoint(segments):
        return None
    for host in (*hosts, *settings.service.hosts_of(endpoint)):
        prefix = f"{host.prefix}/"
        if _server(parts.netloc) == _server(host.authority) and parts.path.startswith(
            prefix
        ):
            target = parts.path.removeprefix(host.prefix)
            if parts.query:
                target = f"{target}?{parts.query}"
            return quote(target, safe=_UNESCAPED)
    return None


def _server(authority: str) -> str:
    return _DEFAULT_PORT.sub("", authority.lower())


class UrlDraft(RequestDraft, frozen=True):
    """Draft of a request for a URL that the server gave, sent as it is."""

    url: str = ""
    """Path and query, without the prefix of the host."""

    def target(self, prefix: str, encrypt: object) -> str:
        """Return path and query for the request line."""
        return f"{prefix}{self.url}"


# --- calls ----------------------------------------------------------------------------


class PagedCall(Call[T], Generic[T, I], frozen=True):
    """A call of one page, for `client.send(call)`; `client.iter(call)` sends all."""


class PagedEndpoint(Endpoint[T], Generic[T, I]):
    """An endpoint whose response is one page; `paging` leads to the next."""

    def __init__(self, *arguments: Any, paging: Paging, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.paging = paging

    def call(
        self, arguments: Struct | None = None, body: object = None
    ) -> PagedCall[T, I]:
        """Return a call with these arguments; raise `InvalidRequest`."""
        call = super().call(arguments, body)
        return PagedCall(call.endpoint, call.arguments, call.body, call.draft)


def is_paged(endpoint: Endpoint[Any]) -> TypeGuard[PagedEndpoint[Any, Any]]:
    """Return whether an endpoint has pages."""
    return isinstance(endpoint, PagedEndpoint)


class Walk(Generic[T, I]):
    """Walk over the pages of a call, which holds one page at a time.

    After an error, the next step sends the request for the same page again.
    """

    def __init__(self, call: PagedCall[T, I], settings: Settings) -> None:
        check_call(call)
        endpoint: Endpoint[Any] = call.endpoint
        if not is_paged(endpoint):
            raise ConfigError(f"{endpoint.name} has no pages; use client.send(call)")
        self._paging = endpoint.paging
        self._settings = settings
        self._call: Call[T] | None = call
        self._response: Response[T] | None = None
        self._received: int | None = None
        self._content: int | None = None
        self._position = self._paging.first_position(call)
        self._marked: object = None
        self._pages = 0

    def steps(self) -> Steps[Response[T] | None]:
        """Steps that return the next page; None after the last."""
        if self._response is not None:
            self._call = self._following(self._response)
            self._response = None
        if self._call is None:
            return None
        self._response = yield from exchange(self._call, self._settings)
        return self._response

    def items(self, response: Response[T]) -> Sequence[I]:
        """Return the items of a page; raise `ProtocolError` if they are not a list."""
        items = value_at(response.value, self._paging.items)
        if items is None:
            return ()
        if not is_list(items):
            raise self._error(
                response, f"the items at `{self._paging.items}` are not a list"
            )
        return items

    def _following(self, response: Response[T]) -> Call[T] | None:
        assert self._call is not None
        items = self.items(response)
        received = (self._received or 0) + len(items)
        page = Page(self._call, response, items, received, self._settings)
        if self._received is None and isinstance(self._paging, PageNumber):
            page = page._replace(received=received + self._paging.skipped(page))
        try:
            following = self._paging.following(page)
            if following is not None:
                self._check_progress(page, following.position)
        except PagingError as error:
            raise self._error(response, str(error)) from None
        self._received = page.received
        return following.call if following else None

    def _check_progress(self, page: Page, position: object) -> None:
        """Raise `PagingError` if the server leads back to a page, without an end.

        Positions are compared with the one before, and with one that is marked at
        distances that double, so a cycle of any length is found in constant memory.
        """
        if position in (self._position, self._marked):
            raise PagingError("the server gave the same position of a page twice")
        if isinstance(self._paging, Offset):
            content = hash(page.response.content)
            if content == self._content:
                raise PagingError("the server gave the same page twice")
            self._content = content
        self._position = position
        self._pages += 1
        if self._pages & (self._pages - 1) == 0:
            self._marked = position

    def _error(self, response: Response[T], problem: str) -> ProtocolError:
        error = ProtocolError(
            f"paging ended, because {problem}",
            outcome="done",
            status=response.status,
            content=response.content,
            headers=response.headers,
            request_id=response.request_id,
        )
        assert self._call is not None
        error.endpoint = self._call.endpoint.name
        return error
