"""Error shapes: payments of an API whose response envelope is named after each endpoint, and mocks with other shapes.

The gateway's responses are written out as its documentation shows them; a raw socket server sends them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import Server, http_response, serving

API = """
specloom: 1
package: cashier
version: 0.1.0
client: Cashier
title: Cashier
languages: [en]
hosts: [https://cashier.example]
auth: none
"""
GATEWAY = """
error_shape: {code: "*_response.code", message: "*_response.msg", detail: "*_response.sub_msg", success: "10000"}
errors: [{code: "40002", as: InvalidArguments, reason: An argument is invalid.}]
"""
TRADE = """
title: Payments
endpoints:
  pay:
    http: POST /gateway/pay
    form: {out_trade_no: string}
    responses: {200: {body: {trade_pay_response: {fields: {code: string, msg?: string, trade_no?: string}}, sign?: string}}}
    errors: [{code: "40004", as: PaymentFailed, reason: The payment has failed.}]
  query:
    http: GET /gateway/query
    query: {out_trade_no: string}
    responses: {200: {body: {trade_query_response: {fields: {code: string, msg?: string, trade_status?: string}}, sign?: string}}}
    errors: [{code: "40007", as: TradeUnknown, reason: There is no such trade.}]
  refund:
    http: POST /gateway/refund
    form: {out_trade_no: string}
    responses: {200: {body: {trade_refund_response: {fields: {code: string}}}}}
    error_shape: {code: "*_response.sub_code | *_response.code", message: "*_response.sub_msg | *_response.msg", success: "10000"}
    errors:
      - {code: "20000", as: GatewayDown, outcome: unknown, reason: The gateway is down.}
      - {code: SELLER_BALANCE, reason: The balance is not enough.}
  inquire:
    http: POST /gateway/inquire
    form: {out_trade_no: string}
    responses: {200: {body: {trade_refund_response: {fields: {code: string}}}}}
    idempotency: safe
  token:
    http: GET /gateway/token
    responses: {200: {body: {oauth_token_response: {fields: {access_token: string}}}}}
  echo: {http: GET /gateway/echo, responses: {200: json}, error_shape: {}}
"""
LEDGER = """
title: Ledger
error_shape: {code: errcode, message: errmsg, success: 0}
errors: [{code: "-7", as: LedgerClosed, reason: The ledger is closed.}]
endpoints:
  book: {http: POST /ledger, responses: {200: {body: {entry?: integer}}}}
"""


@pytest.fixture(scope="module")
def cashier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("cashier")
    (folder / "spec" / "trade").mkdir(parents=True)
    for name, text in (
        ("_api", API + GATEWAY),
        ("trade", TRADE),
        ("ledger", LEDGER),
        ("trade/old", LEDGER.replace("/ledger", "/old").replace("errcode", "status")),
    ):
        (folder / "spec" / f"{name}.yaml").write_text(text, "utf-8")
    write(folder / "spec", folder / "project")
    with imported(folder / "project", "cashier") as package:
        import cashier.testing

        assert cashier.testing
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def client(cashier: Any, server: Server) -> Iterator[Any]:
    with cashier.Cashier(hosts=[server.url]) as client:
        yield client


def test_a_failed_payment_is_never_a_value(cashier: Any, client: Any, server: Server) -> None:
    errors = cashier.errors
    failed = '"code": "40004", "msg": "Business Failed", "sub_msg": "balance is not enough"'
    pay = {
        '{"trade_pay_response": {' + failed + '}, "sign": "x"}': errors.PaymentFailed,
        '{"error_response": {"code": "40002", "msg": "Invalid Arguments"}, "sign": "x"}': errors.InvalidArguments,
        '{"error_response": {"code": 40002}}': errors.InvalidArguments,
        # Of two envelopes, one of which means failure, that one counts.
        '{"trade_pay_response": {"code": "10000"}, "error_response": {'
        + failed
        + "}}": errors.PaymentFailed,
        '{"error_response": {'
        + failed
        + '}, "trade_pay_response": {"code": "10000"}}': errors.PaymentFailed,
        # Without the code that is always there, nobody knows: this is neither success nor a refusal.
        '{"trade_pay_response": {"trade_no": "1"}, "sign": "x"}': errors.ProtocolError,
        '{"trade_pay_response": null, "sign": "x"}': errors.ProtocolError,
        '{"sign": "x"}': errors.ProtocolError,
        "{}": errors.ProtocolError,
    }
    for body, kind in pay.items():
        server.respond_with(http_response(200, body))
        with pytest.raises(kind) as caught:
            client.trade.pay(out_trade_no="1")
        assert type(caught.value) is kind, body
        if kind is errors.ProtocolError:
            assert caught.value.outcome == "unknown"
        if kind is errors.PaymentFailed:
            assert (caught.value.code, caught.value.message, caught.value.detail) == (
                "40004",
                "Business Failed",
                "balance is not enough",
            )
    server.respond_with(
        http_response(
            200,
            '{"trade_pay_response": {"code": "10000", "msg": "Success", "trade_no": "20"}, "sign": "x"}',
        )
    )
    assert client.trade.pay(out_trade_no="1").trade_pay_response.trade_no == "20"

    server.respond_with(
        http_response(200, '{"trade_query_response": {"code": "40007", "msg": "no trade"}}')
    )
    with pytest.raises(errors.TradeUnknown, match="no trade"):
        client.trade.query(out_trade_no="1")
    # An envelope may leave out the code where its documentation has none.
    server.respond_with(http_response(200, '{"oauth_token_response": {"access_token": "t"}}'))
    assert client.trade.token().oauth_token_response.access_token == "t"


def test_the_most_specific_code_names_the_error_and_the_last_one_decides(
    cashier: Any, client: Any, server: Server
) -> None:
    errors = cashier.errors
    refusals = {
        '{"code": "40004", "msg": "Failed", "sub_code": "SELLER_BALANCE", "sub_msg": "too little"}': (errors.SellerBalance, "SELLER_BALANCE", "too little", "rejected"),
        '{"code": "20000", "msg": "Unavailable", "sub_code": "isp.unknown"}': (errors.GatewayDown, "isp.unknown", "Unavailable", "unknown"),
        '{"code": "20000", "msg": "Unavailable", "sub_code": "", "sub_msg": ""}': (errors.GatewayDown, "20000", "Unavailable", "unknown"),
        '{"sub_code": "SELLER_BALANCE"}': (errors.SellerBalance, "SELLER_BALANCE", None, "rejected"),
        # Nobody knows what a code means that is not documented.
        '{"code": "40004", "msg": "Failed", "sub_code": "NEW"}': (errors.ApiError, "NEW", "Failed", "unknown"),
    }  # fmt: skip
    for body, (kind, code, message, outcome) in refusals.items():
        server.respond_with(http_response(200, f'{{"trade_refund_response": {body}}}'))
        with pytest.raises(errors.ApiError) as caught:
            client.trade.refund(out_trade_no="1")
        error = caught.value
        assert (type(error), error.code, error.outcome) == (kind, code, outcome)
        assert message is None or error.message == message
    server.respond_with(
        http_response(200, '{"trade_refund_response": {"code": "10000", "sub_code": "NOTE"}}')
    )
    assert client.trade.refund(out_trade_no="1").trade_refund_response.code == "10000"
    mock = cashier.testing.CashierMock()
    mock.client(strict=True).trade.refund(out_trade_no="1")
    mock.fail("SELLER_BALANCE")
    with pytest.raises(errors.SellerBalance, match="not enough"):
        mock.client().trade.refund(out_trade_no="1")


def test_an_undocumented_code_in_a_success_leaves_the_outcome_unknown(
    cashier: Any, client: Any, server: Server
) -> None:
    """Unless the request has no effect, or its status is that of an error."""
    refusal = '{"trade_refund_response": {"code": "49999"}}'
    for status, call, outcome in (
        (200, cashier.calls.trade.pay(out_trade_no="1"), "unknown"),
        (200, cashier.calls.trade.inquire(out_trade_no="1"), "rejected"),
        (400, cashier.calls.trade.pay(out_trade_no="1"), "rejected"),
    ):
        server.respond_with(http_response(status, refusal))
        with pytest.raises(cashier.errors.ApiError) as caught:
            client.send(call)
        assert (caught.value.code, caught.value.outcome) == ("49999", outcome)


def test_the_nearest_shape_applies(cashier: Any, client: Any, server: Server) -> None:
    server.respond_with(
        http_response(
            200, '{"errcode": -7, "errmsg": "closed", "status": 0, "x_response": {"code": "40002"}}'
        )
    )
    with pytest.raises(cashier.errors.LedgerClosed, match="closed"):
        client.ledger.book()
    assert client.trade.old.book().entry is None
    assert (
        client.trade.echo()["errcode"] == -7
    )  # its own shape is empty: nothing in a 2xx response is an error
    server.respond_with(http_response(200, '{"errcode": 0, "status": "-7"}'))
    assert client.ledger.book().entry is None
    with pytest.raises(cashier.errors.LedgerClosed):
        client.trade.old.book()


def test_a_mock_responds_in_the_shape_of_the_endpoint(cashier: Any) -> None:
    import cashier.testing

    mock = cashier.testing.CashierMock()
    client = mock.client()
    calls = cashier.calls
    expected = [
        (
            "40004",
            calls.trade.pay(out_trade_no="1"),
            "PaymentFailed",
            {"trade_pay_response": {"code": "40004", "msg": "The payment has failed."}},
        ),
        (
            "40007",
            calls.trade.query(out_trade_no="1"),
            "TradeUnknown",
            {"trade_query_response": {"code": "40007", "msg": "There is no such trade."}},
        ),
        (
            "40002",
            calls.trade.token(),
            "InvalidArguments",
            {"oauth_token_response": {"code": 40002, "msg": "An argument is invalid."}},
        ),
        (
            "-7",
            calls.ledger.book(),
            "LedgerClosed",
            {"errcode": -7, "errmsg": "The ledger is closed."},
        ),
        (
            "-7",
            calls.trade.old.book(),
            "LedgerClosed",
            {"status": -7, "errmsg": "The ledger is closed."},
        ),
    ]
    for code, call, kind, body in expected:
        mock.fail(code, endpoint=call.endpoint.name, times=1)
        with pytest.raises(getattr(cashier.errors, kind)) as caught:
            client.send(call)
        assert (caught.value.status, json.loads(caught.value.content)) == (200, body)
        client.send(call)  # and what the mock makes up is a success


SHAPES = {
    # The shape in the spec, the fields of its response, and the body of an error as such an API writes it.
    "one place": (
        "{code: error, message: error, success: ''}",
        "ok: boolean",
        {"error": "no_channel"},
    ),
    "the code in the place of a message": (
        "{code: message, success: ''}",
        "ok: boolean",
        {"message": "no_channel"},
    ),
    "a list": (
        "{code: 'errors[0].code', message: 'errors[0].text', success: ''}",
        "errors?: list<json>",
        {"errors": [{"code": "no_channel", "text": "There is none."}]},
    ),
    "any name": (
        "{code: '*.code', message: '*.text', success: ok}",
        "at: string, data: {fields: {code: string}}",
        {"data": {"code": "no_channel", "text": "There is none."}},
    ),
    "a boolean": (
        "{code: ok, message: error, success: true}",
        "ok: boolean",
        {"ok": False, "error": "There is none."},
    ),
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_documented_error_of_a_mock_raises_its_class(case: str, tmp_path: Path) -> None:
    shape, fields, body = SHAPES[case]
    code = "false" if case == "a boolean" else "no_channel"
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(
        API.replace("cashier", "chat").replace("Cashier", "Chat") + f"error_shape: {shape}\n",
        "utf-8",
    )
    (tmp_path / "spec" / "channels.yaml").write_text(
        "endpoints:\n"
        f"  post: {{http: POST /, responses: {{200: {{body: {{{fields}}}}}}}, errors: [{{code: {code}, as: NoChannel, reason: There is none.}}]}}\n",
        "utf-8",
    )
    write(tmp_path / "spec", tmp_path / "project")
    with imported(tmp_path / "project", "chat") as package:
        import chat.testing

        mock = chat.testing.ChatMock()
        mock.client(strict=True).channels.post()
        mock.fail(code)
        with pytest.raises(package.errors.NoChannel) as caught:
            mock.client().channels.post()
        assert json.loads(caught.value.content) == body
        assert caught.value.code == code
