"""Responses with several media types: the argument `accept` chooses one, and the type of the value follows.

A raw socket server chooses the media type as its documentation says, from the Accept header that it receives.
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
from tests.servers import ReceivedRequest, Server, http_response, serving
from tests.type_checkers import Mypy, pyright

from specloom.diff import Spec, compare
from specloom.spec import load

SPEC = {
    "_api": """
specloom: 1
package: ledger
version: 0.1.0
client: Ledger
title: Ledger
languages: [en, zh]
hosts: [https://ledger.example]
auth: none
header: {Accept: string('application/json')}
error_shape: {code: code, message: message}
""",
    "reports": """
title: Reports
endpoints:
  get:
    http: GET /reports/{id}
    title: Get a report
    path: {id: string}
    query: {year?: integer}
    responses:
      200: {accept: {application/json: Report, text/csv: text, application/pdf: file(..9000000)}}
      202: null
    errors: [{status: 404, code: NO_REPORT, reason: There is none.}]
    examples:
      - {request: {path: {id: a}}, response: {status: 200, body: {id: a, total: 7}}}
  make:
    http: POST /reports
    body: {id: string}
    deprecated: use reports.get
    responses: {201: {accept: {application/vnd.ledger+json: Report, text/csv: text}}}
  copy:
    http: GET /copies
    responses: {200: {accept: {text/csv: text, text/plain: text}}}
  one:
    http: GET /one
    responses: {200: {accept: {application/vnd.ledger.v2+json: Report}}}
types:
  Report: {fields: {id: string, total: integer}}
""",
}
PROGRAM = """
from typing import Literal, assert_type

from ledger import AsyncLedger, Ledger, Response, calls, models


def main(client: Ledger, any_of: Literal["text/csv", "application/pdf"]) -> None:
    assert_type(client.reports.get("a"), models.Report | None)
    assert_type(client.reports.get("a", accept="application/json"), models.Report | None)
    assert_type(client.reports.get("a", accept="text/csv"), str | None)
    assert_type(client.reports.get("a", year=1, accept="application/pdf"), bytes | None)
    assert_type(client.send(calls.reports.get("a", accept="text/csv")), Response[str | None])
    assert_type(client.send(calls.reports.get("a")), Response[models.Report | None])
    assert_type(client.reports.copy(accept="text/plain"), str)
    assert_type(client.reports.one(), models.Report)
    value: str | bytes | None = client.reports.get("a", accept=any_of)
    print(value)


async def other(client: AsyncLedger) -> None:
    assert_type(await client.reports.get("a"), models.Report | None)
    assert_type(await client.reports.get("a", accept="text/csv"), str | None)
    assert_type(await client.send(calls.reports.get("a", accept="application/pdf")), Response[bytes | None])
"""
WRONG = """
from ledger import Ledger


def main(client: Ledger) -> None:
    client.reports.get("a", accept="text/html")
"""
BODIES = {
    "application/json": b'{"id": "a", "total": 7}',
    "application/vnd.ledger+json": b'{"id": "a", "total": 7}',
    "application/vnd.ledger.v2+json": b'{"id": "a", "total": 7}',
    "text/csv": "id,总\r\na,7\r\n".encode(),
    "text/plain": b"a 7",
    "application/pdf": b"%PDF-\xff",
}


def spec_in(folder: Path, **changes: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in (SPEC | changes).items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    write(spec_in(folder / "spec"), folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def ledger(project: Path) -> Iterator[Any]:
    with imported(project, "ledger") as package:
        import_module("ledger.testing")
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def negotiated(request: ReceivedRequest) -> bytes:
    media = request.header("Accept")
    status = 201 if request.method == "POST" else 200
    return http_response(status, BODIES[media], ("Content-Type", media))


def test_the_value_follows_the_media_type(ledger: Any, server: Server) -> None:
    async def get(media: str) -> Any:
        async with ledger.AsyncLedger(hosts=[server.url], strict=True) as client:
            return await client.reports.get("a", accept=media)

    server.respond_with(negotiated)
    report = ledger.models.Report(id="a", total=7)
    values = {
        "application/json": report,
        "text/csv": "id,总\r\na,7\r\n",
        "application/pdf": b"%PDF-\xff",
    }
    with ledger.Ledger(hosts=[server.url], strict=True) as client:
        assert client.reports.get("a") == report
        for media, value in values.items():
            assert client.reports.get("a", accept=media) == value
            assert asyncio.run(get(media)) == value
            response = client.send(ledger.calls.reports.get("a", accept=media))
            assert (response.value, response.headers["Content-Type"]) == (value, media)
        with pytest.warns(DeprecationWarning, match="reports.get"):
            assert client.reports.make(id="a") == report
        assert client.reports.copy(accept="text/plain") == "a 7"
        assert client.reports.one() == report
        assert server.received[-1].header("Accept") == "application/vnd.ledger.v2+json"
        server.respond_with(http_response(202))
        assert client.reports.get("a", accept="application/pdf") is None
        with pytest.raises(ledger.errors.InvalidRequest, match="accept"):
            ledger.calls.reports.get("a", accept="text/html")


SENT = [
    # What was requested and what came: the value, and the warning.
    ("text/csv", "text/csv; charset=gbk", "表".encode("gbk"), "表", ""),
    ("text/csv", None, b"a", "a", ""),
    ("application/json", "application/problem+json", BODIES["application/json"], "Report", ""),
    ("text/csv", "application/json", BODIES["application/json"], "Report", "expected text/csv"),
    ("application/json", "application/pdf", b"%", b"%", "expected application/json"),
]


def test_another_media_type_is_decoded_as_what_it_says(
    ledger: Any, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with ledger.Ledger(hosts=[server.url], max_attempts=1) as client:
        for accept, media, content, value, warning in SENT:
            caplog.clear()
            headers = [("Content-Type", media)] if media else []
            server.respond_with(http_response(200, content, *headers))
            got = client.reports.get("a", accept=accept)
            assert (type(got).__name__ if value == "Report" else got) == value
            assert (warning in caplog.text) if warning else not caplog.records
        server.respond_with(http_response(200, "<html>", ("Content-Type", "text/html")))
        for accept in ("application/json", "text/csv", "application/pdf"):
            with pytest.raises(ledger.errors.ProtocolError, match="media type text/html") as caught:
                client.reports.get("a", accept=accept)
            assert (caught.value.outcome, caught.value.content) == ("unknown", b"<html>")
        server.respond_with(http_response(200, "x", ("Content-Type", "application/pdf")))
        with pytest.raises(ledger.errors.ProtocolError, match="expected text/csv") as caught:
            client.with_options(strict=True).reports.get("a", accept="text/csv")
        assert caught.value.outcome == "done"
        # An error has its own body, whatever was requested.
        missing = '{"code": "NO_REPORT", "message": "none"}'
        server.respond_with(http_response(404, missing, ("Content-Type", "application/json")))
        with pytest.raises(ledger.errors.NoReport, match="none"):
            client.reports.get("a", accept="application/pdf")


def test_a_mock_honours_accept(ledger: Any) -> None:
    mock = ledger.testing.LedgerMock()
    client = mock.client(strict=True)
    assert client.reports.get("a").total == 7
    assert client.reports.get("a", accept="text/csv") == "text"
    response = client.send(ledger.calls.reports.get("a", accept="application/pdf"))
    assert (response.value, response.headers["Content-Type"]) == (b"", "application/pdf")
    with pytest.warns(DeprecationWarning, match="reports.get"):
        made = client.send(ledger.calls.reports.make(id="a"))
    assert made.headers["Content-Type"] == "application/vnd.ledger+json"
    assert client.reports.one().id == "text"
    mock.reply("a,b", endpoint="reports.get", times=1)
    assert client.reports.get("a", accept="text/csv") == "a,b"
    mock.fail("NO_REPORT", endpoint="reports.get", times=1)
    with pytest.raises(ledger.errors.NoReport):
        client.reports.get("a", accept="application/pdf")
    with httpx.Client(transport=mock.transport, base_url="https://ledger.example") as http:
        for accept, media in (
            ("*/*", "application/json"),
            ("text/*, application/json;q=0.5", "text/csv; charset=utf-8"),
            ("text/html, application/pdf;q=0.9, */*;q=0.1", "application/pdf"),
            ("TEXT/CSV", "text/csv; charset=utf-8"),
        ):
            sent = http.get("/reports/a", headers={"Accept": accept})
            assert (sent.status_code, sent.headers["Content-Type"]) == (200, media)
        refused = http.get("/reports/a", headers={"Accept": "text/html, text/csv;q=0"})
        assert refused.status_code == 406


def test_types(project: Path, tmp_path: Path, mypy: Mypy) -> None:
    for name, text in (("program", PROGRAM), ("wrong", WRONG)):
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
        (project / f"{name}.py").write_text(text, "utf-8")
    result = mypy("program.py", cwd=tmp_path, path=[project])
    assert result.returncode == 0, result.stdout
    assert "No overload variant" in mypy("wrong.py", cwd=tmp_path, path=[project]).stdout
    assert mypy("-p", "ledger", cwd=project).stdout == ""
    wrong = pyright(project, exclude=["ledger/_runtime"])
    assert [Path(file).name for file, _, _ in wrong] == ["wrong.py"] * len(wrong) != []


def test_pages(project: Path) -> None:
    page = (project / "docs/en/reports/get.md").read_text("utf-8")
    for line in (
        '`application/json`, with `accept="application/json"`',
        '`text/csv`, with `accept="text/csv"`',
        '`application/pdf`, with `accept="application/pdf"`',
    ):
        assert f"#### {line}" in page
    assert "Text; the call returns `str`." in page
    assert "Media type of the response" in page
    assert '"""' in (project / "ledger/resources/reports.py").read_text("utf-8")


def test_a_media_type_fewer_breaks_programs(tmp_path: Path) -> None:
    specs: list[Spec] = []
    for name, changed in (
        ("old", SPEC["reports"]),
        ("new", SPEC["reports"].replace("text/csv: text, app", "app")),
    ):
        loaded = load(spec_in(tmp_path / name, reports=changed), name)
        specs.append(Spec(loaded.api, name, loaded.sources))
    old, new = specs
    assert [change.rule.id for change in compare(old, new).changes] == ["literal-removed"]
    assert [change.rule.id for change in compare(new, old).changes] == ["literal-added"]


def test_another_type_of_a_media_type_is_a_change(tmp_path: Path) -> None:
    specs: list[Spec] = []
    for name, changed in (
        ("old", SPEC["reports"]),
        ("new", SPEC["reports"].replace("text/csv: text, app", "text/csv: file, app")),
    ):
        loaded = load(spec_in(tmp_path / name, reports=changed), name)
        specs.append(Spec(loaded.api, name, loaded.sources))
    assert [change.rule.id for change in compare(*specs).changes] == ["type-changed"]
