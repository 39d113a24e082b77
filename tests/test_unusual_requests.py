"""Requests that few services have: a GET with a body, and lists joined by pipes and spaces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in, sent_by_curl, sent_by_python

from specloom.spec import load
from specloom.spec.lint_rules import RULES

API = """
specloom: 1
package: odd
version: 0.1.0
client: Odd
title: Odd
languages: [en, zh]
hosts: [https://odd.example]
auth: none
"""
RESOURCE = """
title: Items
endpoints:
  find:
    http: GET /items
    title: Find
    query:
      ids?: {type: list<integer>, style: pipe}
      tags?: {type: list<string>, style: space}
    body: {text: string}
    responses: {200: list<integer>}
    examples: [{request: {query: {ids: [1, 2], tags: [a, b]}, body: {text: x}}, response: {status: 200, body: [1]}}]
  remove:
    http: DELETE /items
    title: Remove
    form: {ids: {type: list<string>, style: pipe}, tags?: {type: list<string>, style: space}}
    responses: {204: null}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "items.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def odd(project: Path) -> Iterator[Any]:
    with imported(project, "odd") as package:
        import odd.testing

        assert odd.testing
        yield package


def test_a_get_has_a_body_and_joined_lists(odd: Any) -> None:
    response = http_response(200, "[1]")
    with serving(response) as server, odd.Odd(hosts=[server.url]) as client:
        assert client.items.find(text="x", ids=[1, 2], tags=["a", "b&c"]) == [1]
        client.items.find(text="x", ids=[], tags=["é"])
    first, second = server.received
    assert first.line == "GET /items?ids=1%7C2&tags=a%20b%26c HTTP/1.1"
    assert (json.loads(first.body), first.header("content-length")) == ({"text": "x"}, "12")
    assert second.target == "/items?tags=%C3%A9"


def test_a_form_has_joined_lists(odd: Any) -> None:
    with serving(http_response(204)) as server, odd.Odd(hosts=[server.url]) as client:
        client.items.remove(ids=["1", "2"], tags=["a", "b"])
    assert parse_qsl(server.received[0].body.decode()) == [("ids", "1|2"), ("tags", "a b")]


def test_items_with_the_separator_are_refused(odd: Any) -> None:
    with pytest.raises(odd.errors.InvalidRequest, match=r"tags\[1\]: must not contain ' '"):
        odd.calls.items.find(text="", tags=["a", "b c"])
    with pytest.raises(odd.errors.InvalidRequest, match=r"ids\[0\]: must not contain '\|'"):
        odd.calls.items.remove(ids=["|"])


def test_the_mock_reads_them(odd: Any) -> None:
    mock = odd.testing.OddMock()
    mock.client().items.find(text="x", ids=[1, 2], tags=["a", "b"])
    mock.client().items.remove(ids=["1", "2"])
    found, removed = mock.calls
    assert dict(found.arguments) == {"ids": [1, 2], "tags": ["a", "b"]}
    assert found.body.text == "x"
    assert removed.body.ids == ["1", "2"]


def test_samples_send_the_same(project: Path, odd: Any) -> None:
    samples = list(samples_in(project))
    assert len(samples) == 2
    for _, curl, python in samples:
        by_curl = sent_by_curl(curl)
        assert by_curl == sent_by_python(python, odd, "Odd")


def test_lint_advises(project: Path) -> None:
    api = load(project.parent / "spec", "spec").api
    (rule,) = [rule for rule in RULES if rule.id == "unusual-body"]
    assert [message.split(";")[0] for _, message in rule.find(api)] == [
        "`items.find` is a GET with a body",
        "`items.remove` is a DELETE with a body",
    ]
