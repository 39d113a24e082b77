"""Receiver of webhook events: verifies a delivery first, then decrypts and decodes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import copy
from logging import getLogger
from typing import Any, Generic, Self, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from ..callbacks import call_user_function
from ..codec import codec
from ..drivers import AsyncDriver, Driver
from ..effects import MEBIBYTE, Steps
from ..errors import ConfigError, Error
from ..mismatches import Mismatch, summarize
from ..settings import Settings, is_positive_int
from .envelopes import DecryptedEvent, Delivery, Verify
from .errors import EventError, MalformedEvent, OversizedEvent, ReplayedEvent
from .events import Acknowledgement, EventTable, UnknownEvent
from .headers import HeadersLike, to_headers
from .replay_protection import ReplayMemory, ReplayStore

E = TypeVar("E")
D = TypeVar("D", Driver, AsyncDriver)

_MEMORIES: WeakKeyDictionary[Any, ReplayMemory] = WeakKeyDictionary()
"""Replay memory of each driver: clients that share connections share it."""


class _Webhooks(Generic[D, E]):
    """Receiver of the webhook events of a client."""

    _driver: D

    def __init__(self, driver: D, settings: Settings, table: EventTable[E]) -> None:
        self._driver = driver
        self._settings = settings
        self._table = table
        self._limit = MEBIBYTE
        self._verify: Verify | None = None
        self._replays: ReplayStore = _MEMORIES.setdefault(driver, ReplayMemory())

    def with_options(
        self,
        *,
        limit: int | None = None,
        replays: ReplayStore | None = None,
        verify: Verify | None = None,
    ) -> Self:
        """Return a receiver with other options.

        `limit` is the maximum size of a body in bytes. `replays` stores the deliveries that
        were received; by default this process does. `verify` returns whether a delivery is
        the provider's, for APIs that do not define how to verify it; it is then responsible
        for replay protection, too.
        """
        if limit is not None and not is_positive_int(limit):
            raise ConfigError("limit: expected a positive number of bytes")
        if replays is not None and not callable(getattr(replays, "add", None)):
            raise ConfigError(
                "replays: expected an object with the method add(key, seconds)"
            )
        if verify is not None and self._table.envelope.is_signed:
            raise ConfigError("verify: this API signs its deliveries; remove verify")
        if verify is not None and not callable(verify):
            raise ConfigError("verify: expected a function of headers and body")
        receiver = copy(self)
        receiver._limit = self._limit if limit is None else limit
        receiver._replays = self._replays if replays is None else replays
        receiver._verify = self._verify if verify is None else verify
        return receiver

    def failure(
        self, reason: str | Error = "", *, status: int | None = None
    ) -> Acknowledgement:
        """Return the response that does not acknowledge an event; most providers retry it.

        A text as `reason` is sent to the provider, of an error only a general message.
        `status` is by default that of the error, or 500.
        """
        response_status, message = 500, reason if isinstance(reason, str) else ""
        if isinstance(reason, EventError):
            response_status, message = reason.response_status, reason.response_message
        if status is not None:
            response_status = status
        if not is_positive_int(response_status) or not 400 <= response_status <= 599:
            raise ConfigError("status: expected 400 to 599, which reports a failure")
        content = self._table.envelope.failure_body(message or "not received")
        body = json.dumps(content, ensure_ascii=False).encode(errors="replace")
        headers = {"Content-Type": "application/json"}
        return Acknowledgement(response_status, headers, body)

    def _steps(self, headers: HeadersLike, body: bytes) -> Steps[E | UnknownEvent]:
        # The order is essential: nothing is parsed before it is verified.
        delivery = Delivery(to_headers(headers), _raw_bytes(body))
        try:
            size = len(delivery.content)
            if size > self._limit:
                raise OversizedEvent(
                    f"body of {size} bytes; the limit is {self._limit}"
                )
            yield from self._verified(delivery)
            event = self._table.envelope.open(delivery, self._settings)
            return self._decode(event)
        except EventError as error:
            error.content, error.headers = delivery.content, delivery.headers
            raise

    def _verified(self, delivery: Delivery) -> Steps[None]:
        envelope, replays = self._table.envelope, self._replays
        key = yield from envelope.verify(delivery, self._settings, self._verify)
        if key is not None and not (
            yield from call_user_function(
                "replays", lambda: replays.add(key.key, key.seconds)
            )
        ):
            raise ReplayedEvent("this delivery was received before")

    def _decode(self, event: DecryptedEvent) -> E | UnknownEvent:
        common: Mapping[str, Any] = {
            "id": event.id,
            "create_time": event.create_time,
            "summary": event.summary,
            "content": event.content,
        }
        event_class: Any = self._table.classes.get(event.name)
        if event_class is None:
            self._report(event, [])
            return UnknownEvent(name=event.name, payload=event.payload, **common)
        fields = msgspec.structs.fields(event_class)
        payload_codec = codec(
            next(field.type for field in fields if field.name == "payload")
        )
        value, mismatches = (
            payload_codec.convert(event.payload, event.decrypt)
            if event.decrypt
            else payload_codec.convert(event.payload)
        )
        self._report(event, mismatches)
        decoded: E = event_class(payload=value, **common)
        return decoded

    def _report(self, event: DecryptedEvent, mismatches: Sequence[Mismatch]) -> None:
        """Log the problems of an event, or raise `MalformedEvent` if the client is strict."""
        problems = [*event.invalid_bytes, *mismatches]
        if not problems:
            return
        message = f"event not as documented: {summarize(problems)}"
        if self._settings.strict:
            raise MalformedEvent(f"{event.name}: {message}")
        logger = getLogger(self._settings.service.name)
        logger.warning("%s: %s", event.name, message)


def _raw_bytes(body: Any) -> bytes:
    if not isinstance(body, bytes | bytearray):
        raise ConfigError(
            "body: expected the raw bytes of the request body, got"
            f" {type(body).__name__}"
        )
    return bytes(body)


class Webhooks(_Webhooks[Driver, E]):
    """Receiver of the webhook events of a sync client."""

    def receive(self, headers: HeadersLike, body: bytes) -> E | UnknownEvent:
        """Verify a delivery and return its event.

        `headers` are those of your framework: a mapping, pairs, or the environ of WSGI;
        `body` is the raw bytes of the request. Raises a subclass of `errors.EventError` for
        a delivery that must be rejected: respond with `failure(error)`.
        """
        return self._driver.run(self._steps(headers, body))


class AsyncWebhooks(_Webhooks[AsyncDriver, E]):
    """Receiver of the webhook events of an async client."""

    async def receive(self, headers: HeadersLike, body: bytes) -> E | UnknownEvent:
        """Verify a delivery and return its event.

        `headers` are those of your framework: a mapping, or pairs as in ASGI; `body` is the
        raw bytes of the request. Raises a subclass of `errors.EventError` for a delivery
        that must be rejected: respond with `failure(error)`.
        """
        return await self._driver.run(self._steps(headers, body))
