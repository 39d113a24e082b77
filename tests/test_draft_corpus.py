"""Drafts of real pages: 453 pages of wechatpay.js.org together, and the pages behind the specs of this repository.

The pages are not in the repository: `SPECLOOM_PAGES` names the folder of the first, `SPECLOOM_SEEDS` that of the others.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from specloom.cli import main
from specloom.export_command import export
from specloom.importers.pages import draft, read, read_page

ROOT = Path(__file__).parents[1]


def folder(variable: str) -> Path:
    """Return the folder that an environment variable names; the test is skipped without it."""
    name = os.environ.get(variable)
    if not name:
        pytest.skip(f"{variable} names no folder")
    return Path(name)


@pytest.mark.slow
def test_all_pages_generate_together_as_one_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = sorted(folder("SPECLOOM_PAGES").rglob("*.md"))
    monkeypatch.chdir(tmp_path)
    facts = {str(page): read(read_page(page)) for page in pages}
    operations = sum(len(each.operations) for each in facts.values())
    drafted = draft(facts, "corpus")
    left_out = [row for row in drafted.report.rows if row.outcome == "left out"]
    print(f"{len(pages)} pages, {operations} operations, {drafted.report.operations} generated")
    for row in left_out:
        print(f"{row.file}:{row.line}: {row.construct}: {row.message}")
    assert drafted.report.operations >= 0.98 * operations
    assert main(["draft", *map(str, pages), "--api", "corpus"]) == 0
    assert main(["generate"]) == 0
    mypy = [sys.executable, "-m", "mypy", "--strict", "clients/corpus/corpus"]
    checked = subprocess.run(mypy, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    calls = [sys.executable, str(ROOT / "tests" / "bench" / "calling.py"), "corpus", "50"]
    called = subprocess.run(
        calls, cwd="clients/corpus", capture_output=True, text=True, check=False
    )
    assert called.returncode == 0, called.stdout


PAIRS = [
    ("请求方式", "wechatpay", "zh", "GET", "/fapiao-applications/{fapiao_apply_id}"),
    ("api.weixin.qq.com", "weixin", "en", "POST", "/card/invoice/platform/updatestatus"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("mark", "spec", "language", "method", "path"), PAIRS)
def test_a_draft_has_the_facts_of_the_hand_written_spec(
    mark: str,
    spec: str,
    language: str,
    method: str,
    path: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = [each for each in folder("SPECLOOM_SEEDS").iterdir() if mark in each.read_text("utf-8")]
    monkeypatch.chdir(tmp_path)
    assert main(["draft", str(pages[0]), "--api", "drafted"]) == 0
    text = re.sub(r"\s", "", pages[0].read_text("utf-8"))
    ours = {
        each
        for each in facts_of(ROOT / "specs" / spec, language, method, path)
        if is_on_page(each, text)
    }
    theirs = set(facts_of(tmp_path / "specs" / "drafted", language, method, path))
    missing = sorted(map(str, ours - theirs))
    print(f"{len(ours) - len(missing)} of {len(ours)} facts")
    print("\n".join(missing))
    assert len(missing) <= 0.05 * len(ours)


def is_on_page(fact: tuple[str, ...], text: str) -> bool:
    """Return whether a page can have a fact: texts of our own words are not on it."""
    if fact[0] in {"host", "text", "error"}:
        return plain(fact[-1]) in plain(text)
    return fact[0] != "field" or fact[1].split(".")[-1] in text


def plain(text: str) -> str:
    """Return a text without spaces, and with ASCII commas."""
    return re.sub(r"\s", "", text).replace("，", ",").rstrip("。.")


def facts_of(spec: Path, language: str, method: str, path: str) -> Iterator[tuple[str, ...]]:
    """Yield the facts of an operation from the OpenAPI document of a spec."""
    document = json.loads(export(spec, "3.1", language, as_json=True))
    for server in document["servers"]:
        yield "host", server["url"]
    name = next(each for each in document["paths"] if each.endswith(path))
    operation = document["paths"][name][method.lower()]
    yield "operation", method, name
    yield "text", "title", operation["summary"]
    yield "text", "description", plain(operation.get("description", ""))
    yield "updated", operation.get("x-specloom-updated", "")
    for parameter in operation.get("parameters", []):
        parameter = resolved(document, parameter)
        if parameter["in"] == "header":
            continue
        at = f"{parameter['in']}.{parameter['name']}"
        yield "required", at, str(parameter.get("required", False))
        for text in parameter.get("description", "").split("\n\n"):
            yield "text", at, plain(text)
        yield from schema_facts(document, parameter["schema"], at)
    for media in operation.get("requestBody", {}).get("content", {}).values():
        yield from schema_facts(document, media["schema"], "body")
    for status, response in operation["responses"].items():
        response = resolved(document, response)
        for media in response.get("content", {}).values() if status.startswith("2") else ():
            yield from schema_facts(document, media["schema"], status)
    for row in (*operation.get("x-specloom-errors", []), *document.get("x-specloom-errors", [])):
        for key in ("reason", "remedy"):
            text = row.get(key, "")
            text = text[language] if isinstance(text, dict) else text
            yield "error", str(row.get("status", "")), str(row.get("code", "")), key, plain(text)


def resolved(document: Any, schema: Any) -> Any:
    while "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def schema_facts(document: Any, schema: Any, at: str) -> Iterator[tuple[str, ...]]:
    schema = resolved(document, schema)
    for part in schema.get("allOf", []):
        schema = {**resolved(document, part), **schema}
    if "type" in schema:
        yield "field", at, str(schema["type"])
    if "maxLength" in schema and at.split(".")[0] in {"path", "query", "body"}:
        yield "limit", at, str(schema["maxLength"])
    for example in schema.get("examples", []):
        yield "example", at, str(example)
    if "items" in schema:
        yield from schema_facts(document, schema["items"], at)
    for name, inner in schema.get("properties", {}).items():
        yield from schema_facts(document, inner, f"{at}.{name}")
