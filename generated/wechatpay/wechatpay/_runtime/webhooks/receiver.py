"""Receiving events: proof first, then meaning."""

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
from .envelopes import Delivery, Opened, Verify
from .errors import EventError, MalformedEvent, OversizedEvent, ReplayedEvent
from .events import Acknowledgement, EventTable, UnknownEvent
from .headers import HeadersLike, received
from .replay_protection import ReplayMemory, ReplayStore

E = TypeVar("E")
D = TypeVar("D", Driver, AsyncDriver)

_MEMORIES: WeakKeyDictionary[Any, ReplayMemory] = WeakKeyDictionary()
"""Of clients that share connections there is one, however they are set."""


class _Webhooks(Generic[D, E]):
    """What a client does with the events that come to it."""

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
        """A receiver that differs in what is given.

        `limit` is how many bytes a body may have. `replays` remembers which deliveries
        have come; by default this process does. `verify` tells whether a delivery is the
        provider's, where the API's specification does not say how that is known; then it
        also has to tell what came before.
        """
        if limit is not None and not is_positive_int(limit):
            raise ConfigError("limit: give a positive number of bytes")
        if replays is not None and not callable(getattr(replays, "add", None)):
            raise ConfigError(
                "replays: give an object with the method add(key, seconds)"
            )
        if verify is not None and self._table.envelope.proves:
            raise ConfigError("verify: leave it out; this API signs what it delivers")
        if verify is not None and not callable(verify):
            raise ConfigError("verify: give a function of header fields and body")
        fresh = copy(self)
        fresh._limit = self._limit if limit is None else limit
        fresh._replays = self._replays if replays is None else replays
        fresh._verify = self._verify if verify is None else verify
        return fresh

    def failure(
        self, reason: str | Error = "", *, status: int | None = None
    ) -> Acknowledgement:
        """The answer that says that an event is not taken; most providers send it again.

        `reason` is told to the sender, an error only by what kind it is. `status` is 500,
        or what the error says, unless it is given.
        """
        answered, message = 500, reason if isinstance(reason, str) else ""
        if isinstance(reason, EventError):
            answered, message = reason.status_to_answer, reason.answer
        if status is not None:
            answered = status
        if not is_positive_int(answered) or not 400 <= answered <= 599:
            raise ConfigError("status: give one from 400 to 599; else it is no failure")
        said = self._table.envelope.refusal(message or "not received")
        body = json.dumps(said, ensure_ascii=False).encode(errors="replace")
        return Acknowledgement(answered, {"Content-Type": "application/json"}, body)

    def _steps(self, headers: HeadersLike, body: bytes) -> Steps[E | UnknownEvent]:
        """Steps to the event; the order of these lines is what protects."""
        delivery = Delivery(received(headers), _bytes(body))
        try:
            if len(delivery.content) > self._limit:
                raise OversizedEvent(
                    f"it has {len(delivery.content)} bytes; {self._limit} are allowed"
                )
            yield from self._proved(delivery)
            opened = self._table.envelope.open(delivery, self._settings)
            return self._event(opened)
        except EventError as error:
            error.content, error.headers = delivery.content, delivery.headers
            raise

    def _proved(self, delivery: Delivery) -> Steps[None]:
        envelope, replays = self._table.envelope, self._replays
        proof = yield from envelope.prove(delivery, self._settings, self._verify)
        if proof is not None and not (
            yield from call_user_function(
                "replays", lambda: replays.add(proof.key, proof.seconds)
            )
        ):
            raise ReplayedEvent("this very delivery came before")

    def _event(self, opened: Opened) -> E | UnknownEvent:
        common: Mapping[str, Any] = {
            "id": opened.id,
            "create_time": opened.create_time,
            "summary": opened.summary,
            "content": opened.content,
        }
        kind: Any = self._table.classes.get(opened.name)
        if kind is None:
            self._tell(opened, [])
            return UnknownEvent(name=opened.name, payload=opened.payload, **common)
        fields = msgspec.structs.fields(kind)
        annotation = next(field.type for field in fields if field.name == "payload")
        reading = codec(annotation)
        unseal = opened.unseal
        value, mismatches = (
            reading.convert(opened.payload, unseal)
            if unseal
            else reading.convert(opened.payload)
        )
        self._tell(opened, mismatches)
        event: E = kind(payload=value, **common)
        return event

    def _tell(self, opened: Opened, mismatches: Sequence[Mismatch]) -> None:
        problems = [*opened.damages, *mismatches]
        if not problems:
            return
        shown = summarize(problems)
        if self._settings.strict:
            raise MalformedEvent(f"{opened.name} is not as documented: {shown}")
        logger = getLogger(self._settings.service.name)
        logger.warning("%s: the event is not as documented: %s", opened.name, shown)


def _bytes(body: Any) -> bytes:
    if not isinstance(body, bytes | bytearray):
        raise ConfigError(
            "body: give the raw bytes of the request's body, as they came, not"
            f" {type(body).__name__}"
        )
    return bytes(body)


class Webhooks(_Webhooks[Driver, E]):
    """Receives the events of an API in plain code."""

    def receive(self, headers: HeadersLike, body: bytes) -> E | UnknownEvent:
        """The event in a request, once it is proved that the provider sent it.

        `headers` is what your framework has: a mapping, pairs, or WSGI's environ; `body`
        the raw bytes as they came. Fails with one of `errors.EventError`, and then nothing
        of the event may be believed: answer `failure(error)`.
        """
        return self._driver.run(self._steps(headers, body))


class AsyncWebhooks(_Webhooks[AsyncDriver, E]):
    """Receives the events of an API in async code."""

    async def receive(self, headers: HeadersLike, body: bytes) -> E | UnknownEvent:
        """The event in a request, once it is proved that the provider sent it.

        `headers` is what your framework has: a mapping, or pairs as ASGI has them; `body`
        the raw bytes as they came. Fails with one of `errors.EventError`, and then nothing
        of the event may be believed: answer `failure(error)`.
        """
        return await self._driver.run(self._steps(headers, body))
