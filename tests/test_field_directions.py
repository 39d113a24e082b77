"""Fields that only requests or only responses have: two classes, which do not depend on who else uses the type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import msgspec
import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in, sent_by_curl, sent_by_python

from specloom.diff import Spec, compare
from specloom.spec import load

API = """
specloom: 1
package: club
version: 0.1.0
client: Club
title: Club
languages: [en, zh]
hosts: [https://club.example]
auth: none
events: {name: event, payload: data, verified: false}
"""
MEMBERS = """
title: Members
endpoints:
  put:
    http: PUT /members/{id}
    path: {id: string}
    body: Member
    responses: {200: Member}
    examples:
      - request: {path: {id: m1}, body: {name: Ann, password: EXAMPLE1, card: {kind: plain, color: red}}}
        response: {status: 200, body: {id: m1, name: Ann}}
  join:
    http: POST /teams
    body:
      title: string
      members: {type: list<Member>, example: [{id: m1, name: Ann, password: EXAMPLE1}]}
      lead: {includes: [Base], fields: {card: Card}}
    responses: {200: Team}
  find:
    http: POST /found
    form: {by: {type: Base, style: brackets}}
    responses: {200: list<Plain>}
types:
  Base: {fields: {id: {type: string, only: response}, name: {type: string, title: Name}}}
  Member:
    title: A member
    includes: [Base]
    fields: {password: {type: string(8..), only: request, secret: true}, card?: Card, friends?: list<Member>, note?: string?}
  Card: {type: PlainCard | GoldCard, tag: kind}
  PlainCard: {fields: {kind: string('plain'), color: string}}
  GoldCard: {fields: {kind: string('gold'), number: {type: string, only: response}, pin?: {type: string, only: request, secret: true}}}
  Team: {fields: {title: string, members: list<Member>, plain?: Plain}}
  Plain: {fields: {name: string}}
events:
  member.joined: {payload: Member}
"""
PROGRAM = """
from collections.abc import Sequence
from typing import assert_type

from club import Club, events, models


def rename(club: Club, member: models.Member) -> models.Member:
    sent = models.MemberRequest(name=member.name, password="12345678", card=models.GoldCardRequest(pin="1"))
    received = club.members.put("m1", body=sent)
    assert_type(received.id, str)
    assert_type(received.friends, Sequence[models.Member] | None)
    team = club.members.join(title="a", members=[sent], lead=models.JoinRequestLead(name="b", card=models.GoldCardRequest()))
    assert_type(team.members, Sequence[models.Member])
    if isinstance(received.card, models.GoldCard):
        assert_type(received.card.number, str)
    return received


def joined(event: events.MemberJoined) -> str:
    return event.payload.id


models.Member(id="1", name="a", password="b")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
models.MemberRequest(id="1", name="a", password="b")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("club")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "members.yaml").write_text(MEMBERS, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def package(project: Path) -> Iterator[ModuleType]:
    with imported(project, "club") as package:
        import club.testing

        assert club.testing
        yield package


def test_each_direction_has_its_fields(package: ModuleType) -> None:
    models = package.models
    assert models.Member.__struct_fields__ == ("id", "name", "card", "friends", "note")
    assert models.MemberRequest.__struct_fields__ == ("name", "password", "card", "friends", "note")
    assert models.JoinRequestLead.__struct_fields__ == ("name", "card")
    assert not hasattr(models, "TeamRequest")  # no request has a team
    assert not hasattr(models, "PlainRequest")


def test_requests_and_responses_over_a_socket(package: ModuleType) -> None:
    models = package.models
    body = {
        "id": "m1",
        "name": "Ann",
        "card": {"kind": "gold", "number": "7"},
        "friends": [{"id": "m2", "name": "Bob", "note": None}],
    }
    with (
        serving(http_response(200, json.dumps(body))) as server,
        package.Club(hosts=[server.url], strict=True) as client,
    ):
        friend = models.MemberRequest(name="Bob", password="12345678", note=None)
        member = client.members.put(
            "m1",
            body=models.MemberRequest(
                name="Ann",
                password="CANARY-password",
                card=models.GoldCardRequest(pin="CANARY"),
                friends=[friend],
            ),
        )
        assert json.loads(server.received[0].body) == {
            "name": "Ann",
            "password": "CANARY-password",
            "card": {"kind": "gold", "pin": "CANARY"},
            "friends": [{"name": "Bob", "password": "12345678", "note": None}],
        }
    assert (member.id, member.card.number, member.friends[0].note) == ("m1", "7", None)
    assert member.note is msgspec.UNSET


def test_a_type_of_the_other_direction_is_rejected(package: ModuleType) -> None:
    with pytest.raises(package.errors.InvalidRequest, match="must be MemberRequest, not Member"):
        package.calls.members.put("m1", body=package.models.Member(id="m1", name="Ann"))


def test_the_mock_requires_what_each_direction_has(package: ModuleType) -> None:
    models, mock = package.models, package.testing.ClubMock()
    with mock.client(strict=True) as client:
        member = client.members.put(
            "m1", body=models.MemberRequest(name="Ann", password="12345678")
        )
        assert member == models.Member(id="m1", name="Ann")
    with httpx.Client(transport=mock.transport) as raw:
        for body, status, place in (
            ({"name": "Ann", "password": "12345678"}, 200, ""),
            ({"name": "Ann"}, 400, "password"),
            ({"name": "Ann", "password": "1234567"}, 400, "password"),
            ({"id": "m1", "name": "Ann", "password": "12345678"}, 200, ""),
        ):
            answer = raw.put("https://club.example/members/m1", json=body)
            assert (answer.status_code, place in answer.text) == (status, True), answer.text


def test_another_endpoint_does_not_change_a_class(tmp_path: Path, project: Path) -> None:
    (tmp_path / "_api.yaml").write_text(API, "utf-8")
    more = "  send: {http: POST /team, body: Team, responses: {200: Team}}\ntypes:\n"
    (tmp_path / "members.yaml").write_text(MEMBERS.replace("types:\n", more), "utf-8")
    api = load(tmp_path, "spec").api
    before = load(project.parent / "spec", "spec").api
    added = {name.name for name in api.types.keys() - before.types.keys()}
    assert added == {"TeamRequest"}
    assert {
        name: [field.wire for field in getattr(named, "fields", ())]
        for name, named in api.types.items()
        if name in before.types
    } == {
        name: [field.wire for field in getattr(named, "fields", ())]
        for name, named in before.types.items()
    }


def test_pages_show_the_fields_of_each_direction(project: Path, package: ModuleType) -> None:
    page = (project / "docs" / "en" / "members" / "put.md").read_text("utf-8")
    request, response = page.split("\n## Example")[0].split("\n## Response")
    assert "| `password`" in request
    assert "Only in requests." in request
    assert "└&nbsp;`number`" not in request
    assert "`number`" in response
    assert "Only in responses." in response
    assert "`pin`" not in response
    for name, curl, sample in samples_in(project):
        assert sent_by_curl(curl) == sent_by_python(sample, package, "Club"), name
    join = (project / "docs" / "en" / "members" / "join.md").read_text("utf-8")
    assert '"m1"' not in join.split("## Example")[1].split("```json")[0]


def test_a_field_that_leaves_a_direction_is_a_change_of_both_classes(tmp_path: Path) -> None:
    endpoint = "endpoints: {put: {http: PUT /things, body: Thing, responses: {200: Thing}}}\n"
    specs = []
    for pin in ("string", "{type: string, only: request}"):
        (tmp_path / "_api.yaml").write_text(API, "utf-8")
        (tmp_path / "things.yaml").write_text(
            f"{endpoint}types: {{Thing: {{fields: {{name: string, pin: {pin}}}}}}}\n", "utf-8"
        )
        specs.append(Spec(load(tmp_path, "spec").api, "spec", {}))
    assert [(change.rule.id, change.subject) for change in compare(*specs).changes] == [
        ("type-changed", "things.put"),
        ("field-removed", "models.Thing"),
        ("type-added", "models.ThingRequest"),
    ]
