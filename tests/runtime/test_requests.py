"""Requests: all values arrive at the server as intended."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest
from handmade import Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.bodies import Form
from handmade._runtime.models import Model
from handmade._runtime.uploads import Upload
from handmade.models.orders import (
    Buyer,
    Card,
    Cash,
    Color,
    Converted,
    Detail,
    Item,
    Picture,
    Status,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.servers import Server, http_response, serving

Send: TypeAlias = Callable[..., Any]

ORDER = '{"order_id": "1", "status": "PAID", "total": 1}'


class Pair(Model, frozen=True, kw_only=True):
    first: str
    second: str


class Detailed(Model, frozen=True, kw_only=True):
    ids: Sequence[int]
    tags: Sequence[str]
    again: Sequence[str]
    detail: Pair
    notes: Mapping[str, str]


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_a_get_request(server: Server, send: Send) -> None:
    server.respond_with(http_response(200, ORDER))
    send(calls.orders.query("A|b*(c)", shop_id="a b+c", fields=["x", "y,z"], trace="t 1"))
    (got,) = server.received
    assert got.line == (
        "GET /v1/orders/A%7Cb%2A%28c%29?v=1&shop_id=a%20b%2Bc&fields=x,y%2Cz HTTP/1.1"
    )
    assert got.header("host") == f"127.0.0.1:{server.port}"
    assert got.header("accept") == "application/json"
    assert got.header("user-agent").startswith("handmade/0.1.0 (specloom; Python 3.")
    assert got.header("x-trace") == "t 1"
    assert got.header("x-version") == "1"
    assert got.headers("content-length") == got.headers("content-type") == []


def test_query_styles(server: Server, send: Send) -> None:
    server.respond_with(http_response(200, "[]"))
    send(calls.orders.search(text="", ids=[1, 2], tags=["a&b"], span={"from": 1, "to": 2}))
    (got,) = server.received
    assert parse_qsl(urlsplit(got.target).query, keep_blank_values=True) == [
        ("text", ""),
        ("ids", "1"),
        ("ids", "2"),
        ("tags[]", "a&b"),
        ("span[from]", "1"),
        ("span[to]", "2"),
    ]


def test_any_text_arrives_unchanged() -> None:
    with serving(http_response(200, ORDER)) as server, Shop(Scheme(), hosts=[server.url]) as shop:

        @settings(max_examples=150, deadline=None)
        @given(order=TEXT.filter(lambda text: text not in ("", ".", "..")), shop_id=TEXT)
        def check(order: str, shop_id: str) -> None:
            shop.send(calls.orders.query(order[:32], shop_id=shop_id[:32]))
            target = server.received.pop().target
            path, _, query = target.partition("?")
            assert path.count("/") == 3
            assert unquote(path.rpartition("/")[2]) == order[:32]
            expected = {"v": ["1"], "shop_id": [shop_id[:32]]}
            assert parse_qs(query, keep_blank_values=True) == expected

        check()


@pytest.mark.parametrize("order", ["", ".", ".."])
def test_a_path_argument_is_one_segment(order: str) -> None:
    with pytest.raises(errors.InvalidRequest, match=r"^orders\.touch: order_id: must not be"):
        calls.orders.touch(order)


def test_a_path_argument_cannot_change_the_path(server: Server, send: Send) -> None:
    send(calls.orders.touch("../../v2/x?y#z"))
    assert server.received[0].target == "/v1/orders/..%2F..%2Fv2%2Fx%3Fy%23z/touch"


def test_a_json_body(server: Server, send: Send) -> None:
    server.respond_with(http_response(202))
    call = calls.orders.create(
        name="发票😀\u2028",
        items=[Item(sku="A", quantity=2), Item(sku="B")],
        note=None,
        labels={"k": "v"},
        at=datetime(2025, 1, 2, 3, 4, 5, 120_000, timezone(timedelta(hours=8))),
        price=Decimal("1.10"),
        weight=0.1,
        status=Status.PAID,
        color=Color.RED,
        extra={"big": 10**30, "exact": Decimal("0.30"), "list": [None, True, Buyer(name="x")]},
    )
    send(call)
    (got,) = server.received
    assert got.header("content-type") == "application/json"
    assert "发票😀".encode() in got.body
    assert b'"price":1.10,' in got.body
    assert json.loads(got.body, parse_float=Decimal) == {
        "name": "发票😀\u2028",
        "items": [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}],
        "note": None,
        "labels": {"k": "v"},
        "at": "2025-01-02T03:04:05.120000+08:00",
        "price": Decimal("1.10"),
        "weight": Decimal("0.1"),
        "status": "PAID",
        "color": "red",
        "extra": {"big": 10**30, "exact": Decimal("0.30"), "list": [None, True, {"name": "x"}]},
        "version": 2,
    }


def test_absent_and_null_differ(server: Server, send: Send) -> None:
    server.respond_with(http_response(202))
    send(calls.orders.create(name="x", items=[Item(sku="A")]))
    assert "note" not in json.loads(server.received[0].body)


def test_empty_and_missing_bodies(server: Server, send: Send) -> None:
    server.respond_with(http_response(204))
    send(calls.orders.cancel("1"))
    send(calls.orders.touch("1"))
    empty_object, nothing = server.received
    assert (empty_object.body, empty_object.header("content-length")) == (b"{}", "2")
    assert (nothing.body, nothing.header("content-length")) == (b"", "0")
    assert nothing.headers("content-type") == []


def test_conversions_round_trip(server: Server, send: Send) -> None:
    server.respond_with(lambda got: http_response(200, got.body))
    value = Converted(
        unix=datetime(2025, 1, 1, tzinfo=UTC),
        unix_ms=datetime(1969, 12, 31, 23, 59, 59, 1000, tzinfo=UTC),
        day=date(2025, 2, 3),
        minute=datetime(2025, 2, 3, 4, 5),
        wait=timedelta(days=1),
        pause=timedelta(milliseconds=-3),
        detail=Detail(count=3),
        payment=Cash(parts=[Card(number="1"), Cash()]),
        amount="x",
    )
    assert send(calls.orders.convert(value)).value == value
    assert json.loads(server.received[0].body) == {
        "unix": 1735689600,
        "unix_ms": -999,
        "day": "20250203",
        "minute": "202502030405",
        "wait": 86400,
        "pause": -3,
        "detail": '{"count":3}',
        "payment": {
            "kind": "cash",
            "parts": [{"kind": "card", "number": "1"}, {"kind": "cash", "parts": []}],
        },
        "amount": "x",
    }


def test_a_form(server: Server, send: Send) -> None:
    server.respond_with(http_response(200, "{}"))
    send(calls.orders.login(user="a b&=发", password="+%", scopes=["x", "y"]))
    (got,) = server.received
    assert got.header("content-type") == "application/x-www-form-urlencoded"
    assert parse_qs(got.body.decode()) == {
        "user": ["a b&=发"],
        "password": ["+%"],
        "scopes": ["x", "y"],
    }


def test_styles_of_forms() -> None:
    """As in a query; separators and brackets in values are escaped."""
    form = Form(
        Detailed, styles={"tags": "comma", "ids": "brackets", "detail": "deep", "notes": "deep"}
    )
    value = Detailed(
        ids=[1, 2],
        tags=["a,b", "c"],
        again=["x", "y"],
        detail=Pair(first="é", second="[]"),
        notes={"a b": "&="},
    )
    content = form.encode(form.check(value), str).content
    assert content.split(b"&") == [
        b"ids%5B%5D=1",
        b"ids%5B%5D=2",
        b"tags=a%2Cb,c",
        b"again=x",
        b"again=y",
        b"detail%5Bfirst%5D=%C3%A9",
        b"detail%5Bsecond%5D=%5B%5D",
        b"notes%5Ba+b%5D=%26%3D",
    ]


def parts_of(got: Any) -> list[tuple[str, str | None, str, bytes]]:
    """Parse name, file name, media type and content of each part with the standard library."""
    head = f"Content-Type: {got.header('content-type')}\r\n\r\n".encode()
    message = message_from_bytes(head + got.body, policy=HTTP)
    parts = []
    for part in message.iter_parts():
        disposition = part["content-disposition"]
        content = part.get_payload(decode=True)
        parts.append(
            (disposition.params["name"], part.get_filename(), part.get_content_type(), content)
        )
    return parts


def test_multipart_bodies_with_files(server: Server, send: Send, tmp_path: Path) -> None:
    server.respond_with(http_response(204))
    picture = tmp_path / 'a"b.png'
    picture.write_bytes(bytes(range(256)))
    call = calls.orders.upload(
        meta=Picture(filename="发.png", sha256="00"), file=picture, tags=["a", "b"]
    )
    send(call)
    (got,) = server.received
    assert parts_of(got) == [
        ("meta", None, "application/json", '{"filename":"发.png","sha256":"00"}'.encode()),
        ("file", "a%22b.png", "image/png", bytes(range(256))),
        ("tags", None, "text/plain", b"a"),
        ("tags", None, "text/plain", b"b"),
    ]


def test_binary_bodies(server: Server, send: Send) -> None:
    server.respond_with(lambda got: http_response(200, got.body))
    assert send(calls.orders.put(b"\x00\xff")).value == b"\x00\xff"
    assert server.received[0].header("content-type") == "application/octet-stream"


ITEM = Item(sku="A")
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name: must have at least 1 character"),
    ({"name": "x" * 33}, "name: must have at most 32 characters"),
    ({"name": 5}, "name: must be str, not int"),
    ({"name": None}, "name: must be str, not None"),
    ({"name": "\ud800"}, "name: must not contain a lone surrogate"),
    ({"items": []}, "items: must have at least 1 item"),
    ({"items": "abc"}, "items: must be a list, not str"),
    ({"items": (one for one in [ITEM])}, "items: must be a list, not generator"),
    ({"items": {ITEM}}, "items: must be a list, not set"),
    ({"items": [ITEM, Item(sku="a")]}, "items[1].sku: must match [A-Z]+"),
    ({"items": [Item(sku="A\n")]}, "items[0].sku: must match [A-Z]+"),
    ({"items": [Item(sku="A", quantity=0)]}, "items[0].quantity: must be at least 1"),
    ({"items": [Item(sku="A", quantity=True)]}, "items[0].quantity: must be int, not bool"),
    ({"labels": {"a": 1}}, "labels.a: must be str, not int"),
    ({"labels": {1: "a"}}, "labels: must have str keys"),
    ({"at": datetime(2025, 1, 1)}, "at: must be a datetime with a time zone"),
    ({"price": Decimal("NaN")}, "price: must be a finite number"),
    ({"price": 1.5}, "price: must be Decimal or None, not float"),
    ({"weight": float("inf")}, "weight: must be a finite number"),
    ({"color": "green"}, "color: must be one of 'red', 'blue'"),
    ({"extra": {"a": [float("nan")]}}, "extra.a[0]: must be a finite number"),
    ({"extra": object()}, "extra: must be JSON, not object"),
    ({"version": 3}, "version: must be 2"),
    ({"buyer": Buyer(name="x", phone="1" * 21)}, "buyer.phone: must have at most 20 characters"),
]


@pytest.mark.parametrize(("fields", "text"), REFUSED, ids=[text for _, text in REFUSED])
def test_invalid_arguments_are_named(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        calls.orders.create(**{"name": "x", "items": [ITEM]} | fields)
    assert str(caught.value) == f"orders.create: {text}"
    assert caught.value.field == text.partition(":")[0]
    assert caught.value.outcome == "not_sent"


@pytest.mark.parametrize("trace", ["a\r\nX: y", "a\nb", "a\x00b", " a", "发", "a\x7f"])
def test_invalid_header_values_are_rejected(trace: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="trace: must be one line of ASCII text"):
        calls.orders.query("1", shop_id="1", trace=trace)


def test_a_body_argument_is_named_in_errors() -> None:
    with pytest.raises(errors.InvalidRequest, match=r"body\[1\].sku: must match"):
        calls.orders.add("1", [ITEM, Item(sku="a")])


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (Path("/nowhere/x.png"), "file: cannot read /nowhere/x.png: No such file"),
        (b"x" * 1001, "file: must have at most 1000 bytes"),
        (Upload(b"x", media="text/html"), "file: must be image/png, not text/html"),
        (
            "x.png",
            "file: must be an Upload, a Path, a binary file, bytes, or an iterable of bytes, not str",
        ),
    ],
)
def test_invalid_uploads_are_rejected(file: Any, text: str) -> None:
    with pytest.raises(errors.InvalidRequest, match=text):
        calls.orders.upload(meta=Picture(filename="x", sha256="0"), file=file)
