"""Deliveries: what the provider sends by itself, and sends again until it is taken."""

from __future__ import annotations

import http.client
import math
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from logging import getLogger
from threading import Lock
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from . import Side
from .store import Store

Receiver: TypeAlias = str | Callable[[Mapping[str, str], bytes], int | None]
"""Who takes deliveries: a URL of this machine, or a function of header fields and body that
returns the status it answers with; None is as good as 200."""

PAUSES: Final = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800),
    *(3600, 10800, 10800, 10800, 21600, 21600),
)
"""Seconds until a delivery that was not taken is sent again (WeChat Pay's)."""
_PATIENCE: Final = 5.0
_REMEMBERED: Final = 1_000
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


class Outbox:
    """Events on their way. Those on which somebody waits survive a restart."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self._lock = Lock()
        self._next = min(
            (one["due"] for _, one in store.items("delivery")), default=math.inf
        )
        self.receiver: Receiver | None = None
        self.sent: deque[Delivered] = deque(maxlen=_REMEMBERED)

    def add(self, side: Side, event: str, payload: Any) -> None:
        """Send this as soon as `deliver` is called."""
        name = str(uuid.uuid4())
        waiting = {
            "event": event,
            "payload": payload,
            "body": side.pack(name, event, payload).decode(),
            "due": self._now(),
            "attempt": 0,
        }
        with self._lock:
            self._store.put("delivery", name, waiting)
            self._next = min(self._next, waiting["due"])

    def deliver(self, side: Side) -> None:
        """Send what is due; each attempt is signed afresh."""
        for name, one in self._due():
            body = one["body"].encode()
            headers = {
                "Content-Type": "application/json",
                "User-Agent": "Mozilla/4.0",
                **side.stamp(body),
            }
            status = self._send(headers, body)
            self.sent.append(
                Delivered(one["event"], one["payload"], status, headers, body)
            )
            again = self.receiver is not None and not 200 <= (status or 0) < 300
            with self._lock:
                if again and one["attempt"] < len(PAUSES):
                    attempt: int = one["attempt"]
                    due = self._now() + PAUSES[attempt]
                    later = {**one, "due": due, "attempt": attempt + 1}
                    self._store.put("delivery", name, later)
                    self._next = min(self._next, due)

    def _due(self) -> list[tuple[str, dict[str, Any]]]:
        """What is due, taken out, so that nobody else sends it too."""
        now = self._now()
        if now < self._next:
            return []
        with self._lock:
            waiting = list(self._store.items("delivery"))
            due = [(name, one) for name, one in waiting if one["due"] <= now]
            for name, _ in due:
                self._store.drop("delivery", name)
            rest = (one["due"] for _, one in waiting if one["due"] > now)
            self._next = min(rest, default=math.inf)
        return due

    def _send(self, headers: Mapping[str, str], body: bytes) -> int | None:
        receiver = self.receiver
        if receiver is None:
            return None
        try:
            if isinstance(receiver, str):
                return _post(receiver, headers, body)
            answered = receiver(headers, body)
            return 200 if answered is None else answered
        except Exception:
            _log.exception("an event could not be delivered")
            return None


def is_loopback(host: str) -> bool:
    """Whether this names this machine only."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_receiver(url: str) -> str:
    """The URL, if it is one of this machine; else ValueError."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
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
