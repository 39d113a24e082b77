"""Path variables with several segments: slashes stay, and no value leads to another path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import imported, write
from tests.servers import http_response, serving

API = """
specloom: 1
package: attic
version: 0.1.0
client: Attic
title: Attic
languages: [en]
hosts: [https://attic.example/v1]
auth: none
"""
RESOURCE = """
title: Files
endpoints:
  get:
    http: GET /files/{box}/{+path}
    title: Get a file
    path: {box: string, path: string(..50)}
    responses: {200: {body: {ok: boolean}}}
    examples: [{request: {path: {box: a, path: "x/y z.txt"}}, response: {status: 200, body: {ok: true}}}]
  list:
    http: GET /files/{box}/all
    title: List
    path: {box: string}
    responses: {200: {body: {ok: boolean}}}
  predict:
    http: POST /{+name}:predict
    title: Predict
    path: {name: string}
    responses: {204: null}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attic")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "files.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def attic(project: Path) -> Iterator[Any]:
    with imported(project, "attic") as package:
        import attic.testing

        assert attic.testing
        yield package


def test_slashes_stay(attic: Any) -> None:
    response = http_response(200, '{"ok": true}')
    with serving(response) as server, attic.Attic(hosts=[server.url]) as client:
        client.files.get("a/b", "x/y z/%2e%/é?#")
        client.files.get("a", "dir/")
        client.files.predict("projects/p/models/m")
        client.request("GET", "/f/{+p}", variables={"p": "1/2"})
        targets = [got.target for got in server.received]
    assert targets == [
        "/files/a%2Fb/x/y%20z/%252e%25/%C3%A9%3F%23",
        "/files/a/dir/",
        "/projects/p/models/m:predict",
        "/f/1/2",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/a",
        "a//b",
        ".",
        "..",
        "a/../b",
        "../a",
        "a/..",
        "./a",
        "a/%2e%2E/b",
        "%2e",
        "a/.%2e",
    ],
)
def test_segments_that_change_the_path_are_refused(attic: Any, path: str) -> None:
    with pytest.raises(attic.errors.InvalidRequest, match="path: must not") as caught:
        attic.calls.files.get("a", path)
    assert caught.value.field == "path"


def test_dots_beside_the_variable_are_refused(attic: Any) -> None:
    with pytest.raises(attic.errors.InvalidRequest, match="name: must not"):
        attic.calls.files.predict("..")


def test_any_text_arrives_or_is_refused(attic: Any) -> None:
    response = http_response(200, '{"ok": true}')
    with serving(response) as server, attic.Attic(hosts=[server.url]) as client:

        @settings(max_examples=150, deadline=None)
        @given(st.text(st.sampled_from("/.%2eE\\;?#é a"), max_size=12))
        def check(path: str) -> None:
            try:
                client.files.get("a", path)
            except attic.errors.InvalidRequest:
                return
            target = server.received.pop().target
            assert target.startswith("/files/a/")
            segments = target.removeprefix("/files/a/").split("/")
            assert "/".join(map(unquote, segments)) == path
            assert all(segments[:-1])
            assert not {".", ".."} & {unquote(unquote(segment)) for segment in segments}

        check()


def test_the_mock_prefers_other_routes(attic: Any) -> None:
    mock = attic.testing.AtticMock()
    client = mock.client()
    assert client.files.get("a", "x/y z.txt").ok is True
    client.files.list("b")
    client.files.get("b", "all/1/2/3/4")
    client.files.predict("projects/p")
    assert [(call.endpoint, dict(call.arguments)) for call in mock.calls] == [
        ("files.get", {"box": "a", "path": "x/y z.txt"}),
        ("files.list", {"box": "b"}),
        ("files.get", {"box": "b", "path": "all/1/2/3/4"}),
        ("files.predict", {"name": "projects/p"}),
    ]


def test_pages(project: Path) -> None:
    page = next((project / "docs").rglob("files/get.md"))
    text = page.read_text("utf-8")
    assert "GET /files/{box}/{+path}" in text
    assert "https://attic.example/v1/files/a/x/y%20z.txt" in text
