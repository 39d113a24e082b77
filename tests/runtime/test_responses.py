"""Responses: typed values, warnings and errors, without loss of data."""

from __future__ import annotations

import gzip
import json
import logging
import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import msgspec
import pytest
from handmade import calls, errors
from handmade._runtime.codec import codec
from handmade._runtime.models import Model, Unknown
from handmade._runtime.wire_formats import UNIX
from handmade.models.orders import (
    Card,
    Color,
    Converted,
    Detail,
    DocumentedError,
    Level,
    Order,
    Payment,
    Status,
)
from msgspec import Meta
from tests.servers import Close, Reset, Server, http_response

Send: TypeAlias = Callable[..., Any]
QUERY = calls.orders.query("1", shop_id="1")


def order(**fields: Any) -> str:
    return json.dumps({"order_id": "1", "status": "PAID", "total": 1} | fields)


def test_a_response_has_a_typed_value(server: Server, send: Send) -> None:
    body = order(
        paid_at="2025-01-02T03:04:05.120+08:00",
        level=2,
        color="blue",
        items=[json.loads(order(**{"class": "x"}))],
        unheard_of={"a": 1},
    )
    server.respond_with(http_response(200, body, ("Request-ID", "r-0"), ("X-A", "1"), ("x-a", "2")))
    response = send(QUERY)
    assert response.value == Order(
        order_id="1",
        status=Status.PAID,
        total=1,
        paid_at=datetime.fromisoformat("2025-01-02T03:04:05.120+08:00"),
        level=Level.HIGH,
        color=Color.BLUE,
        items=[Order(order_id="1", status=Status.PAID, total=1, class_="x")],
    )
    assert (response.status, response.request_id) == (200, "r-0")
    assert response.content == body.encode()
    assert response.headers["x-A"] == "1, 2"
    assert response.headers.get_all("X-a") == ("1", "2")


def test_fractions_are_decoded_exactly(server: Server, send: Send) -> None:
    big = 123456789012345678901234567890
    server.respond_with(
        http_response(
            200,
            f'{{"order_id":"1","status":"PAID","total":{big},"price":1.123456789012345678901,'
            '"weight":0.5,"extra":{"a":[0.1,1e400]},"unheard_of":1e999}',
        )
    )
    value = send(QUERY, strict=True).value
    assert (value.total, value.price) == (big, Decimal("1.123456789012345678901"))
    assert value.weight == 0.5
    assert value.extra == {"a": [Decimal("0.1"), Decimal("1e400")]}


def test_integers_are_decoded_in_every_notation(server: Server, send: Send) -> None:
    server.respond_with(http_response(200, order(total="@").replace('"@"', "12e2")))
    value = send(QUERY, strict=True).value
    assert (value.total, type(value.total)) == (1200, int)


def test_new_enum_values_are_kept(server: Server, send: Send, caplog: Any) -> None:
    server.respond_with(http_response(200, order(status="SHIPPED", level=9)))
    value = send(QUERY, strict=True).value
    assert (value.status.value, value.status.name) == ("SHIPPED", "UNLISTED_")
    assert value.level.value == 9
    assert value.status not in (Status.PAID, Status.CLOSED)
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


MISMATCHES: list[tuple[dict[str, Any], str, Callable[[Order], bool]]] = [
    ({"order_id": None}, "$.order_id: expected a string, got null", lambda o: o.order_id is None),
    (
        {"total": "12"},
        "$.total: expected an integer or a number, got a string",
        lambda o: o.total == "12",
    ),
    (
        {"total": 1.5},
        "$.total: expected an integer, got a number",
        lambda o: o.total == Decimal("1.5"),
    ),
    ({"color": "green"}, "$.color: not a value of Color", lambda o: o.color == "green"),
    (
        {"paid_at": "soon"},
        "$.paid_at: expected a datetime with a time zone, got a string",
        lambda o: o.paid_at == "soon",
    ),
    (
        {"paid_at": "2025-01-02T03:04:05"},
        "$.paid_at: expected a datetime with a time zone, got a string",
        lambda o: o.paid_at == "2025-01-02T03:04:05",
    ),
    ({"price": "NaN"}, "$.price: expected a number, got a string", lambda o: o.price == "NaN"),
    (
        {"price": " -infinity "},
        "$.price: expected a number, got a string",
        lambda o: o.price == " -infinity ",
    ),
    ({"price": "cheap"}, "$.price: expected a number, got a string", lambda o: o.price == "cheap"),
    ({"buyer": []}, "$.buyer: expected null or an object, got a list", lambda o: o.buyer == []),
    (
        {"items": [{"order_id": "2", "status": 3}]},
        "$.items[0].status: expected a string, got an integer; $.items[0].total: missing",
        lambda o: o.items[0].order_id == "2" and o.items[0].total is None,
    ),
]


@pytest.mark.parametrize(
    ("fields", "text", "is_preserved"), MISMATCHES, ids=[text for _, text, _ in MISMATCHES]
)
def test_mismatches_are_logged_and_values_preserved(
    fields: dict[str, Any],
    text: str,
    is_preserved: Callable[[Order], bool],
    server: Server,
    send: Send,
    caplog: Any,
) -> None:
    server.respond_with(http_response(200, order(**fields)))
    value = send(QUERY).value
    assert is_preserved(value), value
    warning = f"orders.query: the response does not match the documentation: {text}"
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING] == [warning]
    assert {r.name for r in caplog.records if r.levelno == logging.WARNING} == {"handmade"}
    with pytest.raises(errors.ProtocolError) as caught:
        send(QUERY, strict=True)
    assert str(caught.value) == warning
    assert caught.value.content == order(**fields).encode()
    assert caught.value.outcome == "done"


def test_limits_are_not_checked_in_responses(server: Server, send: Send, caplog: Any) -> None:
    server.respond_with(
        http_response(200, order(buyer={"name": "longer than eight", "phone": "A" * 344}))
    )
    assert send(QUERY).value.buyer.phone == "A" * 344
    (warning,) = [
        record.getMessage() for record in caplog.records if record.levelno == logging.WARNING
    ]
    assert warning.endswith("$.buyer.phone: cannot be decrypted: this client has no key for it")


def test_tagged_unions_are_decoded() -> None:
    read = codec(Payment).decode
    assert read(b'{"kind":"card","number":"1"}') == (Card(number="1"), [])
    unknown, mismatches = read(b'{"kind":"coin","n":1}')
    assert unknown == Unknown("coin", {"kind": "coin", "n": 1})
    assert list(map(str, mismatches)) == ["$.kind: not a documented value"]
    assert isinstance(unknown, Payment)


NONSENSE = [
    b"",
    b"<html>",
    b'{"order_id": "1"',
    b'{"order_id": NaN}',
    b'{"order_id": \xff}',
    b"[" * 100_000,
    b'{"total": 1' + b"1" * 5000 + b"}",
    b'{"x": 1e99999999999999999999}',
]


@pytest.mark.parametrize("body", NONSENSE, ids=[repr(body[:20]) for body in NONSENSE])
def test_invalid_json_is_a_protocol_error(body: bytes, server: Server, send: Send) -> None:
    server.respond_with(http_response(200, body))
    with pytest.raises(
        errors.ProtocolError, match="the response is not the documented JSON"
    ) as caught:
        send(QUERY)
    assert (caught.value.content, caught.value.status, caught.value.outcome) == (
        body,
        200,
        "unknown",
    )


class Row(Model, frozen=True, kw_only=True):
    """A model that msgspec decodes alone, if nothing mismatches."""

    at: Annotated[datetime, Meta(tz=True)] | None = None
    price: Decimal | None = None
    label: Decimal | str | None = None
    unix: Annotated[datetime, UNIX] | None = None


@pytest.mark.parametrize(
    ("body", "value", "mismatch"),
    [
        (
            '{"at":"2025-01-02T03:04:05"}',
            "2025-01-02T03:04:05",
            "$.at: expected a datetime with a time zone, got a string",
        ),
        ('{"price":"NaN"}', "NaN", "$.price: expected a number, got a string"),
        ('{"price":" -infinity "}', " -infinity ", "$.price: expected a number, got a string"),
        ('{"price":"1.50"}', Decimal("1.50"), ""),
        ('{"label":"1.50"}', "1.50", ""),
        ('{"label":1.50}', Decimal("1.50"), ""),
        ('{"unix":9999999999999}', 9999999999999, "$.unix: expected a smaller number"),
    ],
)
def test_only_documented_types_are_decoded(body: str, value: object, mismatch: str) -> None:
    """Except decimals as text, which are exact and unambiguous."""
    for kind in (Row, *(_alone(name) for name in ("at", "price") if name in body)):
        read, mismatches = codec(kind).decode(body.encode())
        assert getattr(read, next(iter(json.loads(body)))) == value
        assert list(map(str, mismatches)) == [mismatch] * bool(mismatch)


def _alone(name: str) -> Any:
    """Return a class with this field only, which msgspec can decode."""
    field = next(field for field in msgspec.structs.fields(Row) if field.name == name)
    return msgspec.defstruct(
        "Alone", [(name, field.type, None)], bases=(Model,), frozen=True, kw_only=True
    )


BROKEN = [
    (rb'{"order_id":"\ud83d x","status":"PAID","total":1}', [13]),
    (rb'{"order_id":"\ud83d\u0041\udc00\\ud83d\ud83d\ude00","status":"PAID","total":1}', [13, 25]),
    (b'{"order_id":"\xe4\xb8","status":"\xff","total":1}', [13, 27]),
    (
        b'{"status":"PAID","total":1,"\xed\xa0\x80":2,"order_id":"\xe5\x8f\x91 \\udfff"}',
        [28, 29, 30, 51],
    ),
    (b'\xef\xbb\xbf{"order_id":"\xe4\xb8","status":"PAID","total":1}', [16]),
]


def as_judged(body: bytes) -> Any:
    """Decode JSON with the standard library, U+FFFD for invalid characters."""
    held = json.loads(body.decode("utf-8-sig", "replace"))
    return json.loads(
        json.dumps(held, ensure_ascii=False)
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )


@pytest.mark.parametrize(("body", "places"), BROKEN)
def test_an_invalid_character_is_replaced(
    body: bytes, places: list[int], server: Server, send: Send, caplog: Any
) -> None:
    server.respond_with(http_response(200, body))
    response = send(QUERY)
    held = as_judged(body)
    assert (response.value.order_id, response.value.status.value) == (
        held["order_id"],
        held["status"],
    )
    assert response.content == body
    (warning,) = [
        record.getMessage() for record in caplog.records if record.levelno == logging.WARNING
    ]
    assert re.findall(r"byte (\d+): ", warning) == list(map(str, places))
    with pytest.raises(errors.ProtocolError) as caught:
        send(QUERY, strict=True)
    assert (str(caught.value), caught.value.content, caught.value.outcome) == (
        warning,
        body,
        "done",
    )


def test_invalid_characters_in_embedded_json_and_in_errors(
    server: Server, send: Send, caplog: Any
) -> None:
    """In embedded JSON, where the path is that of the text; and in errors, which stay errors."""
    server.respond_with(
        lambda got: http_response(200, rb'{"unix":1,"detail":"{\"count\":1,\"x\":\"\\ud83d\"}"}')
    )
    value = send(calls.orders.convert(Converted(unix=datetime(2025, 1, 1, tzinfo=UTC)))).value
    assert value.detail == Detail(count=1)
    assert "$.detail: byte 16: lone surrogate, replaced by U+FFFD" in caplog.text
    server.respond_with(http_response(404, b'{"code":"ORDER_NOT_FOUND","message":"no \xe5\x8f"}'))
    error = raised(send)
    assert (type(error), error.message) == (errors.OrderNotFound, "no \N{REPLACEMENT CHARACTER}")
    assert error.content == b'{"code":"ORDER_NOT_FOUND","message":"no \xe5\x8f"}'


def test_many_invalid_characters_are_reported_quickly() -> None:
    body = b'{"order_id":"' + b"\xff" * 4_000_000 + b'","status":"PAID","total":1}'
    value, mismatches = codec(Order).decode(body)
    assert value.order_id == "\N{REPLACEMENT CHARACTER}" * 4_000_000
    assert str(mismatches[0]).startswith("byte 13: ")
    assert len(mismatches) <= 100


def test_a_byte_order_mark_is_skipped(server: Server, send: Send) -> None:
    server.respond_with(http_response(200, b"\xef\xbb\xbf" + order().encode()))
    assert send(QUERY, strict=True).value.total == 1


def test_compressed_bodies_are_decompressed(server: Server, send: Send) -> None:
    body = order().encode()
    members = gzip.compress(body[:9]) + gzip.compress(body[9:])
    for encoded, name in ((members, "gzip"), (zlib.compress(body), "deflate")):
        server.respond_with(http_response(200, encoded, ("Content-Encoding", name)))
        assert send(QUERY).content == body
    assert server.received[0].header("accept-encoding") == "gzip"
    for encoded, name in ((members[:-5], "gzip"), (body, "gzip"), (body, "br")):
        server.respond_with(http_response(200, encoded, ("Content-Encoding", name)))
        with pytest.raises(
            errors.ProtocolError,
            match=r"corrupt or incomplete|unsupported content encoding of the response: br",
        ):
            send(QUERY)


def test_long_responses_are_rejected(server: Server, send: Send) -> None:
    bomb = gzip.compress(bytes(30 << 20), 9)
    server.respond_with(http_response(200, bomb, ("Content-Encoding", "gzip")))
    with pytest.raises(errors.ProtocolError, match="longer than 8388608 bytes"):
        send(QUERY)
    server.respond_with([http_response(200, length=False), *[bytes(1 << 20)] * 20])
    with pytest.raises(errors.ProtocolError, match="longer than 8388608 bytes"):
        send(QUERY)


def test_truncated_responses_are_protocol_errors(server: Server, send: Send) -> None:
    server.respond_with([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", Close])
    with pytest.raises(errors.ProtocolError) as caught:
        send(QUERY)
    assert caught.value.outcome == "unknown"
    server.respond_with([b"HTTP/1.1 200 OK\r\nContent-", Reset])
    with pytest.raises(errors.ProtocolError):
        send(QUERY)
    server.respond_with([b"HTTP/1.1 200 OK\r\nContent-", Close])
    with pytest.raises(errors.ProtocolError):
        send(QUERY)
    server.respond_with(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    with pytest.raises(errors.ProtocolError):
        send(QUERY)


def test_redirects_are_not_followed(server: Server, send: Send) -> None:
    server.respond_with(http_response(302, "", ("Location", "/elsewhere")))
    with pytest.raises(errors.ProtocolError, match="undocumented status 302"):
        send(QUERY)
    assert len(server.received) == 1


def test_undocumented_success_statuses(server: Server, send: Send) -> None:
    server.respond_with(http_response(201, order()))
    assert send(QUERY).value.order_id == "1"
    with pytest.raises(errors.ProtocolError, match="undocumented status 201"):
        send(QUERY, strict=True)
    server.respond_with(http_response(204))
    create = calls.orders.touch("1")
    assert send(create).value is None


def raised(send: Send, call: Any = QUERY) -> Any:
    with pytest.raises(errors.ApiError) as caught:
        send(call)
    return caught.value


def test_a_documented_error_has_its_class_and_texts(server: Server, send: Send) -> None:
    body = '{"code":"ORDER_NOT_FOUND","message":"no order","detail":{"field":"order_id"}}'
    server.respond_with(http_response(404, body, ("Request-ID", "r-1")))
    error = raised(send)
    assert type(error) is errors.OrderNotFound
    assert (error.status, error.code, error.message) == (404, "ORDER_NOT_FOUND", "no order")
    assert (error.detail, error.request_id, error.outcome) == (
        {"field": "order_id"},
        "r-1",
        "rejected",
    )
    assert error.reasons == ("No such order.", "It was archived.")
    assert error.remedies == ("Check it.", "")
    assert error.content == body.encode()
    assert str(error) == (
        "orders.query: 404 ORDER_NOT_FOUND: no order\n"
        "- No such order. Remedy: Check it.\n"
        "- It was archived.\n"
        "Request ID: r-1"
    )


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, '{"code":"OTHER"}', errors.Missing),
        (404, "<html>", errors.Missing),
        (403, '{"code":"NO_AUTH"}', errors.NoAuth),
        (403, '{"code":"OTHER"}', errors.ApiError),
        (400, '{"code":40001}', errors.InvalidCredential),
        (200, '{"code":40001,"message":"bad"}', errors.InvalidCredential),
        (200, '{"code":"40001"}', errors.InvalidCredential),
        (200, '{"code":-1}', errors.ApiError),
        (500, "", errors.ApiError),
        (418, "[]", errors.ApiError),
    ],
)
def test_the_class_of_an_error(
    status: int, body: str, kind: type, server: Server, send: Send
) -> None:
    server.respond_with(http_response(status, body))
    error = raised(send)
    assert type(error) is kind
    assert error.outcome == ("unknown" if status == 500 else "rejected")
    assert error.message or json.loads(body)


@pytest.mark.parametrize("code", ["0", '"0"', "null"])
def test_a_code_of_success_is_a_success(code: str, server: Server, send: Send) -> None:
    server.respond_with(http_response(200, order()[:-1] + f', "code": {code}}}'))
    assert send(QUERY, strict=True).value.total == 1


def test_the_body_of_an_error_is_decoded(server: Server, send: Send) -> None:
    server.respond_with(http_response(422, '{"problems":["a"]}'))
    assert raised(send).body == DocumentedError(problems=["a"])
    server.respond_with(http_response(422, "nonsense"))
    assert raised(send).body is None


def test_an_unknown_outcome_names_the_inquiry(server: Server, send: Send) -> None:
    from handmade.models.orders import Item

    create = calls.orders.create(name="x", items=[Item(sku="A")])
    server.respond_with(http_response(400, '{"code":"SYSTEM_BUSY"}'))
    error = raised(send, create)
    assert (error.outcome, error.inquiry) == ("unknown", "orders.query")
    assert "may have been executed: call orders.query, or retry with the same arguments." in str(
        error
    )
    server.respond_with([Close])
    with pytest.raises(errors.ConnectionFailed, match=r"call orders\.query") as caught:
        send(create)
    assert caught.value.outcome == "unknown"


def test_datetimes_have_a_time_zone() -> None:
    assert codec(datetime).decode(b'"2025-01-01T00:00:00Z"')[0] == datetime(2025, 1, 1, tzinfo=UTC)


OTHERS = {
    "a list": (b"[]", "expected an object, got a list"),
    "null": (b"null", "expected an object, got null"),
    "a text": (b'"PAID"', "expected an object, got a string"),
    "nothing": (b"", "empty body"),
    "blanks": (b" \r\n", "empty body"),
    "an empty code": (order(code="").encode(), r"\$\.code: expected a string or a number"),
    "a list for a code": (order(code=[]).encode(), r"\$\.code: expected a string or a number"),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", OTHERS)
def test_unrelated_content_is_a_protocol_error(
    name: str, strict: bool, server: Server, send: Send
) -> None:
    """Such a response has no meaning, so it is not a value."""
    body, text = OTHERS[name]
    server.respond_with(http_response(200, body, ("Request-ID", "r-1")))
    with pytest.raises(
        errors.ProtocolError, match=f"the response is not the documented JSON: .*{text}"
    ) as caught:
        send(QUERY, strict=strict)
    assert (caught.value.outcome, caught.value.content, caught.value.request_id) == (
        "unknown",
        body,
        "r-1",
    )


CODES: dict[bytes, str | None] = {
    b'"code": 0': None,
    b'"code": 0.0': None,
    b'"code": -0.0': None,
    b'"code": "0"': None,
    b'"code": null': None,
    b'"name": "code"': None,
    b'"name": "\\u53d1"': None,
    b'"code": 40099': "40099",
    b'"code": 40099.0': "40099",
    b'"\\u0063ode": 40099': "40099",
    b'"\\u0063od\\u0065": "40099"': "40099",
    b'"code": 0.5': "0.5",
    b'"code": 1e99999999': "1E+99999999",
    b'"code": false': "false",
}


@pytest.mark.parametrize("member", CODES)
def test_the_decoded_code_decides(member: bytes, server: Server, send: Send) -> None:
    server.respond_with(http_response(200, order().encode()[:-1] + b", " + member + b"}"))
    if CODES[member] is None:
        assert send(QUERY).value.total == 1
        return
    with pytest.raises(errors.ApiError) as caught:
        send(QUERY)
    assert (caught.value.code, caught.value.outcome) == (CODES[member], "rejected")


def test_binary_content_has_no_code(server: Server, send: Send) -> None:
    content = b'{"code": 1, \\u'
    server.respond_with(http_response(200, content))
    assert send(calls.orders.put(b"x")).value == content


BROKEN: dict[str, Any] = {
    "redirected": http_response(
        302, "", ("Location", "https://a.example"), ("X-Request-ID", "r-1")
    ),
    "not JSON": http_response(200, "<html>", ("Request-ID", "r-1")),
    "compressed otherwise": http_response(
        200, "x", ("Content-Encoding", "br"), ("Request-ID", "r-1")
    ),
    "too long": http_response(200, "x" * 1001, ("Request-ID", "r-1")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_errors_keep_request_id_and_headers(name: str, server: Server, send: Send) -> None:
    server.respond_with(BROKEN[name])
    with pytest.raises(errors.ProtocolError) as caught:
        send(QUERY, max_response_bytes=1000)
    assert caught.value.request_id == "r-1"
    assert str(caught.value).endswith("Request ID: r-1")


@pytest.mark.parametrize("end", [Reset, Close])
def test_a_broken_connection_names_its_cause(end: Any, server: Server, send: Send) -> None:
    server.respond_with([end])
    with pytest.raises(errors.ConnectionFailed) as caught:
        send(QUERY)
    assert re.search(r"the connection to http://127\.0\.0\.1:\d+ broke: \S", str(caught.value))
