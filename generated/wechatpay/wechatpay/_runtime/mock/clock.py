"""Clock of a mock, and delivery of its events as time passes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from logging import getLogger
from typing import Any, get_args

from ..api_definition import Service
from ..calls import Endpoint
from ..errors import ConfigError
from . import Fault, ServerAuth
from .delivery import DeliveryAttempt, DeliveryQueue, Receiver
from .store import Store
from .stub_registry import StubRegistry
from .stubs import EventFaultKind, checked_seconds, fault_of_kind


class MockClock(StubRegistry):
    """Clock of a mock, and the queue of its events; `event_auth` signs them."""

    def __init__(
        self,
        service: Service,
        endpoints: Iterable[Endpoint[Any]],
        scheme_endpoints: Iterable[str],
        store: Store,
        event_auth: ServerAuth,
    ) -> None:
        super().__init__(endpoints, scheme_endpoints, service.errors)
        self.service = service
        self.store = store
        self._event_auth = event_auth
        self._ahead: float = store.get("clock", "ahead", float) or 0.0
        self._queue = DeliveryQueue(store, self.now, event_auth)
        self._log = getLogger(f"{service.name}.mock")

    # --- time -------------------------------------------------------------------------

    def now(self) -> float:
        """Return the mock's time in seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Advance the clock, run due actions, and deliver events.

        Signatures use the real time, because clients do.
        """
        with self.lock:
            self._ahead = checked_seconds(self._ahead + checked_seconds(seconds))
            self.store.put("clock", "ahead", self._ahead)
        self.run_due()
        self.deliver()

    def run_due(self) -> None:
        """Run due actions; mocks with service behaviour override this."""

    def tick(self) -> None:
        """Run due actions and deliver events, as a server does continuously.

        Errors are logged.
        """
        for step in (self.run_due, self.deliver):
            try:
                step()
            except ConfigError as error:
                self._log.error("%s", error)
            except Exception:
                self._log.exception("a due step failed")

    # --- events -----------------------------------------------------------------------

    @property
    def webhook(self) -> Receiver | None:
        """Receiver of events: `mock.webhook = "http://127.0.0.1:8000/notify"`, or a sync or
        async function that takes headers and body. The function returns a status, or the
        result of `event.acknowledge()`; any other value counts as 200. Without a receiver,
        events are queued."""
        return self._queue.receiver

    @webhook.setter
    def webhook(self, receiver: Receiver | None) -> None:
        self._queue.receiver = receiver

    @property
    def deliveries(self) -> list[DeliveryAttempt]:
        """Delivery attempts so far, oldest first."""
        return list(self._queue.attempts)

    def notify(
        self,
        event: str,
        payload: Any,
        *,
        fault: EventFaultKind | None = None,
        seconds: float | None = None,
    ) -> None:
        """Queue an event with this payload of JSON values for the next delivery.

        With a `fault`, the signature is wrong, missing or a probe, or the timestamp is off
        by `seconds`. Receivers must reject such an event, and it is not retried.
        """
        queued_fault = Fault()
        if fault is not None:
            kinds = get_args(EventFaultKind)
            if fault not in kinds:
                raise ValueError(f"invalid fault {fault}; expected {', '.join(kinds)}")
            if not self._event_auth.signs_events:
                raise ValueError("invalid fault: the events of this API are not signed")
            queued_fault = fault_of_kind(fault, seconds)
        self._queue.add(event, payload, queued_fault)

    def deliver(self) -> None:
        """Deliver the events that are due.

        `advance` does this, and a mock server does it continuously; an in-process mock
        does it only when it is called.
        """
        self._queue.deliver()
