"""Paginators: iterators over the items and the pages of a paged endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Generic, TypeVar

from .client import AsyncClient, AsyncResource, Client, Resource
from .drivers import AsyncDriver, Driver
from .endpoint_metadata import Response
from .paging import PagedCall, Walk
from .settings import Settings

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741


class Paginator(Iterator[I], Generic[T, I]):
    """Iterator over the items of all pages.

    It sends a request when the next page is needed, each with its own deadline and
    retries, and holds one page. It can be abandoned at any time: no connection is open
    between two pages. After an error, the next item is requested again.
    """

    def __init__(
        self, driver: Driver, settings: Settings, call: PagedCall[T, I]
    ) -> None:
        self._pages = _Pages(driver, settings, call)
        self._items: Iterator[I] = iter(())

    def __next__(self) -> I:
        while True:
            for item in self._items:
                return item
            walk, response = self._pages.walk, self._pages.fetch()
            if response is None:
                raise StopIteration
            self._items = iter(walk.items(response))

    def pages(self) -> Iterator[T]:
        """Return an iterator over the pages instead, from the first one."""
        return self._pages.again()


class _Pages(Iterator[T], Generic[T, I]):
    def __init__(
        self, driver: Driver, settings: Settings, call: PagedCall[T, I]
    ) -> None:
        self._of = (driver, settings, call)
        self.walk = Walk(call, settings)

    def again(self) -> _Pages[T, I]:
        return _Pages(*self._of)

    def fetch(self) -> Response[T] | None:
        return self._of[0].run(self.walk.steps())

    def __next__(self) -> T:
        response = self.fetch()
        if response is None:
            raise StopIteration
        return response.value


class AsyncPaginator(AsyncIterator[I], Generic[T, I]):
    """Async iterator over the items of all pages.

    It sends a request when the next page is needed, each with its own deadline and
    retries, and holds one page. It can be abandoned or cancelled at any time: no
    connection is open between two pages. After an error, the next item is requested
    again.
    """

    def __init__(
        self, driver: AsyncDriver, settings: Settings, call: PagedCall[T, I]
    ) -> None:
        self._pages = _AsyncPages(driver, settings, call)
        self._items: Iterator[I] = iter(())

    async def __anext__(self) -> I:
        while True:
            for item in self._items:
                return item
            walk, response = self._pages.walk, await self._pages.fetch()
            if response is None:
                raise StopAsyncIteration
            self._items = iter(walk.items(response))

    def pages(self) -> AsyncIterator[T]:
        """Return an iterator over the pages instead, from the first one."""
        return self._pages.again()


class _AsyncPages(AsyncIterator[T], Generic[T, I]):
    def __init__(
        self, driver: AsyncDriver, settings: Settings, call: PagedCall[T, I]
    ) -> None:
        self._of = (driver, settings, call)
        self.walk = Walk(call, settings)

    def again(self) -> _AsyncPages[T, I]:
        return _AsyncPages(*self._of)

    async def fetch(self) -> Response[T] | None:
        return await self._of[0].run(self.walk.steps())

    async def __anext__(self) -> T:
        response = await self.fetch()
        if response is None:
            raise StopAsyncIteration
        return response.value


class PagingClient(Client):
    """Sync client of an API with paged endpoints."""

    def iter(self, call: PagedCall[T, I]) -> Paginator[T, I]:
        """Return an iterator over the items of all pages, from that of the call."""
        return Paginator(self._driver, self._settings, call)


class AsyncPagingClient(AsyncClient):
    """Async client of an API with paged endpoints."""

    def iter(self, call: PagedCall[T, I]) -> AsyncPaginator[T, I]:
        """Return an iterator over the items of all pages, from that of the call."""
        return AsyncPaginator(self._driver, self._settings, call)


class PagingResource(Resource):
    """Base of the resources with paged endpoints, of a sync client."""

    def _iter(self, call: PagedCall[T, I]) -> Paginator[T, I]:
        assert isinstance(self._client, PagingClient)
        return self._client.iter(call)


class AsyncPagingResource(AsyncResource):
    """Base of the resources with paged endpoints, of an async client."""

    def _iter(self, call: PagedCall[T, I]) -> AsyncPaginator[T, I]:
        assert isinstance(self._client, AsyncPagingClient)
        return self._client.iter(call)
