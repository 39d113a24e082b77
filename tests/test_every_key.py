"""Every key of the language has an effect wherever it is accepted: it changes the output, or it is a problem.

The schema is walked, so that a new key is tried at every place where it may stand; one whose values cannot be derived from the schema fails
until `VALUES` has some.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from specloom.diagnostics import InvalidSpec
from specloom.model import Api
from specloom.spec import load, validation
from specloom.targets import python
from specloom.targets.docs import docs

Schema: TypeAlias = dict[str, Any]
Steps: TypeAlias = tuple[str, ...]
"""Keys that lead to a map of the language; `*` for a name of the API, `[]` for an entry of a list."""
Spec: TypeAlias = dict[str, Any]

DEFINITIONS: Mapping[str, Schema] = json.loads(validation.schema_text("common"))["definitions"]
MARK = "zqz"
FIELDS = {"wire?": "string"}
API = {
    "specloom": 1, "package": "shop", "version": "0.1.0", "client": "Shop", "title": "Shop", "languages": ["en"],
    "hosts": ["https://api.example.com"], "auth": "pay", "units": {"fen": "0.01 CNY"}, "facts": {"audience": {"title": "For"}},
    "schemes": {"pay": {"scheme": "wechatpay-v3"}, "key": {"scheme": "api-key"}},
}  # fmt: skip
TYPES = {
    "Status": {"enum": ["A", "B"]}, "Leaf": {"fields": FIELDS},
    "Cat": {"fields": {"kind": "string('cat')"}}, "Dog": {"fields": {"kind": "string('dog')"}}, "Pet": {"type": "Cat | Dog", "tag": "kind"},
}  # fmt: skip
ENDPOINT: Mapping[str, Any] = {"http": "POST /act", "responses": {"200": None}}
ENDPOINTS = {
    "act": ENDPOINT,
    "ask": {"http": "GET /ask", "responses": {"200": {"body": {"leaf?": "Leaf", "pet?": "Pet"}}}},
}
USE = {
    "http": "POST /use",
    "body": {"probe?": "Probe"},
    "responses": {"200": {"body": {"probe?": "Probe"}}},
}
"""An endpoint that sends and receives the type under test."""

NAMES = {
    "endpoints": "act",
    "path": "f",
    "types": "Probe",
    "responses": "200",
    "events": "probed",
    "schemes": "key",
    "facts": "audience",
    "enum": "A",
}
NEEDED: Mapping[str, Any] = {
    # What an object says besides, by the last two steps to it.
    "api.events": {"name": "event"}, "endpoints.*": ENDPOINT, "responses.*": {"title": "Fine"}, "schemes.*": {"scheme": "api-key"}, "facts.*": {"title": "For"},
    "events.*": {"payload": {"wire": "string"}}, "*.content": {"type": "file"}, "*.stream": {"events": "Leaf"}, "hosts.[]": {"url": "https://api.example.com"},
    "links.[]": {"title": "Page", "url": "https://example.com"}, "facts.[]": {"title": "For", "value": "All"}, "errors.[]": {"code": "BROKEN"},
    "examples.[]": {"title": "So"}, "[].response": {"status": 200}, "*.hash": {"algorithm": "SHA1", "from": "h"}, "*.idempotency": {"ask": "ask"},
}  # fmt: skip
VALUES: Mapping[str, tuple[Any, ...]] = {
    # What is tried at a key; of an enumeration or a boolean the schema has it.
    "accept": ({"text/csv": "text"},), "all": (["pay", "key"],), "as": ("Renamed", "renamed"), "ask": ("act",), "auth": ("key", "none"), "body": ("list<string>", {MARK: "string"}, "Leaf", {MARK: "a"}), "body_file": ("zqz.json",),
    "client": ("Other",), "code": (MARK,), "content": ("file", {"type": "file(..9)"}), "default": ("A", 1), "deprecated": (MARK, "true"), "detail": (MARK,),
    "endpoints": ({"get": ENDPOINT},), "enum": ([MARK],), "error_shape": ({"code": MARK},), "errors": ([{"code": "ZQZ"}],), "example": ("A", 1),
    "events": ({"name": MARK}, {"zqz": {"payload": {}}}), "examples": ([{"title": MARK}],), "extra": ("string",), "facts": ({"audience": MARK}, [{"title": MARK, "value": MARK}]),
    "fields": ({MARK: "string"},), "form": ({MARK: "string"},), "header": ({"X-Zqz": "string('a')"}, {"X-Zqz": "string"}, MARK), "cookie": ({MARK: "string"},), "headers": ({"X-Zqz": "string"},),
    "from_url": (MARK,), "hash": ({"algorithm": "SHA1", "from": MARK},), "hosts": (["https://zqz.example.com"],), "http": ("POST /zqz",), "id": (MARK,), "idempotency": ("safe", {"ask": "ask"}), "key": ("f",), "includes": (["Cat"],), "languages": (["zh"],),
    "lines": ("Leaf",), "links": ([{"title": MARK, "url": "https://example.com"}],), "media": ("image/png",), "message": (MARK,), "name": ("Renamed",), "package": ("other",),
    "parts": ({MARK: "file"},), "path": ({"f": "string"}, {"f": "a"}), "pattern": ("[a-zA-Z]*",), "payload": (MARK, {MARK: "string"}), "payload_file": ("zqz.json",),
    "query": ({"f?": "string"}, {"f": "a"}), "request": ({"body": {"a": 1}},), "response": ({"status": 200},), "responses": ({"201": None},),
    "scheme": ("bearer",), "schemes": ({"other": {"scheme": "bearer"}},), "signed_part": ("f",), "specloom": (2,), "status": (404, 500), "success": ("0",),
    "stream": ({"lines": "Leaf"},), "tag": ("kind",), "title": (MARK,), "type": ("Leaf", "file(..9)"), "types": ({"Zqz": {"fields": FIELDS}},), "unit": ("fen",), "units": ({"fen": MARK},),
    "unprocessed": ([503],), "updated": ("2020-01-01",),
    "cursor": ("f",), "from": (MARK, {"header": "X-Zqz"}), "items": (".",), "limit": ("f",), "link": ("next",), "more": (MARK,), "offset": ("f",), "page": ("f",),
    "paging": ({"link": "next", "items": "."},), "total": (MARK,), "url": ("https://zqz.example.com",), "value": (MARK,), "variables": ({"zqz": "string"},), "values": ({"all": MARK},), "version": ("1.2.3",),
    "poll": ({"until": "status", "is": ["DONE"], "every": "1s"},), "until": (MARK,), "is": ("DONE",), "every": ("1s",), "deadline": ("1h",),
}  # fmt: skip
CONSTANT = "string('A')"
EXAMPLES: Mapping[str, Any] = {
    # Types of fields, and a value of each.
    "string": "a", CONSTANT: "A", "integer": 1, "decimal": 1.5, "boolean": True, "bytes": "YQ==", "file": "a",
    "list<file>": ["a"], "datetime": "2020-01-01T00:00:00Z", "date": "2020-01-01", "duration": "PT1S", "json": {"a": 1}, "object": {"wire": "a"},
    "list<object>": [{"wire": "a"}], "list<string>": ["a"], "map<string>": {"a": "b"}, "text<json>": "{}", "Status": "A", "Leaf": {"wire": "a"},
    "Pet": {"kind": "cat"}, "string | integer": "a", "string?": "a",
}  # fmt: skip
LIMITS: Mapping[str, tuple[str, ...]] = {
    "string": ("string(2)", "string(1..)", "string('A' | 'B')", "string('A')"),
    "integer": ("integer(..9)", "integer(1 | 2)"),
    "number": ("number(..9)",),
    "decimal": ("decimal(>0..)",),
    "boolean": ("boolean(true)",),
    "bytes": ("bytes(9)", "bytes(1..)"),
    "file": ("file(9)", "file(1..)"),
    "list<file>": ("list<file(9)>", "list<file>(..9)"),
    "datetime": ("datetime(unix)", "datetime('%Y%m%d%H')"),
    "date": ("date('%Y%m%d')",),
    "duration": ("duration(s)", "duration(ms)"),
    "list<string>": ("list<string>(..9)", "list<string>(1..)", "list<string(9)>"),
    "map<string>": ("map<string>(..9)", "map<string>(1..)", "map<string(9)>"),
    "text<list<string>>": ("text<list<string>(..9)>",),
    "string | integer": ("string(9) | integer", "string | integer(..9)"),
    "string?": ("string(9)?",),
}


def objects(schema: Schema, steps: Steps) -> Iterator[tuple[Steps, Schema]]:
    """Yield the maps of the language, by the steps to each. Fields of fields are not followed: they accept the same keys."""
    schema = meant(schema)
    if "properties" in schema:
        yield steps, schema
    for key, inner in schema.get("properties", {}).items():
        if key != "fields" or schema is not DEFINITIONS["field"]:
            yield from objects(inner, (*steps, key))
    for step, inner in (("*", schema.get("additionalProperties")), ("[]", schema.get("items"))):
        if isinstance(inner, dict):
            yield from objects(inner, (*steps, step))


def meant(schema: Schema) -> Schema:
    """Return the schema, or the one that it refers to."""
    reference = str(schema.get("$ref", ""))
    return meant(DEFINITIONS[reference.rpartition("/")[2]]) if reference else schema


FILES = {"api": "_api.yaml", "resource": "shop.yaml", "types": "_types.yaml"}
EVERY = {
    steps: schema
    for root, name in (("api", "api"), ("resource", "resource"), ("types", "shared"))
    for steps, schema in objects(DEFINITIONS[name], (root,))
}
FIELD_PLACES = [steps for steps, schema in EVERY.items() if schema is DEFINITIONS["field"]]
TYPE_PLACES = [steps for steps, schema in EVERY.items() if schema is DEFINITIONS["named"]]
OTHERS = [steps for steps in EVERY if steps not in (*FIELD_PLACES, *TYPE_PLACES)]
WHOLE = [
    # Where a type stands that is no field's.
    *((*steps, "type") for steps in TYPE_PLACES),
    *(
        ("resource", "endpoints", "*", *rest)
        for rest in (
            ("body",),
            ("content", "type"),
            ("responses", "*"),
            ("responses", "*", "body"),
            ("responses", "*", "content", "type"),
            ("responses", "*", "stream", "events"),
            ("responses", "*", "stream", "lines"),
        )
    ),
    ("resource", "errors", "[]", "body"),
    ("resource", "events", "*", "payload"),
]


def values(key: str, schema: Schema) -> tuple[Any, ...]:
    """Return the values to try for a key."""
    schema = meant(schema)
    if "not" in schema:
        return (MARK,)
    if key in VALUES:
        return tuple(
            value
            for value in VALUES[key]
            if not isinstance(value, str) or re.search(schema.get("pattern", ""), value)
        )
    if "enum" in schema:
        return tuple(schema["enum"])
    if schema.get("type") == "boolean":
        return True, False
    if schema in (DEFINITIONS["text"], DEFINITIONS["word"], DEFINITIONS["dotted"]):
        return (MARK,)
    pytest.fail(f"add values of `{key}` to VALUES; its schema does not say enough")


def spec_with(steps: Steps, value: Any) -> Spec:
    """Return a small spec with a value at a location: its files by name."""
    types = {"types": {"Other": {"fields": FIELDS}}}
    spec = copy.deepcopy(
        {
            "_api.yaml": API,
            "shop.yaml": {"endpoints": ENDPOINTS, "types": TYPES},
            "_types.yaml": types,
        }
    )
    if steps[:2] == ("api", "events"):  # a scheme would say where events lie
        spec["_api.yaml"]["auth"] = "key"
        del spec["_api.yaml"]["schemes"]["pay"]
        spec["shop.yaml"]["events"] = {"probed": {"payload": FIELDS}}
    if steps[0] == "api":
        spec["shop.yaml"]["endpoints"]["ask"] |= {
            "facts": {"audience": "All"},
            "query": {"total?": {"type": "integer", "unit": "fen"}},
        }
    if len(steps) == 1:
        spec[FILES[steps[0]]] |= value
    else:
        put(spec[FILES[steps[0]]], steps, 1, value)
    if steps[1:2] == ("types",):
        spec["shop.yaml"]["endpoints"]["use"] = USE
    if "stream" in steps:  # the scheme verifies whole responses
        spec["shop.yaml"]["endpoints"]["act"]["verified"] = False
    if "path" in steps:
        spec["shop.yaml"]["endpoints"]["act"]["http"] += "/{f}"
    return spec


def put(at: Any, steps: Steps, depth: int, value: Any) -> None:
    """Create the maps on the way to a location, with their required keys, and the value there."""
    if depth == len(steps):
        return
    before, step = steps[depth - 1 : depth + 1]
    name = step
    if (
        step == "*"
    ):  # what has one value only is tried where it is always there, since it is no argument then
        name = NAMES.get(before) or (
            "f" if isinstance(value, dict) and value.get("type") == CONSTANT else "f?"
        )
    if depth == len(steps) - 1:
        inner = value
    elif steps[depth + 1] == "[]":
        inner = []
    else:
        inner = copy.deepcopy(NEEDED.get(f"{before}.{step}", {}))
    if isinstance(at, list):
        at.append(inner)
    elif depth == len(steps) - 1 or not isinstance(at.get(name), dict):
        at[name] = inner
    put(at[-1] if isinstance(at, list) else at[name], steps, depth + 1, value)


class Output:
    """The generated files of an API that depend on its spec."""

    def __init__(self, api: Api) -> None:
        self.api = api

    @cached_property
    def pages(self) -> Mapping[str, str]:
        return {str(path): str(code) for path, code in docs(self.api).items()}

    @cached_property
    def modules(self) -> Mapping[str, str]:
        return {
            str(path): str(code)
            for path, code in python.package(self.api).items()
            if "_runtime" not in path.parts
        }

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Output)
            and self.pages == other.pages
            and self.modules == other.modules
        )


class OutputLoader:
    """Loads specs from one folder, each once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, Output | None] = {}

    def __call__(self, spec: Spec) -> Output | None:
        """Return the generated files, or None if the spec has a problem."""
        text = json.dumps(spec)
        if text not in self.known:
            for name, content in spec.items():
                (self.folder / name).write_text(json.dumps(content))
            try:
                self.known[text] = Output(load(self.folder, "spec").api)
            except InvalidSpec:
                self.known[text] = None
        return self.known[text]


@pytest.fixture
def judge(tmp_path: Path) -> OutputLoader:
    return OutputLoader(tmp_path)


def ineffective(
    judge: OutputLoader, steps: Steps, before: Schema, key: str, schema: Schema
) -> list[Any]:
    """Return the values of a key without effect, given the keys already there; one of them may be the default."""
    tried = values(key, schema)
    without = judge(spec_with(steps, before))
    if without is None or before.get(key) in tried:
        return []
    without_effect = [
        value for value in tried if judge(spec_with(steps, {**before, key: value})) == without
    ]
    chosen = "enum" in meant(schema) or meant(schema).get("type") == "boolean"
    return without_effect[1:] if chosen and len(tried) > 1 else without_effect


@pytest.mark.parametrize("steps", OTHERS, ids=".".join)
def test_a_key_of_an_object_has_an_effect(steps: Steps, judge: OutputLoader) -> None:
    before = NEEDED.get(".".join(steps[-2:]), {})
    assert {
        key: without_effect
        for key, schema in EVERY[steps]["properties"].items()
        if (without_effect := ineffective(judge, steps, before, key, schema))
    } == {}


def field_cases() -> Iterator[Any]:
    """Yield all types for all fields; the quick cases combine each type with some fields, and each field with some types."""
    for number, steps in enumerate(FIELD_PLACES):
        path = ".".join(steps)
        yield pytest.param(steps, list(EXAMPLES)[number % 8 :: 8], id=path)
        yield pytest.param(steps, list(EXAMPLES), id=f"{path}, all types", marks=pytest.mark.slow)


@pytest.mark.parametrize(("steps", "types"), list(field_cases()))
def test_a_key_of_a_field_has_an_effect(
    steps: Steps, types: list[str], judge: OutputLoader
) -> None:
    """With every type of the field."""
    without_effect: dict[str, list[str]] = {}
    for key, schema in EVERY[steps]["properties"].items():
        for type_ in types:
            example = EXAMPLES[type_]
            before = {"type": type_, **({"fields": FIELDS} if "object" in type_ else {})}
            if key in ("example", "default"):
                schema = {"enum": [example]}
            if "not" in schema and type_ != CONSTANT:  # reserved, whatever the type is
                continue
            if key != "type" and ineffective(judge, steps, before, key, schema):
                without_effect.setdefault(key, []).append(type_)
    assert without_effect == {}


def type_cases() -> Iterator[Any]:
    """Yield all types at all places; the quick cases have each type at one place."""
    plain = [type_ for type_ in EXAMPLES if "object" not in type_]
    for number, steps in enumerate(TYPE_PLACES):
        place = ".".join(steps)
        yield pytest.param(steps, plain[number :: len(TYPE_PLACES)], id=place)
        yield pytest.param(steps, plain, id=f"{place}, all types", marks=pytest.mark.slow)


@pytest.mark.parametrize(("steps", "types"), list(type_cases()))
def test_a_key_of_a_named_type_has_an_effect(
    steps: Steps, types: list[str], judge: OutputLoader
) -> None:
    without_effect: dict[str, list[str]] = {}
    for key, schema in EVERY[steps]["properties"].items():
        for before in (
            {"fields": FIELDS},
            {"enum": ["A"]},
            *({"type": type_} for type_ in types),
            {"type": "list<object>", "fields": FIELDS},
        ):
            if key not in before and ineffective(judge, steps, before, key, schema):
                without_effect.setdefault(key, []).append(str(before))
    assert without_effect == {}


def limit_cases() -> Iterator[Any]:
    """Yield the limits of all types at all places; the quick cases have a third of the types at each place."""
    for number, steps in enumerate([*FIELD_PLACES, *WHOLE]):
        place = ".".join(steps)
        yield pytest.param(steps, list(LIMITS)[number % 3 :: 3], id=place)
        yield pytest.param(steps, list(LIMITS), id=f"{place}, all types", marks=pytest.mark.slow)


@pytest.mark.parametrize(("steps", "types"), list(limit_cases()))
def test_a_limit_has_an_effect(steps: Steps, types: list[str], judge: OutputLoader) -> None:
    without_effect: list[str] = []
    for type_ in types:
        limited = LIMITS[type_]
        without = judge(spec_with(steps, type_))
        without_effect += [
            limit
            for limit in limited
            if without is not None and judge(spec_with(steps, limit)) == without
        ]
    assert without_effect == []
