"""Unions of objects without a tag: told apart by required fields, constants and kinds of values."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in, sent_by_curl, sent_by_python

API = """
specloom: 1
package: farm
version: 0.1.0
client: Farm
title: Farm
languages: [en, zh]
hosts: [https://farm.example]
auth: none
"""
PETS = """
title: Pets
endpoints:
  put:
    http: PUT /pets
    body: {pet: Pet, more?: list<Pet | string>, named?: map<Cat | Dog>}
    responses: {200: Pet}
    examples:
      - request: {body: {pet: {name: Rex, bark: loud}, more: [{name: Kit, lives: 9}, word], named: {a: {name: Tim, bark: low}}}}
        response: {status: 200, body: {name: Kit, lives: 8}}
  nest: {http: POST /nests, body: Nest, responses: {200: Nest}}
  check:
    http: POST /checks
    form: {check: {type: Check, style: brackets}, level?: {type: Level, style: deep}}
    responses: {200: {body: {check: Check, levels?: list<Level>}}}
    examples:
      - request: {body: {check: {ok: false, reason: a}, level: {n: 2, b: x}}}
        response: {status: 200, body: {check: {ok: true, id: a}, levels: [{n: 3, b: x}, {n: 1}]}}
types:
  Check: {type: Done | Failed, tag: ok}
  Done: {fields: {ok: boolean(true), id: string}}
  Failed: {fields: {ok: boolean(false), reason: string}}
  Level: {type: One | More, tag: n}
  One: {fields: {n: integer(1..1)}}
  More: {fields: {n: integer(2 | 3), b: string}}
  Pet: {title: A pet, type: Cat | Dog | Fish | Bird?}
  Cat: {title: A cat, fields: {name: string, lives: integer(..9), note?: string?}}
  Dog: {fields: {name: string, bark?: Bark, lives?: string}}
  Fish: {fields: {kind: string('fish' | 'shark'), name?: string}}
  Bird: {type: Owl | Hen, tag: type}
  Owl: {fields: {type: string('owl'), name?: string}}
  Hen: {fields: {type: string('hen'), eggs: integer, born?: date}}
  Bark: {enum: [loud, low]}
  Nest: {fields: {inner?: Nest | Twig | Leaf, at?: integer}, extra: integer}
  Twig: {fields: {inner: Nest | Twig | Leaf, at?: boolean}}
  Leaf: {fields: {at: string, on?: boolean(true)}}
"""
PROGRAM = """
from typing import assert_type

from farm import Farm, models


def feed(farm: Farm) -> str:
    pet = farm.pets.put(pet=models.Cat(name="a", lives=9), more=[models.Dog(name="b"), "c"], named={"d": models.Dog(name="e")})
    if isinstance(pet, models.Cat | models.Owl):
        assert_type(pet, models.Cat | models.Owl)
        return pet.name or ""
    nest = farm.pets.nest(body=models.Nest(inner=models.Leaf(at="x")))
    assert_type(nest.inner, models.Nest | models.Twig | models.Leaf | None)
    return ""
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("farm")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "pets.yaml").write_text(PETS, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def package(project: Path) -> Iterator[ModuleType]:
    with imported(project, "farm") as package:
        import farm.testing

        assert farm.testing
        yield package


def received(package: ModuleType, body: Any, **options: Any) -> Any:
    with (
        serving(http_response(200, json.dumps(body))) as server,
        package.Farm(hosts=[server.url], **options) as client,
    ):
        return client.pets.put(pet=package.models.Dog(name="a"))


def test_each_object_is_of_the_member_that_it_fits(package: ModuleType) -> None:
    models = package.models
    for body, expected in (
        ({"name": "a", "lives": 9}, models.Cat(name="a", lives=9)),
        ({"name": "a", "lives": 9, "note": None}, models.Cat(name="a", lives=9, note=None)),
        ({"name": "a"}, models.Dog(name="a")),
        ({"name": "a", "lives": "9"}, models.Dog(name="a", lives="9")),
        ({"name": "a", "bark": "new"}, models.Dog(name="a", bark=models.Bark("new"))),
        ({"kind": "shark"}, models.Fish(kind="shark")),
        # both fit: the one that lists more fields, then the first
        ({"name": "a", "lives": 9, "bark": "low"}, models.Cat(name="a", lives=9)),
        ({"name": "a", "kind": "fish"}, models.Fish(kind="fish", name="a")),
        ({"type": "owl", "name": "a"}, models.Owl(name="a")),
        ({"type": "hen", "eggs": 2}, models.Hen(eggs=2)),
        (None, None),
    ):
        value = received(package, body, strict=True)
        assert (type(value), value) == (type(expected), expected)


def test_errors_name_the_members_tried(package: ModuleType, caplog: Any) -> None:
    with pytest.raises(package.errors.ProtocolError) as caught:
        received(package, {"kind": "CANARY"}, strict=True)
    text = str(caught.value)
    assert (
        "fits none of the documented objects: not Cat because of name, lives; Dog because of name"
        in text
    )
    assert "Fish because of kind" in text
    assert "CANARY" not in text
    value = received(package, {"kind": "CANARY", "lives": 3, "name": 5})
    assert isinstance(value, package.models.Cat)
    assert value.lives == 3


def test_requests_are_encoded_by_their_class(package: ModuleType) -> None:
    models = package.models
    with (
        serving(http_response(200, "null")) as server,
        package.Farm(hosts=[server.url], strict=True) as client,
    ):
        client.pets.put(
            pet=models.Hen(eggs=1),
            more=["a", models.Fish(kind="fish"), models.Cat(name="b", lives=1, note=None)],
            named={"x": models.Dog(name="c", lives="1")},
        )
        assert json.loads(server.received[0].body) == {
            "pet": {"type": "hen", "eggs": 1},
            "more": ["a", {"kind": "fish"}, {"name": "b", "lives": 1, "note": None}],
            "named": {"x": {"name": "c", "lives": "1"}},
        }
    for arguments, text in (
        (
            {"pet": models.Leaf(at="a")},
            "pet: must be Cat or Dog or Fish or Bird or NoneType, not Leaf",
        ),
        ({"pet": models.Cat(name="a", lives=10)}, "pet.lives: must be at most 9"),
        ({"pet": None, "named": {"x": models.Fish(kind="fish")}}, "named.x: must be Cat or Dog"),
    ):
        with pytest.raises(package.errors.InvalidRequest) as caught:
            package.calls.pets.put(**arguments)
        assert text.split(":")[0] in str(caught.value)
        assert text.split(": ")[1].split(" or None")[0] in str(caught.value)


def test_the_mock_distinguishes_them_too(package: ModuleType) -> None:
    models, mock = package.models, package.testing.FarmMock()
    with mock.client(strict=True) as client:
        pet = client.pets.put(pet=models.Hen(eggs=1), named={"x": models.Dog(name="c", lives="1")})
        assert pet == models.Cat(name="Kit", lives=8)
        assert mock.calls[-1].body.named == {"x": models.Dog(name="c", lives="1")}
    with httpx.Client(transport=mock.transport) as raw:
        for pet, place in (
            ({"name": "a", "lives": 10}, "pet/lives"),
            ({"name": "a", "lives": True}, "pet"),
            ({"name": "a", "bark": "new"}, "pet/bark"),
            ({}, "pet"),
        ):
            answer = raw.put("https://farm.example/pets", json={"pet": pet})
            assert (answer.status_code, place in answer.text) == (400, True), answer.text


def test_tags_are_booleans_and_integers(package: ModuleType, caplog: Any) -> None:
    models, mock = package.models, package.testing.FarmMock()
    with mock.client(strict=True) as client:
        answer = client.pets.check(check=models.Failed(reason="a"), level=models.More(n=2, b="x"))
        assert answer.check == models.Done(id="a")
        assert answer.levels == [models.More(n=3, b="x"), models.One()]
        assert mock.calls[-1].body.check == models.Failed(reason="a")
        assert mock.calls[-1].body.level == models.More(n=2, b="x")
        assert b"check%5Bok%5D=false" in mock.calls[-1].request.body
    body = '{"check": {"ok": null}, "levels": [{"n": 4}, {"n": "1"}, {"n": 1.0}]}'
    with (
        serving(http_response(200, body)) as server,
        package.Farm(hosts=[server.url]) as client,
    ):
        answer = client.pets.check(check=models.Done(id="a"))
        tags = [each.tag for each in (answer.check, *answer.levels)]
        assert tags == [None, 4, "1", 1]


LEAVES = st.fixed_dictionaries({"at": st.text(max_size=2)}, optional={"on": st.just(True)})
NESTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"inner": inner}, optional={"at": st.booleans()}),
        st.dictionaries(
            st.sampled_from(["a", "b", ""]), st.integers(0, 9), min_size=1, max_size=2
        ).flatmap(
            lambda more: st.fixed_dictionaries(
                {"inner": inner}, optional={"at": st.integers()}
            ).map(lambda own: own | more)
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(
    inner=NESTS, more=st.dictionaries(st.text(min_size=1, max_size=2), st.integers(), max_size=2)
)
def test_any_value_is_decoded_and_encoded_unchanged(
    inner: Any, more: Any, package: ModuleType
) -> None:
    from farm._runtime.codec import codec

    value = {"inner": inner, **{key: item for key, item in more.items() if key != "at"}}
    decoded, mismatches = codec(package.models.Nest).decode(json.dumps(value).encode())
    assert mismatches == []
    mock = package.testing.FarmMock()
    with mock.client(strict=True) as client:
        client.pets.nest(body=decoded)
    assert json.loads(mock.calls[-1].request.body) == value
    assert mock.calls[-1].body == decoded


def test_the_time_is_linear_in_the_depth(package: ModuleType) -> None:
    """Each level looks at its own fields only, also where the innermost value fits nothing."""
    from farm._runtime.codec import codec

    def calls(depth: int) -> int:
        value: dict[str, Any] = {"at": 5, "on": False}
        for _ in range(depth):
            value = {"inner": value}
        count = 0

        def count_calls(*_: object) -> None:
            nonlocal count
            count += 1

        codec(package.models.Nest).decode(b'{"inner": {"inner": {"at": "x"}}}')
        sys.setprofile(count_calls)
        try:
            codec(package.models.Nest).convert(value)
        finally:
            sys.setprofile(None)
        return count

    assert calls(80) < 4.5 * calls(20)


def test_pages_and_samples_show_them(project: Path, package: ModuleType) -> None:
    page = (project / "docs" / "en" / "pets" / "put.md").read_text("utf-8")
    assert "The objects have no tag" in page
    assert "bark=models.Bark.LOUD" in page
    assert "lives=9" in page
    for name, curl, sample in samples_in(project):
        assert sent_by_curl(curl) == sent_by_python(sample, package, "Farm"), name
