"""Advice on specs that are right: what a reader of the documentation would miss."""

from __future__ import annotations

import re
from pathlib import Path

from tests.generated import CASES

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
events:
  order.paid: {payload: {}}
types:
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
        ("spec/orders.yaml", 5, "long-key", "the example of `id` looks like a key; make sure that it is not a real one"),
        ("spec/orders.yaml", 7, "field-title", "`name` has neither title nor description"),
        ("spec/orders.yaml", 7, "field-title", "`kept` has neither title nor description"),
        ("spec/orders.yaml", 9, "event-address", "`order.paid` has no setting that it is sent to (`to`)"),
        ("spec/orders.yaml", 9, "event-example", "`order.paid` has no example"),
        ("spec/orders.yaml", 9, "event-title", "`order.paid` has no title"),
    ]


def test_fields_lack_a_meaning_where_pages_say_so() -> None:
    spec = load(CASES / "kitchen_sink" / "spec")
    advised = {problem.message.split("`")[1] for problem in lint(spec) if problem.rule == "field-title"}
    notices = [notice for code in files(spec.api, "project").values() for notice in re.findall(r"^> .* no meaning of (.*) yet\.", code, re.MULTILINE)]
    assert advised == {name for notice in notices for name in re.findall(r"`([^`]+)`", notice)}
