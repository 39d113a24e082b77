"""What a mock does unasked: time passes, and events go out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from logging import getLogger
from typing import Any, get_args

from ..api_definition import Service
from ..calls import Endpoint
from ..errors import ConfigError
from . import Fault, ServerAuth
from .delivery import Delivered, DeliveryQueue, Receiver
from .store import Store
from .stubbing import Stubbing
from .stubs import EventKind, checked_seconds, fault_of_kind


class MockClock(Stubbing):
    """The time of a mock, and the events that it sends in the name of `sender`."""

    def __init__(
        self,
        service: Service,
        endpoints: Iterable[Endpoint[Any]],
        own: Iterable[str],
        store: Store,
        sender: ServerAuth,
    ) -> None:
        super().__init__(endpoints, own, service.errors)
        self.service = service
        self.store = store
        self._sender = sender
        self._ahead: float = store.get("clock", "ahead", float) or 0.0
        self._outbox = DeliveryQueue(store, self.now, sender)
        self._log = getLogger(f"{service.name}.mock")

    # --- time -------------------------------------------------------------------------

    def now(self) -> float:
        """The time up to which things have happened, in seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass: what is due by then happens now. Signatures keep to the real time,
        as the client does."""
        with self.lock:
            self._ahead = checked_seconds(self._ahead + checked_seconds(seconds))
            self.store.put("clock", "ahead", self._ahead)
        self.settle()
        self.deliver()

    def settle(self) -> None:
        """Do what takes time and is due."""

    def tick(self) -> None:
        """Do what is due by now, events included, as servers do it all the time; never
        fails."""
        for step in (self.settle, self.deliver):
            try:
                step()
            except ConfigError as error:
                self._log.error("%s", error)
            except Exception:
                self._log.exception("something that was due has failed")

    # --- events -----------------------------------------------------------------------

    @property
    def webhook(self) -> Receiver | None:
        """Where events go: `mock.webhook = "http://127.0.0.1:8000/notify"`, or a function,
        plain or async, of header fields and body. It returns a status, or what
        `event.acknowledge()` gives; anything else is as good as 200. Events are kept until
        there is a receiver."""
        return self._outbox.receiver

    @webhook.setter
    def webhook(self, receiver: Receiver | None) -> None:
        self._outbox.receiver = receiver

    @property
    def deliveries(self) -> list[Delivered]:
        """The events that were sent so far, one row for each attempt."""
        return list(self._outbox.sent)

    def notify(
        self,
        event: str,
        payload: Any,
        *,
        fault: EventKind | None = None,
        seconds: float | None = None,
    ) -> None:
        """Send an event with this payload, JSON values, the next time that time passes.

        With a `fault` its signature is wrong, missing or a probe, or its time is wrong by
        `seconds`; receivers must refuse it, and it is not sent again.
        """
        done = Fault()
        if fault is not None:
            if fault not in get_args(EventKind):
                raise ValueError(f"fault: use one of {', '.join(get_args(EventKind))}")
            if not self._sender.signs_events:
                raise ValueError("fault: the events of this API are not signed")
            done = fault_of_kind(fault, seconds)
        self._outbox.add(event, payload, done)

    def deliver(self) -> None:
        """Send the events that are due. `advance` does it; a real server does it by itself;
        in process nothing happens by itself."""
        self._outbox.deliver()
