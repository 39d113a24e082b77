"""Conditional requests and other JSON media types, as GitHub has them: 304 without a body, `application/vnd.github+json`.

The responses are written out as the service sends them; a raw socket server sends them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import ReceivedRequest, Server, http_response, serving
from tests.type_checkers import Mypy

SPEC = {
    "_api": """
specloom: 1
package: hub
version: 0.1.0
client: Hub
title: Hub
languages: [en]
hosts: [https://hub.example]
auth: bearer
error_shape: {message: message}
""",
    "repos": """
title: Repositories
endpoints:
  get:
    http: GET /repos/{name}
    path: {name: string}
    header: {If-None-Match?: string}
    responses:
      200: {body: {name: string}, headers: {ETag?: string}}
      304: null
  license:
    http: GET /license
    responses: {200: {body: {key: string}}}
""",
}
PROGRAM = """
from typing import assert_type

from hub import AsyncHub, Hub, models


def main(client: Hub) -> None:
    assert_type(client.repos.get("a", if_none_match='"1"'), models.repos.GetResponse | None)


async def other(client: AsyncHub) -> None:
    assert_type(await client.repos.get("a"), models.repos.GetResponse | None)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub")
    (folder / "spec").mkdir()
    for name, text in SPEC.items():
        (folder / "spec" / f"{name}.yaml").write_text(text, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def hub(project: Path) -> Iterator[Any]:
    with imported(project, "hub") as package:
        import_module("hub.testing")
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def repo(request: ReceivedRequest) -> bytes:
    if request.headers("If-None-Match") == ['"1"']:
        # As servers do, with the length that the body would have.
        return http_response(304, "", ("ETag", '"1"'), ("Content-Length", "12"))
    media = "application/vnd.hub.v3+json; charset=utf-8"
    return http_response(200, '{"name": "a"}', ("ETag", '"1"'), ("Content-Type", media))


def test_a_response_that_has_not_changed_is_none(hub: Any, server: Server) -> None:
    async def get() -> Any:
        async with hub.AsyncHub(token="t", hosts=[server.url], strict=True) as client:
            return await client.repos.get("a", if_none_match='"1"')

    server.respond_with(repo)
    with hub.Hub(token="t", hosts=[server.url], strict=True) as client:
        first = client.send(hub.calls.repos.get("a"))
        assert (first.value.name, first.headers["ETag"]) == ("a", '"1"')
        again = client.send(hub.calls.repos.get("a", if_none_match=first.headers["ETag"]))
        assert (again.status, again.value, again.headers["ETag"]) == (304, None, '"1"')
        assert client.repos.get("a").name == "a"  # the connection is still in step
        assert asyncio.run(get()) is None
        # Only a documented 304 is a response.
        server.respond_with(http_response(304))
        with pytest.raises(hub.errors.ProtocolError, match="undocumented status 304"):
            client.repos.license()


def test_any_json_media_type_is_json(
    hub: Any, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with hub.Hub(token="t", hosts=[server.url], strict=True) as client:
        for media in (
            "application/vnd.hub+json",
            "application/problem+json",
            "application/json; charset=utf-8",
            "application/vnd.x.y+json;v=1",
            "text/json",
        ):
            server.respond_with(http_response(200, '{"key": "mit"}', ("Content-Type", media)))
            assert client.repos.license().key == "mit"
    assert caplog.records == []


def test_a_mock_compares_etags(hub: Any) -> None:
    mock = hub.testing.HubMock()
    client = mock.client(strict=True)
    first = client.send(hub.calls.repos.get("a"))
    tag = first.headers["ETag"]
    assert client.repos.get("a", if_none_match=tag) is None
    assert client.repos.get("a", if_none_match=f'"other", W/{tag}') is None
    assert client.repos.get("a", if_none_match='"other"').name == "text"
    mock.reply({"name": "b"}, endpoint="repos.get", headers={"ETag": '"2"'})
    assert client.repos.get("a", if_none_match=tag).name == "b"
    assert client.repos.get("a", if_none_match='"2"') is None
    assert "ETag" not in client.send(hub.calls.repos.license()).headers


def test_types(project: Path, tmp_path: Path, mypy: Mypy) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")
    result = mypy("program.py", cwd=tmp_path, path=[project])
    assert result.returncode == 0, result.stdout
