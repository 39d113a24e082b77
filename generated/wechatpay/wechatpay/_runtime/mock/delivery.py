"""Deliveries: what the provider sends by itself, and sends again until it is taken."""

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
"""Who takes deliveries: a URL of this machine, or a function of header fields and body,
plain or async. It returns a status, or an answer that has one; anything else is as good
as 200."""

PAUSES: Final = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800),
    *(3600, 10800, 10800, 10800, 21600, 21600),
)
"""Seconds until a delivery that was not taken is sent again (WeChat Pay's)."""
_PATIENCE: Final = 5.0
_REMEMBERED: Final = 1_000
_KEPT: Final = 1_000
"""Events that may wait at a time."""
_log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One attempt to deliver an event."""

    event: str
    """Its name."""
    payload: Any = field(repr=False)
    """What it says, as JSON values, before encryption."""
    status: int | None
    """What the receiver answered; None if it could not be reached or there is none."""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _PendingDelivery(msgspec.Struct, frozen=True):
    """An event that nobody has taken yet."""

    event: str
    payload: Any
    body: str
    due: float | None
    """None until there is a receiver."""
    attempt: int = 0
    fault: Fault = Fault()


class DeliveryQueue:
    """Events on their way, and where to. Both survive a restart, but for a function."""

    def __init__(
        self, store: Store, now: Callable[[], float], side: ServerAuth
    ) -> None:
        self._store = store
        self._now = now
        self._side = side
        self._lock = Lock()
        self._waiting: dict[str, _PendingDelivery] = dict(
            store.items("delivery", _PendingDelivery)
        )
        self._sending = False
        self._next = -math.inf
        self._receiver: Receiver | None = None
        self.sent: deque[Delivered] = deque(maxlen=_REMEMBERED)
        url: str | None = store.get("webhook", "url", str)
        if url is not None:
            self.receiver = url

    @property
    def receiver(self) -> Receiver | None:
        """Who takes deliveries; a new one also those that had none."""
        return self._receiver

    @receiver.setter
    def receiver(self, receiver: Receiver | None) -> None:
        if isinstance(receiver, str):
            self._store.put("webhook", "url", check_receiver(receiver))
        else:
            self._store.drop("webhook", "url")
        with self._lock:
            self._receiver = receiver
            for name, one in self._waiting.items() if receiver is not None else ():
                if one.due is None:
                    self._put(name, replace(one, due=self._now()))

    def add(self, event: str, payload: Any, fault: Fault) -> None:
        """Send this as soon as `deliver` is called."""
        name = str(uuid.uuid4())
        body = self._side.pack(name, event, payload).decode()
        with self._lock:
            while len(self._waiting) >= _KEPT:
                oldest = next(iter(self._waiting))
                _log.warning("too many events wait: %s is lost", oldest)
                self._drop(oldest)
            one = _PendingDelivery(event, payload, body, self._now(), fault=fault)
            self._put(name, one)

    def deliver(self) -> None:
        """Send what is due, in the order in which it came about; each attempt is signed
        afresh. What becomes due while another thread is sending, that one sends.
        """
        while (taken := self._taken()) is not None:
            try:
                self._attempt(*taken)
            finally:
                self._sending = False

    def _taken(self) -> tuple[str, _PendingDelivery] | None:
        """One that is due, by its name; nobody is sending any."""
        now = self._now()
        if now < self._next:
            return None
        with self._lock:
            if self._sending:
                return None
            dues = {
                name: one.due
                for name, one in self._waiting.items()
                if one.due is not None
            }
            for name, due in dues.items():
                if due <= now:
                    self._sending = True
                    return name, self._waiting[name]
            self._next = min(dues.values(), default=math.inf)
            return None

    def _attempt(self, name: str, one: _PendingDelivery) -> None:
        with self._lock:
            receiver, later = self._receiver, replace(one, due=None)
            if receiver is not None:
                due = self._now() + PAUSES[min(one.attempt, len(PAUSES) - 1)]
                later = replace(one, due=due, attempt=one.attempt + 1)
            # Before it is sent: neither an exception nor a kill may lose it.
            self._put(name, later)
        body = one.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Mozilla/4.0",
            **self._side.stamp(body, one.fault),
        }
        status = None if receiver is None else _send(receiver, headers, body)
        self.sent.append(Delivered(one.event, one.payload, status, headers, body))
        is_last = one.attempt >= len(PAUSES) or one.fault != Fault()
        if receiver is not None and (is_last or 200 <= (status or 0) < 300):
            with self._lock:
                self._drop(name)

    def _put(self, name: str, one: _PendingDelivery) -> None:
        self._waiting[name] = one
        self._store.put("delivery", name, one)
        if one.due is not None:
            self._next = min(self._next, one.due)

    def _drop(self, name: str) -> None:
        self._waiting.pop(name, None)
        self._store.drop("delivery", name)


def _send(receiver: Receiver, headers: Mapping[str, str], body: bytes) -> int | None:
    """The status that a receiver answers; None if it fails."""
    try:
        if isinstance(receiver, str):
            return _post(receiver, headers, body)
        answered = receiver(headers, body)
        if isawaitable(answered):
            # In a loop of its own: one that runs in this thread cannot be waited for.
            with ThreadPoolExecutor(1) as thread:
                answered = thread.submit(asyncio.run, _awaited(answered)).result()
    except (Exception, asyncio.CancelledError):
        _log.exception("an event could not be delivered")
        return None
    status = getattr(answered, "status_code", getattr(answered, "status", answered))
    if isinstance(status, int) and not isinstance(status, bool):
        return status
    return 200


async def _awaited(answered: Awaitable[object]) -> object:
    async with asyncio.timeout(_PATIENCE):
        return await answered


def is_loopback(host: str) -> bool:
    """Whether this names this machine only."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_receiver(url: str) -> str:
    """The URL, if it is one of this machine; else ValueError."""
    parts = urlsplit(url)
    if (
        parts.scheme != "http"
        or not is_loopback(parts.hostname or "")
        or parts.port == 0  # and more than 65535 is an error by itself
    ):
        raise ValueError("webhook: give a URL of this machine: http://127.0.0.1:8000/…")
    return url


def _post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    parts = urlsplit(check_receiver(url))
    target = parts.path or "/"
    target += f"?{parts.query}" if parts.query else ""
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port or 80, timeout=_PATIENCE
    )
    try:
        connection.request("POST", target, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
