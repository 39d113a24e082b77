"""Hostile YAML files: a problem with its location, within bounds of time and memory (robustness A10, A17)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest

from specloom.diagnostics import InvalidSpec
from specloom.spec import charset, load

from .specs import write
from .test_names import API, ROOT

SECONDS, MEMORY = 2.0, 256 << 20
SLOWER = 5.0
"""Factor for test machines, which are slower and share their processors: the limit is for what does not end."""


def _aliases(count: int) -> str:
    names = "abcdefghijklmnopqrstuvwxyz"[:count]
    return "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise(names)
    )


ATTACKS: dict[str, tuple[str | bytes, str]] = {
    "a tag of Python": ("title: !!python/object/apply:os.system ['true']\n", "yaml-tag"),
    "a tag of another kind": ("title: !x y\n", "yaml-tag"),
    "a tag on a map": ("endpoints: !!set {a: null}\n", "yaml-tag"),
    "a bomb of aliases": (_aliases(26), "too-many-aliases"),
    "a bomb of maps": (
        "a: &a {x: y}\n"
        + "".join(
            f"k{n}: &k{n} {{a: *{'a' if n == 0 else f'k{n - 1}'}, b: *{'a' if n == 0 else f'k{n - 1}'}}}\n"
            for n in range(40)
        ),
        "too-many-aliases",
    ),
    "a cycle": ("a: &a [*a]\n", "recursive-alias"),
    "a cycle of maps": ("a: &a {b: {c: *a}}\n", "recursive-alias"),
    "an alias of nothing": ("a: *b\n", "unknown-anchor"),
    "10,000 lists in one another": ("a: " + "[" * 10_000 + "]" * 10_000, "too-deep"),
    "10,000 maps in one another": ("a: " + "{a: " * 10_000 + "x" + "}" * 10_000, "too-deep"),
    "10,000 levels of indentation": ("".join(" " * n + "a:\n" for n in range(1_900)), "too-deep"),
    "10,000 dashes": ("a:\n  " + "- " * 10_000 + "x\n", "too-deep"),
    "10,000 question marks": ("? " * 10_000 + "x\n", "invalid-key"),
    "10,000 open brackets": ("[" * 10_000, "too-deep"),
    "2 MB of quotes": ('a: "' + "x" * 1_990_000, "invalid-yaml"),
    "2 MB of backslashes": ('a: "' + "\\\\" * 990_000 + '"\n', "unknown-key"),
    "2 MB of spaces": ("a:" + " " * 1_990_000 + "x\n", "unknown-key"),
    "2 MB of lines": ("a: |\n" + " x\n" * 600_000, "unknown-key"),
    "2 MB of comments": ("#\n" * 990_000, "empty-file"),
    "600,000 nodes": ("a: [" + "x," * 600_000 + "]\n", "too-large"),
    "200,000 keys": ("".join(f"k{n}: x\n" for n in range(150_000)), "too-large"),
    "100,000 times one key": ("title: x\n" * 100_000, "duplicate-key"),
    "a key twice": ("title: x\ntitle: y\n", "duplicate-key"),
    "a key twice, written otherwise": ('title: x\n"title": y\n', "duplicate-key"),
    "a merge key": ("a: &a {title: x}\n<<: *a\n", "merge-key"),
    "a byte order mark": ("\ufefftitle: x\n", "invalid-encoding"),
    "UTF-16": ("title: x\n".encode("utf-16"), "invalid-encoding"),
    "UTF-16 without a mark": ("title: x\n".encode("utf-16-le"), "invalid-character"),
    "UTF-32": ("title: x\n".encode("utf-32"), "invalid-encoding"),
    "bytes that are no UTF-8": (b"title: \xff\xfe\n", "invalid-encoding"),
    "an overlong slash": (b"title: \xc0\xaf\n", "invalid-encoding"),
    "a surrogate in UTF-8": (b"title: \xed\xa0\x80\n", "invalid-encoding"),
    "NUL": ("title: a\0b\n", "invalid-character"),
    "a surrogate in an escape": ('title: "\\ud800"\n', "invalid-yaml"),
    "a second document": ("title: x\n---\ntitle: y\n", "multiple-documents"),
    "a directive": ("%YAML 1.1\n%TAG ! tag:evil,2000:\n---\ntitle: !x y\n", "yaml-tag"),
    "a key that is a list": ("? [a, b]\n: x\n", "invalid-key"),
    "a key that is an alias": ("a: &a x\n*a : y\n", "invalid-key"),
    "a number of a million digits": (
        "errors: [{status: " + "9" * 1_000_000 + "}]\n",
        "invalid-value",
    ),
    "an exponent": ("errors: [{status: 1e999999999}]\n", "invalid-value"),
    "100 MB": (b"", "too-large"),
    "nothing": ("", "empty-file"),
}


def test_hostile_files_are_problems_within_bounds(tmp_path: Path) -> None:
    for name, (content, _) in ATTACKS.items():
        folder = tmp_path / name
        write(API, folder)
        (folder / "x.yaml").write_bytes(
            content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        )
        if name == "100 MB":
            os.truncate(folder / "x.yaml", 100 << 20)
    command = [
        sys.executable,
        "-m",
        "tests.hostile.limited",
        *(str(tmp_path / name) for name in ATTACKS),
    ]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.stderr == ""
    rows = {Path(row["folder"]).name: row for row in map(json.loads, process.stdout.splitlines())}
    assert rows.keys() == ATTACKS.keys()
    for name, (_, rule) in ATTACKS.items():
        row = rows[name]
        assert "problems" in row, (name, row)
        assert rule in {problem[3] for problem in row["problems"] if problem[0] == "spec/x.yaml"}, (
            name,
            row,
        )
        assert all(line >= 1 and column >= 1 for _, line, column, _ in row["problems"]), (name, row)
        assert row["seconds"] < SECONDS * SLOWER, (name, row)
        assert row["bytes"] < MEMORY, (name, row)


SHOWN = {
    *"\t\n",
    *map(
        chr,
        (
            *range(0x600, 0x606),
            0x6DD,
            0x70F,
            0x890,
            0x891,
            0x8E2,
            0x110BD,
            0x110CD,
            *range(0x13430, 0x13440),
        ),
    ),
}
"""White space, and visible characters of the category Format: Arabic, Syriac, Kaithi and Egyptian signs."""


def test_invisible_characters_are_not_allowed() -> None:
    unseen = {
        character
        for character in map(chr, range(0x110000))
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    }
    allowed = {character for character in unseen if not charset.forbidden(character)}
    assert allowed == SHOWN & unseen


@pytest.mark.parametrize(
    "character",
    "\u202e\u2066\u200b\u200d\u2060\ufeff\u00ad\u2028\u0085\x00\x1b\U000e0041\U000e0001\u115f\u3164\ufe00",
)
def test_an_invisible_character_is_named_with_its_location(character: str, tmp_path: Path) -> None:
    """In a text, in a key, in a comment, in notes, in JSON; verbatim or escaped."""
    code = f"U+{ord(character):04X}"
    escaped = f"\\U{ord(character):08x}"
    lines = ["title: a", "types:", f'  T: {{fields: {{"b{character}": string}}}}  # x']
    for text, line, column in [
        (f"title: 值{character}x\n", 1, 9),
        ("\n".join(lines) + "\n", 3, 18),
        (f"title: x  # a{character}\n", 1, 14),
        (f'title: "a{escaped}"\n', 1, 8),
    ]:
        write(
            {**API, "order.yaml": "types: {Problem: {fields: {a: string}}}\n", "x.yaml": text},
            tmp_path,
        )
        with pytest.raises(InvalidSpec) as caught:
            load(tmp_path, "spec")
        positions = [
            (problem.line, problem.column, problem.rule) for problem in caught.value.problems
        ]
        assert positions == [(line, column, "invalid-character")], text
        assert code in caught.value.problems[0].message
    write({"x.yaml": "title: x\n", "x.md": f"one\ntwo{character}\n"}, tmp_path)
    with pytest.raises(InvalidSpec) as caught:
        load(tmp_path, "spec")
    assert [(problem.path, problem.line, problem.column) for problem in caught.value.problems] == [
        ("spec/x.md", 2, 4)
    ]
