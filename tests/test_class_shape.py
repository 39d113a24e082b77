"""Shape of generated classes: it depends on their declaration, not on their uses."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import CASES, ROOT, imported, write

from specloom.model import Object
from specloom.spec import load
from specloom.targets import files

SPECS = {
    "kitchen_sink": CASES / "kitchen_sink" / "spec",
    "wechatpay": ROOT / "specs" / "wechatpay",
    "weixin": ROOT / "specs" / "weixin",
}
API = """
specloom: 1
package: shop
version: 0.1.0
client: Shop
title: Shop
languages: [en]
hosts: [https://shop.example]
auth: none
"""
USES = {
    "sent": "  put:\n    http: PUT /things\n    body: Thing\n    responses: {204: null}\n",
    "received": "  get:\n    http: GET /things\n    responses: {200: list<Thing>}\n",
    "sent within": "  patch:\n    http: PATCH /things\n    body: {thing: Thing}\n    responses: {204: null}\n",
    "in an error": "  head:\n    http: HEAD /things\n    responses: {204: null}\n    errors: [{status: 422, body: Thing}]\n",
}
FIELDS = [
    "string(1..5)",
    "integer(0..9)",
    "decimal(>0..)",
    "list<string(..3)>(1..2)",
    "map<integer(0..)>",
    "Kind",
    "list<Kind>",
    "Thing",
    "Either",
    "bytes(..9)",
    "duration(s)",
]


def classes(spec: Path) -> dict[str, str]:
    """Return the source of each model class, by module and name."""
    sources: dict[str, str] = {}
    for path, code in files(load(spec, spec.name).api, "project").items():
        if "models" in path.parts:
            for node in ast.parse(code).body:
                if isinstance(node, ast.ClassDef):
                    sources[f"{'.'.join(path.parts)} {node.name}"] = (
                        ast.get_source_segment(code, node) or ""
                    )
    return sources


def written(folder: Path, uses: list[str], fields: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "_api.yaml").write_text(API, "utf-8")
    endpoints = "".join(["endpoints:\n", *(USES[use] for use in uses)]) if uses else ""
    types = "  Kind: {enum: [a, b]}\n  Either: {type: string(..4) | list<Thing>(..3)}\n"
    (folder / "things.yaml").write_text(
        f"title: Things\n{endpoints}types:\n{types}  Thing: {{fields: {{{fields}}}}}\n", "utf-8"
    )
    return folder


@pytest.mark.parametrize("name", SPECS)
def test_a_new_endpoint_changes_no_existing_class(name: str, tmp_path: Path) -> None:
    api = load(SPECS[name], name).api
    shutil.copytree(SPECS[name], tmp_path / "spec")
    # All types that others can use, both ways, and in a list.
    named = [
        each.name for each in api.types.values() if not isinstance(each, Object) or each.shared
    ]
    places = [
        ".".join([*(part for part in each.module if part != "_types"), each.name]) for each in named
    ]
    body = (
        "{" + ", ".join(f"t{number}?: list<{place}>" for number, place in enumerate(places)) + "}"
    )
    (tmp_path / "spec" / "zz.yaml").write_text(
        f"title: More\nendpoints:\n  more:\n    http: POST /zz\n    body: {body}\n    responses: {{200: {{body: {body}}}}}\n",
        "utf-8",
    )
    before, after = classes(SPECS[name]), classes(tmp_path / "spec")
    assert before == {key: source for key, source in after.items() if key in before}
    assert len(after) == len(before) + 2


@settings(max_examples=25, deadline=None)
@given(
    uses=st.lists(st.sampled_from(sorted(USES)), unique=True, min_size=1),
    fields=st.lists(
        st.tuples(st.sampled_from(FIELDS), st.sampled_from(["", "?"]), st.sampled_from(["", "?"])),
        min_size=1,
        max_size=5,
    ),
)
def test_a_class_does_not_depend_on_its_uses(
    uses: list[str], fields: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("spec")
    # What holds itself may be left out, or no value of it had an end.
    shown = ", ".join(
        f"f{at}{'?' if type == 'Thing' else absent}: {type}{null}"
        for at, (type, absent, null) in enumerate(fields)
    )
    alone, used = classes(written(folder / "a", [], shown)), classes(
        written(folder / "b", uses, shown)
    )
    assert {key: used[key] for key in alone} == alone
    assert "Thing" in " ".join(alone)


def test_absent_and_null_are_distinguished(tmp_path: Path) -> None:
    source = classes(
        written(
            tmp_path / "spec",
            ["received"],
            "nick?: string(..5)?, name?: string, tags: list<string>(..3)",
        )
    )["shop.models.things.py Thing"]
    assert "nick: Annotated[str, limited(max_length=5)] | UnsetType | None = UNSET" in source
    assert "name: str | None = None" in source
    assert "tags: Annotated[Sequence[str], limited(max_length=3)]" in source


def test_responses_are_decoded_by_the_same_rules(tmp_path: Path) -> None:
    write(
        written(
            tmp_path / "spec",
            ["received", "sent"],
            "nick?: string(..5)?, name?: string, tags: list<string>(..1)",
        ),
        tmp_path / "project",
    )
    content = b'[{"tags":["long","list"],"nick":"far too long","name":"a"},{"tags":[],"nick":null},{"tags":[]}]'
    with imported(tmp_path / "project", "shop") as package:
        transport = httpx.MockTransport(
            lambda request: httpx.Response(
                200, content=content, headers={"Content-Type": "application/json"}
            )
        )
        with package.Shop(transport=transport, strict=True) as client:  # limits are no mismatch
            things = client.things.get()
            assert [(one.nick, one.name) for one in things] == [
                ("far too long", "a"),
                (None, None),
                (package.UNSET, None),
            ]
        with (
            package.Shop(transport=transport) as client,
            pytest.raises(
                package.errors.InvalidRequest, match="nick: must have at most 5 characters"
            ),
        ):
            client.things.put(body=package.models.Thing(tags=[], nick="too long"))
