"""Objects with `extra`: fields that the spec does not list are kept, typed and sent back as they came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in, sent_by_curl, sent_by_python

API = """
specloom: 1
package: depot
version: 0.1.0
client: Depot
title: Depot
languages: [en, zh]
hosts: [https://depot.example]
auth: none
"""
ITEMS = """
title: Items
endpoints:
  put:
    http: PUT /items
    body: Item
    responses: {200: Item}
    examples:
      - request: {body: {id: A1, size: large, parts: {wheel: {id: W1, diameter: 3}}}}
        response: {status: 200, body: {id: A1, size: large, parts: {}, "x-flag": [null, 1.50]}}
  form:
    http: POST /items
    form: {item: {type: Counts, style: brackets}}
    responses: {204: null}
  tell: {http: GET /told, responses: {200: Told}}
types:
  Item:
    title: An item
    fields: {id: string(1..8), note?: string?, size: Size, parts?: Parts, where?: Place, kind?: string}
    extra: json
  Size: {enum: [small, large]}
  Parts: {fields: {lead?: Part}, extra: Part}
  Part: {includes: [Base], fields: {made?: datetime(unix)}}
  Base: {fields: {id: string}, extra: integer(0..9)}
  Place: {fields: {Extra?: {type: string, as: more}, secrets?: {fields: {}, extra: Token}}}
  Token: {type: string, secret: true}
  Counts: {fields: {name: string}, extra: integer}
  Told: {fields: {ok: boolean, when?: {type: list<object>, fields: {day: date}, extra: date}}}
"""
PROGRAM = """
from collections.abc import Mapping
from datetime import date
from typing import Any, assert_type

from depot import Depot, models


def swap(depot: Depot) -> Mapping[str, Any]:
    part = models.Part(id="W1", extra={"diameter": 3})
    parts = models.Parts(lead=part, extra={"wheel": part})
    item = depot.items.put(body=models.Item(id="A1", size=models.Size.LARGE, parts=parts, extra={"a": [1]}))
    assert_type(item.extra, Mapping[str, Any])
    if item.parts:
        assert_type(item.parts.extra, Mapping[str, models.Part])
        assert_type(item.parts.extra["wheel"].extra, Mapping[str, int])
    for day in depot.items.tell().when or ():
        assert_type(day.extra, Mapping[str, date])
    return item.extra
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("depot")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "items.yaml").write_text(ITEMS, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def package(project: Path) -> Iterator[ModuleType]:
    with imported(project, "depot") as package:
        import depot.testing

        assert depot.testing
        yield package


def exact(content: bytes | str) -> Any:
    return json.loads(content, parse_float=Decimal)


def received(package: ModuleType, body: str) -> Any:
    """Return the value of a response with this body."""
    with (
        serving(http_response(200, body)) as server,
        package.Depot(hosts=[server.url], strict=True) as client,
    ):
        return client.items.put(body=package.models.Item(id="A", size=package.models.Size.SMALL))


def sent(package: ModuleType, item: Any) -> bytes:
    """Return the body of the request with this value."""
    with (
        serving(http_response(200, '{"id": "A", "size": "small"}')) as server,
        package.Depot(hosts=[server.url], strict=True) as client,
    ):
        client.items.put(body=item)
        return bytes(server.received[0].body)


BODY = """{"id": "A1", "size": "huge", "": 0, "x": {"a": [null, 1.10, 12345678901234567890]}, "extra": {"id": 1}, "zero": null,
"parts": {"wheel": {"id": "W1", "diameter": 3, "made": 1700000000}}, "where": {"Extra": "b", "gone": 1, "secrets": {"k": "CANARY"}}}"""


def test_further_fields_are_kept_and_sent_back(package: ModuleType) -> None:
    models = package.models
    item = received(package, BODY)
    assert item.extra == {
        "": 0,
        "x": {"a": [None, Decimal("1.10"), 12345678901234567890]},
        "extra": {"id": 1},
        "zero": None,
    }
    assert item.note is msgspec.UNSET
    assert isinstance(item.parts.extra["wheel"], models.Part)
    assert item.parts.extra["wheel"].extra == {"diameter": 3}
    assert item.where.more == "b"
    assert "CANARY" not in repr(item)
    assert "zero" in repr(item)
    expected = exact(BODY)
    del expected["where"]["gone"]  # an object without `extra` ignores what it does not list
    body = sent(package, item)
    assert exact(body) == expected
    assert b"1.10" in body


def test_a_listed_field_cannot_be_set_twice(package: ModuleType) -> None:
    models, put = package.models, package.calls.items.put
    for value, field in (
        (models.Item(id="A", size="small", extra={"note": "b"}), "body.extra.note"),
        (
            models.Item(id="A", size="small", parts=models.Parts(extra={"a": 1})),
            "body.parts.extra.a",
        ),
        (models.Item(id="A", size="small", extra={1: 2}), "body.extra"),
        (models.Item(id="A", size="small", extra=[]), "body.extra"),
        (
            models.Item(
                id="A", size="small", parts=models.Parts(lead=models.Part(id="", extra={"a": 10}))
            ),
            "body.parts.lead.extra.a",
        ),
    ):
        with pytest.raises(package.errors.InvalidRequest) as caught:
            put(body=value)
        assert caught.value.field == field


def test_a_value_of_another_type_is_reported_and_kept(package: ModuleType) -> None:
    body = '{"id": "A1", "size": "large", "parts": {"wheel": {"id": "W", "diameter": "3"}}}'
    with pytest.raises(package.errors.ProtocolError, match=r"\$\.parts\.wheel\.diameter"):
        received(package, body)
    with (
        serving(http_response(200, body)) as server,
        package.Depot(hosts=[server.url]) as client,
    ):
        call = package.calls.items.put(
            body=package.models.Item(id="A", size=package.models.Size.LARGE)
        )
        assert client.send(call).value.parts.extra["wheel"].extra == {"diameter": "3"}


def test_the_mock_checks_and_receives_further_fields(package: ModuleType) -> None:
    models, mock = package.models, package.testing.DepotMock()
    part = models.Part(id="W1", extra={"diameter": 3})
    item = models.Item(
        id="A1", size=models.Size.LARGE, parts=models.Parts(extra={"w": part}), extra={"x": [None]}
    )
    with mock.client(strict=True) as client:
        answer = client.items.put(body=item)
        assert mock.calls[-1].body == item
        assert answer.extra == {"x-flag": [None, Decimal("1.50")]}
        client.items.form(item=models.Counts(name="a", extra={"b": 2}))
        assert mock.calls[-1].body.item == models.Counts(name="a", extra={"b": 2})
        mock.reply(item, endpoint="items.put")
        assert client.items.put(body=item) == item
    import httpx

    with httpx.Client(transport=mock.transport) as raw:
        for body, place in (
            ({"id": "A", "size": "large", "parts": {"w": {"id": "W", "d": 10}}}, "w/extra/d"),
            ({"id": "A", "size": "large", "parts": {"w": {"id": "W", "d": "1"}}}, "parts/w/d"),
        ):
            answer = raw.put("https://depot.example/items", json=body)
            assert (answer.status_code, place in answer.text) == (400, True), answer.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
PARTS = st.dictionaries(
    NAMES,
    st.fixed_dictionaries({"id": st.text(st.characters(exclude_categories=["Cs"]))}).flatmap(
        lambda base: st.dictionaries(
            NAMES.filter(lambda name: name not in ("id", "made")), st.integers(0, 9), max_size=3
        ).map(lambda more: base | more)
    ),
    max_size=3,
)


@settings(max_examples=200, deadline=None)
@given(
    more=st.dictionaries(
        NAMES.filter(lambda n: n not in ("id", "note", "size", "parts", "where", "kind")), JSON
    ),
    note=st.sampled_from([{}, {"note": None}, {"note": ""}]),
    parts=PARTS,
)
def test_any_value_is_decoded_and_encoded_unchanged(
    more: Any, note: Any, parts: Any, package: ModuleType
) -> None:
    from depot._runtime.codec import codec

    value = {"id": "A", "size": "large", **note, "parts": parts, **more}
    decoded, mismatches = codec(package.models.Item).decode(json.dumps(value).encode())
    assert mismatches == []
    mock = package.testing.DepotMock()
    with mock.client(strict=True) as client:
        client.items.put(body=decoded)
    assert json.loads(mock.calls[-1].request.body) == value
    assert mock.calls[-1].body == decoded


def test_pages_and_samples_show_further_fields(project: Path, package: ModuleType) -> None:
    page = (project / "docs" / "en" / "items" / "put.md").read_text("utf-8")
    assert "other fields" in page
    assert "`.extra`" in page
    assert "其他字段" in (project / "docs" / "zh" / "items" / "put.md").read_text("utf-8")
    for name, curl, sample in samples_in(project):
        assert sent_by_curl(curl) == sent_by_python(sample, package, "Depot"), name
    assert "extra={" in page
