"""The spec language has the forms that the benchmark of public OpenAPI documents counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bench.constructs import Document
from tests.bench.forms import FORMS, Form

from specloom.spec import load
from specloom.targets import files

API = """\
specloom: 1
package: shop
version: 1.0.0
client: Shop
title: Shop
languages: [en]
hosts: [https://api.example.com]
"""


@pytest.mark.parametrize(
    ("construct", "form"), [(name, form) for name, form in FORMS.items() if form is not None]
)
def test_a_form_is_a_spec_without_problems(construct: str, form: Form, tmp_path: Path) -> None:
    api = API
    for line in form.api.splitlines():
        key = line.split(":")[0]
        api = "".join(each for each in api.splitlines(True) if each.split(":")[0] != key)
    (tmp_path / "_api.yaml").write_text(f"{api}{form.api}\n", "utf-8")
    (tmp_path / "x.yaml").write_text(form.resource, "utf-8")
    assert files(load(tmp_path, "spec").api, "project"), construct


def test_values_that_contradict_their_type_are_no_construct() -> None:
    document = Document({})
    assert document.schema({"type": "string", "enum": ["07", 8]}) == frozenset()
    assert document.schema({"enum": ["auto", 1]}) == {"values of several types"}
    assert document.schema({"type": "object", "enum": [{}]}) == {"objects as values"}


def test_kinds_of_bodies_are_found() -> None:
    def constructs(*media: str) -> set[str]:
        content: dict[str, None] = dict.fromkeys(media)
        operation = {"requestBody": {"content": content}}
        return set(*Document({"paths": {"/": {"post": operation}}}).operations())

    form = "application/x-www-form-urlencoded"
    choice, several = "body as JSON or a form", "bodies of several kinds"
    assert constructs("application/json", "application/a+json") == {"JSON body", "other JSON body"}
    assert constructs("application/json", form) == {"JSON body", "form body", choice}
    assert constructs("text/json", form, "text/xml") == {
        *("JSON body", "form body", "XML body"),
        *(choice, several),
    }


def test_constructs_of_an_operation_are_found() -> None:
    pet = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}}}
    document = Document(
        {
            "servers": [{"url": "https://{tenant}.example.com"}],
            "components": {
                "schemas": {
                    "Pet": {**pet, "properties": {**pet["properties"], "next": {"$ref": "#/components/schemas/Pet"}}},  # type: ignore[dict-item]
                    "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object"}]},
                },
                "securitySchemes": {
                    "key": {"type": "apiKey", "in": "cookie"},
                    "user": {"type": "http", "scheme": "Bearer"},
                },
            },
            "security": [{"key": [], "user": []}],
            "paths": {
                "/pets": {
                    "parameters": [{"in": "cookie", "name": "s", "schema": {"type": "string"}}],
                    "get": {
                        "responses": {
                            "2XX": {
                                "content": {
                                    "application/json": {
                                        "schema": {
                                            "type": "array",
                                            "items": {"$ref": "#/components/schemas/Cat"},
                                        }
                                    },
                                    "text/csv": {},
                                }
                            },
                            "default": {
                                "content": {
                                    "application/problem+json": {
                                        "schema": {"oneOf": [pet, {"type": "object"}]}
                                    }
                                }
                            },
                        }
                    },
                }
            },
        }
    )
    assert [set(each) for each in document.operations()] == [
        {
            "cookie",
            "host variables",
            "key in a cookie",
            "bearer authentication",
            "two credentials at once",
            "range of success statuses",
            "several media types of a response",
            "JSON response",
            "text response",
            "fields of several types",
            "read-only field",
            "body of all other errors",
            "union of objects without a tag",
        }
    ]
