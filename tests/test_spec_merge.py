"""Re-imports: a newer document is merged into a spec that was edited by hand."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specloom import publish
from specloom.spec_merge import Conflict, Side, merge
from specloom.spec_merge.data import as_data, parse
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
    assert not result.lost
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


def test_a_conflict_of_short_forms_is_at_their_place() -> None:
    base = "endpoints:\n  get:\n    http: GET /a\n    responses:\n      200: A\n"
    _, conflicts = merged(base, base.replace(" A", " B"), base.replace(" A", " C"))
    assert conflicts == [
        "a.yaml:endpoints.get.responses.200 was edited here (B) and has changed upstream (C)"
    ]


def test_names_that_meet_are_a_conflict() -> None:
    base = "endpoints:\n  get: {http: GET /a}\n"
    ours, theirs = base.replace("get:", "find:"), base + "  find: {http: GET /b}\n"
    text, conflicts = merged(base, ours, theirs)
    assert text == ours
    assert conflicts[0].startswith("a.yaml:endpoints was edited here")


def test_an_endpoint_that_both_added_is_one() -> None:
    base = "endpoints:\n  get: {http: GET /a}\n"
    text, conflicts = merged(
        base, base + "  find: {http: GET /b, title: B}\n", base + "  list: {http: GET /b}\n"
    )
    assert "list" not in text
    assert [each.split(" was")[0] for each in conflicts] == ["a.yaml:endpoints.find"]


def test_a_new_name_of_what_was_removed_is_a_conflict() -> None:
    base = "endpoints:\n  get: {http: GET /a}\n  put: {http: PUT /a, body: {a: string}}\n"
    _, conflicts = merged(
        base,
        base.replace("get:", "find:").replace("{a:", "{a?:"),
        "endpoints:\n  put: {http: PUT /a, body: {b: string}}\n",
    )
    assert [each.split(" was")[0] for each in conflicts] == [
        "a.yaml:endpoints.find",
        "a.yaml:endpoints.put.body.a",
    ]


def test_the_order_of_rows_is_merged_too() -> None:
    enum = "types:\n  State: {{enum: [{}]}}\n".format
    assert merged(enum("A, B, C"), enum("A, B, C, mine"), enum("B, A, C")) == (
        enum("B, A, C, mine"),
        [],
    )
    text, conflicts = merged(enum("A, B, C"), enum("C, A, B"), enum("B, A, C"))
    assert text == enum("C, A, B")
    assert conflicts[0].startswith("a.yaml:types.State.enum was edited here")


def test_comments_that_could_not_be_kept_are_named() -> None:
    errors = "endpoints:\n  get:\n    http: GET /a\n    errors:\n{}"
    one, other = "      - {status: 409}\n", "      - {status: 410}\n"
    texts = [
        errors.format(part) for part in (one + other, "      # mine\n" + other + one, one + other)
    ]
    texts[2] += "      - {status: 411}\n"
    result = merge(*({"a.yaml": text} for text in texts), lambda conflict: None, "s")
    assert result.lost == {}
    assert "# mine" in result.texts["a.yaml"]
    texts[1] = errors.format("      # mine\n" + one + "      # other\n" + other) + "# end\n"
    texts[2] = errors.format(other + one) + "    title: A\n"
    texts[1] += "title: Mine\n"
    result = merge(*({"a.yaml": text} for text in texts), lambda conflict: None, "s")
    assert "without the comments" in result.lost["a.yaml"]
    assert "# end" in result.texts["a.yaml"]


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
        "list": {
            "http": "GET /orders",
            "title": "List",
            "responses": {"200": "list<Order>"},
            "errors": [
                {"status": 400, "code": "A", "reason": "Text."},
                {"status": 404},
                {"status": 429},
            ],
        },
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
VALUES = ("New: text", "string(1..9)", 7, None, ["X", "Y"], {"type": "integer", "title": "A, b"})
TEXTS = ("New: text", 7, None, {"en": "A", "zh": "甲"})
TEXT_KEYS = ("title", "description", "reason")
LANGUAGES = ("en", "zh")


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list) else ()
    )
    return [place for key, each in inner for place in [(*path, key), *places(each, (*path, key))]]


def edited(base: dict[str, object], random: Random, count: int) -> dict[str, object]:
    """A copy with some values replaced, removed, added, moved and renamed."""
    result = copy.deepcopy(base)
    for number in range(count):
        *path, key = random.choice(places(result))
        parent: Any = result
        for step in path:
            parent = parent[step]
        value = copy.deepcopy(random.choice(TEXTS if key in TEXT_KEYS else VALUES))
        match random.randrange(5):
            case 0 if len(parent) > 1 and random.random() < 0.5:
                del parent[key]
            case 0:
                parent[key] = value
            case 1 | 2 if isinstance(parent, list):
                parent.insert(random.randrange(len(parent)), parent.pop(key))
            case 2 if path[:1] == ["endpoints"]:
                name = f"name_{random.randrange(3)}" if len(path) == 1 else toggled(str(key))
                if name not in parent and (
                    len(path) == 1 or path[-1] == "body"
                ):  # renames, in its place
                    items = [
                        (name if each == key else each, inner) for each, inner in parent.items()
                    ]
                    parent.clear()
                    parent.update(items)
            case 3 if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[key]))
            case _ if isinstance(parent, list):
                parent.append(value)
            case _:
                name = f"new_{random.randrange(5)}{number}"
                parent[name] = copy.deepcopy(random.choice(VALUES))
    return result


def toggled(key: str) -> str:
    return key.removesuffix("?") if key.endswith("?") else f"{key}?"


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


@settings(max_examples=40, deadline=None)
@given(RANDOM, st.integers(1, 6), st.integers(1, 6))
def test_merges(random: Random, of_user: int, upstream: int) -> None:
    check_merge(random, of_user, upstream)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(RANDOM, st.integers(1, 12), st.integers(1, 12))
def test_many_merges(random: Random, of_user: int, upstream: int) -> None:
    check_merge(random, of_user, upstream)


def check_merge(random: Random, of_user: int, upstream: int) -> None:
    """Check what `three_way` promises, place by place, whichever side its conflicts are decided for."""
    base, mine, new = BASE, edited(BASE, random, of_user), edited(BASE, random, upstream)
    commented = written(with_comments(mine, random))
    languages = {"_api.yaml": "languages: [en, zh]\n"}
    texts = [
        {"orders.yaml": text, **languages} for text in (written(base), commented, written(new))
    ]
    nobody = lambda conflict: None  # noqa: E731
    assert merge(texts[0], texts[0], texts[2], nobody, "s").texts == texts[2]
    assert merge(texts[0], texts[1], texts[0], nobody, "s").texts == texts[1]
    assert merge(texts[0], texts[1], texts[1], nobody, "s").texts == texts[1]
    sides: tuple[Side, Side] = ("ours", "theirs")
    for side in sides:
        conflicts: list[Conflict] = []
        merged = merge(*texts, lambda each: conflicts.append(each) or side, "s").texts  # noqa: B023
        result = as_data(parse("s", merged["orders.yaml"]))
        problems = broken_promises(base, mine, new, result, conflicts, side)
        assert not problems, (problems, merged["orders.yaml"])
        again = merge(texts[2], merged, texts[2], nobody, "s")
        assert (again.texts, again.conflicts) == (merged, ())


Place: TypeAlias = tuple[str, ...]
Facts: TypeAlias = dict[Place, object]


def broken_promises(
    base: object, ours: object, theirs: object, merged: object, conflicts: list[Conflict], side: str
) -> list[object]:
    """A naive judge: it takes four versions apart into facts, and looks at each fact alone."""
    versions = (base, ours, theirs, merged)
    ids = [endpoint_ids(each, base) for each in versions]
    ids[3] |= {
        name: id
        for first, second in (ids[1:3], ids[2:0:-1])
        for name, id in first.items()
        if second.get(name, id) == id
    }
    lists = [found for each in zip(versions, ids, strict=True) for found in unidentified(*each)]
    old, mine, new, result = (facts(*each, lists) for each in zip(versions, ids, strict=True))
    chosen = mine if side == "ours" else new
    named = [place_of(each, {**ids[2], **ids[1]}) for each in conflicts]
    problems: list[object] = []
    for place in {**old, **mine, **new, **result}:
        was, is_mine, is_new, now = (each.get(place, "absent") for each in (old, mine, new, result))
        if any(place[: len(conflict)] == conflict for conflict in named):
            decided = [chosen.get(place, "absent")]
            if (
                place[-1] == "(name)"
            ):  # the name of what is in conflict may have changed on one side only
                decided.append(three_way(was, is_mine, is_new))
            if now not in decided:
                problems.append(("not as decided", place, now))
        elif place[-1] == "(empty)" and now != "absent":
            pass  # each side removed what the other one kept
        elif place[-1] == "(order)":
            orders = [each for each in (was, is_mine, is_new, now) if isinstance(each, tuple)]
            common = set(orders[0]).intersection(*orders)
            *changed, last = [[id for id in each if id in common] for each in orders]
            if len(orders) == 4 and last != three_way(*changed):
                problems.append(("order", place, orders))
        elif now != three_way(was, is_mine, is_new):
            problems.append(("lost", place, was, is_mine, is_new, now))
    for conflict in named:
        inside = [
            {place: value for place, value in each.items() if place[: len(conflict)] == conflict}
            for each in (old, mine, new)
        ]
        if inside[1] == inside[2] or inside[0] in inside[1:]:
            problems.append(("no conflict", conflict))
    return problems


def three_way(base: object, ours: object, theirs: object) -> object:
    if ours == theirs or base == theirs:
        return ours
    return theirs if base == ours else "a conflict that nobody was told of"


def facts(value: Any, ids: dict[str, str], lists: list[Place], place: Place = ()) -> Facts:
    """Each scalar by its place, each name of a key, and each order of a list."""
    if isinstance(value, dict):
        found: Facts = {} if value else {(*place, "(empty)"): True}
        for key, each in value.items():
            id = id_of(key, ids, place)
            found |= facts(each, ids, lists, (*place, id))
            if id != "(short)":
                found[(*place, id, "(name)")] = key
        return found
    if isinstance(value, list) and place not in lists:
        rows = [row_id(row) for row in value]
        found = {(*place, "(order)"): tuple(rows), (*place, "(list)"): True}
        for id, row in zip(rows, value, strict=True):
            found |= facts(row, ids, lists, (*place, id)) | {(*place, id, "(row)"): True}
        return found
    if value is None:  # `204:` says the same as `204: {}`, to which each side can add
        return {(*place, "(null)"): True}
    end = () if place[-1:] == ("(short)",) or place in lists else ("(short)",)
    return {(*place, *end): repr(sorted_keys(value))}


def id_of(key: str, ids: dict[str, str], place: Place) -> str:
    """The name of a field without `?`, and of an endpoint in the first version with it; `(short)` if a text stands for this key."""
    if place == ("endpoints",):
        return ids.get(key, key)
    short = (
        key == "body"
        if place[-2:-1] == ("responses",)
        else key == "en" or (key == "type" and bool(place) and place[-1] not in ("body", "path"))
    )
    return "(short)" if short else key.removesuffix("?")


def endpoint_ids(version: Any, base: Any) -> dict[str, str]:
    """The name in `base` of each endpoint: its own, or that of the one with the same method and path."""
    old, new = base["endpoints"], version.get("endpoints")
    if not isinstance(new, dict):
        return {}
    ids = {name: name for name in new}
    for name in new.keys() - old.keys():
        route = route_of(new[name])
        twins = [other for other, each in new.items() if route_of(each) == route]
        olds = [other for other, each in old.items() if route_of(each) == route]
        if route and len(twins) == len(olds) == 1 and olds[0] not in new:
            ids[name] = olds[0]
    return ids


def route_of(endpoint: Any) -> str:
    return str(endpoint["http"]) if isinstance(endpoint, dict) and "http" in endpoint else ""


def row_id(row: Any) -> str:
    """Status and code of an error, or title, or a scalar itself; "" if there is none."""
    if isinstance(row, dict):
        code = f"{row.get('status') or ''} {row.get('code') or ''}".strip()
        return code or str(row.get("title") or "")
    return "" if isinstance(row, list) else str(row)


def unidentified(value: Any, ids: dict[str, str], place: Place = ()) -> list[Place]:
    """Lists with rows that cannot be told apart: one value each."""
    if isinstance(value, dict):
        return [
            found
            for key, each in value.items()
            for found in unidentified(each, ids, (*place, id_of(key, ids, place)))
        ]
    if not isinstance(value, list):
        return []
    rows = [row_id(row) for row in value]
    inner = [
        found
        for id, row in zip(rows, value, strict=True)
        for found in unidentified(row, ids, (*place, id))
    ]
    return [place, *inner] if "" in rows or len(set(rows)) < len(rows) else inner


def sorted_keys(value: Any) -> object:
    if isinstance(value, dict):
        return {key: sorted_keys(value[key]) for key in sorted(value)}
    return [sorted_keys(each) for each in value] if isinstance(value, list) else value


def place_of(conflict: Conflict, ids: dict[str, str]) -> Place:
    """The place of a conflict, whose path starts with the file and has names of the user."""
    place: Place = ()
    for step in conflict.path[1:]:
        place = (*place, id_of(step, ids, place))
    is_name = str(conflict.ours).removesuffix("?") == conflict.path[-1]
    return (*place, "(name)") if is_name else place


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
