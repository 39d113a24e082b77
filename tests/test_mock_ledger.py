"""Tests of the mock's ledger, with which users check code that retries."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.generated import COMMITTED, imported, write
from tests.test_mock import APPLICATION, FAPIAO, reverse

API = """
specloom: 1
package: purse
version: 0.1.0
client: Purse
title: Purse
languages: [en]
hosts: [https://purse.example]
auth: none
error_shape: {code: code, message: message}
errors:
  - {status: 404, code: NO_PURSE, reason: no such purse}
  - {status: 500, code: BROKEN, reason: try again later}
"""
RESOURCE = """
title: Transfers
endpoints:
  balance:
    http: GET /balance
    responses: {200: {body: {balance: integer}}}
  give:
    http: POST /transfers
    body: {amount: integer}
    responses: {200: {body: {number: integer}}}
  pay:
    http: POST /payments/{shop}
    path: {shop: string}
    header: {Idempotency-Key: string}
    query: {lot?: integer}
    body: {items: {type: list<object>, fields: {id: integer}}}
    responses: {200: {body: {number: integer}}}
    idempotency: {key: [shop, Idempotency-Key, lot, items.id], ask: balance}
  order:
    http: POST /orders
    form: {order_no?: string}
    responses: {200: {body: {number: integer}}}
    idempotency: {key: order_no}
  post:
    http: POST /files
    parts: {meta: {fields: {sha?: string?}}, data: file}
    responses: {200: {body: {number: integer}}}
    idempotency: {key: meta.sha}
"""


@pytest.fixture(scope="module")
def purse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("purse")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "transfers.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    with imported(folder / "project", "purse") as package:
        import_module("purse.testing")
        yield package


@pytest.fixture
def mock(purse: Any) -> Any:
    return purse.testing.PurseMock()


@pytest.fixture
def client(mock: Any) -> Any:
    return mock.client()


def retry_always(send: Callable[[], Any], error: type[Exception]) -> Any:
    """Retry after any error, as careless code does."""
    try:
        return send()
    except error:
        return send()


def retry_if_not_executed(send: Callable[[], Any], errors: Any) -> Any:
    """Retry only if the request was not executed."""
    try:
        return send()
    except errors.Error as error:
        return send() if error.outcome in ("not_sent", "rejected") else None


def test_the_ledger_shows_an_unsafe_retry(purse: Any, mock: Any, client: Any) -> None:
    def send() -> Any:
        return client.transfers.give(amount=5)

    mock.fault("reset", times=1)
    retry_always(send, purse.errors.Error)
    assert [execution.delivered for execution in mock.ledger] == [
        False,
        True,
    ]  # two transfers, but one was intended

    mock.ledger.clear()
    mock.fault("reset", times=1)
    retry_if_not_executed(send, purse.errors)
    assert [execution.endpoint for execution in mock.ledger] == ["transfers.give"]


def test_a_keyed_request_is_executed_once_in_spite_of_retries(
    purse: Any, mock: Any, client: Any
) -> None:
    item = purse.models.PayRequestItems

    def pay(key: str, number: int = 1) -> Any:
        return client.transfers.pay("shop", idempotency_key=key, lot=3, items=[item(id=number)])

    mock.advance(60)
    mock.reply({"number": 1}, times=1)
    mock.fault("reset", times=1)
    assert pay("a").number == 1  # after a retry by the client
    mock.reply({"number": 2}, times=1)
    assert pay("b").number == 2
    mock.reply({"number": 3}, times=1)
    assert pay("a", number=2).number == 3  # other items, so another key
    first, *others = mock.ledger
    assert (first.key, first.received, first.delivered, first.status) == (
        {"shop": "shop", "Idempotency-Key": "a", "lot": 3, "items.id": [1]},
        2,
        True,
        200,
    )
    assert first.time == pytest.approx(mock.now(), abs=30)
    assert [execution.received for execution in others] == [1, 1]
    mock.fail("BROKEN", executed=True, times=1)
    assert pay("c").number == 0  # the response of the first execution
    assert (mock.ledger[-1].status, mock.ledger[-1].received) == (500, 2)
    assert (
        client.transfers.pay("shop", idempotency_key="a", items=[item(id=1)]).number == 0
    )  # an incomplete key does not count
    assert mock.ledger[-1].key is None


KEYED: dict[str, tuple[Callable[[Any, Any], Any], bool]] = {
    # A call, and whether its key is complete.
    "all": (
        lambda api, models: api.pay(
            "shop",
            idempotency_key="k",
            lot=0,
            items=[models.PayRequestItems(id=1), models.PayRequestItems(id=2)],
        ),
        True,
    ),
    "no query": (
        lambda api, models: api.pay(
            "shop", idempotency_key="k", items=[models.PayRequestItems(id=1)]
        ),
        False,
    ),
    "an empty header": (
        lambda api, models: api.pay(
            "shop", idempotency_key="", lot=1, items=[models.PayRequestItems(id=1)]
        ),
        False,
    ),
    "an empty list": (
        lambda api, models: api.pay("shop", idempotency_key="k", lot=1, items=[]),
        False,
    ),
    "a form": (lambda api, models: api.order(order_no="1"), True),
    "a form without the key": (lambda api, models: api.order(), False),
    "parts": (lambda api, models: api.post(meta=models.PostRequestMeta(sha="1"), data=b"x"), True),
    "parts without the key": (
        lambda api, models: api.post(meta=models.PostRequestMeta(), data=b"x"),
        False,
    ),
    "parts with null": (
        lambda api, models: api.post(meta=models.PostRequestMeta(sha=None), data=b"x"),
        False,
    ),
}


@pytest.mark.parametrize("name", KEYED)
def test_a_request_is_keyed_only_if_it_has_the_whole_key(
    purse: Any, mock: Any, client: Any, name: str
) -> None:
    """Without a complete key the client does not retry, and the mock does not deduplicate."""
    send, keyed = KEYED[name]
    mock.fault("reset", times=1)
    if keyed:
        send(client.transfers, purse.models)
    else:
        with pytest.raises(purse.errors.Error) as raised:
            send(client.transfers, purse.models)
        assert (raised.value.outcome, raised.value.attempts) == ("unknown", 1)
    assert [(execution.received, execution.key is not None) for execution in mock.ledger] == [
        (2 if keyed else 1, keyed)
    ]


ERRORS: dict[str, tuple[Callable[[Any], None], bool]] = {
    "the connection breaks after execution": (lambda mock: mock.fault("reset"), True),
    "the response is truncated": (lambda mock: mock.fault("truncate"), True),
    "the connection breaks before execution": (
        lambda mock: mock.fault("reset", executed=False),
        False,
    ),
    "an outage": (lambda mock: mock.fault("outage"), False),
    "a rejection": (lambda mock: mock.fail("NO_PURSE"), False),
    "an internal error": (lambda mock: mock.fail("BROKEN"), False),
    "an internal error after execution": (lambda mock: mock.fail("BROKEN", executed=True), True),
    "a gateway's error": (lambda mock: mock.reply(b"", status=502), False),
    "a client timeout": (lambda mock: mock.fault("delay", seconds=60), True),
}


@pytest.mark.parametrize("name", ERRORS)
def test_the_ledger_shows_whether_a_request_with_a_fault_was_executed(
    purse: Any, mock: Any, name: str
) -> None:
    """The outcome of an executed request is never `rejected` or `not_sent`."""
    add_stub, executed = ERRORS[name]
    add_stub(mock)
    with pytest.raises(purse.errors.Error) as raised:
        mock.client(max_attempts=1, deadline=0.5).transfers.give(amount=5)
    assert len(mock.ledger) == executed
    assert not executed or raised.value.outcome == "unknown"
    assert [execution.delivered for execution in mock.ledger] == (
        [name == "an internal error after execution"] if executed else []
    )


def test_queries_and_rejected_requests_are_not_in_the_ledger(
    purse: Any, mock: Any, client: Any
) -> None:
    client.transfers.balance()
    invalid = httpx.Request("POST", "https://purse.example/transfers", json={"amount": "five"})
    assert mock.transport.handle_request(invalid).status_code == 400
    assert not mock.ledger
    with pytest.raises(ValueError, match="executed=False is allowed for the fault reset only"):
        mock.fault("delay", seconds=1, executed=False)


def test_requests_with_one_key_in_several_threads_are_executed_once(purse: Any, mock: Any) -> None:
    ready = threading.Barrier(8)

    def pay() -> None:
        with mock.client() as client:
            ready.wait()
            client.transfers.pay(
                "shop", idempotency_key="k", lot=1, items=[purse.models.PayRequestItems(id=1)]
            )

    threads = [threading.Thread(target=pay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [execution.received for execution in mock.ledger] == [8]


def test_the_ledger_survives_a_restart(purse: Any, tmp_path: Path) -> None:
    def pay(mock: Any) -> Any:
        return (
            mock.client()
            .transfers.pay(
                "shop", idempotency_key="k", lot=1, items=[purse.models.PayRequestItems(id=1)]
            )
            .number
        )

    mock = purse.testing.PurseMock(state=tmp_path / "state")
    mock.reply({"number": 7}, times=1)
    assert pay(mock) == 7
    mock.close()
    mock = purse.testing.PurseMock(state=tmp_path / "state")
    assert pay(mock) == 7
    assert [execution.received for execution in mock.ledger] == [2]
    mock.close()


def test_a_behaviour_decides_what_is_a_retry() -> None:
    """A failed reversal is requested again with the same ids, and executed a second time."""
    with imported(COMMITTED["wechatpay"], "wechatpay") as wechatpay:
        mock = import_module("wechatpay.testing").WeChatPayMock()
        pay = mock.client()
        mock.issue_fapiao(APPLICATION, FAPIAO, reversal_fails=True)
        mock.fault("reset", times=1)
        reverse(pay, wechatpay.models)
        (execution,) = mock.ledger
        assert (execution.endpoint, execution.received, execution.status) == (
            "fapiao_applications.reverse",
            2,
            202,
        )
        assert execution.request_id.endswith("-0")
        mock.advance(60)
        mock.advance(300)
        reverse(pay, wechatpay.models, "again")
        assert [execution.received for execution in mock.ledger] == [3, 3]


def test_the_ledger_is_shown_and_cleared_over_http(purse: Any, mock: Any, client: Any) -> None:
    def send(method: str) -> Any:
        response = mock.transport.handle_request(
            httpx.Request(method, "https://purse.example/_mock/ledger")
        )
        content = response.read()
        return json.loads(content) if content else response.status_code

    client.transfers.give(amount=5)
    (execution,) = send("GET")
    assert execution == {
        "endpoint": "transfers.give",
        "time": execution["time"],
        "key": None,
        "status": 200,
        "request_id": None,
        "delivered": True,
        "received": 1,
    }
    assert send("DELETE") == 204
    assert send("GET") == []
