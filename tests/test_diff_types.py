"""`specloom diff` of two types: as an argument, which programs pass, and as a field of a response, which they read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from specloom.diff import Change, Spec, compare
from specloom.spec import load

API = "specloom: 1\npackage: shop\nversion: 1.0.0\nclient: Shop\ntitle: A shop\nlanguages: [en]\nhosts: [https://api.shop.example]\nauth: none\n"
RESOURCE = """\
title: Things
endpoints:
  get:
    http: GET /things
    title: Get the thing
    query: {{passed?: {type}}}
    responses: {{200: {{body: {{read: {type}}}}}}}
    errors:
      - {{status: 404, code: NOT_HERE, reason: It is not here., body: Kinds}}
types:
  Kind: {{enum: [A, BCD]}}
  Step: {{type: integer, enum: {{1: {{as: FIRST}}, 5: {{as: FIFTH}}}}}}
  Kinds: {{fields: {{kind: Kind, step: Step}}}}
"""

WIDER, NARROWER = ("type-widened compatible", "type-widened breaking"), (
    "type-narrowed breaking",
    "type-narrowed compatible",
)
TIGHTER = ("limit-tightened breaking", "limit-tightened documentation")


@pytest.mark.parametrize(
    ("old", "new", "both"),
    [
        # listed values are within the limits of the new type, or not
        ("string('A' | 'B')", "string(32)", [WIDER]),
        ("string('A' | 'B')", "string(2..)", [WIDER, TIGHTER]),
        ("string('A' | 'BCD')", "string(2)", [WIDER, TIGHTER]),
        ("string('A' | 'B')", "{type: string, pattern: '[AB]'}", [WIDER]),
        (
            "string('A' | 'B')",
            "{type: string, pattern: '[A]'}",
            [WIDER, ("pattern-changed breaking", "pattern-changed documentation")],
        ),
        ("integer(0 | 5)", "integer(0..10)", [WIDER]),
        ("integer(0 | 5)", "integer(1..10)", [WIDER, TIGHTER]),
        ("integer(0 | 5)", "number(0..4.5)", [WIDER, TIGHTER]),
        ("Kind", "string(3)", [WIDER]),
        ("Kind", "string(2)", [WIDER, TIGHTER]),
        ("Step", "integer(..5)", [WIDER]),
        ("Step", "number(..<5)", [WIDER, TIGHTER]),
        (
            "integer(0 | 5)",
            "integer(0 | 5 | 9)",
            [("literal-added compatible", "literal-added breaking")],
        ),
        # an integer is a number, if it is within its range
        ("integer(0..10)", "number(0..10)", [WIDER]),
        ("integer(0..10)", "number(0..5)", [WIDER, TIGHTER]),
        ("integer(0..10)", "number", [WIDER]),
        ("integer(0..)", "number(>-1..)", [WIDER]),
        ("integer(>0..10)", "number(1..10)", [WIDER]),
        ("integer(>0..10)", "integer(1..<11)", []),
        ("integer(>0..10)", "integer(2..10)", [TIGHTER]),
        # a datetime has another format or time zone
        (
            "datetime",
            "datetime('%Y-%m-%dT%H:%M:%S.%3fZ')",
            [("format-changed compatible", "format-changed compatible")],
        ),
        (
            "datetime('%Y-%m-%dT%H:%M:%SZ')",
            "datetime(rfc2822)",
            [("format-changed compatible", "format-changed compatible")],
        ),
        (
            "datetime('%Y-%m-%dT%H:%M:%S')",
            "datetime('%Y-%m-%dT%H:%M:%S+08:00')",
            [("zone-changed breaking", "zone-changed breaking")],
        ),
    ],
)
def test_listed_values_are_compared_with_the_new_limits(
    tmp_path: Path, old: str, new: str, both: list[tuple[str, str]]
) -> None:
    assert rules_and_classes(tmp_path, old, new) == sorted(each for pair in both for each in pair)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("string(32)", "string('A' | 'B')"),
        ("string", "Kind"),
        ("integer(0..10)", "integer(0 | 5)"),
        ("number(0..5)", "integer(0..10)"),
        ("number", "integer(0 | 5)"),
        ("number", "Step"),
    ],
)
def test_limits_are_not_compared_with_newly_listed_values(
    tmp_path: Path, old: str, new: str
) -> None:
    assert rules_and_classes(tmp_path, old, new) == sorted(NARROWER)


def rules_and_classes(tmp_path: Path, old: str, new: str) -> list[str]:
    """Return the rules and their classes, for the argument and for the field."""
    changes = changes_between(tmp_path, *(RESOURCE.format(type=type) for type in (old, new)))
    return sorted(f"{change.rule.id} {change.class_}" for change in changes if change.part)


def changes_between(
    tmp_path: Path, old: str, new: str, old_api: str = API, new_api: str = API
) -> Sequence[Change]:
    """Return the changes between two versions of an API with one resource."""
    specs: list[Spec] = []
    for version, resource, api in (("old", old, old_api), ("new", new, new_api)):
        folder = tmp_path / version
        folder.mkdir()
        (folder / "_api.yaml").write_text(api)
        (folder / "things.yaml").write_text(resource)
        loaded = load(folder, version)
        specs.append(Spec(loaded.api, version, loaded.sources))
    return compare(*specs).changes
