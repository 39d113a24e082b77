"""Cookies as parameters: one header with all of them, exact values, and nothing kept from responses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in

API = """
specloom: 1
package: lobby
version: 0.1.0
client: Lobby
title: Lobby
languages: [en, zh]
hosts: [https://lobby.example]
schemes: {key: {scheme: api-key, cookie: api_key}}
auth: key
"""
RESOURCE = """
title: Rooms
endpoints:
  enter:
    http: POST /rooms
    title: Enter
    cookie: {session: {type: string(..40), secret: true}, theme: string('dark'), visits?: integer}
    body: {name: string}
    responses: {200: {body: {ok: boolean}}}
    idempotency: {key: session}
    examples:
      - request: {cookie: {session: s1, visits: 3}, body: {name: a}}
        response: {status: 200, body: {ok: true}}
"""
PROGRAM = """
from lobby import Lobby

Lobby(key="k").rooms.enter(session="a", name="x")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lobby")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "rooms.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def lobby(project: Path) -> Iterator[Any]:
    with imported(project, "lobby") as package:
        import lobby.testing

        assert lobby.testing
        yield package


def test_one_header_has_all_cookies_and_none_is_kept(lobby: Any) -> None:
    async def use_async(url: str) -> None:
        async with lobby.AsyncLobby(key="k", hosts=[url]) as client:
            await client.rooms.enter(session="b", name="x")

    response = http_response(200, '{"ok": true}', ("Set-Cookie", "session=stolen; Path=/"))
    with serving(response) as server, lobby.Lobby(key="k", hosts=[server.url]) as client:
        client.rooms.enter(session="a%3A=|~!#", visits=2, name="x")
        client.rooms.enter(session="b", name="x")
        asyncio.run(use_async(server.url))
        sent = [SimpleCookie(got.header("cookie")) for got in server.received]
    values = [{name: morsel.value for name, morsel in each.items()} for each in sent]
    assert values == [
        {"theme": "dark", "session": "a%3A=|~!#", "visits": "2", "api_key": "k"},
        {"theme": "dark", "session": "b", "api_key": "k"},
        {"theme": "dark", "session": "b", "api_key": "k"},
    ]


@pytest.mark.parametrize("value", ["a b", "a;b", "a,b", 'a"', "a\\b", "é", "a\r\nX: 1"])
def test_other_values_are_refused(lobby: Any, value: str) -> None:
    with pytest.raises(lobby.errors.InvalidRequest, match="session: must be ASCII") as caught:
        lobby.calls.rooms.enter(session=value, name="x")
    assert value not in str(caught.value)


def test_a_cookie_header_beside_them_is_refused(lobby: Any) -> None:
    with lobby.Lobby(key="k") as client, pytest.raises(lobby.errors.InvalidRequest, match="Cookie"):
        client.send(lobby.calls.rooms.enter(session="a", name="x"), headers={"cookie": "a=1"})


def test_secret_cookies_are_not_shown(lobby: Any) -> None:
    response = http_response(400, '{"message": "unknown CANARY"}')
    with serving(response) as server, lobby.Lobby(key="k", hosts=[server.url]) as client:
        call = lobby.calls.rooms.enter(session="CANARY", name="x")
        assert "CANARY" not in repr(call)
        with pytest.raises(lobby.errors.ApiError) as caught:
            client.send(call)
    assert "CANARY" not in str(caught.value)


def test_the_mock_checks_them(lobby: Any) -> None:
    mock = lobby.testing.LobbyMock()
    mock.client().rooms.enter(session="a", visits=4, name="x")
    assert mock.calls[-1].arguments["visits"] == 4
    assert mock.ledger[-1].key == {"session": "a"}
    with pytest.raises(lobby.errors.ApiError, match="400"):
        mock.client().request("POST", "/rooms", body={"name": "x"})


def test_pages_and_samples(project: Path, lobby: Any) -> None:
    page = (project / "docs" / "en" / "rooms" / "enter.md").read_text("utf-8")
    assert "### Cookies" in page
    assert "ignores the header `Set-Cookie`" in page
    ((_, curl, python),) = samples_in(project)
    assert "session=SESSION; theme=dark; visits=3; api_key=" in curl
    assert "visits=3" in python
