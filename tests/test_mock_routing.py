"""Tests of routing among endpoints with one method and path, by their constants and headers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import httpx
import pytest
from tests.generated import imported, write

from specloom.spec import load

API = """
specloom: 1
package: gateway
version: 0.1.0
client: Gateway
title: Gateway
languages: [en]
hosts: [https://gateway.example]
auth: none
error_shape: {code: code, message: message}
"""
RESOURCE = """
title: Trades
endpoints:
  pay:
    http: POST /gateway.do
    query: {method: string('trade.pay')}
    body: {amount: integer}
    responses: {200: {body: {paid: integer}}}
  refund:
    http: POST /gateway.do
    query: {method: string('trade.refund')}
    body: {amount: integer}
    responses: {200: {body: {refunded: integer}}}
  get:
    http: POST /rpc
    body: {method: string('get'), params: {fields: {id: integer}}}
    responses: {200: {body: {text: string}}}
  put:
    http: POST /rpc
    body: {method: string('put'), params: {fields: {id: integer, text: string}}}
    responses: {200: {body: {replaced: boolean}}}
  ask:
    http: POST /form
    form: {action: string('ask'), number: integer}
    responses: {200: {body: {asked: integer}}}
  tell:
    http: POST /form
    form: {action: string('tell'), number: integer}
    responses: {200: {body: {told: integer}}}
  begin:
    http: POST /uploads
    header: {X-Upload: string('begin')}
    responses: {200: {body: {upload: string}}}
  append:
    http: POST /uploads
    header: {X-Upload: string('append')}
    content: file
    responses: {200: {body: {size: integer}}}
  whole:
    http: GET /files/{file}
    path: {file: string}
    responses: {200: {body: {whole: boolean}}}
  part:
    http: GET /files/{file}
    path: {file: string}
    header: {X-Part: integer}
    responses: {200: {body: {part: integer}}}
  report:
    http: POST /reports
    body: {about: string}
    responses: {200: {body: {text: string}}}
  stream_report:
    http: POST /reports
    body: {about: string}
    responses: {200: {stream: {events: {text: string}}}}
  red:
    http: GET /{colour}/{number}
    path: {colour: string('red'), number: integer}
    responses: {200: {body: {red: boolean}}}
  blue:
    http: GET /{colour}/{number}
    path: {colour: string('blue'), number: integer}
    responses: {200: {body: {blue: boolean}}}
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "trades.yaml").write_text(RESOURCE, "utf-8")
    assert not load(folder / "spec", "spec").warnings
    write(folder / "spec", folder / "project")
    with imported(folder / "project", "gateway") as package:
        import_module("gateway.testing")
        yield package


def test_each_call_reaches_its_own_endpoint(gateway: Any) -> None:
    mock, calls = gateway.testing.GatewayMock(), gateway.calls.trades
    params = gateway.models.trades
    sent_calls = [
        calls.pay(amount=1),
        calls.refund(amount=1),
        calls.get(params=params.GetRequestParams(id=1)),
        calls.put(params=params.PutRequestParams(id=1, text="x")),
        calls.ask(number=1),
        calls.tell(number=1),
        calls.begin(),
        calls.append(content=b"x"),
        calls.whole("a"),
        calls.part("a", x_part=3),
        calls.report(about="x"),
        calls.red(1),
        calls.blue(1),
    ]
    with mock.client(strict=True, max_attempts=1) as client:
        for call in sent_calls:
            client.send(call)
        sent_calls.append(calls.stream_report(about="x"))
        with client.stream(sent_calls[-1]) as stream:
            assert len(list(stream)) == 1
    assert [request.endpoint for request in mock.calls] == [
        call.endpoint.name for call in sent_calls
    ]


def test_stubs_and_faults_apply_to_the_matching_endpoint(gateway: Any) -> None:
    mock = gateway.testing.GatewayMock()
    client, params = mock.client(max_attempts=1), gateway.models.trades
    mock.fault("reset", endpoint="trades.put")
    mock.reply({"text": "stub"}, endpoint="trades.get")
    assert client.trades.get(params=params.GetRequestParams(id=1)).text == "stub"
    with pytest.raises(gateway.errors.ConnectionFailed):
        client.trades.put(params=params.PutRequestParams(id=1, text="x"))


@pytest.mark.parametrize(
    ("target", "body", "status", "expected"),
    [
        (
            "/gateway.do?method=trade.close",
            {"amount": 1},
            400,
            "no endpoint of POST /gateway.do matches this request: trades.pay: query method: must be trade.pay; trades.refund: query method: must be trade.refund",
        ),
        (
            "/rpc",
            {"method": "drop", "params": {"id": 1}},
            400,
            "no endpoint of POST /rpc matches this request: trades.get: body /method: must be get; trades.put: body /method: must be put",
        ),
        # After the constants have selected an endpoint, its arguments are checked as usual.
        ("/rpc", {"method": "put", "params": {"id": 1}}, 400, "body /params/text: missing"),
        ("/gateway.do?method=trade.refund", {}, 400, "body /amount: missing"),
    ],
)
def test_a_request_that_matches_no_endpoint_is_rejected_with_the_reasons(
    gateway: Any, target: str, body: object, status: int, expected: str
) -> None:
    mock = gateway.testing.GatewayMock()
    response = mock.transport.handle_request(
        httpx.Request("POST", f"https://gateway.example{target}", json=body)
    )
    error = json.loads(response.read())
    assert (response.status_code, error["message"]) == (status, expected)
