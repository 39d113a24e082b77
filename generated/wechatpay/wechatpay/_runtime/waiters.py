"""Clients and resources of an API with polled endpoints."""

from __future__ import annotations

from typing import TypeVar

from .client import AsyncClient, AsyncResource, Client, Resource
from .polling import PolledCall, wait_steps

T = TypeVar("T")


class PollingClient(Client):
    """Sync client of an API with polled endpoints."""

    def wait(self, call: PolledCall[T], *, deadline: float | None = None) -> T:
        """Send a call until its state is final, and return the last value.

        `deadline` is the total timeout in seconds; None for that of the endpoint. Raise
        `DeadlineExceeded` with the last state as `detail`.
        """
        return self._driver.run(wait_steps(call, self._settings, deadline))


class AsyncPollingClient(AsyncClient):
    """Async client of an API with polled endpoints."""

    async def wait(self, call: PolledCall[T], *, deadline: float | None = None) -> T:
        """Send a call until its state is final, and return the last value.

        `deadline` is the total timeout in seconds; None for that of the endpoint. Raise
        `DeadlineExceeded` with the last state as `detail`.
        """
        return await self._driver.run(wait_steps(call, self._settings, deadline))


class PollingResource(Resource):
    """Base of the resources with polled endpoints, of a sync client."""

    def _wait(self, call: PolledCall[T], deadline: float) -> T:
        assert isinstance(self._client, PollingClient)
        return self._client.wait(call, deadline=deadline)


class AsyncPollingResource(AsyncResource):
    """Base of the resources with polled endpoints, of an async client."""

    async def _wait(self, call: PolledCall[T], deadline: float) -> T:
        assert isinstance(self._client, AsyncPollingClient)
        return await self._client.wait(call, deadline=deadline)
