"""Requests that the spec lacks: sent, retried, decoded and redacted like documented calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

import pytest
from handmade import AsyncShop, Shop, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.http_messages import Request
from handmade._runtime.models import Model
from tests.runtime.conftest import without_pauses
from tests.servers import Reset, Server, http_response

Ask: TypeAlias = Callable[..., Any]
JSON = ("Content-Type", "application/json")


class Signing(Scheme):
    """A scheme that signs."""

    def sign(self, request: Request) -> Request:
        return request.with_headers({"Authorization": f"Sig {len(request.body)}"})


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, server: Server) -> Ask:
    """Function that sends a request with a sync or an async client."""

    def ask_sync(*args: Any, options: Any = None, **more: Any) -> Any:
        with Shop(Signing(), hosts=[server.url], **(options or {})) as client:
            without_pauses(client)
            return client.request(*args, **more)

    def ask_async(*args: Any, options: Any = None, **more: Any) -> Any:
        import asyncio

        async def run() -> Any:
            async with AsyncShop(Signing(), hosts=[server.url], **(options or {})) as client:
                without_pauses(client)
                return await client.request(*args, **more)

        return asyncio.run(run())

    return ask_sync if request.param == "sync" else ask_async


def test_all_parts_of_a_request_arrive(server: Server, ask: Ask) -> None:
    server.respond_with(http_response(201, '{"id": 1, "price": 0.10}', JSON))
    response = ask(
        "POST",
        "/v3/shops/{shop}/notes",
        variables={"shop": "a/b"},
        query={"tag": ["x", "y&z"], "limit": 5, "all": True, "none": None},
        body={"text": "é", "amount": Decimal("1.10")},
        headers={"X-Trace": "7"},
    )
    (got,) = server.received
    assert got.line == "POST /v3/shops/a%2Fb/notes?tag=x&tag=y%26z&limit=5&all=true HTTP/1.1"
    assert got.body == '{"text":"é","amount":1.10}'.encode()
    assert got.header("content-type") == "application/json"
    assert got.header("authorization") == f"Sig {len(got.body)}"
    assert got.header("x-trace") == "7"
    assert (response.status, response.value) == (201, {"id": 1, "price": Decimal("0.10")})


def test_a_body_may_be_bytes_or_a_model(server: Server, ask: Ask) -> None:
    class Note(Model, frozen=True, kw_only=True):
        text: str

    ask("PUT", "/notes/1", body=Note(text="a"))
    ask("PUT", "/notes/1", body=b"\x00")
    ask("PUT", "/notes/1", body=b"a=1", headers={"content-type": "text/x-mine"})
    ask("DELETE", "/notes/1", body=[])
    ask("DELETE", "/notes/1")
    sent = [(got.body, got.headers("content-type")) for got in server.received]
    assert sent == [
        (b'{"text":"a"}', ["application/json"]),
        (b"\x00", ["application/octet-stream"]),
        (b"a=1", ["text/x-mine"]),
        (b"[]", ["application/json"]),
        (b"", []),
    ]


@pytest.mark.parametrize(
    ("media", "content", "value"),
    [
        ("application/json; charset=utf-8", "[1]", [1]),
        ("application/problem+json", "null", None),
        ("text/plain", '{"a": 1}', {"a": 1}),
        ("text/plain", "{a", b"{a"),
        ("text/plain", "12", b"12"),
        ("text/csv", "[1]", b"[1]"),
        ("application/json", "", None),
    ],
)
def test_values_of_responses(
    server: Server, ask: Ask, media: str, content: str, value: object
) -> None:
    server.respond_with(http_response(200, content, ("Content-Type", media)))
    response = ask("GET", "/x")
    assert response.value == value
    assert response.content == content.encode()


def test_a_response_that_is_no_json(server: Server, ask: Ask) -> None:
    server.respond_with(http_response(200, "{", JSON))
    with pytest.raises(errors.ProtocolError, match=r"^POST /x: the response is not JSON") as caught:
        ask("POST", "/x")
    assert (caught.value.outcome, caught.value.content) == ("unknown", b"{")


def test_redirects_are_not_followed(server: Server, ask: Ask) -> None:
    server.respond_with(http_response(302, "", ("Location", "https://elsewhere.example/")))
    with pytest.raises(errors.ProtocolError, match="redirects are not followed"):
        ask("GET", "/x")
    assert len(server.received) == 1


def test_errors_of_the_api_have_their_classes(server: Server, ask: Ask) -> None:
    server.respond_with(http_response(403, '{"code": "NO_AUTH", "message": "no"}'))
    with pytest.raises(errors.NoAuth) as caught:
        ask("POST", "/notes/{id}", variables={"id": "1"})
    assert (caught.value.endpoint, caught.value.outcome) == ("POST /notes/{id}", "rejected")
    server.respond_with(http_response(200, '{"code": 7, "message": "no"}'))
    with pytest.raises(errors.ApiError) as in_success:
        ask("POST", "/notes")
    assert in_success.value.code == "7"


@pytest.mark.parametrize(
    ("method", "idempotency", "sent"),
    [
        ("GET", None, 3),
        ("POST", None, 1),
        ("DELETE", None, 1),
        ("POST", "keyed", 3),
        ("POST", "safe", 3),
        ("GET", "none", 1),
    ],
)
def test_a_lost_response_is_retried_only_if_that_is_stated_or_safe(
    server: Server, ask: Ask, method: str, idempotency: Any, sent: int
) -> None:
    server.respond_with([Reset])
    with pytest.raises(errors.ConnectionFailed) as caught:
        ask(method, "/x", idempotency=idempotency)
    assert len(server.received) == sent
    assert caught.value.outcome == "unknown"
    assert caught.value.idempotent is (sent == 3)


def test_hooks_and_logs_show_the_path_without_the_values(
    server: Server, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []
    caplog.set_level("DEBUG")
    ask(
        "GET",
        "/of/{id}",
        variables={"id": "CANARY"},
        query={"q": "CANARY"},
        options={"on_request": seen.append},
    )
    assert [(info.endpoint, info.path) for info in seen] == [("GET /of/{id}", "/of/{id}")]
    assert "CANARY" not in caplog.text + repr(seen)
    assert "/of/{id}" in caplog.text


INVALID: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    (("get", "/x"), {}, "method: expected a method in capital letters"),
    (("TRACE", "/x"), {}, "method: TRACE is not supported"),
    (("GET", "https://evil.example/x"), {}, "path: expected a path such as"),
    (("GET", "//evil.example/x"), {}, "path: expected a path such as"),
    (("GET", "/x?a=1"), {}, "pass values in variables= and query="),
    (("GET", "/x\r\nHost: evil"), {}, "path: expected a path such as"),
    (("GET", "/a/../b"), {}, "path: must not have segments"),
    (("GET", "/a/%2e%2E/b"), {}, "path: must not have segments"),
    (("GET", "/a/{id}"), {}, "variables.id: is missing"),
    (("GET", "/a/{id}"), {"variables": {"id": ".."}}, "variables.id: must not be empty"),
    (("GET", "/a"), {"variables": {"id": "1"}}, r"variables: the path has no \{id\}"),
    (("GET", "/a"), {"query": {"a": {"b": 1}}}, "query.a: must be a string, a number or a bool"),
    (("GET", "/a"), {"query": [("a", 1)]}, "query: expected a mapping of names to values"),
    (("POST", "/a"), {"body": {"a": object()}}, "body.a: must be JSON, not object"),
    (("POST", "/a"), {"idempotency": "yes"}, 'idempotency: expected "safe", "keyed" or "none"'),
    (("POST", "/a"), {"headers": {"Host": "x"}}, "headers: Host is set by the client itself"),
    (("POST", "/a"), {"headers": {"X": "CANARY\n"}}, "headers: X must be one line of ASCII text"),
    (("POST", "/a"), {"headers": {"Content-Type": "a/b"}}, "headers: a request without a body"),
    (("POST", "/a"), {"headers": {"authorization": "x"}}, "set by the auth scheme; remove it"),
    (("POST", "/a"), {"headers": {"a": "1", "A": "2"}}, "a name occurs twice"),
]


@pytest.mark.parametrize(("args", "options", "message"), INVALID)
def test_invalid_arguments_are_refused_before_anything_is_sent(
    server: Server, ask: Ask, args: Any, options: Any, message: str
) -> None:
    with pytest.raises(errors.InvalidRequest, match=message) as caught:
        ask(*args, **options)
    assert caught.value.outcome == "not_sent"
    assert "CANARY" not in str(caught.value)
    assert server.received == []


def test_credentials_in_headers_are_redacted(server: Server, ask: Ask) -> None:
    secret = "CANARY-of-a-gateway"
    server.respond_with(http_response(400, json.dumps({"code": "1", "message": f"not {secret}"})))
    with pytest.raises(errors.ApiError, match="not …") as caught:
        ask("GET", "/x", headers={"X-Gateway-Key": secret})
    assert secret not in str(caught.value)
