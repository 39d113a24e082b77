"""Ranges of successes: `2XX` is any success without a response of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import Server, http_response, serving

from specloom.diff import Spec, compare
from specloom.spec import load

SPEC = {
    "_api": """
specloom: 1
package: depot
version: 0.1.0
client: Depot
title: Depot
languages: [en]
hosts: [https://depot.example]
auth: none
""",
    "parcels": """
title: Parcels
endpoints:
  put:
    http: PUT /parcels/{id}
    path: {id: string}
    responses:
      204: null
      2XX: {body: Parcel, headers: {Location?: string}}
    examples:
      - {request: {path: {id: a}}, response: {status: 201, body: {id: a}}}
  get:
    http: GET /parcels/{id}
    path: {id: string}
    responses: {2XX: Parcel}
types:
  Parcel: {fields: {id: string}}
""",
}
PROGRAM = """
from typing import assert_type

from depot import AsyncDepot, Depot, calls, models
from depot import Response


def main(client: Depot) -> None:
    assert_type(client.parcels.get("a"), models.Parcel)
    assert_type(client.parcels.put("a"), models.Parcel | None)
    assert_type(client.send(calls.parcels.get("a")), Response[models.Parcel])


async def other(client: AsyncDepot) -> None:
    assert_type(await client.parcels.put("a"), models.Parcel | None)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("depot")
    (folder / "spec").mkdir()
    for name, text in SPEC.items():
        (folder / "spec" / f"{name}.yaml").write_text(text, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def depot(project: Path) -> Iterator[Any]:
    with imported(project, "depot") as package:
        import_module("depot.testing")
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def test_a_status_of_its_own_precedes_the_range(
    depot: Any, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with depot.Depot(hosts=[server.url], strict=True, max_attempts=1) as client:
        server.respond_with(http_response(204))
        assert client.parcels.put("a") is None
        for status in (200, 201, 202, 226):
            server.respond_with(http_response(status, '{"id": "a"}', ("Location", "/a")))
            response = client.send(depot.calls.parcels.put("a"))
            assert (response.status, response.value.id) == (status, "a")
            assert client.parcels.get("a").id == "a"
        for status in (301, 304):
            server.respond_with(http_response(status))
            with pytest.raises(depot.errors.ProtocolError):
                client.parcels.get("a")
        server.respond_with(http_response(400, '{"id": "a"}'))
        with pytest.raises(depot.errors.ApiError):
            client.parcels.get("a")
    assert caplog.records == []


def test_a_mock_responds_within_the_range(depot: Any) -> None:
    mock = depot.testing.DepotMock()
    client = mock.client(strict=True)
    assert client.send(depot.calls.parcels.put("a")).status == 201
    response = client.send(depot.calls.parcels.get("a"))
    assert (response.status, response.value.id) == (200, "text")
    mock.reply({"id": "b"}, endpoint="parcels.get", times=1)
    assert client.parcels.get("b").id == "b"


def test_a_range_of_the_same_type_breaks_no_program(tmp_path: Path) -> None:
    specs: list[Spec] = []
    for name, responses in (("old", "{200: Parcel}"), ("new", "{2XX: Parcel}")):
        (tmp_path / name).mkdir()
        for file, text in SPEC.items():
            changed = text.replace("responses: {2XX: Parcel}", f"responses: {responses}")
            (tmp_path / name / f"{file}.yaml").write_text(changed, "utf-8")
        loaded = load(tmp_path / name, name)
        specs.append(Spec(loaded.api, name, loaded.sources))
    assert [change.rule.id for change in compare(*specs).changes] == ["status-added"]


def test_pages(project: Path) -> None:
    page = (project / "docs/en/parcels/put.md").read_text("utf-8")
    assert "### 204 No Content" in page
    assert "### 2XX (any other success)" in page
