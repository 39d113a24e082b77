"""The export of an import means the same as the document, for every construct that the language has of OpenAPI.

The judge, `openapi_meaning`, is written from the standard. An open enumeration, to which a client keeps unlisted values, counts as its values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.openapi_meaning import Meaning

from specloom.exporters import openapi
from specloom.importers.openapi import import_document
from specloom.spec import load

HEAD = """
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
servers: [{url: https://api.shop.example/v1}]
"""
OK = "responses: {'204': {description: Done}}"
THING = "{type: object, required: [id], properties: {id: {type: string}, size: {type: integer}}}"


def _get(parameters: str) -> str:
    return f"paths: {{/x: {{get: {{operationId: getX, parameters: [{parameters}], {OK}}}}}}}"


def _send(content: str) -> str:
    body = f"requestBody: {{required: true, content: {{{content}}}}}"
    return f"paths: {{/x: {{post: {{operationId: sendX, {body}, {OK}}}}}}}"


def _receive(responses: str, rest: str = "") -> str:
    return f"paths: {{/x: {{get: {{operationId: getX, responses: {{{responses}}}}}}}}}\n{rest}"


def _json(schema: str, rest: str = "") -> str:
    content = f"content: {{application/json: {{schema: {schema}}}}}"
    return _receive(f"'200': {{description: Found, {content}}}", rest)


def _field(schema: str, rest: str = "") -> str:
    return _json(f"{{type: object, required: [a], properties: {{a: {schema}, b: {schema}}}}}", rest)


def _schemas(rows: str) -> str:
    return f"components: {{schemas: {{{rows}}}}}"


def _security(schemes: str, security: str) -> str:
    operation = f"{{operationId: getX, {OK}}}"
    return f"security: {security}\ncomponents: {{securitySchemes: {{{schemes}}}}}\npaths: {{/x: {{get: {operation}}}}}"


CAT = "Cat: {type: object, required: [kind, name], properties: {kind: {const: cat}, name: {type: string}}}"
DOG = "Dog: {type: object, required: [kind, bark], properties: {kind: {const: dog}, bark: {type: boolean}}}"
PETS = "[{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]"
TOKEN = "token: {type: http, scheme: bearer}"
KEY = "key: {type: apiKey, in: header, name: X-Key}"

CONSTRUCTS: Mapping[str, str] = {
    # types
    "limits of strings": _field("{type: string, minLength: 2, maxLength: 5}"),
    "pattern": _field("{type: string, pattern: '^[a-z]+$'}"),
    "alternatives in a pattern": _field("{type: string, pattern: '^(?:a|b)$'}"),
    "ranges": _field("{type: number, minimum: 1, exclusiveMaximum: 5}"),
    "ranges of integers": _field("{type: integer, minimum: 1, maximum: 5}"),
    "values": _field("{type: string, enum: [a, b]}"),
    "constant": _field("{type: string, const: a}"),
    "constant boolean": _field("{type: boolean, const: true}"),
    "null": _field("{type: [string, 'null']}"),
    "times": _field("{type: string, format: date-time}"),
    "dates": _field("{type: string, format: date}"),
    "Base64": _field("{type: string, contentEncoding: base64}"),
    "lists": _field("{type: array, items: {type: string}, minItems: 1, maxItems: 3}"),
    "maps": _field("{type: object, additionalProperties: {type: integer}}"),
    "any value": _field("{}"),
    "default": _json("{type: object, properties: {a: {type: integer, default: 3}}}"),
    "objects in objects": _field("{type: object, properties: {c: {type: string}}}"),
    "named enum": _field("{$ref: '#/components/schemas/E'}", _schemas("E: {type: string, enum: [a, b]}")),
    "null or a type": _field("{anyOf: [{$ref: '#/components/schemas/T'}, {type: 'null'}]}", _schemas(f"T: {THING}")),
    "allOf": _json(
        "{allOf: [{$ref: '#/components/schemas/T'}, {type: object, required: [c], properties: {c: {type: string}}}]}",
        _schemas(f"T: {THING}"),
    ),
    "several kinds": _field("{anyOf: [{type: string}, {type: integer}]}"),
    "objects without a tag": _field(f"{{oneOf: {PETS}}}", _schemas(f"{CAT}, {DOG}")),
    "tag": _field(
        f"{{oneOf: {PETS}, discriminator: {{propertyName: kind, mapping: {{cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}}}}}",
        _schemas(f"{CAT}, {DOG}"),
    ),
    "fields beside known ones": _json(
        "{$ref: '#/components/schemas/T'}",
        _schemas("T: {type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}"),
    ),
    "recursion": _field("{type: array, items: {type: array, items: {type: string}}}"),
    # requests
    "path": f"paths: {{'/x/{{id}}': {{get: {{operationId: getX, parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}], {OK}}}}}}}",
    "query": _get("{name: a, in: query, required: true, schema: {type: string}}, {name: b, in: query, schema: {type: integer, default: 2}}"),
    "header": _get("{name: X-A, in: header, schema: {type: string}}"),
    "cookie": _get("{name: a, in: cookie, required: true, schema: {type: string}}"),
    "lists in a query": _get("{name: a, in: query, schema: {type: array, items: {type: string}}}"),
    "lists with commas": _get("{name: a, in: query, explode: false, schema: {type: array, items: {type: string}}}"),
    "lists with pipes": _get("{name: a, in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {type: string}}}"),
    "lists with spaces": _get("{name: a, in: query, style: spaceDelimited, explode: false, schema: {type: array, items: {type: string}}}"),
    "deep objects": _get("{name: a, in: query, style: deepObject, explode: true, schema: {type: object, properties: {c: {type: string}}}}"),
    "JSON in a query": _get(f"{{name: a, in: query, content: {{application/json: {{schema: {THING}}}}}}}"),
    "JSON body": _send(f"application/json: {{schema: {THING}}}"),
    "another JSON media type": _send(f"application/merge-patch+json: {{schema: {THING}}}"),
    "form": _send(f"application/x-www-form-urlencoded: {{schema: {THING}}}"),
    "list of objects in a form": _send(
        f"application/x-www-form-urlencoded: {{schema: {{type: object, properties: {{a: {{type: array, items: {THING}}}}}}}, encoding: {{a: {{style: deepObject, explode: true}}}}}}"
    ),
    "JSON or a form": _send(f"application/json: {{schema: {THING}}}, application/x-www-form-urlencoded: {{schema: {THING}}}"),
    "multipart": _send("multipart/form-data: {schema: {type: object, required: [f], properties: {f: {type: string, format: binary}, n: {type: string}}}, encoding: {f: {contentType: image/png}}}"),
    "binary body": _send("application/octet-stream: {schema: {type: string, format: binary}}"),
    "image body": _send("image/png: {schema: {type: string, format: binary}}"),
    "text body": _send("text/plain: {schema: {type: string}}"),
    "fields of one direction": (
        "paths: {/x: {post: {operationId: sendX, requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/U'}}}}, "
        "responses: {'200': {description: Made, content: {application/json: {schema: {$ref: '#/components/schemas/U'}}}}}}}}\n"
        + _schemas("U: {type: object, required: [id, name, password], properties: {id: {type: string, readOnly: true}, name: {type: string}, password: {type: string, writeOnly: true}}}")
    ),
    # responses
    "no content": _receive("'204': {description: Done}"),
    "any success": _receive(f"2XX: {{description: Good, content: {{application/json: {{schema: {THING}}}}}}}"),
    "several media types": _receive(f"'200': {{description: Report, content: {{application/json: {{schema: {THING}}}, text/csv: {{schema: {{type: string}}}}}}}}"),
    "download": _receive("'200': {description: File, content: {application/octet-stream: {schema: {type: string, format: binary}}}}"),
    "text": _receive("'200': {description: Text, content: {text/plain: {schema: {type: string}}}}"),
    "response headers": _receive("'200': {description: Found, headers: {X-Total: {required: true, schema: {type: integer}}, Link: {schema: {type: string}}}}"),
    "errors": _receive("'204': {description: Done}, '404': {description: There is none, content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}", _schemas(f"T: {THING}")),
    "ranges of errors": _receive("'204': {description: Done}, 4XX: {description: Wrong, content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}, default: {description: Else}", _schemas(f"T: {THING}")),
    "server-sent events": _receive(f"'200': {{description: Events, content: {{text/event-stream: {{schema: {THING}}}}}}}"),
    "JSON lines": _receive(f"'200': {{description: Rows, content: {{application/x-ndjson: {{schema: {THING}}}}}}}"),
    # the API
    "bearer": _security(TOKEN, "[{token: []}]"),
    "basic": _security("user: {type: http, scheme: basic}", "[{user: []}]"),
    "key in a query": _security("key: {type: apiKey, in: query, name: key}", "[{key: []}]"),
    "key in a cookie": _security("key: {type: apiKey, in: cookie, name: sid}", "[{key: []}]"),
    "either scheme": _security(f"{TOKEN}, {KEY}", "[{token: []}, {key: []}]"),
    "both schemes": _security(f"{TOKEN}, {KEY}", "[{token: [], key: []}]"),
    "client credentials": _security("o: {type: oauth2, flows: {clientCredentials: {tokenUrl: https://id.shop.example/token, scopes: {}}}}", "[{o: []}]"),
    "password grant": _security("o: {type: oauth2, flows: {password: {tokenUrl: https://id.shop.example/token, scopes: {}}}}", "[{o: []}]"),
    "an endpoint without security": f"security: [{{token: []}}]\ncomponents: {{securitySchemes: {{{TOKEN}}}}}\npaths: {{/x: {{get: {{operationId: getX, {OK}}}, put: {{operationId: putX, {OK}}}, post: {{operationId: postX, security: [], {OK}}}}}}}",
    "server variables": f"servers: [{{url: 'https://{{tenant}}.shop.example', variables: {{tenant: {{default: a, enum: [a, b]}}}}}}]\npaths: {{/x: {{get: {{operationId: getX, {OK}}}}}}}",
    "servers of an endpoint": f"paths: {{/x: {{get: {{operationId: getX, servers: [{{url: https://files.shop.example}}], {OK}}}}}}}",
    "deprecated": f"paths: {{/x: {{get: {{operationId: getX, deprecated: true, {OK}}}}}}}",
    "webhooks": f"paths: {{/x: {{get: {{operationId: getX, {OK}}}}}}}\nwebhooks: {{sold: {{post: {{requestBody: {{content: {{application/json: {{schema: {THING}}}}}}}, responses: {{'200': {{description: Taken}}}}}}}}}}",
}  # fmt: skip


def again(document: dict[str, Any], version: str, folder: Path) -> Any:
    """Return the export of the import of a document."""
    file = folder / "document.json"
    file.write_text(json.dumps(document), "utf-8")
    spec = folder / "spec"
    spec.mkdir()
    for name, text in import_document(file, "shop").texts.items():
        (spec / name).write_text(text, "utf-8", newline="\n")
    exported = openapi.document(load(spec).api, version, "en")  # type: ignore[arg-type]
    return json.loads(openapi.json_document(exported))


@pytest.mark.parametrize("version", ["3.1", "3.0"])
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_construct_means_the_same_after_import_and_export(
    construct: str, version: str, tmp_path: Path
) -> None:
    document = {**yaml.safe_load(HEAD), **yaml.safe_load(CONSTRUCTS[construct])}
    exported = again(document, version, tmp_path)
    if "x-specloom-webhooks" in exported:
        exported["webhooks"] = exported["x-specloom-webhooks"]
    assert Meaning(exported).all() == Meaning(document).all()
