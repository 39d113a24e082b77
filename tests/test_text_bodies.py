"""Text bodies: requests in UTF-8, and responses in the charset of their media type.

The responses are written out byte by byte; a raw socket server sends them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.generated import imported, write
from tests.servers import Server, http_response, serving

from specloom.diff import Spec, compare
from specloom.spec import load

SPEC = {
    "_api": """
specloom: 1
package: press
version: 0.1.0
client: Press
title: Press
languages: [en, zh]
hosts: [https://press.example]
auth: none
error_shape: {code: code, message: message, success: "0"}
""",
    "pages": """
title: Pages
endpoints:
  render:
    http: POST /markdown
    title: Render Markdown
    body: text(1..20)
    media: text/x-markdown
    responses: {200: {body: text(..20), media: [text/html, text/plain]}}
    errors: [{code: "7", as: TooBusy}]
    examples:
      - {request: {body: "# Tea"}, response: {status: 200, body: "<h1>Tea</h1>"}}
  get:
    http: GET /pages/{id}
    path: {id: string}
    responses: {200: text, 404: {body: {reason: string}}}
""",
}
PROGRAM = """
from typing import assert_type

from press import AsyncPress, Press, Response, calls, models


def main(client: Press) -> None:
    assert_type(client.pages.render(body="# a"), str)
    assert_type(client.send(calls.pages.render(body="# a")), Response[str])
    client.pages.render(body=b"# a")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


async def other(client: AsyncPress) -> None:
    assert_type(await client.pages.get("a"), str | models.GetResponse)
"""


def spec_in(folder: Path, **changes: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in (SPEC | changes).items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("press")
    write(spec_in(folder / "spec"), folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def press(project: Path) -> Iterator[Any]:
    with imported(project, "press") as package:
        import_module("press.testing")
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def answer(content: bytes, media: str | None = "text/plain", status: int = 200) -> bytes:
    return http_response(status, content, *([("Content-Type", media)] if media else []))


TEXTS = [
    # Bytes and media type of a response, and its text.
    (b"tea", None, "tea"),
    (b"", "text/plain", ""),
    ("茶".encode(), "text/plain", "茶"),
    ("茶\r\n".encode(), "application/anything", "茶\r\n"),
    (b"\xef\xbb\xbftea", "text/csv; charset=UTF-8", "tea"),
    ("茶".encode("gbk"), "text/plain; charset=gbk", "茶"),
    ("茶".encode("gb18030"), 'text/plain; header=present; CHARSET="GB18030"', "茶"),
    (b"th\xe9", "text/plain;charset=iso-8859-1", "thé"),
    ("茶".encode("utf-16"), "text/plain; charset=utf-16", "茶"),
    (b'{"code": 1}', "text/plain; charset=us-ascii", '{"code": 1}'),
]
BROKEN = [
    (b"\xff", "text/plain", "byte 0 is invalid in utf-8"),
    (b"te\xe9", "text/plain; charset=us-ascii", "byte 2 is invalid in us-ascii"),
    (b"tea", "text/plain; charset=klingon", "unknown charset klingon"),
    (b"xn--a", "text/plain; charset=idna", "unknown charset idna"),
    (b"dGVh", "text/plain; charset=base64", "unknown charset base64"),
]


def test_a_response_is_decoded_by_its_charset(
    press: Any, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def get() -> str:
        async with press.AsyncPress(hosts=[server.url], strict=True) as client:
            text: str = await client.pages.get("a")
            return text

    with press.Press(hosts=[server.url], strict=True) as client:
        for content, media, text in TEXTS:
            if text.startswith("{"):
                continue  # an error by its code, see below
            server.respond_with(answer(content, media))
            assert client.pages.get("a") == text, (content, media)
            assert asyncio.run(get()) == text
        server.respond_with(answer(b'{"reason": "?"}', "application/json", 404))
        assert client.pages.get("a").reason == "?"
    assert caplog.records == []


def test_what_is_no_text_is_a_protocol_error(press: Any, server: Server) -> None:
    with press.Press(hosts=[server.url], max_attempts=1) as client:
        for content, media, reason in BROKEN:
            server.respond_with(answer(content, media))
            with pytest.raises(press.errors.ProtocolError, match=reason) as caught:
                client.pages.render(body="a")
            assert (caught.value.outcome, caught.value.content) == ("unknown", content)
            assert caught.value.cause is None
        # An error with status 200 is an error, also where a success is a text.
        server.respond_with(answer(b'{"code": 7, "message": "busy"}', "application/json"))
        with pytest.raises(press.errors.TooBusy, match="busy"):
            client.pages.render(body="a")


def test_lengths_are_in_characters(
    press: Any, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with press.Press(hosts=[server.url], max_attempts=1) as client:
        server.respond_with(answer(("茶" * 20).encode(), "text/html"))
        assert client.pages.render(body="茶" * 20) == "茶" * 20
        assert caplog.records == []
        server.respond_with(answer(b"x" * 21, "image/png"))
        assert client.pages.render(body="a") == "x" * 21
        assert "at most 20 characters, got 21" in caplog.text
        assert "expected text/html or text/plain, got image/png" in caplog.text
        strict = client.with_options(strict=True)
        with pytest.raises(press.errors.ProtocolError) as caught:
            strict.pages.render(body="a")
        assert caught.value.outcome == "done"
        small = client.with_options(max_response_bytes=20)
        with pytest.raises(press.errors.ProtocolError, match="20"):
            small.pages.render(body="a")


def test_a_request_is_utf8(press: Any, server: Server) -> None:
    server.respond_with(answer(b"", "text/html"))
    with press.Press(hosts=[server.url]) as client:
        client.pages.render(body="# 茶\n")
    (request,) = server.received
    assert request.body == "# 茶\n".encode()
    assert request.header("Content-Type") == "text/x-markdown; charset=utf-8"
    for wrong, problem in (
        ("", "body: must have at least 1 characters"),
        ("x" * 21, "body: must have at most 20 characters"),
        ("\ud800", "body: must not contain a lone surrogate"),
        (b"a", "body: must be str, not bytes"),
        (None, "body: must be str, not None"),
    ):
        with pytest.raises(press.errors.InvalidRequest) as caught:
            press.calls.pages.render(body=wrong)
        assert caught.value.message == problem


def test_a_mock_sends_and_checks_texts(press: Any) -> None:
    mock = press.testing.PressMock()
    client = mock.client(strict=True)
    response = client.send(press.calls.pages.render(body="# 茶"))
    assert response.value == "<h1>Tea</h1>"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert mock.calls[-1].body == "# 茶"
    assert client.pages.get("a") == "text"
    mock.reply("茶", endpoint="pages.get")
    assert client.pages.get("a") == "茶"
    with httpx.Client(transport=mock.transport, base_url="https://press.example") as http:
        for content, problem in (
            (b"\xff", "byte 0 is invalid in utf-8"),
            (b"", "must have at least 1 characters"),
        ):
            sent = http.post("/markdown", content=content)
            assert sent.json()["code"], sent.text
            assert problem in sent.text


def test_pages(project: Path) -> None:
    page = (project / "docs/en/pages/render.md").read_text("utf-8")
    assert "The body is a single value: `text`; 1 to 20 characters" in page
    limits = "at most 20 characters; media type `text/html`, `text/plain`"
    assert f"Text ({limits}); the call returns `str`." in page
    assert "--data-raw '# Tea'" in page
    assert "```text\n<h1>Tea</h1>\n```" in page
    assert "`text/x-markdown; charset=utf-8`" in page


def test_only_clients_with_texts_have_their_module(project: Path) -> None:
    assert (project / "press/_runtime/text.py").exists()
    for client in ("wechatpay", "weixin"):
        folder = Path(__file__).parents[1] / "generated" / client
        assert not list(folder.rglob("_runtime/text.py"))


def test_a_change_from_json_is_one(tmp_path: Path) -> None:
    specs: list[Spec] = []
    for name, responses in (("old", "{200: json}"), ("new", "{200: text}")):
        pages = SPEC["pages"].replace("{200: text,", responses[:-1] + ",")
        loaded = load(spec_in(tmp_path / name, pages=pages), name)
        specs.append(Spec(loaded.api, name, loaded.sources))
    assert [change.rule.id for change in compare(*specs).changes] == ["type-closed"]
