"""Re-imports: a newer document is merged into a spec that was edited by hand."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specloom import publish
from specloom.spec_merge import merge
from specloom.spec_merge.data import as_data, parse, same
from specloom.spec_writer import Commented, write_spec

DOCUMENT = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://api.shop.example}]
paths:
  /orders:
    post:
      tags: [orders]
      operationId: createOrder
      summary: Create an order
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses: {"201": {description: Created}, "409": {description: Exists}}
    get:
      tags: [orders]
      operationId: listOrders
      summary: List orders
      responses: {"200": {description: OK, content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Order"}}}}}}
components:
  schemas:
    Order:
      type: object
      required: [sku, quantity]
      properties: {sku: {type: string, maxLength: 40}, quantity: {type: integer, title: Number of packs}, note: {type: string}}
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specloom", "import", "shop.yaml", "--api", "shop", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def edit(file: Path, *replacements: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in replacements:
        assert old in text, (old, text)
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_newer_document_is_merged_into_an_edited_spec(tmp_path: Path) -> None:
    document, orders = tmp_path / "shop.yaml", tmp_path / "specs" / "shop" / "orders.yaml"
    document.write_text(DOCUMENT, "utf-8")
    assert run(tmp_path).returncode == 0
    first = content(tmp_path / "specs")
    assert "specs/shop is up to date" in run(tmp_path).stdout
    assert content(tmp_path / "specs") == first

    edit(
        orders,
        ("title: Create an order", "title: Order goods  # as our handbook says"),
        ("    http: GET /orders", "    # Only the last 100.\n    http: GET /orders"),
        ("  list:\n", "  recent:\n"),
    )
    edit(
        document,
        ("summary: Create an order", "summary: Place an order"),
        ("summary: List orders", "summary: List all orders"),
        ("maxLength: 40", "maxLength: 60"),
        ("note: {type: string}", "note: {type: string}, color: {type: string}"),
    )
    before = content(tmp_path)
    conflict = run(tmp_path)
    assert conflict.returncode == 2
    assert "specs/shop/orders.yaml:" in conflict.stderr
    assert (
        "import-conflict: orders.yaml:endpoints.create.title was edited here (Order goods) and has changed upstream (Place an order)"
        in conflict.stderr
    )
    assert conflict.stderr.count("import-conflict") == 1
    assert content(tmp_path) == before

    assert (
        "--accept names no conflict: orders.yaml:types"
        in run(tmp_path, "--accept", "ours:orders.yaml:types").stderr
    )
    merged = run(tmp_path, "--accept", "ours:orders.yaml:endpoints.create")
    assert (merged.returncode, merged.stderr) == (0, "")
    assert "updated specs/shop/orders.yaml" in merged.stdout
    assert "compatible" in merged.stdout
    text = "".join(file.read_text("utf-8") for file in sorted(orders.parent.glob("*.yaml")))
    for part in (
        "title: Order goods  # as our handbook says\n",
        "  recent:\n    # Only the last 100.\n    http: GET /orders\n    title: List all orders\n",
        "sku: string(..60)",
        "color?: string",
    ):
        assert part in text, text
    assert "specs/shop is up to date" in run(tmp_path).stdout


def test_the_record_can_be_deleted(tmp_path: Path) -> None:
    document, orders = tmp_path / "shop.yaml", tmp_path / "specs" / "shop" / "orders.yaml"
    document.write_text(DOCUMENT, "utf-8")
    run(tmp_path)
    (tmp_path / ".specloom" / "imports" / "shop" / "orders.yaml").unlink()
    edit(document, ("summary: List orders", "summary: List all orders"))
    assert "List orders) and has changed upstream (List all orders)" in run(tmp_path).stderr
    assert run(tmp_path, "--accept", "theirs").returncode == 0
    assert "title: List all orders" in orders.read_text("utf-8")


def merged(base: str, ours: str, theirs: str) -> tuple[str, list[str]]:
    """The merged text of one file, and its conflicts."""
    texts = (
        {"a.yaml": text, "_api.yaml": "languages: [en, zh]\n"} for text in (base, ours, theirs)
    )
    result = merge(*texts, lambda conflict: None, "s")
    assert not result.rewritten
    return result.texts["a.yaml"], [conflict.message for conflict in result.conflicts]


def test_comments_and_layout_stay() -> None:
    base = "title: Orders\nendpoints:\n  get:\n    http: GET /a\n    query: {a?: string(..9), b: string}\n    errors:\n      - {status: 409, code: A}\n  old: {http: GET /b}\n"
    ours = "# mine\ntitle: {en: Orders, zh: 订单}  # translated\n\nendpoints:\n  # get it\n  fetch:\n    http:   GET /a\n    query:\n      # nine\n      a?: {type: string(..9), title: 'A # a'}  # why\n      b: string\n    errors:\n      # first\n      - {status: 409, code: A, reason: Mine}\n      # last\n\n  old: {http: GET /b}\n"
    theirs = "title: All orders\nendpoints:\n  get:\n    http: GET /a\n    query: {a?: string(..20), b?: string, c?: string}\n    errors:\n      - {status: 409, code: A}\n      - {status: 410, code: B}\n  new: {http: GET /c}\n"
    text, conflicts = merged(base, ours, theirs)
    assert not conflicts
    assert text == (
        "# mine\ntitle: {en: All orders, zh: 订单}  # translated\n\nendpoints:\n  # get it\n  fetch:\n    http:   GET /a\n    query:\n      # nine\n"
        "      a?: {type: string(..20), title: 'A # a'}  # why\n      b?: string\n      c?: string\n    errors:\n      # first\n"
        "      - {status: 409, code: A, reason: Mine}\n      - {status: 410, code: B}\n      # last\n\n  new:\n    http: GET /c\n"
    ).replace("'A # a'", '"A # a"')


def test_names_that_meet_are_a_conflict() -> None:
    base = "endpoints:\n  get: {http: GET /a}\n"
    ours, theirs = base.replace("get:", "find:"), base + "  find: {http: GET /b}\n"
    text, conflicts = merged(base, ours, theirs)
    assert text == ours
    assert conflicts[0].startswith("a.yaml:endpoints was edited here")


BASE: dict[str, object] = {
    "title": "Orders",
    "endpoints": {
        "create": {
            "http": "POST /orders",
            "description": "Creates an order. " * 12,
            "body": {
                "sku": "string(..40)",
                "note?": {"type": "string", "title": "Note"},
                "count": "integer",
            },
            "responses": {"201": {"body": "Order", "title": "Created"}},
            "errors": [
                {"status": 409, "code": "EXISTS"},
                {"status": 409, "code": "EXISTS", "reason": "Twice."},
                {"status": 429},
            ],
        },
        "list": {"http": "GET /orders", "title": "List", "responses": {"200": "list<Order>"}},
        "cancel": {
            "http": "DELETE /orders/{id}",
            "path": {"id": "string"},
            "responses": {"204": None},
        },
    },
    "types": {
        "Order": {"fields": {"sku": "string", "lines": "list<string>"}},
        "State": {"enum": ["OPEN", "PAID", "0123"]},
    },
}
VALUES = (
    "New: text",
    "string(1..9)",
    7,
    None,
    {"en": "A", "zh": "甲"},
    ["X", "Y"],
    {"type": "integer", "title": "A, b"},
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list) else ()
    )
    return [place for key, each in inner for place in [(*path, key), *places(each, (*path, key))]]


def edited(base: dict[str, object], random: Random, count: int) -> dict[str, object]:
    """A copy with some values replaced, removed and added."""
    result = copy.deepcopy(base)
    for number in range(count):
        path = random.choice(places(result))
        parent: object = result
        for key in path[:-1]:
            parent = parent[key]  # type: ignore[index]
        value = copy.deepcopy(random.choice(VALUES))
        match random.randrange(3):
            case 0:
                parent[path[-1]] = value  # type: ignore[index]
            case 1 if len(parent) > 1:  # type: ignore[arg-type]
                del parent[path[-1]]  # type: ignore[attr-defined]
            case _ if isinstance(parent, dict):
                parent[f"new_{random.randrange(5)}{number}"] = value
            case _:
                parent.append(value)  # type: ignore[attr-defined]
    return result


def written(data: Mapping[str, object]) -> str:
    return write_spec({"orders.yaml": data})["orders.yaml"]


def with_comments(data: dict[str, object], random: Random) -> dict[str, object]:
    """A copy with comments above some endpoints and their keys."""
    endpoints = data.get("endpoints")
    if not isinstance(endpoints, dict):
        return data
    commented = {
        name: (
            Commented(
                {
                    key: Commented(inner, f"on {name} {key}") if random.random() < 0.5 else inner
                    for key, inner in each.items()
                },
                f"on {name}",
            )
            if isinstance(each, dict) and "http" in each
            else each
        )
        for name, each in endpoints.items()
    }
    return {**data, "endpoints": commented}


RANDOM = st.randoms(use_true_random=False)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(RANDOM, st.integers(1, 6), st.integers(1, 6))
def test_merges(random: Random, of_user: int, upstream: int) -> None:
    base, mine, new = BASE, edited(BASE, random, of_user), edited(BASE, random, upstream)
    commented = written(with_comments(mine, random))
    texts = [{"orders.yaml": text} for text in (written(base), commented, written(new))]
    nothing_open = lambda conflict: None  # noqa: E731
    assert merge(texts[0], texts[0], texts[2], nothing_open, "s").texts == texts[2]
    assert merge(texts[0], texts[1], texts[0], nothing_open, "s").texts == texts[1]
    merged = merge(*texts, lambda conflict: "ours", "s").texts["orders.yaml"]
    data = as_data(parse("s", merged))
    assert keeps(base, mine, data), merged
    assert merge(texts[2], {"orders.yaml": merged}, texts[2], nothing_open, "s").texts == {
        "orders.yaml": merged
    }
    taken = merge(*texts, lambda conflict: "theirs", "s").texts["orders.yaml"]
    assert keeps(base, new, as_data(parse("s", taken))), taken


def lifted(*values: object) -> list[object]:
    """Values in their long form, if one of them has it: `string` is `{type: string}`."""
    maps = [value for value in values if isinstance(value, dict)]
    key = next((key for key in ("type", "body") if any(key in each for each in maps)), None)
    return [{key: value} if key and isinstance(value, str) else value for value in values]


def keeps(base: object, side: object, merged: object) -> bool:
    """Return whether every value of maps that one side changed or added is in the merge."""
    if same(base, side):
        return True
    base, side, merged = lifted(base, side, merged)
    if isinstance(side, dict) and isinstance(merged, dict):
        old = base if isinstance(base, dict) else {}
        return all(
            key in merged and keeps(old.get(key), each, merged[key])
            for key, each in side.items()
            if key not in old or not same(old[key], each)
        )
    if isinstance(side, list) and isinstance(merged, list):
        old_rows = base if isinstance(base, list) else []
        return all(
            any(keeps(None, row, each) for each in merged) for row in side if row not in old_rows
        )
    return same(side, merged)


def test_a_merge_that_the_disk_refuses_leaves_the_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import PurePosixPath

    from specloom.publish import operations

    old = {PurePosixPath(name): name.encode() for name in ("a.yaml", "b.yaml", "c.md")}
    for path, text in old.items():
        (tmp_path / path).write_bytes(text)
    (tmp_path / "other.txt").write_text("of the user")
    new = {
        PurePosixPath("a.yaml"): b"new",
        PurePosixPath("b.yaml"): b"b.yaml",
        PurePosixPath("d/e.yaml"): b"added",
    }
    before = content(tmp_path)
    apply, applied = operations.Step.apply, list[str]()

    def refuse(step: operations.Step, area: operations.StagingArea) -> None:
        if len(applied) == 1:
            raise OSError(28, "No space left on device")
        applied.append(step.path)
        apply(step, area)

    with monkeypatch.context() as patch:
        patch.setattr(operations.Step, "apply", refuse)
        with pytest.raises(publish.UsageError):
            publish.edit_folder(tmp_path, old, new)
    assert content(tmp_path) == before
    publish.edit_folder(tmp_path, old, new)
    assert content(tmp_path) == {
        "a.yaml": b"new",
        "b.yaml": b"b.yaml",
        "d/e.yaml": b"added",
        "other.txt": b"of the user",
    }
