"""JSON Schemas of the spec language, as editors use them, and the detection of misspelt keys."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from specloom.spec import load, validation, yaml_reader
from specloom.spec.collector import DiagnosticCollector
from specloom.spec.fast_validation import is_valid
from specloom.spec.nodes import ListNode, MapNode, Node, Scalar

ROOT = Path(__file__).parents[1]
SCHEMAS = {
    name: json.loads(validation.schema_text(name))
    for name in ("common", "api", "types", "resource")
}
CASES = ROOT / "tests" / "cases"
VALID = [
    *(
        case.parent / "spec"
        for case in CASES.glob("problems/*/problems.txt")
        if case.read_text("utf-8").startswith("(valid)")
    ),
    CASES / "kitchen_sink" / "spec",
    *(path.parent for path in ROOT.glob("specs/*/_api.yaml")),
]


class Core(yaml.CSafeLoader):
    """Resolves scalars by the YAML 1.2 core rules, as editors do."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"null|Null|NULL|~|", [*"nN~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)
Core.add_constructor(
    "tag:yaml.org,2002:int",
    lambda loader, node: int(node.value, 0) if node.value[:2] in ("0o", "0x") else int(node.value),
)


def everything(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from everything(child)
    elif isinstance(value, list):
        for child in value:
            yield from everything(child)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_draft_07_without_one_of(name: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert not any("oneOf" in schema for schema in everything(SCHEMAS[name]))


def test_every_key_is_described() -> None:
    for schema in everything(SCHEMAS["common"]["definitions"]):
        for key, meaning in schema.get("properties", {}).items():
            if "title" in schema:  # a part of `then` says the rest of a key that is described
                assert meaning.get("description"), key


def test_every_kind_has_a_title() -> None:
    """Problems name the expected value by its title."""
    for schema in everything(SCHEMAS["common"]["definitions"]):
        if isinstance(schema.get("type"), str) and schema["type"] in {
            "object",
            "array",
            "string",
            "integer",
            "boolean",
        }:
            assert schema.get("title"), schema


@pytest.mark.parametrize("spec", VALID, ids=lambda spec: spec.relative_to(ROOT).as_posix())
def test_valid_specs_are_valid_in_an_editor(spec: Path) -> None:
    registry: Registry[Any] = Registry().with_resources(
        (f"{name}.json", Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
    )
    for file in spec.rglob("*.yaml"):
        kind = {"_api": "api", "_types": "types"}.get(file.stem, "resource")
        validator = Draft7Validator(SCHEMAS[kind], registry=registry)
        loader = Core(file.read_text("utf-8"))
        loader.flatten_mapping = lambda node: None  # type: ignore[method-assign]
        assert [
            error.message
            for error in validator.iter_errors(texts_as_keys(loader.get_single_data()))
        ] == []


def texts_as_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): texts_as_keys(child) for key, child in value.items()}
    return [texts_as_keys(child) for child in value] if isinstance(value, list) else value


def words(node: Node, schema: dict[str, Any]) -> Iterator[tuple[str, Scalar]]:
    """Yield the keys of the language, with the part of the schema that defines them."""
    while "$ref" in schema or ("allOf" in schema and "properties" not in schema):
        reference = schema.get("$ref") or schema["allOf"][0]["$ref"]
        schema = SCHEMAS["common"]["definitions"][reference.rpartition("/")[2]]
    if isinstance(node, ListNode):
        for item in node.items:
            yield from words(item, schema.get("items", {}))
    if isinstance(node, MapNode):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        for key, entry in node.entries.items():
            if key in known:
                if others is False:
                    yield schema["title"], entry.key
                yield from words(entry.value, known[key])
            elif isinstance(others, dict):
                yield from words(entry.value, others)


def misspellings() -> list[tuple[Path, str, Scalar]]:
    """Return each key of a full-featured spec and of the real ones once, with its file."""
    by_title: dict[tuple[str, str], tuple[Path, str, Scalar]] = {}
    for file in sorted(
        [*(CASES / "kitchen_sink" / "spec").rglob("*.yaml"), *(ROOT / "specs").rglob("*.yaml")]
    ):
        kind = {"_api": "api", "_types": "types"}.get(file.stem, "resource")
        diagnostics = DiagnosticCollector()
        root = yaml_reader.parse(
            diagnostics.source(file.name, file.read_text("utf-8")), diagnostics
        )
        assert root is not None
        for about, key in words(root, SCHEMAS[kind]):
            by_title.setdefault((about, key.text), (file, kind, key))
    return list(by_title.values())


@pytest.mark.parametrize(
    ("file", "kind", "key"),
    misspellings(),
    ids=lambda value: value.text if isinstance(value, Scalar) else "",
)
def test_a_misspelt_key_is_found_and_corrected(
    file: Path, kind: validation.Kind, key: Scalar
) -> None:
    word = key.text
    slips = {
        word[1:] + word[0] if len(word) == 2 else word[0] + word[2] + word[1] + word[3:],
        word + word[-1],
        word[:-1] + "x",
    }
    for slip in slips - {word}:
        lines = file.read_text("utf-8").split("\n")
        line = lines[key.line - 1]
        assert line.startswith(word, key.column - 1)
        lines[key.line - 1] = line[: key.column - 1] + slip + line[key.column - 1 + len(word) :]
        diagnostics = DiagnosticCollector()
        root = yaml_reader.parse(diagnostics.source(file.name, "\n".join(lines)), diagnostics)
        assert root is not None
        validation.check(root, kind, diagnostics)
        about = [problem for problem in diagnostics.problems if problem.rule == "unknown-key"]
        assert [(problem.line, problem.column) for problem in about] == [(key.line, key.column)]
        assert f"`{word}`" in about[0].hint or word in about[0].hint.split(": ")[-1].split(", ")


def _documents(value: Any) -> st.SearchStrategy[Any]:
    """Return a strategy of the document with some of its values replaced, removed or moved."""
    scraps: list[Any] = [
        None,
        True,
        1,
        -1,
        1.5,
        "x",
        "NO_AUTH",
        "same",
        [],
        {},
        ["a", "a"],
        {"type": "string"},
        {"enum": ["A"]},
        10**6,
    ]
    return st.randoms(use_true_random=False).map(lambda random: _mutated(value, random, scraps))


def _mutated(value: Any, random: Any, scraps: list[Any]) -> Any:
    if random.random() < 0.02:
        return random.choice(scraps)
    if isinstance(value, dict):
        kept = {
            key: _mutated(each, random, scraps)
            for key, each in value.items()
            if random.random() > 0.02
        }
        return {
            **kept,
            **(
                {random.choice(["type", "enum", "body", "x"]): random.choice(scraps)}
                if random.random() < 0.02
                else {}
            ),
        }
    return [_mutated(each, random, scraps) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["_api.yaml", "_types.yaml", "orders.yaml"])
@given(st.data())
def test_the_fast_check_agrees_with_jsonschema(name: str, data: st.DataObject) -> None:
    """It never accepts what jsonschema rejects, and it accepts valid documents, or it would not be fast."""
    kind: validation.Kind = {"_api.yaml": "api", "_types.yaml": "types"}.get(name, "resource")  # type: ignore[assignment]
    original = yaml.load((CASES / "kitchen_sink" / "spec" / name).read_text("utf-8"), Loader=Core)
    schema = validation._schema(kind)
    document = data.draw(_documents(original))
    right = Draft7Validator(schema).is_valid(document)
    assert is_valid(schema, document) <= right


@pytest.mark.parametrize("spec", VALID, ids=lambda spec: spec.relative_to(ROOT).as_posix())
def test_valid_specs_do_not_import_jsonschema(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    load(spec)
