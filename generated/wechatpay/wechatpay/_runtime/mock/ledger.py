"""Ledger of a mock: what its service executed, and how often each idempotency key came.

A test holds its own code to it: whatever the code was told, nothing is executed twice.
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

_REMEMBERED: Final = 10_000
"""Executions, and keys, that are remembered, the newest ones."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One request that the service executed."""

    endpoint: str
    """Name of the endpoint."""
    time: float
    """When, on the mock's clock: seconds since 1970."""
    key: Mapping[str, Any] | None
    """The idempotency key by names on the wire; None if the request had none."""
    status: int
    """Status of the response."""
    request_id: str | None
    """The response's."""
    delivered: bool
    """Whether a response arrived: one to this request, or to a repetition of it."""
    received: int
    """How many requests with this key came, refused ones too; 1 if there is no key."""


class _Record(msgspec.Struct):
    """An execution as it is kept; `identity` is that of its key."""

    number: int
    endpoint: str
    time: float
    key: dict[str, Any] | None
    identity: str
    status: int
    request_id: str | None
    delivered: bool = False


class _Key(msgspec.Struct):
    """An idempotency key: its last execution, and the response that a repetition gets."""

    received: int = 0
    number: int = 0
    """0: nothing was executed yet."""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Ledger(Sequence[Execution]):
    """The executions in their order; queries and tokens are not among them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = RLock()
        self._records: dict[int, _Record] = {
            one.number: one for _, one in store.items("execution", _Record)
        }
        self._keys: dict[str, _Key] = dict(store.items("execution key", _Key))
        self._last = max(self._records, default=0)

    # --- for the test -----------------------------------------------------------------

    def clear(self) -> None:
        """Forget all executions and keys."""
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
            return iter([self._execution(one) for one in self._records.values()])

    @overload
    def __getitem__(self, index: int) -> Execution: ...
    @overload
    def __getitem__(self, index: slice) -> list[Execution]: ...
    def __getitem__(self, index: int | slice) -> Execution | list[Execution]:
        return list(self)[index]

    def __repr__(self) -> str:
        return f"Ledger({list(self)})"

    def _execution(self, one: _Record) -> Execution:
        key = self._keys.get(one.identity)
        return Execution(
            one.endpoint,
            one.time,
            one.key,
            one.status,
            one.request_id,
            one.delivered,
            1 if key is None else key.received,
        )

    # --- for the mock -----------------------------------------------------------------

    def receive(
        self, endpoint: str, key: Mapping[str, Any] | None
    ) -> MockResponse | None:
        """Count a request; its response if one with this key has been executed."""
        if key is None:
            return None
        with self._lock:
            identity = _identity(endpoint, key)
            one = self._keys.setdefault(identity, _Key())
            one.received += 1
            self._keep(self._keys, "execution key", identity)
            if not one.number:
                return None
            return MockResponse(one.status, one.body, one.headers, execution=one.number)

    def record(
        self,
        endpoint: str,
        key: Mapping[str, Any] | None,
        time: float,
        response: MockResponse,
        sent: MockResponse,
    ) -> MockResponse:
        """Note an execution: `sent` is what goes out, `response` what a repetition with
        this key gets. Returns `sent`, which knows its execution."""
        with self._lock:
            self._last += 1
            identity = "" if key is None else _identity(endpoint, key)
            request_id = request_id_of(Headers(sent.headers))
            given = None if key is None else dict(key)
            self._records[self._last] = _Record(
                self._last, endpoint, time, given, identity, sent.status, request_id
            )
            self._keep(self._records, "execution", self._last)
            if key is not None:
                received = self._keys[identity].received
                self._keys[identity] = _Key(
                    received,
                    self._last,
                    response.status,
                    response.headers,
                    response.body,
                )
                self._keep(self._keys, "execution key", identity)
            return replace(sent, execution=self._last)

    def deliver(self, answer: MockResponse) -> None:
        """Note that a response goes to a client that still waits for it, and goes whole."""
        with self._lock:
            one = self._records.get(answer.execution or 0)
            if one is not None and answer.cut is None and not one.delivered:
                one.delivered = True
                self._store.put("execution", str(answer.execution), one)

    def _keep(self, values: dict[Any, Any], kind: str, name: int | str) -> None:
        self._store.put(kind, str(name), values[name])
        while len(values) > _REMEMBERED:
            oldest = next(iter(values))
            del values[oldest]
            self._store.drop(kind, str(oldest))


def _identity(endpoint: str, key: Mapping[str, Any]) -> str:
    return msgspec.json.encode((endpoint, key), order="sorted").decode()


def key_of(
    endpoint: Endpoint[Any], given: CheckedArguments
) -> Mapping[str, Any] | None:
    """The idempotency key of a request; None unless each of its fields has a value."""
    if not isinstance(endpoint.idempotency, Keyed):
        return None
    found: dict[str, Any] = {}
    parameters: dict[str, object] = {}
    for constants in endpoint.fixed.values():
        parameters.update(constants)
    for group in endpoint.parameters.values():
        for one in group:
            value = given.arguments.get(one.argument or one.wire)
            if value is not msgspec.UNSET:
                parameters[one.wire] = value
    named = (_plain(parameters), _plain(given.body))
    for field in endpoint.idempotency.fields:
        values = (value_at(one, field) for one in named)
        value = next((one for one in values if one is not None), None)
        if value is None:
            return None
        found[field] = value
    return found


def _plain(value: object) -> object:
    """The value as JSON."""
    if is_object(value):
        value = {name: _part(one) for name, one in value.items()}
    return msgspec.to_builtins(value, str_keys=True, enc_hook=str)


def _part(value: object) -> object:
    """A part of a body: the object if it is the JSON of one, else its text."""
    if not isinstance(value, bytes):
        return value
    if value.startswith(b"{"):
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            return msgspec.json.decode(value)
    return value.decode("utf-8", "replace")
