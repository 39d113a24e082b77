"""Strict YAML and JSON: positions, exact texts, and hostile files."""

from __future__ import annotations

import os
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest
from tests.work import calls

from specloom.diagnostics import InvalidSpec
from specloom.spec import json_reader, load, yaml_reader
from specloom.spec.collector import DiagnosticCollector
from specloom.spec.nodes import MapNode, Node, Scalar, to_json

API = """specloom: 1
package: shop
version: 0.1.0
client: Shop
title: Shop
languages: [en]
hosts: [https://api.shop.example]
"""


def read(text: str) -> tuple[Node | None, DiagnosticCollector]:
    diagnostics = DiagnosticCollector()
    return yaml_reader.parse(diagnostics.source("a.yaml", text), diagnostics), diagnostics


def problems(spec: Path) -> list[tuple[str, str]]:
    """File and rule of each problem of a spec."""
    with pytest.raises(InvalidSpec) as caught:
        load(spec, "spec")
    return [(problem.path, problem.rule) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0123", 123), ("1.10", Decimal("1.10")), ("1e3", Decimal("1e3")), ("0x1F", 31), ("0o17", 15), ("NO", "NO"), ("yes", "yes"), ("~", None),
        ("", None), ("true", True), ("2025-09-03", "2025-09-03"), ("1_000", "1_000"), ("12:30:45", "12:30:45"), ("+1", 1), ("'1'", "1"), ("-", None),
    ],
)  # fmt: skip
def test_plain_scalars_keep_their_text_and_mean_what_the_core_rules_say(
    text: str, value: object
) -> None:
    root, diagnostics = read(f"a: {text}\n" if text != "-" else "a:\n")
    assert not diagnostics.problems
    assert isinstance(root, MapNode)
    node = root.get("a")
    assert isinstance(node, Scalar)
    assert node.text == text.strip("'-")
    assert to_json(node) == value


def test_no_break_spaces_are_spaces(tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(
        API.replace("title: Shop", "title:\u00a0The\u00a0Shop").replace("\n", "\r\n"), "utf-8"
    )
    assert load(tmp_path).api.title.best("en") == "The Shop"


def test_positions_count_code_points_from_one() -> None:
    root, _ = read("a: 1\nb: {c: '值', d: [x, \U0001f600, y]}\n")
    assert isinstance(root, MapNode)
    b = root.get("b")
    assert isinstance(b, MapNode)
    positions = {key: (entry.value.line, entry.value.column) for key, entry in b.entries.items()}
    assert positions == {"c": (2, 8), "d": (2, 16)}


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("a: Order #1\n", True), ("a: Order  #1\n", True), ("a: Order   # a comment\n", False), ("a: Order  # a comment\n", False),
        ("a: Order # TODO\n", True), ("a: 'Order' # quoted\n", False), ("a: Order#1\n", False), ("a: {b: Order #1\n  }\n", True),
    ],
)  # fmt: skip
def test_texts_truncated_by_a_comment_are_marked(text: str, cut: bool) -> None:
    root, _ = read(text)
    assert isinstance(root, MapNode)
    node = root.get("a")
    node = node.get("b") if isinstance(node, MapNode) else node
    assert isinstance(node, Scalar)
    assert node.cut is cut


BOMBS = {
    "depth": "[" * 10_000,
    "deep maps": "{a: " * 10_000,
    "deep block": "".join("  " * n + "a:\n" for n in range(1000)),
    "aliases": "a: &a ["
    + "x, " * 99
    + "x]\n"
    + "".join(
        f"{b}: &{b} [{', '.join(['*' + a] * 99)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "many anchors": "".join(f"k{n}: &a{n} x\n" for n in range(50_000)) + "- broken",
    "many keys": "".join(f"k{n}: x\n" for n in range(150_000)),
    "many nodes": "[" + "a," * 300_000 + "]",
    "duplicates": "a: 1\n" * 50_000,
    "long line": "a: '" + "x" * 1_900_000 + "'",
    "long number": "a: " + "9" * 1_000_000,
    "question marks": "? " * 20_000,
    "dashes": "- " * 20_000,
    "quotes": '"' * 20_001,
    "anchors": "&a " * 5000,
    "unknown names": "types:\n"
    + "".join(f"  T{n}: {{fields: {{a: U{n}}}}}\n" for n in range(2000)),
    "unions in unions": "types:\n"
    + "".join(f"  U{n}: {{type: U{n + 1} | boolean}}\n" for n in range(2000))
    + "  U2000: {type: string}\n",
    "types written out": "types:\n"
    + "".join(f"  A{n}: {{type: list<list<A{n + 1}> | map<A{n + 1}>>}}\n" for n in range(40))
    + "  A40: {type: string}\n",
    "too large": "a: '" + "x" * 3_000_000 + "'",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_hostile_files_are_problems_within_bounds_of_work(bomb: str, tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(API, "utf-8")
    (tmp_path / "orders.yaml").write_text(BOMBS[bomb], "utf-8")
    paths: list[str] = []
    assert calls(lambda: paths.extend(path for path, _ in problems(tmp_path))) < 10_000_000
    assert {*paths} == {"spec/orders.yaml"}


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(API, "utf-8")
    with (tmp_path / "orders.yaml").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    tracemalloc.start()
    assert problems(tmp_path) == [("spec/orders.yaml", "too-large")]
    assert tracemalloc.get_traced_memory()[1] < 10 * 1024 * 1024
    tracemalloc.stop()


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    spec, outside = tmp_path / "spec", tmp_path / "outside"
    spec.mkdir()
    outside.mkdir()
    (outside / "secret.yaml").write_text("title: secret\n", "utf-8")
    (spec / "_api.yaml").write_text(API, "utf-8")
    (spec / "inside.yaml").symlink_to(spec / "_inner")
    (spec / "orders.yaml").symlink_to(outside / "secret.yaml")
    (spec / "more").symlink_to(outside)
    (spec / "self.yaml").symlink_to(spec / "self.yaml")
    os.mkfifo(spec / "pipe.yaml")
    assert problems(spec) == [
        ("spec/inside.yaml", "unreadable-file"), ("spec/more", "symlink"), ("spec/orders.yaml", "symlink"),
        ("spec/pipe.yaml", "unreadable-file"), ("spec/self.yaml", "symlink"),
    ]  # fmt: skip


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere") == [("spec", "missing-folder")]


def test_json_files_yield_the_same_nodes_as_yaml() -> None:
    diagnostics = DiagnosticCollector()
    root = json_reader.parse(
        diagnostics.source("a.json", '{"a": [1, 2.50, "x\\u00e9\\n", true, null],\n "b": {}}'),
        diagnostics,
    )
    assert not diagnostics.problems
    assert root is not None
    assert to_json(root) == {"a": [1, Decimal("2.50"), "xé\n", True, None], "b": {}}


def test_many_recursive_types_are_resolved_in_linear_time(tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(API, "utf-8")

    def work(count: int) -> int:
        text = "types:\n" + "".join(
            f"  T{n}: {{fields: {{next?: T{(n + 1) % count}, all: list<T{n}>}}}}\n"
            for n in range(count)
        )
        (tmp_path / "_types.yaml").write_text(text, "utf-8")
        types: list[object] = []
        amount = calls(lambda: types.extend(load(tmp_path).api.types))
        assert len(types) == count
        return amount

    work(10)
    base, few, many = work(10), work(100), work(1000)
    assert many - base < (few - base) * (1000 - 10) / (100 - 10) * 1.2


OUTCOMES = {
    "{status: 500, code: SYSTEM_ERROR}": None,
    "{status: 500, retry: later}": None,  # `retry` does not decide the outcome
    "{status: 400, code: BAD}": None,
    "{code: '-1', as: SystemBusy, retry: same}": None,
    "{status: 500, outcome: rejected}": "rejected",
    "{status: 503, outcome: unknown}": "unknown",
}


@pytest.mark.parametrize("row", OUTCOMES)
def test_an_error_row_has_only_an_outcome_that_the_spec_sets(row: str, tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(f"{API}errors: [{row}]\n", "utf-8")
    (error,) = load(tmp_path).api.errors
    assert error.outcome == OUTCOMES[row]
