"""specs/README.md: every example runs, every key and word of the language is explained, and every table matches the code."""

from __future__ import annotations

import datetime
import decimal
import inspect
import json
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from textwrap import indent
from typing import Any, NamedTuple, TypeAlias

import pytest
from markdown_it import MarkdownIt
from tests.generated import ROOT, imported, write

from specloom import auth_schemes
from specloom.diagnostics import InvalidSpec
from specloom.runtime.datetime_formats import DIRECTIVE, DIRECTIVES
from specloom.spec import LoadedSpec, lint_rules, load, type_parser, validation
from specloom.spec.errors import CLASS_BY_STATUS
from specloom.spec.key_hints import HINTS
from specloom.spec.type_lexer import TypeSyntaxError

Schema: TypeAlias = dict[str, Any]
Files: TypeAlias = dict[str, str]
"""Texts of a spec's files by their names."""

FIRST = "A small API, from spec to call"
"""Title of the first chapter, whose spec all other examples are added to."""
SAMPLE = {"http": "POST /samples", "responses": "{204: null}"}
"""Keys of an endpoint in examples of something else."""


class Block(NamedTuple):
    section: str
    line: int
    language: str
    place: str
    text: str


class Section(NamedTuple):
    tables: list[list[list[str]]]
    """Cells of rows, as Markdown; the first row is the header."""
    text: str

    def table(self, head: str) -> list[list[str]]:
        """Return the rows of the table whose first column has this title."""
        return [row for table in self.tables if table[0][0] == head for row in table[1:]]


def read() -> tuple[list[Block], dict[str, Section]]:
    """Return the examples, and the sections by heading."""
    text = (ROOT / "specs" / "README.md").read_text("utf-8")
    blocks: list[Block] = []
    sections: dict[str, Section] = {"": Section([], "")}
    heading = ""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = re.sub("`", "", tokens[at + 1].content)
            assert heading not in sections, f"two sections are called {heading}"
            sections[heading] = Section([], "")
        elif token.type == "fence" and token.map:
            language, _, place = token.info.partition(" ")
            blocks.append(Block(heading, token.map[0] + 1, language, place, token.content))
        elif token.type == "table_open":
            sections[heading].tables.append([])
        elif token.type == "tr_open":
            sections[heading].tables[-1].append([])
        elif token.type == "inline":
            if tokens[at - 1].type in {"th_open", "td_open"}:
                sections[heading].tables[-1][-1].append(token.content)
            sections[heading] = sections[heading]._replace(
                text=f"{sections[heading].text}\n{token.content}"
            )
    return blocks, sections


BLOCKS, SECTIONS = read()
YAML = [block for block in BLOCKS if block.language == "yaml"]


def codes(markdown: str) -> list[str]:
    """Return the contents of code spans."""
    return re.findall("`([^`]+)`", markdown)


def top_level(text: str) -> dict[str, str]:
    """Return the entries of a map as text, by key."""
    parts = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    return {
        part.partition(":")[0]: part for part in parts if part.strip() and not part.startswith("#")
    }


def files(text: str) -> Files:
    """Return the files of an example; each starts with a comment with its name."""
    parts = re.split(r"^# ((?:\w+/)*\w+\.yaml)\n", text, flags=re.MULTILINE)
    assert not parts[0], "the first line of a file is a comment with its name"
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def shop() -> Files:
    spec_files: Files = {}
    for block in BLOCKS:
        if block.section == FIRST and block.language in {"json", "markdown"}:
            spec_files[block.place] = block.text
        elif block.section == FIRST and block.language == "yaml":
            spec_files |= files(block.text)
    return spec_files


def placed(block: Block) -> Files:
    """Return the spec with an example added."""
    match block.place:
        case "file":
            own = files(block.text)
            if "_api.yaml" in own:
                own["_api.yaml"] = "".join(
                    (top_level(shop()["_api.yaml"]) | top_level(own["_api.yaml"])).values()
                )
        case "types":
            own = {"samples.yaml": "types:\n" + indent(block.text, "  ")}
        case "endpoint":
            own_keys = top_level(block.text)
            rest = "".join(
                f"{key}: {value}\n" for key, value in SAMPLE.items() if key not in own_keys
            )
            own = {"samples.yaml": "endpoints:\n  sample:\n" + indent(rest + block.text, "    ")}
        case "fields":
            rest = "".join(f"{key}: {value}\n" for key, value in SAMPLE.items())
            own = {
                "samples.yaml": "endpoints:\n  sample:\n"
                + indent(rest + "body:\n" + indent(block.text, "  "), "    ")
            }
        case other:
            raise AssertionError(f"an example has no place {other!r}")
    return shop() | own


def loaded(spec: Files, folder: Path) -> LoadedSpec:
    try:
        return load(lay(spec, folder), "spec")
    except InvalidSpec as error:
        pytest.fail(
            "\n".join(
                f"{each.path}:{each.line}: {each.message} ({each.hint})" for each in error.problems
            ),
            pytrace=False,
        )


def lay(spec: Files, folder: Path) -> Path:
    for name, text in spec.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Generate the client of the first chapter, with the example of names and a field of each type of the table."""
    folder = tmp_path_factory.mktemp("language")
    (names,) = (block for block in YAML if block.section == "Names in Python")
    probe = "".join(
        f'f{number}: {{type: "{expression}"}}\n'
        for number, (expression, _) in enumerate(json_types())
    )
    types = (
        "Item: {fields: {a: string}}\nMember: {fields: {b: string}}\nPoint: {fields: {x: number}}\n"
        "ItemStatus: {enum: [A]}\nPage<T>: {fields: {c: T}}\nProbe:\n  fields:\n"
        + indent(probe, "    ")
    )
    endpoint = "endpoints: {sample: {http: GET /samples, responses: {200: Probe}}}\n"
    spec = placed(names) | {"samples.yaml": endpoint + "types:\n" + indent(types, "  ")}
    loaded(spec, folder / "tea_shop")
    write(folder / "tea_shop", folder / "out")
    with imported(folder / "out", "tea_shop") as package:
        import_module("tea_shop.testing")
        yield package


# Examples


def test_each_example_has_a_place() -> None:
    known = {"yaml": {"file", "endpoint", "fields", "types"}, "python": {""}, "": {""}}
    for block in BLOCKS:
        if block.language in {"json", "markdown"}:
            assert block.section == FIRST, block.line
        else:
            assert block.place in known[block.language], block.line
    assert {block.place for block in YAML} == known["yaml"]


@pytest.mark.parametrize("block", YAML, ids=lambda block: f"{block.line}-{block.place}")
def test_each_example_is_a_valid_spec(block: Block, tmp_path: Path) -> None:
    assert loaded(placed(block), tmp_path).warnings == ()


def test_programs_run_against_the_mock(
    package: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client_class = package.TeaShop
    mock = package.testing.TeaShopMock()

    def client(**options: Any) -> Any:
        client_class(**options).close()
        return mock.client()

    monkeypatch.setattr(package, "TeaShop", client)
    for block in BLOCKS:
        if block.language == "python":
            exec(compile(block.text, f"specs/README.md:{block.line}", "exec"), {})
    assert capsys.readouterr().out == "2500 EUR\n"


# Keys

DEFINITIONS: Mapping[str, Schema] = json.loads(validation.schema_text("common"))["definitions"]
HOMES: Mapping[str, tuple[str, ...]] = {
    "api": ("_api.yaml",),
    "api.schemes.*": ("Authentication",),
    "auth": ("Authentication",),
    "auth[]": ("Authentication",),
    "api.facts.*": ("Facts",),
    "api.events": ("Envelope",),
    "value_location": ("Envelope",),
    "hosts[]": ("Hosts",),
    "hosts[].variables.*": ("Hosts",),
    "links[]": ("Links",),
    "resource": ("Resource files",),
    "shared": ("_types.yaml",),
    "endpoint": ("Endpoints", "Parameters", "Request body", "What the documentation shows"),
    "endpoint.facts[]": ("Facts",),
    "endpoint.responses.*": ("Responses",),
    "endpoint.responses.*.stream": ("Streams",),
    "endpoint.responses.*.hash": ("Files in responses",),
    "endpoint.responses.*.hash.from": ("Files in responses",),
    "content": ("Request body",),
    "endpoint.idempotency": ("Idempotency",),
    "paging": ("Pages",),
    "poll": ("Waiting",),
    "endpoint.examples[]": ("Examples",),
    "endpoint.examples[].request": ("Examples",),
    "endpoint.examples[].response": ("Examples",),
    "field": ("Fields",),
    "named": ("Named types",),
    "enum.*": ("Enums",),
    "error_shape": ("error_shape",),
    "errors[]": ("Error rows",),
    "event": ("Events",),
    "event.examples[]": ("Events",),
}
"""Sections that explain the keys of each map of the language."""


def explained(heading: str) -> set[str]:
    """Return the keys in a section's tables."""
    return {code for row in SECTIONS[heading].table("key") for code in codes(row[0])}


def keys() -> Iterator[tuple[str, str, Schema]]:
    """Yield all keys of the language with their maps, except reserved ones."""
    for name, definition in DEFINITIONS.items():
        waiting: list[tuple[str, Schema]] = [(name, definition)]
        while waiting:
            map_path, schema = waiting.pop()
            for key, below in schema.get("properties", {}).items():
                if below.get("$ref") != "#/definitions/later":
                    yield map_path, key, below
                    waiting.append((f"{map_path}.{key}", below))
            waiting += [
                (map_path + step, below)
                for step, word in ((".*", "additionalProperties"), ("[]", "items"))
                if isinstance(below := schema.get(word), dict)
            ]


def test_each_key_is_explained_in_its_section() -> None:
    assert {map_path for map_path, _, _ in keys()} == HOMES.keys()
    missing = {
        f"{map_path}: {key}"
        for map_path, key, _ in keys()
        if not any(key in explained(heading) for heading in HOMES[map_path])
    }
    assert missing == set()


def test_each_word_of_a_key_is_explained() -> None:
    chosen = {
        (map_path, word)
        for map_path, _, schema in keys()
        for word in schema.get("enum", ())
        if isinstance(word, str)
    }
    assert ("field", "deep") in chosen
    missing = {
        f"{map_path}: {word}"
        for map_path, word in chosen
        if not any(word in codes(SECTIONS[heading].text) for heading in HOMES[map_path])
    }
    assert missing == set()


def test_every_explained_key_exists() -> None:
    words = {key for _, key, _ in keys()} | {
        option for kind in auth_schemes.SCHEMES.values() for option in kind.options
    }
    for heading in {heading for headings in HOMES.values() for heading in headings} - {
        "Authentication"
    }:
        assert explained(heading) <= words, heading


# Tables


def json_types() -> list[tuple[str, str]]:
    """Return the rows of the table of types that a JSON field can have: expression and Python type."""
    rows = [
        (codes(row[0])[0], codes(row[-1])[0])
        for row in SECTIONS["Types"].table("type")
        if codes(row[-1])
    ]
    return [
        (expression, python)
        for expression, python in rows
        if not expression.startswith(("file", "text("))
    ]


def test_the_table_of_types_is_complete_and_correct(package: Any) -> None:
    shown = [code for row in SECTIONS["Types"].table("type") for code in codes(row[0])]
    for expression in shown:
        try:
            type_parser.parse(expression)
        except TypeSyntaxError as wrong:
            pytest.fail(f"{expression}: {wrong}")
    used = {word for expression in shown for word in re.findall(r"\w+", expression)}
    assert set(type_parser.WORDS) <= used
    known: dict[str, Any] = {
        **vars(datetime),
        **vars(typing),
        **vars(package.models.samples),
        "Decimal": decimal.Decimal,
        "NoneType": type(None),
        "Sequence": Sequence,
        "Mapping": Mapping,
    }
    hints = typing.get_type_hints(package.models.samples.Probe)
    assert {
        expression: hints[f"f{number}"] for number, (expression, _) in enumerate(json_types())
    } == {expression: eval(python, dict(known)) for expression, python in json_types()}


def test_the_table_of_names_is_correct(package: Any) -> None:
    known = {name: getattr(package, name) for name in ("models", "errors", "events", "calls")} | {
        "shop": package.testing.TeaShopMock().client()
    }
    rows = SECTIONS["Names in Python"].table("")
    assert len(rows) > 10
    for row in rows:
        function, _, argument = codes(row[-1])[0].removesuffix("=…)").partition("(")
        value = eval(function, dict(known))
        assert not argument or argument in inspect.signature(value).parameters, argument


def test_all_format_directives_are_listed() -> None:
    text = " ".join(
        code for code in codes(SECTIONS["Dates and times"].text) if code.startswith("%")
    )
    assert set(DIRECTIVE.findall(text)) == DIRECTIVES.keys()


def test_each_scheme_has_its_row() -> None:
    rows = {
        codes(row[0])[0]: " ".join(row[1:]) for row in SECTIONS["Authentication"].table("scheme")
    }
    assert rows.keys() == {"none", *auth_schemes.SCHEMES}
    for name, kind in auth_schemes.SCHEMES.items():
        told = codes(rows[name])
        assert {*kind.options, *(argument.name for argument in kind.arguments)} <= set(told), name


def test_statuses_have_their_classes_and_defaults(tmp_path: Path) -> None:
    section = SECTIONS["Error rows"]
    told_classes = re.findall(r"(\d{3}|4XX|5XX|default)(?:` has)? `(\w+)`", section.text)
    assert dict(told_classes) == {str(status): name for status, name in CLASS_BY_STATUS.items()}
    rows = "".join(f"  - {{status: {status}}}\n" for status in CLASS_BY_STATUS)
    spec = shop() | {"samples.yaml": "errors:\n" + rows}
    (resource,) = (
        resource
        for resource in loaded(spec, tmp_path).api.all_resources()
        if resource.path == ("samples",)
    )
    retries: dict[str, set[int]] = {}
    for row in resource.errors:
        if isinstance(row.status, int):
            assert row.retry
            retries.setdefault(row.retry, set()).add(row.status)
    told = {
        row[0].strip("`"): {int(status) for status in re.findall(r"\b\d{3}\b", row[-1])}
        for row in section.table("`retry`")
    }
    assert {word: statuses for word, statuses in told.items() if statuses} == {
        word: found for word, found in retries.items() if word != "never"
    }


def test_all_lint_rules_are_listed() -> None:
    assert {codes(row[0])[0] for row in SECTIONS["Advice"].table("rule")} == {
        rule.id for rule in lint_rules.RULES
    }


def test_the_openapi_examples_are_those_of_the_hints() -> None:
    hints = {(word, hint.sample) for hint in HINTS for word in hint.words.split()}
    rows = SECTIONS["From OpenAPI"].table("OpenAPI")
    assert len(rows) > 20
    assert {(word, codes(row[-1])[0]) for row in rows for word in codes(row[0])} - hints == set()
