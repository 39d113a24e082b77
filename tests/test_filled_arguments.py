"""Arguments whose values the client computes: the same over all attempts, and right as idempotency keys."""

from __future__ import annotations

import asyncio
import json
import pickle
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import ReceivedRequest, Reset, http_response, serving

API = """
specloom: 1
package: till
version: 0.1.0
client: Till
title: Till
languages: [en, zh]
hosts: [https://till.example]
auth: none
"""
RESOURCE = """
title: Payments
endpoints:
  create:
    http: POST /payments
    title: Pay
    header: {Idempotency-Key: {type: string(..64), fill: uuid}}
    body: {amount: integer, at: {type: datetime(unix), fill: now}, ref?: {type: string, fill: uuid}}
    responses: {200: {body: {id: integer}}}
    idempotency: {key: Idempotency-Key}
  refund:
    http: POST /refunds
    title: Refund
    query: {at?: {type: datetime, fill: now}}
    form: {key: {type: string, fill: uuid}}
    responses: {204: null}
    idempotency: {key: key}
"""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
PROGRAM = """
from datetime import UTC, datetime

from till import Till

Till().payments.create(amount=1)
Till().payments.create(amount=1, idempotency_key="1", at=datetime.now(UTC))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "payments.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def till(project: Path) -> Iterator[Any]:
    with imported(project, "till") as package:
        import till.testing

        assert till.testing
        yield package


class Ledger:
    """A service that executes a payment once for each key, and loses its first responses."""

    def __init__(self, lost: int) -> None:
        self.executed: dict[str, bytes] = {}
        self.received: list[tuple[str, bytes]] = []
        self._lost = lost

    def __call__(self, request: ReceivedRequest) -> Any:
        key = request.header("idempotency-key")
        self.received.append((key, request.body))
        self.executed.setdefault(key, request.body)
        if len(self.received) <= self._lost:
            return [Reset]
        identity = list(self.executed).index(key)
        return http_response(
            200, json.dumps({"id": identity}), ("Content-Type", "application/json")
        )


def pay(till: Any, url: str, *, is_async: bool, **arguments: Any) -> Any:
    if not is_async:
        with till.Till(hosts=[url]) as client:
            return client.payments.create(amount=5, **arguments)

    async def run() -> Any:
        async with till.AsyncTill(hosts=[url]) as client:
            return await client.payments.create(amount=5, **arguments)

    return asyncio.run(run())


@pytest.mark.parametrize("is_async", [False, True])
def test_a_retry_has_the_same_key_and_the_same_bytes(till: Any, is_async: bool) -> None:
    ledger = Ledger(lost=2)
    with serving(ledger) as server:
        assert pay(till, server.url, is_async=is_async).id == 0
        assert len(ledger.received) == 3
        assert len(ledger.executed) == len(set(ledger.received)) == 1
        key, body = ledger.received[0]
        assert UUID.fullmatch(key)
        sent = json.loads(body)
        assert abs(datetime.now(UTC) - datetime.fromtimestamp(sent["at"], UTC)) < timedelta(
            minutes=1
        )
        assert UUID.fullmatch(sent["ref"])
        assert sent["ref"] != key
        pay(till, server.url, is_async=is_async)
        assert len(ledger.executed) == 2  # another call is another payment


def test_an_argument_takes_precedence(till: Any) -> None:
    with serving(ledger := Ledger(lost=0)) as server:
        at = datetime(2026, 1, 2, tzinfo=UTC)
        pay(till, server.url, is_async=False, idempotency_key="mine", at=at, ref="r")
    assert ledger.received == [("mine", b'{"amount":5,"at":1767312000,"ref":"r"}')]


def test_a_call_keeps_its_values(till: Any) -> None:
    call = till.calls.payments.create(amount=5)
    again = pickle.loads(pickle.dumps(call))
    with serving(ledger := Ledger(lost=0)) as server, till.Till(hosts=[server.url]) as client:
        for each in (call, again, call):
            client.send(each)
    assert len(ledger.executed) == len(set(ledger.received)) == 1
    assert till.calls.payments.create(amount=5) != call


def test_forms_and_queries(till: Any) -> None:
    with serving(http_response(204)) as server, till.Till(hosts=[server.url]) as client:
        client.payments.refund()
    (got,) = server.received
    assert UUID.fullmatch(got.body.decode().removeprefix("key="))
    assert re.fullmatch(r"/refunds\?at=\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\dZ", got.target)


def test_the_mock_recognizes_a_retry(till: Any) -> None:
    mock = till.testing.TillMock()
    mock.fault("reset", times=2)
    mock.client().payments.create(amount=5)
    (execution,) = mock.ledger
    assert execution.received == 3
    assert UUID.fullmatch(execution.key["Idempotency-Key"])


def test_pages_and_docstrings_say_so(project: Path, till: Any) -> None:
    page = (project / "docs" / "en" / "payments" / "create.md").read_text("utf-8")
    assert re.search(
        r"\| `Idempotency-Key` \|.*\| no \|.*a random UUID, the same in all attempts", page
    )
    assert "the current time, the same in all attempts" in " ".join(
        till.calls.payments.create.__doc__.split()
    )
