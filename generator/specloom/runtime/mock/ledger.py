"""Ledger of a mock: the requests that its service executed, and how often each idempotency
key was received.

Tests use it to check that no request is executed twice, whatever errors the client gets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any, Final, overload

import msgspec

from ..calls import Endpoint
from ..endpoint_metadata import Keyed
from ..headers import Headers, request_id_of
from ..idempotency import value_at
from ..json_types import is_object
from . import MockResponse
from .argument_checks import CheckedArguments
from .store import Store

_MAX_ENTRIES: Final = 10_000
"""Executions, and keys, that are kept; the oldest are dropped first."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One request that the service executed."""

    endpoint: str
    """Name of the endpoint."""
    time: float
    """Time on the mock's clock, in seconds since 1970."""
    key: Mapping[str, Any] | None
    """Idempotency key by names on the wire; None if the request had none."""
    status: int
    """Status of the response."""
    request_id: str | None
    """Request id of the response."""
    delivered: bool
    """True if a response arrived: one to this request, or to a retry of it."""
    received: int
    """Number of requests with this key, rejected ones included; 1 without a key."""


class _Record(msgspec.Struct):
    """Stored execution; `identity` is that of its key."""

    number: int
    endpoint: str
    time: float
    key: dict[str, Any] | None
    identity: str
    status: int
    request_id: str | None
    delivered: bool = False


class _Key(msgspec.Struct):
    """Stored idempotency key: its last execution, and the response to a retry."""

    received: int = 0
    number: int = 0
    """Number of the execution; 0 if there is none yet."""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Ledger(Sequence[Execution]):
    """Executions in their order; queries and token requests are left out."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = RLock()
        self._records: dict[int, _Record] = {
            record.number: record for _, record in store.items("execution", _Record)
        }
        self._keys: dict[str, _Key] = dict(store.items("execution key", _Key))
        self._last = max(self._records, default=0)

    # --- for tests --------------------------------------------------------------------

    def clear(self) -> None:
        """Remove all executions and keys."""
        with self._lock:
            for number in self._records:
                self._store.drop("execution", str(number))
            for identity in self._keys:
                self._store.drop("execution key", identity)
            self._records.clear()
            self._keys.clear()

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Execution]:
        with self._lock:
            return iter([self._execution(record) for record in self._records.values()])

    @overload
    def __getitem__(self, index: int) -> Execution: ...
    @overload
    def __getitem__(self, index: slice) -> list[Execution]: ...
    def __getitem__(self, index: int | slice) -> Execution | list[Execution]:
        return list(self)[index]

    def __repr__(self) -> str:
        return f"Ledger({list(self)})"

    def _execution(self, record: _Record) -> Execution:
        key = self._keys.get(record.identity)
        return Execution(
            record.endpoint,
            record.time,
            record.key,
            record.status,
            record.request_id,
            record.delivered,
            1 if key is None else key.received,
        )

    # --- for the mock -----------------------------------------------------------------

    def receive(
        self, endpoint: str, key: Mapping[str, Any] | None
    ) -> MockResponse | None:
        """Count a request, and return the response of its key's execution, if any."""
        if key is None:
            return None
        with self._lock:
            identity = _identity(endpoint, key)
            stored = self._keys.setdefault(identity, _Key())
            stored.received += 1
            self._save(self._keys, "execution key", identity)
            if not stored.number:
                return None
            return MockResponse(
                stored.status, stored.body, stored.headers, execution=stored.number
            )

    def record(
        self,
        endpoint: str,
        key: Mapping[str, Any] | None,
        time: float,
        response: MockResponse,
        sent: MockResponse,
    ) -> MockResponse:
        """Record an execution, and return `sent` with the number of the execution.

        `sent` goes to the client; `response` is the response to a retry with this key.
        """
        with self._lock:
            self._last += 1
            identity = "" if key is None else _identity(endpoint, key)
            request_id = request_id_of(Headers(sent.headers))
            stored_key = None if key is None else dict(key)
            self._records[self._last] = _Record(
                self._last,
                endpoint,
                time,
                stored_key,
                identity,
                sent.status,
                request_id,
            )
            self._save(self._records, "execution", self._last)
            if key is not None:
                received = self._keys[identity].received
                self._keys[identity] = _Key(
                    received,
                    self._last,
                    response.status,
                    response.headers,
                    response.body,
                )
                self._save(self._keys, "execution key", identity)
            return replace(sent, execution=self._last)

    def mark_delivered(self, response: MockResponse) -> None:
        """Record that a complete response goes to a client that still waits for it."""
        with self._lock:
            record = self._records.get(response.execution or 0)
            if record is not None and response.cut is None and not record.delivered:
                record.delivered = True
                self._store.put("execution", str(response.execution), record)

    def _save(self, values: dict[Any, Any], kind: str, name: int | str) -> None:
        self._store.put(kind, str(name), values[name])
        while len(values) > _MAX_ENTRIES:
            oldest = next(iter(values))
            del values[oldest]
            self._store.drop(kind, str(oldest))


def _identity(endpoint: str, key: Mapping[str, Any]) -> str:
    return msgspec.json.encode((endpoint, key), order="sorted").decode()


def key_of(
    endpoint: Endpoint[Any], arguments: CheckedArguments
) -> Mapping[str, Any] | None:
    """Return the idempotency key of a request; None unless all its fields have a value."""
    if not isinstance(endpoint.idempotency, Keyed):
        return None
    key: dict[str, Any] = {}
    parameters: dict[str, object] = {}
    for constants in endpoint.fixed.values():
        parameters.update(constants)
    for group in endpoint.parameters.values():
        for parameter in group:
            value = arguments.parameters.get(parameter.argument or parameter.wire)
            if value is not msgspec.UNSET:
                parameters[parameter.wire] = value
    sources = (_to_json(parameters), _to_json(arguments.body))
    for field in endpoint.idempotency.fields:
        values = (value_at(source, field) for source in sources)
        value = next((each for each in values if each is not None), None)
        if value is None:
            return None
        key[field] = value
    return key


def _to_json(value: object) -> object:
    if is_object(value):
        value = {name: _part_to_json(part) for name, part in value.items()}
    return msgspec.to_builtins(value, str_keys=True, enc_hook=str)


def _part_to_json(value: object) -> object:
    """Return a part of a body as JSON value: the object that it encodes, else its text."""
    if not isinstance(value, bytes):
        return value
    if value.startswith(b"{"):
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            return msgspec.json.decode(value)
    return value.decode("utf-8", "replace")
