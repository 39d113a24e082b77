"""Objects with `includes`: the classes, the requests and responses over a socket, the mock and the pages have the fields of all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving

from specloom.spec import load

API = """
specloom: 1
package: zoo
version: 0.1.0
client: Zoo
title: Zoo
languages: [en, zh]
hosts: [https://zoo.example]
auth: none
"""
TYPES = """
types:
  Named: {fields: {name: {type: string(1..20), title: Name, secret: true}, note?: string?}}
  Tagged: {fields: {id: string | integer, tags?: list<string>}}
  Keeper: {includes: [Named], fields: {since: date}}
"""
PETS = """
title: Pets
endpoints:
  put:
    http: PUT /pets
    body: Dog
    responses: {200: Puppy}
types:
  Dog: {title: A dog, includes: [Tagged, Named], fields: {id: string(1..8), breed?: string, keeper: Keeper}}
  Puppy:
    includes: [Dog]
    fields:
      born: {type: datetime, title: Birth}
      breed: string('pug' | 'corgi')
      home?: {type: list<object>, includes: [Tagged], fields: {city: string}}
"""
PROGRAM = """
from collections.abc import Sequence
from datetime import date
from typing import assert_type

from zoo import Zoo, models


def adopt(zoo: Zoo, name: str) -> models.Puppy:
    keeper = models.Keeper(name=name, since=date(2025, 1, 2))
    dog = models.Dog(id="d1", name=name, keeper=keeper)
    assert_type(dog.id, str)
    puppy = zoo.pets.put(body=dog)
    assert_type(puppy.tags, Sequence[str] | None)
    return puppy
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zoo")
    (folder / "spec").mkdir()
    for name, text in (("_api", API), ("_types", TYPES), ("pets", PETS)):
        (folder / "spec" / f"{name}.yaml").write_text(text, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def package(project: Path) -> Iterator[ModuleType]:
    with imported(project, "zoo") as package:
        import zoo.testing

        assert zoo.testing
        yield package


def test_included_fields_come_first_and_own_ones_replace_them(package: ModuleType) -> None:
    models = package.models
    assert models.Dog.__struct_fields__ == ("id", "tags", "name", "note", "breed", "keeper")
    assert models.Puppy.__struct_fields__ == (*models.Dog.__struct_fields__, "born", "home")
    required = {field.name for field in msgspec.structs.fields(models.Puppy) if field.required}
    assert required == {"id", "name", "breed", "keeper", "born"}
    assert models.PuppyHome.__struct_fields__ == ("id", "tags", "city")
    dog = models.Dog(id="d", name="CANARY", keeper=models.Keeper(name="CANARY", since=None))
    assert "CANARY" not in repr(dog)


def test_requests_and_responses_have_all_fields(package: ModuleType) -> None:
    models = package.models
    sent = {
        "id": "d1",
        "name": "Rex",
        "note": None,
        "keeper": {"name": "Ann", "since": "2025-01-02"},
    }
    received = {
        **sent,
        "breed": "pug",
        "born": "2025-01-02T03:04:05Z",
        "home": [{"id": 7, "city": "Wien"}],
    }
    with (
        serving(http_response(200, json.dumps(received))) as server,
        package.Zoo(hosts=[server.url], strict=True) as client,
    ):
        puppy = client.pets.put(body=msgspec.convert(sent, models.Dog))
        assert json.loads(server.received[0].body) == sent
    assert isinstance(puppy, models.Puppy)
    assert (puppy.home[0].id, puppy.home[0].city, puppy.breed) == (7, "Wien", "pug")


def test_limits_of_included_fields_hold_and_the_mock_checks_them(package: ModuleType) -> None:
    models, mock = package.models, package.testing.ZooMock()
    keeper = msgspec.convert({"name": "Ann", "since": "2025-01-02"}, models.Keeper)
    with mock.client(strict=True) as client:
        puppy = client.pets.put(body=models.Dog(id="d1", name="Rex", keeper=keeper))
        assert puppy.breed in ("pug", "corgi")
        for arguments, field in (({"id": "d" * 9}, "id"), ({"name": ""}, "name")):
            with pytest.raises(package.errors.InvalidRequest) as caught:
                client.pets.put(
                    body=models.Dog(**{"id": "d1", "name": "Rex", "keeper": keeper, **arguments})
                )
            assert field in str(caught.value)


def test_pages_have_all_fields(project: Path) -> None:
    page = (project / "docs" / "en" / "pets" / "put.md").read_text("utf-8")
    for name in ("id", "tags", "name", "note", "breed", "keeper", "born", "home", "city"):
        assert f"`{name}`" in page, name


def test_long_chains_of_includes_are_read(tmp_path: Path) -> None:
    (tmp_path / "_api.yaml").write_text(API, "utf-8")
    links = [
        f"  T{at}: {{includes: [T{at + 1}], fields: {{f{at % 5}?: string}}}}" for at in range(3000)
    ]
    (tmp_path / "_types.yaml").write_text("\n".join(["types:", *links, "  T3000: {fields: {}}"]))
    api = load(tmp_path, "spec").api
    assert max(len(named.fields) for named in api.types.values()) == 5  # type: ignore[union-attr]
