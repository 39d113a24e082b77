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


def test_lint_names_what_is_missing_and_where(tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(API, "utf-8")
    (tmp_path / "orders.yaml").write_text(ORDERS, "utf-8")
    assert [(p.path, p.line, p.rule, p.message) for p in lint(load(tmp_path, "spec"))] == [
        (
            "spec/orders.yaml",
            1,
            "missing-translation",
            "missing translation to `zh`: “Orders”, “Id”",
        ),
        (
            "spec/orders.yaml",
            3,
            "missing-endpoint-errors",
            "endpoint `orders.get` has no errors of its own",
        ),
        ("spec/orders.yaml", 3, "missing-endpoint-example", "endpoint `orders.get` has no example"),
        (
            "spec/orders.yaml",
            3,
            "missing-endpoint-source",
            "endpoint `orders.get` has no link to its source page",
        ),
        ("spec/orders.yaml", 3, "missing-endpoint-title", "endpoint `orders.get` has no title"),
        (
            "spec/orders.yaml",
            5,
            "possible-secret",
            "example of `id` looks like a key; check that it is not a real one",
        ),
        (
            "spec/orders.yaml",
            7,
            "missing-field-title",
            "field `name` has neither title nor description",
        ),
        (
            "spec/orders.yaml",
            7,
            "missing-field-title",
            "field `kept` has neither title nor description",
        ),
        (
            "spec/orders.yaml",
            8,
            "optional-idempotency-key",
            "idempotency key of `orders.pay` contains optional `lines.id`; requests without a value for it are not retried",
        ),
        (
            "spec/orders.yaml",
            18,
            "missing-event-address",
            "event `order.paid` has no `to` (the setting with the delivery address)",
        ),
        ("spec/orders.yaml", 18, "missing-event-example", "event `order.paid` has no example"),
        ("spec/orders.yaml", 18, "missing-event-title", "event `order.paid` has no title"),
    ]


def test_text_groups_problems_by_rule_and_file_and_json_lists_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(CASES / "kitchen_sink" / "spec", tmp_path / "spec")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.specloom.clients.ks]\nspec = "spec"\nout = "out"\n', "utf-8"
    )
    monkeypatch.chdir(tmp_path)

    def run_lint(*options: str) -> tuple[str, str]:
        assert main(["lint", *options]) == 0
        return capfd.readouterr()

    every = [
        row for row in json.loads(run_lint("--format", "json")[0]) if row["severity"] == "notice"
    ]
    counts = Counter((row["path"], row["rule"]) for row in every)
    out, err = run_lint()
    lines = [
        line for line in err.splitlines() if line.startswith("spec/") and "warning: " not in line
    ]
    grouped: dict[tuple[str, str], int] = {}
    for line in lines:
        path, _, _, rule, message = line.split(":", 4)
        assert (path, rule.strip()) not in grouped
        more = re.search(r"; (\d+) more in lines? \d+(, \d+)*(, …)?$", message)
        grouped[path, rule.strip()] = (
            1 + int(more[1]) if more else 1 + message.count("; missing translation to ")
        )
    assert grouped == counts
    assert sum(counts.values()) > 4 * len(counts)
    assert (
        "spec/_types.yaml:27:7: missing-field-title: field `code` has neither title nor description; 2 more in lines 28, 29"
        in lines
    )
    assert (
        out
        == f"ks: {len(every)} problems\nrun specloom lint --details to see each problem with its line of the spec\n"
    )
    out, err = run_lint("--details")
    assert len(re.findall(r"^spec/.*", err, re.MULTILINE)) == len(every) + 1  # and a warning
    assert out == f"ks: {len(every)} problems\n"


def test_lint_and_pages_agree_on_fields_without_a_description() -> None:
    spec = load(CASES / "kitchen_sink" / "spec")
    advised = {
        problem.message.split("`")[1]
        for problem in lint(spec)
        if problem.rule == "missing-field-title"
    }
    notices = [
        notice
        for code in files(spec.api, "project").values()
        for notice in re.findall(
            r"^> .*Not documented yet: .*meaning of (.*)\.", code, re.MULTILINE
        )
    ]
    assert advised == {name for notice in notices for name in re.findall(r"`([^`]+)`", notice)}
