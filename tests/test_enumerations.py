"""Open and closed enumerations in requests and responses."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import httpx
import pytest
from tests.generated import imported, write

API = """
specloom: 1
package: kiosk
version: 0.1.0
client: Kiosk
title: Kiosk
languages: [en]
hosts: [https://kiosk.example]
auth: none
"""
RESOURCE = """
title: Items
endpoints:
  find:
    http: POST /items
    query: {sort: Sort, sorts: {type: list<Sort>, style: comma}}
    header: {X-Heat: Heat}
    form: {sort_by: Sort, heat: Heat}
    responses: {200: {body: {sort: Sort, heat: Heat}}}
  filter:
    http: GET /items
    query: {by?: {style: brackets, fields: {sort?: Sort, level?: Level}}, levels?: list<Level>, heat?: Heat}
    responses: {204: null}
  put:
    http: PUT /items
    body: {sort: Sort, heat: Heat, sorts: list<Sort>}
    responses: {200: Found}
types:
  Sort: {enum: {"": {as: UNSORTED, en: as stored}, asc: upwards}}
  Heat: {enum: {"": {as: NONE}, Hot: hot}, closed: true}
  Level: {type: integer, enum: [1, 2]}
  Found: {fields: {sort: Sort, heat: Heat}}
"""


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("kiosk")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "items.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    with imported(folder / "project", "kiosk") as package:
        import kiosk.testing

        assert kiosk.testing
        yield package


def test_the_empty_string_is_a_value_like_any_other(kiosk: ModuleType) -> None:
    models = kiosk.models
    sent: list[tuple[bytes, str | None, bytes]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.query, request.headers.get("X-Heat"), request.read()))
        return httpx.Response(200, json={"sort": "", "heat": ""})

    fields = {
        "sorts": [models.Sort.UNSORTED, models.Sort.ASC],
        "heat": models.Heat.NONE,
        "sort": models.Sort.UNSORTED,
    }
    with (
        kiosk.Kiosk(transport=httpx.MockTransport(respond)) as client,
        kiosk.testing.KioskMock().client() as mocked,
    ):
        for one in (client, mocked):
            for item in (
                one.items.find(**fields, x_heat=models.Heat.NONE, sort_by=models.Sort.UNSORTED),
                one.items.put(**fields),
            ):
                assert (item.sort, item.heat) == (models.Sort.UNSORTED, models.Heat.NONE)
    assert sent == [
        (b"sort=&sorts=,asc", "", b"sort_by=&heat="),
        (b"", None, b'{"sort":"","heat":"","sorts":["","asc"]}'),
    ]


def test_requests_accept_any_value_of_an_open_enumeration_and_listed_values_of_a_closed_one(
    kiosk: ModuleType,
) -> None:
    calls, models, errors = kiosk.calls.items, kiosk.models, kiosk.errors
    sent: list[bytes] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.query)
        return httpx.Response(204)

    class Text(str):
        """As frameworks have them."""

    with kiosk.Kiosk(transport=httpx.MockTransport(respond)) as client:
        client.send(
            calls.filter(
                by=models.FilterBy(sort="NEW", level=9), levels=[1, 9, models.Level.N2], heat="Hot"
            )
        )
        client.send(
            calls.filter(
                by=models.FilterBy(sort=Text("asc")), levels=[models.Level(7)], heat=models.Heat.HOT
            )
        )
        for wrong in (
            {"heat": "NEW"},
            {"by": models.FilterBy(sort=5)},
            {"by": models.FilterBy(sort=models.Heat.HOT)},
            {"levels": [True]},
            {"levels": ["1"]},
        ):
            with pytest.raises(errors.InvalidRequest):
                client.send(calls.filter(**wrong))
    assert sent == [
        b"by%5Bsort%5D=NEW&by%5Blevel%5D=9&levels=1&levels=9&levels=2&heat=Hot",
        b"by%5Bsort%5D=asc&levels=7&heat=Hot",
    ]
