"""Hints for keywords of other languages: each sample is valid, each word gets its hint, and no second problem."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from specloom.diagnostics import Diagnostic, InvalidSpec
from specloom.spec import load
from specloom.spec.key_hints import HINTS, Hint

API = {
    "specloom": "1",
    "package": "shop",
    "version": "1.0.0",
    "client": "Shop",
    "title": "Shop",
    "languages": "[en]",
    "hosts": "[https://api.example.com]",
    "events": "{name: event, payload: payload}",
}
LIST = "endpoints: {list: {http: GET /pets, responses: {200: null}}}"
ENDPOINT = {"http": "POST /pets", "responses": "{200: null}"}


def problems(folder: Path, api: dict[str, str], resource: str) -> list[Diagnostic]:
    (folder / "_api.yaml").write_text(
        "".join(f"{key}: {value}\n" for key, value in api.items()), "utf-8"
    )
    (folder / "pets.yaml").write_text(resource, "utf-8")
    try:
        load(folder, "spec")
    except InvalidSpec as error:
        return list(error.problems)
    return []


def endpoint(key: str, value: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in {**ENDPOINT, key: value}.items())
    return "endpoints:\n  get:\n" + indent(lines, "    ")


def with_sample(hint: Hint) -> tuple[dict[str, str], str]:
    """Return a spec with the sample in its context."""
    key, _, value = hint.sample.partition(": ")
    match hint.sample_context:
        case "names":
            return API, endpoint("body", "{" + hint.sample + "}")
        case "endpoint":
            return API, endpoint(key, value)
        case "endpoints":
            return API, "endpoints:\n  " + hint.sample
        case "resource":
            return API, hint.sample
        case _:
            assert hint.sample_context == "api"
            return {**API, key: value}, LIST


def with_word(word: str, at: str) -> tuple[dict[str, str], str]:
    """Return a spec with a word in a context."""
    match at:
        case "field":
            return API, endpoint(
                "body",
                "{name: {" + ("type: [a]" if word == "type" else f"type: string, {word}: 1") + "}}",
            )
        case "type":
            written = {
                "type": "type: [a]",
                "$ref": "type: '#/components/schemas/Pet'",
                "partial": "type: partial<Pet>",
            }
            return API, "types: {Pet: {" + written.get(word, f"type: string, {word}: 1") + "}}"
        case "names":
            return API, endpoint(
                "body",
                "{"
                + word
                + (
                    ": {note: {type: string}, name: {type: integer}}, type: object"
                    if word == "properties"
                    else ": [a]"
                )
                + "}",
            )
        case "endpoint":
            return API, endpoint(word, "1")
        case "path":
            return API, endpoint("http", "GET /files/{+name}")
        case "header":
            return API, endpoint("body", "{name: string}") + f"    header: {{{word}: string}}\n"
        case "status":
            return API, endpoint("responses", "{200: null, " + word + ": null}")
        case "response":
            return API, endpoint(
                "responses", "{200: {" + word.replace("*/*", "application/json") + ": 1}}"
            )
        case "content":
            return API, endpoint(
                "responses",
                "{200: {content: {" + word.replace("*/*", "application/json") + ": 1}}}",
            )
        case "paging":
            paging = "{link: next, items: ., " + word + ": 1}"
            listed = "http: GET /pets, responses: {200: list<string>}, paging: " + paging
            return API, "endpoints: {list: {" + listed + "}}"
        case "resource":
            return API, LIST + f"\n{word}: 1"
        case "api":
            return {**API, word: "1"}, LIST
        case "host" if word == "{…}":
            return {**API, "hosts": "['https://{tenant}.example.com']"}, LIST
        case "host":
            return {**API, "hosts": "[{url: https://api.example.com, " + word + ": 1}]"}, LIST
        case "scheme":
            return {**API, "schemes": "{key: {scheme: api-key, " + word + ": sid}}"}, LIST
        case "tag":
            record = "{Item: {type: A | B, tag: deleted}, A: {fields: {deleted: boolean(true)}}, B: {fields: {deleted: boolean(false)}}}"
            return API, "types: " + record
        case _:
            assert at == "auth"
            return {**API, "auth": word}, LIST


def test_each_sample_is_a_valid_spec(tmp_path: Path) -> None:
    assert {
        hint.sample: wrong for hint in HINTS if (wrong := problems(tmp_path, *with_sample(hint)))
    } == {}


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: f"{hint.words.split()[0]}-{hint.contexts}")
def test_each_word_has_its_hint_and_no_second_problem(tmp_path: Path, hint: Hint) -> None:
    hints = {
        f"{word} in {at}": [each.hint for each in problems(tmp_path, *with_word(word, at))]
        for at in hint.contexts.split()
        for word in hint.words.split()
    }
    assert hints == {where: [str(hint)] for where in hints}


def test_words_are_known_in_every_spelling(tmp_path: Path) -> None:
    for word in ("readOnly", "read_only", "readonly", "READ-ONLY"):
        assert problems(tmp_path, *with_word(word, "field"))[0].hint.startswith(
            "write the only direction"
        )
