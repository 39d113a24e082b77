"""Layout of generated Python: templates write what black leaves as it is, and black formats the few files with lines that are too long."""

from __future__ import annotations

import re
from pathlib import Path

import black
import pytest
from black.mode import TargetVersion
from tests.figures import Figure

from specloom.code import Python, python
from specloom.spec import load
from specloom.targets import files

MODE = black.Mode(target_versions={TargetVersion.PY311})
TYPES = [
    "string",
    "string(1..32)",
    "string?",
    "string('first' | 'second')",
    "string('FIRST_OF_THE_VALUES' | 'SECOND_OF_THE_VALUES' | 'THIRD_OF_THE_VALUES')",
    "integer(1..9)?",
    "datetime",
    "list<string(1..9)>(1..100)",
    "list<A>?",
    "map<list<A>>",
    "A | string",
    "Status",
    "ANameOfAStatusThatIsAboutAsLongAsAWholeSentence?",
    "list<ANameOfAnObjectThatIsAboutAsLongAsAWholeSentence>?",
    "{fields: {inside: string}}",
]
API = """\
specloom: 1
title: Shop
package: shop
version: 1.0.0
client: Shop
languages: [en]
hosts: [https://api.example.com]
"""


def spec(folder: Path) -> Path:
    """Write a spec with fields and arguments of all these types, and with names of up to 60 characters."""
    fields = [
        f"{('m' if mark else 'n') * length}_{number}{mark}: "
        + (type if type[0] == "{" else f'{{type: "{type}"}}')
        for number, type in enumerate(TYPES)
        for length in range(1, 60, 13)
        for mark in ("", "?")
    ]
    sent = [field for field in fields if "A | " not in field]
    query = [field for field in sent if not re.search(r"map<|fields|Object|<A>|\?\"|\?}", field)]
    (folder / "_api.yaml").write_text(API, "utf-8")
    text = "title: Items\ntypes:\n"
    for name in ("A", "B", "ANameOfAnObjectThatIsAboutAsLongAsAWholeSentence"):
        text += f"  {name}: {{fields: {{x: string}}}}\n"
    for name in ("Status", "ANameOfAStatusThatIsAboutAsLongAsAWholeSentence"):
        text += f"  {name}: {{enum: [ON, OFF]}}\n"
    text += "  All:\n    fields:\n" + "".join(f"      {field}\n" for field in fields)
    text += "endpoints:\n"
    for length in range(1, 60, 13):
        name = "e" * length
        text += f"  {name}_none: {{http: GET /{name}, responses: {{200: All}}}}\n"
        text += f"  {name}_body:\n    http: POST /{name}/{{id}}\n    path: {{id: string}}\n    idempotency: none\n    responses: {{204: null}}\n    body:\n"
        text += "".join(f"      {field}\n" for field in sent[length % 3 :: 3])
        text += f"  {name}_query:\n    http: GET /{name}/q\n    responses: {{200: A, 201: B}}\n    query:\n"
        text += "".join(f"      {field}\n" for field in query[length % 3 :: 3])
    (folder / "items.yaml").write_text(text, "utf-8")
    return folder


def test_modules_of_which_black_formats_only_wide_definitions_are_fixed_points_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    api = load(spec(tmp_path), "spec").api
    formatted: list[Python] = []
    format_black = python.format_black

    def counted(code: Python) -> Python:
        formatted.append(code)
        return format_black(code)

    monkeypatch.setattr("specloom.code.python.files.format_black", counted)
    output = files(api, "package").values()
    modules = {code for code in output if isinstance(code, Python)}
    for code in modules:
        assert black.format_str(code, mode=MODE) == code
    share = sum(map(len, formatted)) / sum(map(len, modules))
    figure(f"{share:.1%} of {len(modules)} modules for black")
