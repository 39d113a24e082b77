"""Retries and failover: which attempt, to which host, after what delay; with a fake clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import pytest
from handmade import calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.call_flow import exchange
from handmade._runtime.calls import Endpoint
from handmade._runtime.effects import Action, CallFunction, Send, Sleep, Steps
from handmade._runtime.endpoint_metadata import ErrorCode
from handmade._runtime.failover import COOL_DOWN, Failover
from handmade._runtime.headers import Headers
from handmade._runtime.hooks import Hooks
from handmade._runtime.hosts import parse_hosts
from handmade._runtime.http_messages import RawResponse
from handmade._runtime.retry import Budget, backoff, retry_after
from handmade._runtime.settings import Settings
from handmade.client import SERVICE
from handmade.models.orders import Item
from msgspec.structs import replace
from tests.servers import Server, http_response

QUERY = calls.orders.query("1", shop_id="1")
CREATE = calls.orders.create(name="x", items=[Item(sku="A")])
CANCEL = calls.orders.cancel("1")
NOON = 1_700_000_000.0
GOOD = RawResponse(200, Headers(), b'{"order_id": "1", "status": "PAID", "total": 1}')
DONE = RawResponse(204, Headers(), b"")


def refused(status: int, *headers: tuple[str, str], code: str = "X") -> RawResponse:
    return RawResponse(status, Headers(headers), b'{"code": "%b", "message": "m"}' % code.encode())


def lost() -> errors.Error:
    return errors.ConnectionFailed("broke", outcome="unknown")


def nobody() -> errors.Error:
    return errors.ConnectionFailed("nobody there", outcome="not_sent")


@dataclass
class FakeDriver:
    """Driver with prepared responses, each after `takes` seconds; records the actions."""

    responses: Iterator[Any]
    takes: float = 0.0
    now: float = 1000.0
    sent: list[Send] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def run(self, steps: Steps[Any]) -> Any:
        try:
            action: Action = next(steps)
            while True:
                result = self._perform(action)
                action = (
                    steps.throw(result) if isinstance(result, Exception) else steps.send(result)
                )
        except StopIteration as stop:
            return stop.value

    def _perform(self, action: Action) -> Any:
        match action:
            case Send():
                self.sent.append(action)
                self.now += self.takes
                return next(self.responses)
            case Sleep():
                self.slept.append(action.seconds)
                self.now += action.seconds
                return None
            case CallFunction():
                try:
                    return action.function()
                except Exception as error:
                    return error
            case _:
                raise AssertionError(action)


def attempt(
    call: Any, *responses: Any, takes: float = 0.0, **options: Any
) -> tuple[FakeDriver, Any]:
    """Return the response or the error of a call."""
    driver = FakeDriver(iter(responses), takes)
    fields: dict[str, Any] = {
        "hosts": parse_hosts(["https://one.example", "https://two.example"])
    } | options
    settings = replace(
        Settings(
            SERVICE,
            {"pay": Scheme()},
            clock=lambda: driver.now,
            wall_clock=lambda: NOON,
            chance=lambda: 1.0,
        ),
        **fields,
    )
    try:
        return driver, driver.run(exchange(call, settings))
    except errors.Error as error:
        return driver, error


def places(driver: FakeDriver) -> list[str]:
    return [sent.request.host.origin.removeprefix("https://") for sent in driver.sent]


# --- pauses -------------------------------------------------------------------------------

ASKED: list[tuple[str, list[float]]] = [
    ("1", [1.5]),
    ("0", [0.5]),
    ("-5", [0.5]),
    ("1e309", [0.5]),
    ("soon", [0.5]),
    ("", [0.5]),
    ("1.5", [0.5]),
    ("٣", [0.5]),
    (formatdate(NOON + 7, usegmt=True), [7.5]),
    (formatdate(NOON - 7, usegmt=True), [0.5]),
    ("Fri, 31 Dec 99999 23:59:59 GMT", [0.5]),
    ("86400", []),
    ("9" * 400, []),
    (formatdate(NOON + 86400, usegmt=True), []),
]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("header", "slept"), ASKED, ids=[repr(header)[:30] for header, _ in ASKED])
def test_retry_after(header: str, slept: list[float], status: int) -> None:
    driver, result = attempt(QUERY, refused(status, ("Retry-After", header)), GOOD)
    assert driver.slept == slept
    if slept:
        assert result.value.order_id == "1"
    else:
        assert (result.status, result.attempts, driver.now) == (status, 1, 1000.0)


def test_backoff_doubles_with_full_jitter() -> None:
    driver, result = attempt(
        QUERY,
        *[refused(503)] * 7,
        hosts=parse_hosts(["https://one.example"]),
        max_attempts=7,
        deadline=60,
    )
    assert driver.slept == [0.5, 1, 2, 4, 8, 8]
    assert result.attempts == 7
    assert [backoff(3, chance) for chance in (0.0, 0.5, 1.0)] == [0.0, 1.0, 2.0]


def test_no_backoff_ends_after_the_deadline() -> None:
    driver, result = attempt(QUERY, *[refused(503)] * 3, takes=4.0, deadline=9)
    # Chance may add no more than its share of what is left: half of 0.5 s.
    assert (driver.slept, result.attempts) == ([0.5, 0.25], 3)
    driver, result = attempt(QUERY, *[refused(503)] * 3, takes=4.0, deadline=8)
    assert (driver.slept, result.attempts, driver.now) == ([0.5], 2, 1008.5)


def test_retry_after_is_parsed_as_in_the_standard() -> None:
    for text in (
        "Fri, 14 Nov 2023 22:13:30 GMT",
        "Tue, 14-Nov-23 22:13:30 GMT",
        "Tue Nov 14 22:13:30 2023",
    ):
        assert retry_after(Headers([("retry-after", text)]), NOON) == 10.0, text


# --- hosts and time -----------------------------------------------------------------------


def test_without_a_response_another_host_is_tried_at_once() -> None:
    driver, result = attempt(QUERY, lost(), nobody(), GOOD)
    assert (places(driver), driver.slept) == (["one.example", "two.example", "one.example"], [1.0])
    assert result.status == 200
    driver, result = attempt(QUERY, refused(502), GOOD)
    assert (places(driver), driver.slept) == (["one.example", "two.example"], [0.5])


def test_an_attempt_leaves_time_for_retries() -> None:
    driver, _ = attempt(QUERY, *[lost()] * 3, takes=10.0, deadline=30)
    assert [round(sent.silence) for sent in driver.sent] == [10, 10, 9]
    driver, _ = attempt(QUERY, lost(), lost(), lost(), takes=1.0, deadline=30)
    assert [round(sent.silence, 2) for sent in driver.sent] == [10, 14.5, 27.0]
    assert [round(sent.connecting, 2) for sent in driver.sent] == [10, 10, 10]
    assert {sent.until for sent in driver.sent} == {1030.0}


def test_an_attempt_without_retries_has_all_the_time() -> None:
    driver, result = attempt(CANCEL, nobody(), lost(), deadline=30)
    assert [sent.silence for sent in driver.sent] == [30, 30]
    assert [sent.connecting for sent in driver.sent] == [10, 10]
    assert (result.outcome, result.attempts) == ("unknown", 2)


def test_each_host_has_its_prefix_and_name() -> None:
    hosts = parse_hosts(["https://one.example/a", "https://two.example:8443/b"])
    driver, _ = attempt(CANCEL, nobody(), DONE, hosts=hosts)
    assert [sent.request.target for sent in driver.sent] == [
        "/a/v1/orders/1/cancel",
        "/b/v1/orders/1/cancel",
    ]
    assert [sent.request.headers["Host"] for sent in driver.sent] == [
        "one.example",
        "two.example:8443",
    ]


def test_one_call_tries_a_host_after_its_cool_down() -> None:
    one, two = hosts = parse_hosts(["https://one.example", "https://two.example"])
    known = Failover()
    assert known.pick(hosts, [], 0) == one
    known.failed(one, 0)
    assert known.pick(hosts, [], COOL_DOWN - 1) == two
    assert known.pick(hosts, [], COOL_DOWN) == one, "the first one after the rest tries it"
    assert known.pick(hosts, [], COOL_DOWN) == two, "the others wait for what it finds"
    known.responded(one)
    assert known.pick(hosts, [], COOL_DOWN) == one
    known.failed(one, 100)
    known.failed(two, 100)
    assert known.pick(hosts, [], 101) == one, "if all have failed, the primary"
    assert known.pick(hosts, [one, two], 101) == one
    assert known.pick(hosts, [one, two, one], 101) == two


# --- outcomes -----------------------------------------------------------------------------

OVER_ALL: list[tuple[list[Any], str]] = [
    ([lost(), nobody(), nobody()], "unknown"),
    ([lost(), refused(400)], "unknown"),
    ([lost(), refused(503), refused(503)], "unknown"),
    ([nobody(), refused(400)], "rejected"),
    ([refused(503), nobody(), nobody()], "unknown"),
    ([refused(429), nobody(), nobody()], "not_sent"),
    ([refused(429), lost(), refused(404)], "unknown"),
]


@pytest.mark.parametrize(("responses", "outcome"), OVER_ALL)
def test_an_unknown_outcome_stays_unknown(responses: list[Any], outcome: str) -> None:
    _, error = attempt(CREATE, *responses)
    assert (error.outcome, error.attempts) == (outcome, len(responses))
    assert ("call orders.query, or retry" in str(error)) == (outcome == "unknown")


STATUSES = range(400, 600)
UNCLEAR = {408, *range(500, 600)}


@pytest.mark.parametrize("row", ["undocumented", "status", "code", "retry later", "retry token"])
def test_an_unclear_status_is_an_unknown_outcome(row: str) -> None:
    """With every kind of documentation."""
    unknown: set[int] = set()
    for status in STATUSES:
        rows = {
            "undocumented": (),
            "status": (ErrorCode(status, None, errors.Busy),),
            "code": (ErrorCode(None, "X", errors.Busy),),
            "retry later": (ErrorCode(status, "X", errors.Busy, retry="later"),),
            "retry token": (ErrorCode(status, "X", errors.Busy, retry="token"),),
        }
        service = replace(SERVICE, errors=rows[row])
        driver, error = attempt(
            CANCEL, *[refused(status)] * 3, service=service, schemes={"pay": Scheme()}
        )
        assert error.outcome in ("unknown", "rejected")
        unknown |= {status} if error.outcome == "unknown" else set()
        assert len(driver.sent) == 1 or error.outcome == "rejected"
    assert unknown == UNCLEAR


def test_a_documented_status_determines_the_outcome() -> None:
    explicit = (
        ErrorCode(503, "X", errors.Busy, retry="same", outcome="rejected"),
        ErrorCode(400, "X", errors.Busy, outcome="unknown"),
    )
    cases = [
        # rows, `unprocessed` of the API and of the endpoint: outcomes of 503, 502 and 400
        (explicit, (), None, ("rejected", "unknown", "unknown")),
        ((), (502, 503), None, ("rejected", "rejected", "rejected")),
        ((), (502, 503), (502,), ("unknown", "rejected", "rejected")),
        ((), (502, 503), (), ("unknown", "unknown", "rejected")),
        (
            (ErrorCode(503, "X", errors.Busy, outcome="unknown"),),
            (503,),
            None,
            ("unknown", "unknown", "rejected"),
        ),
    ]
    for rows, ours, own, outcomes in cases:
        call = Endpoint[None]("orders.pay", "POST", "/pay", unprocessed=own).call()
        for status, outcome in zip((503, 502, 400), outcomes, strict=True):
            service = replace(SERVICE, errors=rows, unprocessed=ours)
            driver, error = attempt(call, *[refused(status)] * 3, service=service)
            assert (status, error.outcome) == (status, outcome)
            assert len(driver.sent) == (3 if outcome == "rejected" and status >= 500 else 1)


def test_safe_requests_take_the_last_outcome() -> None:
    _, error = attempt(QUERY, lost(), refused(404, code="ORDER_NOT_FOUND"))
    assert (type(error), error.outcome) == (errors.OrderNotFound, "rejected")


def test_a_failed_verification_is_not_retried() -> None:
    """A failed certificate download says nothing about the outcome of the request."""

    class Checking(Scheme):
        def verify(self, response: RawResponse, until: float) -> Steps[None]:
            yield from ()
            raise nobody()

    for call in (QUERY, CREATE, CANCEL):
        driver, error = attempt(call, GOOD, schemes={"pay": Checking()})
        assert (type(error), error.outcome, len(driver.sent)) == (
            errors.SignatureError,
            "unknown",
            1,
        )
        assert error.content == GOOD.content


# --- what is documented -------------------------------------------------------------------

ROWS: list[tuple[str, str | None, int, tuple[int, int, int]]] = [
    # retry, outcome, status: sends of a safe, a keyed and a plain request
    ("never", "rejected", 503, (1, 1, 1)),
    ("never", "rejected", 429, (1, 1, 1)),
    ("same", "rejected", 400, (3, 3, 1)),
    ("later", "rejected", 400, (3, 3, 3)),
    ("later", "unknown", 429, (3, 3, 1)),
    ("same", "rejected", 503, (3, 3, 3)),
    ("later", "rejected", 503, (3, 3, 3)),
    ("later", None, 503, (3, 3, 1)),
    ("token", None, 500, (1, 1, 1)),
    ("token", "rejected", 401, (1, 1, 1)),
]


@pytest.mark.parametrize(("retry", "outcome", "status", "sends"), ROWS)
def test_documented_errors_determine_retries(
    retry: Any, outcome: Any, status: int, sends: tuple[int, ...]
) -> None:
    row = ErrorCode(status, "X", errors.Busy, retry=retry, outcome=outcome)
    service = replace(SERVICE, errors=(row,))
    for call, attempts in zip((QUERY, CREATE, CANCEL), sends, strict=True):
        driver, error = attempt(call, *[refused(status)] * 3, service=service)
        assert (type(error), len(driver.sent), error.retry) == (errors.Busy, attempts, retry)


# --- the budget ---------------------------------------------------------------------------


def test_the_retry_budget() -> None:
    budget = Budget()
    assert [budget.spend(0.0) for _ in range(12)] == [True] * 10 + [False] * 2
    for _ in range(20):
        budget.earn()
    assert [budget.spend(0.0) for _ in range(3)] == [True, True, False]
    assert [budget.spend(29.0) for _ in range(3)] == [True, True, False]
    assert budget.spend(30.0)
    assert [budget.spend(1e9) for _ in range(11)] == [True] * 10 + [False]


def test_unsent_requests_cost_no_budget() -> None:
    budget = Budget()
    while budget.spend(1000.0):
        pass
    assert attempt(QUERY, nobody(), nobody(), GOOD, budget=budget)[1].status == 200
    driver, error = attempt(QUERY, refused(503), GOOD, budget=budget)
    assert (error.status, driver.slept) == (503, [])


# --- hooks --------------------------------------------------------------------------------


def seen_by(*events: str, fail: bool = False) -> tuple[list[Any], Hooks]:
    seen: list[Any] = []

    def note(event: Any) -> None:
        seen.append(event)
        if fail:
            raise RuntimeError("a mistake of the user's")

    return seen, Hooks(**dict.fromkeys(events, note))


def test_hooks_get_requests_responses_and_retries() -> None:
    seen, hooks = seen_by("on_request", "on_response", "on_retry")
    http_response = RawResponse(200, Headers([("Request-ID", "r-1")]), GOOD.content)
    _world, _ = attempt(
        calls.orders.query("SECRET", shop_id="SECRET"),
        lost(),
        refused(503),
        http_response,
        takes=0.25,
        hooks=hooks,
    )
    assert [type(event).__name__ for event in seen] == [
        "RequestInfo",
        "ResponseInfo",
        "RetryInfo",
    ] * 2 + [
        "RequestInfo",
        "ResponseInfo",
    ]
    assert [event.attempt for event in seen] == [1, 1, 1, 2, 2, 2, 3, 3]
    assert {(event.endpoint, event.method, event.path) for event in seen} == {
        ("orders.query", "GET", "/v1/orders/{order_id}")
    }
    received = [event for event in seen if type(event).__name__ == "ResponseInfo"]
    assert [(event.status, event.seconds, event.request_id) for event in received] == [
        (None, 0.25, None),
        (503, 0.25, None),
        (200, 0.25, "r-1"),
    ]
    assert [event.delay for event in seen if type(event).__name__ == "RetryInfo"] == [0.0, 1.0]
    assert "SECRET" not in repr(seen)


@pytest.mark.parametrize("event", ["on_request", "on_response", "on_retry"])
def test_a_failing_hook_is_logged_and_ignored(event: str, caplog: pytest.LogCaptureFixture) -> None:
    seen, hooks = seen_by(event, fail=True)
    _, response = attempt(QUERY, lost(), GOOD, hooks=hooks)
    assert response.value.order_id == "1"
    assert seen
    assert "orders.query: a hook failed" in caplog.text


def test_retries_are_logged_without_server_messages(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    attempt(QUERY, refused(503, code="BUSY"), lost(), GOOD)
    assert caplog.messages == [
        "orders.query: attempt 1 at https://one.example failed (503 BUSY); retrying in 0.5 s",
        "orders.query: attempt 2 at https://two.example failed (broke); retrying in 1.0 s",
    ]
    assert {record.name for record in caplog.records} == {"handmade"}


WRONG: dict[str, Any] = {
    "max_attempts: expected an integer from 1 .no retries": {"max_attempts": 0},
    "max_attempts: expected an integer from 1 ": {"max_attempts": True},
    "max_attempts: expected an integer from 1": {"max_attempts": 11},
    "max_response_bytes: expected a positive number": {"max_response_bytes": 0},
    "max_response_bytes: expected a positive number of": {"max_response_bytes": 1.5},
    "on_retry: expected a function": {"on_retry": "log"},
}


@pytest.mark.parametrize("text", WRONG)
def test_options_are_checked(text: str) -> None:
    from handmade import AsyncShop, Shop

    clients: list[Callable[..., Any]] = [Shop, AsyncShop]
    for client in clients:
        with pytest.raises(errors.ConfigError, match=text):
            client(Scheme(), **WRONG[text])


async def later(event: object) -> None:
    """An async hook."""


def test_async_hooks_are_for_async_clients() -> None:
    from handmade import AsyncShop, Shop

    with pytest.raises(
        errors.ConfigError, match="on_request: an async function needs the async client"
    ):
        Shop(Scheme(), on_request=later)
    with pytest.raises(errors.ConfigError, match="on_retry: expected a function"):
        AsyncShop(Scheme(), on_retry="print")


def test_async_hooks_are_awaited(server: Server) -> None:
    from handmade import AsyncShop

    seen: list[Any] = []

    async def note(event: Any) -> None:
        await asyncio.sleep(0)
        seen.append((type(event).__name__, event.attempt))

    async def go() -> None:
        async with AsyncShop(
            Scheme(), hosts=[server.url], on_request=note, on_response=note, on_retry=note
        ) as shop:
            await shop.send(CANCEL)

    server.respond_with(http_response(429, "{}"), http_response(204))
    asyncio.run(go())
    assert seen == [
        ("RequestInfo", 1),
        ("ResponseInfo", 1),
        ("RetryInfo", 1),
        ("RequestInfo", 2),
        ("ResponseInfo", 2),
    ]


def test_options_share_budget_and_failover() -> None:
    from handmade import Shop

    shop = Shop(Scheme())
    patient = shop.with_options(deadline=60, max_attempts=1, max_response_bytes=9)
    ours, theirs = shop._settings, patient._settings
    assert (theirs.deadline, theirs.max_attempts, theirs.max_response_bytes) == (60, 1, 9)
    assert ours.budget is theirs.budget
    assert ours.failover is theirs.failover
    assert Shop(Scheme())._settings.budget is not ours.budget
