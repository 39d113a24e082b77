"""Error rows for ranges of statuses and for all other errors: a repository service in the style of GitHub's, with problem details (RFC 9457).

The responses are written out as such a service sends them; a raw socket server sends them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import Server, http_response, serving

API = """
specloom: 1
package: forge
version: 0.1.0
client: Forge
title: Forge
languages: [en]
hosts: [https://forge.example]
auth: none
error_shape: {code: code, message: title}
errors:
  - {status: default, body: Problem, reason: The service has failed.}
  - {code: ABUSE, retry: never, reason: Too many requests.}
"""
TYPES = """
types:
  Problem: {fields: {title: string, detail?: string, code?: string}}
  Invalid: {fields: {title: string, fields: list<string>}}
"""
REPOS = """
title: Repositories
errors: [{status: 5XX, as: ServiceDown, body: Problem}]
endpoints:
  get:
    http: GET /repos/{name}
    path: {name: string}
    responses: {200: {body: {name: string}}}
    errors:
      - {status: 404, code: MOVED, reason: It was moved.}
      - {status: 404, reason: There is none.}
      - {status: 4XX, code: LOCKED}
      - {status: 4XX, body: Invalid}
      - {status: 503, as: Maintenance, outcome: rejected}
  create:
    http: POST /repos
    body: {name: string}
    responses: {201: {body: {name: string}}}
    errors: [{status: 4XX, as: RepoRefused, body: Problem, outcome: unknown}]
  delete:
    http: DELETE /repos/{name}
    path: {name: string}
    responses: {204: null}
    errors: [{code: PROTECTED, as: RepoProtected}]
"""
PROGRAM = """
from typing import assert_type

from forge import AsyncForge, Forge, errors, models


def main(client: Forge) -> None:
    try:
        client.repos.get("a")
    except errors.ClientError as error:
        assert_type(error.body, models.Invalid | None)
    except errors.DefaultError as error:
        assert_type(error.body, models.Problem | None)


async def other(client: AsyncForge) -> None:
    try:
        await client.repos.create(name="a")
    except errors.RepoRefused as error:
        if error.body:
            assert_type(error.body.detail, str | None)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forge")
    (folder / "spec").mkdir()
    for name, text in (("_api", API), ("_types", TYPES), ("repos", REPOS)):
        (folder / "spec" / f"{name}.yaml").write_text(text, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def forge(project: Path) -> Iterator[Any]:
    with imported(project, "forge") as package:
        import_module("forge.testing")
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def problem(status: int, **fields: Any) -> bytes:
    body = json.dumps({"title": "No.", **fields})
    return http_response(status, body, ("Content-Type", "application/problem+json"))


ERRORS: list[tuple[dict[str, Any], str, str, str | None]] = [
    # What the server sends to `repos.get`, and the class, outcome and type of body that follow.
    ({"status": 404, "code": "MOVED"}, "Moved", "rejected", None),
    ({"status": 404}, "NotFound", "rejected", None),
    ({"status": 423, "code": "LOCKED"}, "Locked", "rejected", None),
    ({"status": 503, "code": "ABUSE"}, "Abuse", "unknown", None),
    ({"status": 422, "fields": ["name"]}, "ClientError", "rejected", "Invalid"),
    ({"status": 408, "fields": []}, "ClientError", "unknown", "Invalid"),
    ({"status": 503}, "Maintenance", "rejected", None),
    ({"status": 500}, "ServiceDown", "unknown", "Problem"),
    ({"status": 599, "detail": "?"}, "ServiceDown", "unknown", "Problem"),
    # A code that another endpoint documents has its class, but nothing else of it.
    ({"status": 409, "code": "PROTECTED"}, "RepoProtected", "rejected", None),
]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_most_specific_row_applies(kind: str, forge: Any, server: Server) -> None:
    def get() -> None:
        if kind == "sync":
            with forge.Forge(hosts=[server.url], max_attempts=1) as client:
                client.repos.get("a")
        else:
            asyncio.run(get_async())

    async def get_async() -> None:
        async with forge.AsyncForge(hosts=[server.url], max_attempts=1) as client:
            await client.repos.get("a")

    for sent, name, outcome, body in ERRORS:
        server.respond_with(problem(**sent))
        with pytest.raises(forge.errors.ApiError) as caught:
            get()
        error = caught.value
        assert type(error) is getattr(forge.errors, name), sent
        assert (error.outcome, error.message) == (outcome, "No."), sent
        assert (None if error.body is None else type(error.body).__name__) == body, sent


def test_other_errors_are_of_the_default(forge: Any, server: Server) -> None:
    with forge.Forge(hosts=[server.url], max_attempts=1) as client:
        server.respond_with(problem(409, detail="in use", code="IN_USE"))
        with pytest.raises(forge.errors.DefaultError) as caught:
            client.repos.delete("a")
        assert (caught.value.code, caught.value.body.detail) == ("IN_USE", "in use")
        # The type of the body holds: what is no such object is not a body.
        for content in (b"<html>", b"[1]", b'"down"', b""):
            server.respond_with(http_response(418, content))
            with pytest.raises(forge.errors.DefaultError) as caught:
                client.repos.delete("a")
            assert (caught.value.body, caught.value.content) == (None, content)


def test_ranges_decide_retries_by_the_status(forge: Any, server: Server) -> None:
    with forge.Forge(hosts=[server.url]) as client:
        ok = http_response(200, '{"name": "a"}')
        server.respond_with(problem(500), problem(429, fields=[]), ok)
        assert client.repos.get("a").name == "a"
        server.respond_with(problem(501))
        before = len(server.received)
        with pytest.raises(forge.errors.ServiceDown):
            client.repos.get("a")
        assert len(server.received) - before == 1
        # A creation that may have been carried out is never sent again, nor called rejected.
        for status in (500, 503, 504, 422):
            server.respond_with(problem(status))
            before = len(server.received)
            with pytest.raises(forge.errors.ApiError) as caught:
                client.repos.create(name="a")
            assert caught.value.outcome == "unknown"
            assert len(server.received) - before == 1


def test_a_mock_sends_the_documented_body(forge: Any) -> None:
    mock = forge.testing.ForgeMock()
    client = mock.client(max_attempts=1)
    mock.fail("LOCKED", endpoint="repos.get", times=1)
    with pytest.raises(forge.errors.Locked) as caught:
        client.repos.get("a")
    assert caught.value.status == 400
    mock.fail("OTHER", status=422, endpoint="repos.get", times=1)
    with pytest.raises(forge.errors.ClientError) as caught:
        client.repos.get("a")
    assert caught.value.body.fields == ["text"]
    mock.fail("OTHER", status=410, times=1, message="Gone for good.")
    with pytest.raises(forge.errors.DefaultError) as caught:
        client.repos.delete("a")
    assert (caught.value.body.title, caught.value.code) == ("Gone for good.", "OTHER")


def test_pages(project: Path) -> None:
    page = (project / "docs/en/repos/get.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if "`errors." in line]
    assert "| 4XX | any<br>`errors.ClientError` |  |  |" in rows
    assert "| any other | any<br>`errors.DefaultError` | The service has failed. |  |" in rows
    assert page.count("`errors.ClientError`") == 2  # the second is the title of its body
