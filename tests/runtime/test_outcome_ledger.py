"""Outcomes of requests, compared with the ledger of a server that records executions.

Kinds of endpoints × faults × both drivers, on real sockets. Whatever happens:

- `rejected` and `not_sent` are never said of a request that was executed;
- a keyed request is executed once, however often it is sent;
- one that is not keyed, or lacks its key, is sent again only if it cannot have been executed.

`pytest -m slow` tries all statuses, and prints the table.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pytest
from conftest import without_pauses
from handmade import AsyncShop, Shop, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.calls import Endpoint, Json, Keyed, Parameter
from handmade._runtime.failover import Failover
from handmade._runtime.hosts import parse_hosts
from handmade._runtime.models import Model
from handmade._runtime.retry import Budget
from test_wechatpay import scheme as wechatpay
from test_wechatpay import signed
from tests.figures import Figure
from tests.servers import (
    Close,
    Part,
    ReceivedRequest,
    Reset,
    Server,
    Wait,
    closed_port,
    http_response,
    serving,
)


class Arguments(Model, frozen=True, kw_only=True):
    number: str
    key: str | None = None


WHERE: dict[str, Any] = {
    "arguments": Arguments,
    "query": ["number"],
    "header": [Parameter("Idempotency-Key", "key")],
}
PAY: Endpoint[None] = Endpoint(
    "ledger.pay",
    "POST",
    "/pay",
    body=Json(dict[str, Any]),
    idempotency=Keyed("Idempotency-Key"),
    responses={200: None},
    **WHERE,
)
GIVE: Endpoint[None] = Endpoint(
    "ledger.give", "POST", "/give", body=Json(dict[str, Any]), responses={200: None}, **WHERE
)
READ: Endpoint[None] = Endpoint(
    "ledger.read", "GET", "/read", idempotency="safe", responses={200: None}, **WHERE
)
KINDS: dict[str, Callable[[str], Any]] = {
    "safe": lambda number: READ.call(Arguments(number=number)),
    "keyed": lambda number: PAY.call(Arguments(number=number, key=number), {}),
    "without key": lambda number: PAY.call(Arguments(number=number), {}),
    "unkeyed": lambda number: GIVE.call(Arguments(number=number), {}),
}


@dataclass
class Service:
    """Two hosts of one service, and their executions of each request, by its number."""

    primary: Server
    backup: Server
    received: dict[str, list[bool]] = field(default_factory=dict)
    """For each complete request: whether the response left its execution open."""
    executed: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, got: ReceivedRequest, *, execute: bool, refuse: bool = False) -> None:
        number, keys = got.target.partition("number=")[2], got.headers("Idempotency-Key")
        with self.lock:
            self.received.setdefault(number, []).append(not refuse)
            if execute and not (got.method == "GET" or self.keys.intersection(keys)):
                self.executed[number] += 1
                self.keys.update(keys)


Parts = Iterable[Part]
Act = Callable[[Service, ReceivedRequest], Parts]


def executes(*parts: Part) -> Act:
    def act(service: Service, got: ReceivedRequest) -> Parts:
        service.take(got, execute=True)
        return parts

    return act


def ignores(*parts: Part) -> Act:
    def act(service: Service, got: ReceivedRequest) -> Parts:
        service.take(got, execute=False)
        return parts

    return act


def refuses(status: int) -> Act:
    def act(service: Service, got: ReceivedRequest) -> Parts:
        service.take(got, execute=False, refuse=True)
        return [http_response(status)]

    return act


def forges(service: Service, got: ReceivedRequest) -> Parts:
    service.take(got, execute=True)
    return [signed(200, signature="Zm9yZ2Vk")]


GOOD = executes(http_response())


@dataclass(frozen=True)
class Fault:
    """Behavior of the hosts, and possible outcomes of requests that are not safe; "" is success."""

    act: Act = GOOD
    backup: Act = GOOD
    outcomes: tuple[str, ...] = ("unknown",)
    hosts: tuple[str, ...] = ("primary",)
    deadline: float = 20.0
    warm: Parts = ()
    """Response to the first call of the same client."""
    signed: bool = False


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"
SLOW = [Wait(9)]
FAULTS: dict[str, Fault] = {
    "fine": Fault(outcomes=("",)),
    "refused": Fault(hosts=("closed",), outcomes=("not_sent",)),
    "reset unread": Fault(hosts=("unread",), outcomes=("not_sent", "unknown")),
    "reset before": Fault(ignores(Reset)),
    "reset after": Fault(executes(Reset)),
    "closed before": Fault(ignores(Close)),
    "closed after": Fault(executes(Close)),
    "silence before": Fault(ignores(*SLOW), deadline=0.15),
    "silence after": Fault(executes(*SLOW), deadline=0.15),
    "half a head": Fault(executes(HALF[:20], Close)),
    "half a body": Fault(executes(HALF, Close)),
    "no HTTP": Fault(executes(b"SSH-2.0-x\r\n\r\n", Close)),
    "forged": Fault(forges, signed=True),
    "stale, closed": Fault(warm=(http_response(), Close), outcomes=("", "unknown")),
    "stale, reset": Fault(ignores(Reset), warm=(http_response(),)),
    "stale, reset after": Fault(executes(Reset), warm=(http_response(),)),
    "backup, refused": Fault(hosts=("closed", "backup"), outcomes=("",)),
    "backup, reset": Fault(executes(Reset), hosts=("primary", "backup"), outcomes=("", "unknown")),
    "backup, 503": Fault(executes(http_response(503)), hosts=("primary", "backup"), outcomes=("", "unknown")),
    "backup, both reset": Fault(executes(Reset), executes(Reset), hosts=("primary", "backup")),
    "backup, then 400": Fault(executes(Reset), refuses(400), hosts=("primary", "backup")),
}  # fmt: skip
SAMPLE = {
    400,
    401,
    404,
    408,
    409,
    425,
    429,
    499,
    500,
    501,
    502,
    503,
    504,
    507,
    511,
    520,
    522,
    524,
    598,
    599,
}


def of_status(status: int) -> Fault:
    """408 and 5xx after the execution, by the server or by a gateway before it."""
    if status == 408 or status >= 500:
        return Fault(executes(http_response(status)))
    return Fault(refuses(status), outcomes=("rejected",))


class Unread(Server):
    """Server that resets each connection before it reads anything."""

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


class Driven:
    """One sync or async client for all calls."""

    def __init__(self, mode: str, scheme: Scheme) -> None:
        self.runner = asyncio.Runner() if mode == "async" else None
        self.client: Any = AsyncShop(scheme) if self.runner else Shop(scheme)

    def send(self, call: Any, **settings: Any) -> Any:
        without_pauses(self.client, budget=Budget(), failover=Failover(), **settings)
        return self.runner.run(self.client.send(call)) if self.runner else self.client.send(call)

    def close(self) -> None:
        if self.runner:
            self.runner.run(self.client.close())
            self.runner.close()
        else:
            self.client.close()


@dataclass
class World:
    """Runner that sends calls to the service under a fault."""

    service: Service
    unread: Unread
    clients: dict[bool, Driven]
    number: int = 0

    def __call__(self, kind: str, fault: Fault) -> tuple[str, int, int]:
        """Return outcome ("" for success), requests and executions; fail if an outcome is wrong."""
        self.number += 1
        number, service = str(self.number), self.service
        urls = {
            "primary": service.primary.url, "backup": service.backup.url,
            "unread": self.unread.url, "closed": f"http://127.0.0.1:{closed_port()}" if "closed" in fault.hosts else "",
        }  # fmt: skip
        hosts = parse_hosts([urls[name] for name in fault.hosts])
        client = self.clients[fault.signed]
        if fault.warm:
            service.primary.respond_with(fault.warm)
            client.send(KINDS["safe"](f"{number}-warm"), hosts=hosts)
        service.primary.respond_with(lambda got: fault.act(service, got))
        service.backup.respond_with(lambda got: fault.backup(service, got))
        outcome, attempts = "", 0
        try:
            client.send(KINDS[kind](number), hosts=hosts, deadline=fault.deadline)
        except errors.Error as error:
            outcome, attempts = error.outcome, error.attempts
        with service.lock:
            received, executed = service.received.get(number, []), service.executed[number]
        self.judge(kind, outcome, received, executed)
        assert kind == "safe" or outcome in fault.outcomes
        return outcome, max(attempts, len(received)), executed

    def judge(self, kind: str, outcome: str, received: list[bool], executed: int) -> None:
        if outcome in ("rejected", "not_sent"):
            assert executed == 0, f"{outcome}, but it was executed"
        if outcome == "" and kind != "safe":
            assert executed == 1
        assert executed <= 1, "executed twice"
        if kind in ("without key", "unkeyed"):
            assert not any(received[:-1]), "sent again, though it could have been executed"


@contextmanager
def world_of(mode: str) -> Iterator[World]:
    unread = Unread()
    with serving() as primary, serving() as backup:
        clients = {
            signed: Driven(mode, wechatpay() if signed else Scheme()) for signed in (False, True)
        }
        try:
            yield World(Service(primary, backup), unread, clients)
        finally:
            for client in clients.values():
                client.close()
            unread.stop()


@pytest.fixture(scope="module", params=["sync", "async"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with world_of(request.param) as new_world:
        yield new_world


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FAULTS)
def test_outcomes_agree_with_the_ledger(world: World, name: str, kind: str) -> None:
    world(kind, FAULTS[name])


@pytest.mark.parametrize("kind", KINDS)
def test_outcomes_after_a_status_agree_with_the_ledger(world: World, kind: str) -> None:
    for status in sorted(SAMPLE):
        world(kind, of_status(status))


@pytest.mark.slow
def test_all_combinations_agree_with_the_ledger(world: World, figure: Figure) -> None:
    figure(f"{'outcome, requests, executions':>30} | " + " | ".join(f"{kind:14}" for kind in KINDS))
    rows = FAULTS | {str(status): of_status(status) for status in range(400, 600)}
    for (*_, cells), names in groupby(
        rows,
        lambda name: (
            name in FAULTS and name,
            [summary(world, kind, rows[name]) for kind in KINDS],
        ),
    ):
        first, *_, last = [*names] * 2
        figure(f"{first if first == last else f'{first} to {last}':>30} | " + " | ".join(cells))


def summary(world: World, kind: str, fault: Fault) -> str:
    outcome, requests, executions = world(kind, fault)
    return f"{outcome or 'fine':8} {requests:2} {executions:2}"
