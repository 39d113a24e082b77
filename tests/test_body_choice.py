"""Fields of a body that can be sent as JSON or as a form: the argument `media` chooses, the first by default.

Bodies of other fields are endpoints of their own, which share method and path.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator
from email import message_from_bytes
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in, sent_by_curl, sent_by_python

from specloom.spec import load

API = """
specloom: 1
package: people
version: 0.1.0
client: People
title: People
languages: [en, zh]
hosts: [https://people.example]
auth: none
"""
RESOURCE = """
title: Persons
endpoints:
  create:
    http: POST /persons
    title: Create a person
    body:
      name: string(1..10)
      age?: integer(0..)
      tags?: {type: list<string>, style: brackets}
      address?: {style: brackets, fields: {city: string}}
    media: [application/json, application/x-www-form-urlencoded, multipart/form-data]
    responses: {200: {body: {id: integer}}}
    examples:
      - request: {body: {name: Ann, tags: [a, b]}}
        response: {status: 200, body: {id: 1}}
      - request: {header: {Content-Type: application/x-www-form-urlencoded}, body: {name: Bo, tags: [a, b], address: {city: X Y}}}
        response: {status: 200, body: {id: 2}}
      - request: {header: {Content-Type: multipart/form-data}, body: {name: Cy}}
        response: {status: 200, body: {id: 3}}
  import_photo:
    http: POST /persons
    title: Create a person from a photo
    content: {type: file, media: image/png}
    responses: {200: {body: {id: integer}}}
    examples:
      - response: {status: 200, body: {id: 7}}
  import_text:
    http: POST /persons
    title: Create persons from a text
    body: text
    media: [text/csv, text/plain]
    responses: {200: {body: {id: integer}}}
    examples:
      - request: {body: "x"}
        response: {status: 200, body: {id: 8}}
  merge:
    http: PATCH /persons
    title: Change a person
    body: {name: string}
    media: application/merge-patch+json
    responses: {200: {body: {id: integer}}}
    examples:
      - request: {body: {name: Ann}}
        response: {status: 200, body: {id: 4}}
  patch:
    http: PATCH /persons
    title: Change a person step by step
    body: list<json>
    media: application/json-patch+json
    responses: {200: {body: {id: integer}}}
    examples:
      - request: {body: []}
        response: {status: 200, body: {id: 5}}
  replace:
    http: PUT /persons
    title: Replace a person
    body: Person
    media: [application/x-www-form-urlencoded, application/json]
    responses: {204: null}
types:
  Person: {fields: {name: string, age?: integer}}
"""
PROGRAM = """
from people import People
from people.models.persons import CreateRequestAddress as Address

People().persons.create(name="A", age=1, media="application/x-www-form-urlencoded")
People().persons.create(name="A", address=Address(city="X"), media="multipart/form-data")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "persons.yaml").write_text(RESOURCE, "utf-8")
    assert load(folder / "spec", "spec").warnings == ()
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def people(project: Path) -> Iterator[Any]:
    with imported(project, "people") as package:
        import_module("people.testing")
        yield package


def test_the_argument_chooses(people: Any) -> None:
    address = people.models.persons.CreateRequestAddress(city="Z")
    arguments: dict[str, Any] = {"name": "A&B", "tags": ["x", "y"], "address": address}

    async def use_async(url: str) -> None:
        async with people.AsyncPeople(hosts=[url]) as client:
            await client.persons.create(**arguments, media="application/x-www-form-urlencoded")

    response = http_response(200, '{"id": 1}')
    with serving(response) as server, people.People(hosts=[server.url]) as client:
        client.persons.create(**arguments)
        asyncio.run(use_async(server.url))
        call = people.calls.persons.create(**arguments, media="multipart/form-data")
        client.send(pickle.loads(pickle.dumps(call)))
        json, form, parts = server.received
    assert (json.header("content-type"), json.body) == (
        "application/json",
        b'{"name":"A&B","tags":["x","y"],"address":{"city":"Z"}}',
    )
    assert (form.header("content-type"), form.body) == (
        "application/x-www-form-urlencoded",
        b"name=A%26B&tags%5B%5D=x&tags%5B%5D=y&address%5Bcity%5D=Z",
    )
    media = parts.header("content-type").encode()
    message = message_from_bytes(b"Content-Type: " + media + b"\r\n\r\n" + parts.body)
    assert [
        (part.get_param("name", header="content-disposition"), part.get_payload())
        for part in message.walk()
        if not part.is_multipart()
    ] == [("name", "A&B"), ("tags", "x"), ("tags", "y"), ("address", '{"city":"Z"}')]


def test_a_body_of_a_type_has_the_choice_too(people: Any) -> None:
    with serving(http_response(204)) as server, people.People(hosts=[server.url]) as client:
        person = people.models.Person(name="A", age=3)
        client.persons.replace(body=person)
        client.persons.replace(body=person, media="application/json")
        assert [got.body for got in server.received] == [b"name=A&age=3", b'{"name":"A","age":3}']


def test_invalid_values_are_refused_in_every_media_type(people: Any) -> None:
    for media in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data"):
        with pytest.raises(people.errors.InvalidRequest, match="name"):
            people.calls.persons.create(name="", media=media)
    with pytest.raises(people.errors.InvalidRequest, match="media: must be one of"):
        people.calls.persons.create(name="A", media="text/plain")


def test_the_mock_decodes_each_and_finds_the_endpoint_by_media_type(people: Any) -> None:
    mock = people.testing.PeopleMock()
    client = mock.client()
    for media in ("application/json", "application/x-www-form-urlencoded"):
        client.persons.create(name="Ann", tags=["a", "b"], media=media)
        assert mock.calls[-1].endpoint == "persons.create"
        assert mock.calls[-1].arguments["media"] == media
        assert mock.calls[-1].body.tags == ["a", "b"]
    client.persons.create(name="Ann", media="multipart/form-data")
    assert mock.calls[-1].endpoint == "persons.create"
    assert client.persons.import_photo(content=b"\x89PNG").id == 7
    assert client.persons.import_text(body="Ann", media="text/plain").id == 8
    assert client.persons.patch(body=[]).id == 5
    assert client.persons.merge(name="Ann").id == 4
    with pytest.raises(people.errors.ApiError):
        client.request("POST", "/persons", body={"age": 1})


def test_samples_send_the_same(
    project: Path, people: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_bytes(b"photo")
    for page, curl, python in samples_in(project):
        by_curl, by_python = sent_by_curl(curl), sent_by_python(python, people, "People")
        if page in {"merge", "patch"}:  # JSON of another media type is compared as text
            by_curl["content"] = by_python["content"] = ""
        assert by_curl == by_python
