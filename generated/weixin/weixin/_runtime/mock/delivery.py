"""Delivery of webhook events, with retries until the receiver acknowledges them."""

from __future__ import annotations

import asyncio
import http.client
import math
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from inspect import isawaitable
from ipaddress import ip_address
from logging import getLogger
from threading import Lock
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from . import Fault, ServerAuth
from .store import Store

Receiver: TypeAlias = str | Callable[[Mapping[str, str], bytes], object]
"""Receiver of events: a URL on this machine, or a sync or async function that takes
headers and body. The function returns a status, or a response with a status; any other
value counts as 200."""

RETRY_DELAYS: Final = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800),
    *(3600, 10800, 10800, 10800, 21600, 21600),
)
"""Seconds before each retry of a delivery."""
_TIMEOUT: Final = 5.0
_MAX_ATTEMPTS_KEPT: Final = 1_000
_MAX_QUEUED: Final = 1_000
"""Maximum number of queued events."""
_log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt to deliver an event."""

    event: str
    """Name of the event."""
    payload: Any = field(repr=False)
    """JSON values of the event, before encryption."""
    status: int | None
    """Status of the receiver's response; None if it failed, or if there is no receiver."""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _PendingDelivery(msgspec.Struct, frozen=True):
    """Event without acknowledgement so far."""

    event: str
    payload: Any
    body: str
    due: float | None
    """None while there is no receiver."""
    attempt: int = 0
    fault: Fault = Fault()


class DeliveryQueue:
    """Queue of events and their receiver; both survive a restart, except a function."""

    def __init__(
        self, store: Store, now: Callable[[], float], auth: ServerAuth
    ) -> None:
        self._store = store
        self._now = now
        self._auth = auth
        self._lock = Lock()
        self._pending: dict[str, _PendingDelivery] = dict(
            store.items("delivery", _PendingDelivery)
        )
        self._sending = False
        self._next_due = -math.inf
        self._receiver: Receiver | None = None
        self.attempts: deque[DeliveryAttempt] = deque(maxlen=_MAX_ATTEMPTS_KEPT)
        url: str | None = store.get("webhook", "url", str)
        if url is not None:
            self.receiver = url

    @property
    def receiver(self) -> Receiver | None:
        """Receiver of events; it also gets the events that were queued before it was set."""
        return self._receiver

    @receiver.setter
    def receiver(self, receiver: Receiver | None) -> None:
        if isinstance(receiver, str):
            self._store.put("webhook", "url", check_receiver(receiver))
        else:
            self._store.drop("webhook", "url")
        with self._lock:
            self._receiver = receiver
            if receiver is None:
                return
            for id, delivery in self._pending.items():
                if delivery.due is None:
                    self._put(id, replace(delivery, due=self._now()))

    def add(self, event: str, payload: Any, fault: Fault) -> None:
        """Queue an event for the next call of `deliver`."""
        id = str(uuid.uuid4())
        body = self._auth.event_body(id, event, payload).decode()
        with self._lock:
            while len(self._pending) >= _MAX_QUEUED:
                oldest = next(iter(self._pending))
                _log.warning("event queue is full; dropped the oldest, %s", oldest)
                self._drop(oldest)
            delivery = _PendingDelivery(event, payload, body, self._now(), fault=fault)
            self._put(id, delivery)

    def deliver(self) -> None:
        """Send the due deliveries in order; each attempt has a new signature.

        If another thread is delivering, return at once: that thread sends them.
        """
        while (due := self._start_next()) is not None:
            try:
                self._attempt(*due)
            finally:
                self._sending = False

    def _start_next(self) -> tuple[str, _PendingDelivery] | None:
        """Claim the next due delivery and return it with its id; None while another thread sends."""
        now = self._now()
        if now < self._next_due:
            return None
        with self._lock:
            if self._sending:
                return None
            due_times = {
                id: delivery.due
                for id, delivery in self._pending.items()
                if delivery.due is not None
            }
            for id, due in due_times.items():
                if due <= now:
                    self._sending = True
                    return id, self._pending[id]
            self._next_due = min(due_times.values(), default=math.inf)
            return None

    def _attempt(self, id: str, delivery: _PendingDelivery) -> None:
        with self._lock:
            receiver, retry = self._receiver, replace(delivery, due=None)
            if receiver is not None:
                delay = RETRY_DELAYS[min(delivery.attempt, len(RETRY_DELAYS) - 1)]
                retry = replace(
                    delivery, due=self._now() + delay, attempt=delivery.attempt + 1
                )
            # Store the retry first, so that an exception or a kill cannot lose the event.
            self._put(id, retry)
        body = delivery.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Mozilla/4.0",
            **self._auth.event_headers(body, delivery.fault),
        }
        status = None if receiver is None else _send(receiver, headers, body)
        self.attempts.append(
            DeliveryAttempt(delivery.event, delivery.payload, status, headers, body)
        )
        is_last = delivery.attempt >= len(RETRY_DELAYS) or delivery.fault != Fault()
        is_acknowledged = 200 <= (status or 0) < 300
        if receiver is not None and (is_last or is_acknowledged):
            with self._lock:
                self._drop(id)

    def _put(self, id: str, delivery: _PendingDelivery) -> None:
        self._pending[id] = delivery
        self._store.put("delivery", id, delivery)
        if delivery.due is not None:
            self._next_due = min(self._next_due, delivery.due)

    def _drop(self, id: str) -> None:
        self._pending.pop(id, None)
        self._store.drop("delivery", id)


def _send(receiver: Receiver, headers: Mapping[str, str], body: bytes) -> int | None:
    """Return the status of the receiver's response; None if the receiver fails."""
    try:
        if isinstance(receiver, str):
            return _post(receiver, headers, body)
        result = receiver(headers, body)
        if isawaitable(result):
            # Use a separate event loop, because this thread may already run one.
            with ThreadPoolExecutor(1) as thread:
                result = thread.submit(asyncio.run, _await(result)).result()
    except (Exception, asyncio.CancelledError):
        _log.exception("an event could not be delivered")
        return None
    status = getattr(result, "status_code", getattr(result, "status", result))
    if isinstance(status, int) and not isinstance(status, bool):
        return status
    return 200


async def _await(result: Awaitable[object]) -> object:
    async with asyncio.timeout(_TIMEOUT):
        return await result


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is a loopback address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_receiver(url: str) -> str:
    """Return the URL; raise `ValueError` unless it is an HTTP URL on this machine."""
    parts = urlsplit(url)
    if (
        parts.scheme != "http"
        or not is_loopback(parts.hostname or "")
        or parts.port == 0  # urlsplit itself raises above 65535
    ):
        raise ValueError(
            f"invalid webhook URL {url}; expected one on this machine, such as"
            " http://127.0.0.1:8000/notify"
        )
    return url


def _post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    parts = urlsplit(check_receiver(url))
    target = parts.path or "/"
    target += f"?{parts.query}" if parts.query else ""
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port or 80, timeout=_TIMEOUT
    )
    try:
        connection.request("POST", target, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
