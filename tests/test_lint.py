"""Advice on specs that are right: what a reader of the documentation would miss."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from tests.generated import CASES

from specloom.cli import main
from specloom.spec import lint, load
from specloom.targets import files

API = """specloom: 1
package: shop
version: 0.1.0
client: Shop
title: {en: Shop, zh: 商店}
languages: [en, zh]
hosts: [https://api.shop.example]
events: {name: event}
"""
ORDERS = """title: Orders
endpoints:
  get:
    http: GET /orders/{id}
    path: {id: {type: string, title: Id, example: 0123456789abcdef0123456789abcdef0123456789abcdef}}
    query: {kind?: string('a'), sealed?: {type: string, encrypted: true, title: {en: Sealed, zh: 密}, example: 0123456789abcdef0123456789abcdef0123456789abcdef}}
    responses: {200: {body: {name: string, states: list<State?>, size: Size, kept: {type: text<Kept>}}}}
  pay:
    http: POST /pay
    title: {en: Pay, zh: 支付}
    links: [{title: {en: Page, zh: 页面}, url: "https://shop.example/pay"}]
    errors: [{status: 409, code: PAID}]
    body: {no: Id, lines: {type: list<object>, title: {en: Lines, zh: 明细}, fields: {id?: Id}}}
    responses: {204: null}
    idempotency: {key: [no, lines.id]}
    examples: [{request: {body: {no: "1", lines: []}}}]
events:
  order.paid: {payload: {}}
types:
  Id: {type: string, title: {en: Id, zh: 编号}}
  State: {title: {en: How far it is, zh: 进度}, enum: [A]}
  Size: {type: string | integer, description: {en: Small or large, zh: 大小}}
  Kept: {fields: {kind: string('k')}}
"""


def test_advice_names_what_is_missing_and_where(tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(API, "utf-8")
    (tmp_path / "orders.yaml").write_text(ORDERS, "utf-8")
    assert [(p.path, p.line, p.rule, p.message) for p in lint(load(tmp_path, "spec"))] == [
        ("spec/orders.yaml", 1, "translation", "not in `zh`: “Orders”, “Id”"),
        ("spec/orders.yaml", 3, "endpoint-errors", "`orders.get` has no errors of its own"),
        ("spec/orders.yaml", 3, "endpoint-example", "`orders.get` has no example"),
        ("spec/orders.yaml", 3, "endpoint-source", "`orders.get` has no link to its source"),
        ("spec/orders.yaml", 3, "endpoint-title", "`orders.get` has no title"),
        (
            "spec/orders.yaml",
            5,
            "long-key",
            "the example of `id` looks like a key; make sure that it is not a real one",
        ),
        ("spec/orders.yaml", 7, "field-title", "`name` has neither title nor description"),
        ("spec/orders.yaml", 7, "field-title", "`kept` has neither title nor description"),
        (
            "spec/orders.yaml",
            8,
            "optional-key",
            "requests of `orders.pay` may lack `lines.id` of its idempotency key; the client does not retry those as keyed",
        ),
        (
            "spec/orders.yaml",
            18,
            "event-address",
            "`order.paid` has no setting that it is sent to (`to`)",
        ),
        ("spec/orders.yaml", 18, "event-example", "`order.paid` has no example"),
        ("spec/orders.yaml", 18, "event-title", "`order.paid` has no title"),
    ]


def test_people_get_a_line_for_each_rule_and_file_and_programs_each_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(CASES / "kitchen_sink" / "spec", tmp_path / "spec")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.specloom.clients.ks]\nspec = "spec"\nout = "out"\n', "utf-8"
    )
    monkeypatch.chdir(tmp_path)

    def said(*options: str) -> tuple[str, str]:
        assert main(["lint", *options]) == 0
        return capfd.readouterr()

    every = [row for row in json.loads(said("--format", "json")[0]) if row["severity"] == "notice"]
    counts = Counter((row["path"], row["rule"]) for row in every)
    out, err = said()
    lines = [
        line for line in err.splitlines() if line.startswith("spec/") and "warning: " not in line
    ]
    told: dict[tuple[str, str], int] = {}
    for line in lines:
        path, _, _, rule, message = line.split(":", 4)
        assert (path, rule.strip()) not in told
        more = re.search(r"; (\d+) more in lines? \d+(, \d+)*(, …)?$", message)
        told[path, rule.strip()] = 1 + int(more[1]) if more else 1 + message.count("; not in ")
    assert told == counts
    assert sum(counts.values()) > 4 * len(counts)
    assert (
        "spec/_types.yaml:27:7: field-title: `code` has neither title nor description; 2 more in lines 28, 29"
        in lines
    )
    assert (
        out
        == f"ks: {len(every)} findings\nspecloom lint --details shows each finding with its line of the spec\n"
    )
    out, err = said("--details")
    assert len(re.findall(r"^spec/.*", err, re.MULTILINE)) == len(every) + 1  # and a warning
    assert out == f"ks: {len(every)} findings\n"


def test_fields_lack_a_meaning_where_pages_say_so() -> None:
    spec = load(CASES / "kitchen_sink" / "spec")
    advised = {
        problem.message.split("`")[1] for problem in lint(spec) if problem.rule == "field-title"
    }
    notices = [
        notice
        for code in files(spec.api, "project").values()
        for notice in re.findall(r"^> .* no meaning of (.*) yet\.", code, re.MULTILINE)
    ]
    assert advised == {name for notice in notices for name in re.findall(r"`([^`]+)`", notice)}
