"""The writer of spec files: what it writes is read as the same data, by specloom's reader and by PyYAML, and looks as if written by hand."""

from __future__ import annotations

import string
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from specloom.spec import charset
from specloom.spec.collector import DiagnosticCollector
from specloom.spec.nodes import Source, to_json
from specloom.spec.yaml_reader import parse
from specloom.spec_writer import Commented, write_spec

SPECS = Path(__file__).parents[1] / "specs"

NOTABLE = st.sampled_from(
    [
        "~",
        "no",
        "NO",
        "null",
        "1.10",
        "0123",
        "0x1F",
        "1e3",
        "12:30:45",
        "2025-09-03",
        "-",
        "---",
        "...",
        "<<",
        "=",
        "?",
        "?a",
        "a?",
        "*a",
        "&a",
        "!t",
        "|",
        ">",
        "%a",
        "@a",
        "`a`",
        "'",
        '"',
        "\\",
        "a:",
        ":a",
        "#a",
        "[]",
        "list<string>(1..5)",
        "a,b",
    ]
    + [
        "",
        " ",
        "a: b",
        "a #b",
        "a, b",
        "- a",
        "string('a' | 'b')",
        "a\nb",
        "a\n",
        "\na",
        "a\n\n",
        " a\nb",
        "a \nb",
        "a\n  b\n",
    ]
    + [
        word * 60 + "end"
        for word in ("a\tb", "\ta", "xxxxx", "word ", "# word ", "a  b ", "申请单 ", "申请单")
    ]
)
WRITABLE = st.text(st.characters(codec="utf-8")).filter(
    lambda text: not charset.forbidden(text) and "\u00a0" not in text
)
TEXTS = NOTABLE | WRITABLE | st.text(string.punctuation + " ab\n")
NUMBERS = st.integers(-(10**30), 10**30) | st.decimals(
    allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15
)
SCALARS = TEXTS | NUMBERS | st.booleans() | st.none()
KEYS = TEXTS.filter(lambda text: "\n" not in text)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)


def read(text: str) -> object:
    diagnostics = DiagnosticCollector()
    root = parse(Source("a.yaml", text, text.split("\n")), diagnostics)
    assert root is not None, (diagnostics.problems, text)
    return to_json(root)


def bare(value: object) -> object:
    """A value as PyYAML's BaseLoader reads it: all scalars are texts."""
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items()}
    if isinstance(value, list):
        return [bare(each) for each in value]
    if isinstance(value, Decimal):
        return value
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or isinstance(value, bool)
        else str(value)
    )


def same(read: object, written: object) -> bool:
    if isinstance(written, dict):
        return (
            isinstance(read, dict)
            and list(read) == list(written)
            and all(same(read[key], each) for key, each in written.items())
        )
    if isinstance(written, list):
        return (
            isinstance(read, list) and len(read) == len(written) and all(map(same, read, written))
        )
    return (
        Decimal(str(read)) == written
        if isinstance(written, Decimal)
        else read == written and type(read) is type(written)
    )


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["title", "endpoints", "types", "errors"]) | KEYS,
        DATA,
        min_size=1,
        max_size=4,
    )
)
def test_reading_returns_what_was_written(data: dict[str, object]) -> None:
    text = write_spec({"a.yaml": data})["a.yaml"]
    assert same(read(text), data), text
    for loader in (
        yaml.CBaseLoader,
        *([] if "?" in text else [yaml.BaseLoader]),
    ):  # PyYAML's own scanner refuses `[a?b]`
        assert same(yaml.load(text, Loader=loader), bare(data)), text


@given(TEXTS)
def test_a_text_is_a_text_to_readers_of_yaml_1_1(text: str) -> None:
    written = write_spec({"a.yaml": {"a": [text]}})["a.yaml"].replace("2025-09-03", "a")
    assert yaml.load(written, yaml.CSafeLoader) == {"a": [text.replace("2025-09-03", "a")]}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufeff")))
def test_forbidden_characters_are_escaped(text: str) -> None:
    written = write_spec({"a.yaml": {"a": text}})["a.yaml"]
    assert charset.forbidden(written) is None
    assert yaml.load(written, yaml.CSafeLoader) == {"a": text}


@pytest.mark.parametrize("path", sorted(SPECS.glob("w*/*.yaml")), ids=lambda path: path.stem)
def test_written_specs_keep_their_data(path: Path) -> None:
    data = read(path.read_text("utf-8"))
    assert same(read(write_spec({"a.yaml": data})["a.yaml"]), data)


def test_style() -> None:
    data = {
        "title": "Orders",
        "endpoints": {
            "create": {
                "http": "POST /orders",
                "description": "Creates an order. " * 9 + "It is paid later.",
                "body": {
                    "order_no": {"type": "string(6..32)", "title": "Number: unique"},
                    "note?": "string(..100)",
                    "tags?": "list<string>(1..5)",
                },
                "responses": {"201": "Order"},
                "errors": [
                    {
                        "status": 409,
                        "code": "ORDER_EXISTS",
                        "reason": "The number is used, or reserved.",
                    }
                ],
            },
            "query": Commented(
                {
                    "http": "GET /orders/{order_no}",
                    "path": {"order_no": "string"},
                    "responses": {200: "Order"},
                },
                "Ask first.",
            ),
        },
        "types": {
            "Cents": {"type": "integer(0..)", "unit": "cents"},
            "Order": {"fields": {"order_no": "string", "country": "NO"}},
        },
    }
    assert write_spec({"orders.yaml": data})["orders.yaml"] == EXPECTED


EXPECTED = """\
title: Orders

endpoints:
  create:
    http: POST /orders
    description: >-
      Creates an order. Creates an order. Creates an order. Creates an order. Creates an order. Creates an order. Creates an order. Creates
      an order. Creates an order. It is paid later.
    body:
      order_no: {type: string(6..32), title: "Number: unique"}
      note?: string(..100)
      tags?: list<string>(1..5)
    responses:
      201: Order
    errors:
      - {status: 409, code: ORDER_EXISTS, reason: "The number is used, or reserved."}

  # Ask first.
  query:
    http: GET /orders/{order_no}
    path: {order_no: string}
    responses:
      200: Order

types:
  Cents: {type: integer(0..), unit: cents}

  Order:
    fields: {order_no: string, country: "NO"}
"""


def test_json_keeps_digits() -> None:
    assert write_spec({"a.json": {"b": [Decimal("1.10"), {}], "c": "é\u2028"}})["a.json"] == (
        '{\n  "b": [\n    1.10,\n    {}\n  ],\n  "c": "é\u2028"\n}\n'
    )
