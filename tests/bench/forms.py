"""What the spec language has for each construct of OpenAPI (`constructs`): a resource that says it, which a test loads."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Form(Struct, frozen=True):
    """A resource file with the construct, and keys of `_api.yaml` beside the necessary ones."""

    resource: str
    api: str = ""


def _endpoint(keys: str, types: str = "", method: str = "POST") -> Form:
    """Return an endpoint with these keys, in flow style, and types."""
    text = f"title: X\nendpoints:\n  x: {{http: {method} /x, {keys}}}\n"
    return Form(text + (f"types: {{{types}}}\n" if types else ""))


def _response(keys: str, types: str = "") -> Form:
    return _endpoint(f"responses: {{{keys}}}", types, "GET")


def _field(type: str, types: str = "") -> Form:
    return _response(f"200: {{body: {{a: {type}}}}}", types)


def _auth(keys: str) -> Form:
    return Form("title: X\nendpoints:\n  x: {http: GET /x, responses: {204: null}}\n", keys)


_POST = "responses: {204: null}, idempotency: none"

FORMS: Mapping[str, Form | None] = {
    # requests
    "JSON body": _endpoint(f"body: {{a: string}}, {_POST}"),
    "other JSON body": _endpoint(
        f"body: {{a: string}}, media: application/merge-patch+json, {_POST}"
    ),
    "form body": _endpoint(f"form: {{a: string}}, {_POST}"),
    "object in a form": _endpoint(
        f"form: {{a: {{style: brackets, fields: {{b: string}}}}}}, {_POST}"
    ),
    "list of objects in a form": _endpoint(
        f"form: {{a: {{type: list<object>, style: brackets, fields: {{b: string}}}}}}, {_POST}"
    ),
    "multipart body": _endpoint(f"parts: {{a: string, b: file}}, {_POST}"),
    "binary body": _endpoint(f"content: file, {_POST}"),
    "text body": _endpoint(f"body: text, {_POST}"),
    # XML is text to a spec: the client sends and returns it as it is.
    "XML body": _endpoint(f"body: text, media: application/xml, {_POST}"),
    "body as JSON or a form": _endpoint(
        f"body: {{a: string}}, media: [application/json, application/x-www-form-urlencoded, multipart/form-data], {_POST}"
    ),
    # Each kind is an endpoint with arguments of its own; they share method and path.
    "bodies of several kinds": Form(
        "title: X\nendpoints:\n"
        f"  x: {{http: POST /x, body: {{a: string}}, {_POST}}}\n"
        f"  y: {{http: POST /x, body: text, media: application/xml, {_POST}}}\n"
        f"  z: {{http: POST /x, content: file, {_POST}}}\n"
    ),
    "body of a GET or DELETE": _endpoint("body: {a: string}, responses: {204: null}", method="GET"),
    "cookie": _endpoint("cookie: {a: string}, responses: {204: null}", method="GET"),
    "slashes in a path parameter": Form(
        "title: X\nendpoints:\n  x: {http: 'GET /x/{+a}', path: {a: string}, responses: {204: null}}\n"
    ),
    "matrix or label style": None,
    "JSON in a parameter": _endpoint(
        "query: {a: text<A>}, responses: {204: null}", "A: {fields: {b: string}}", "GET"
    ),
    "list joined by pipes": _endpoint(
        "query: {a: {type: list<string>, style: pipe}}, responses: {204: null}", method="GET"
    ),
    "list joined by spaces": _endpoint(
        "query: {a: {type: list<string>, style: space}}, responses: {204: null}", method="GET"
    ),
    "list in brackets": _endpoint(
        "query: {a: {type: list<string>, style: brackets}}, responses: {204: null}", method="GET"
    ),
    "list of objects in a query": _endpoint(
        "query: {a: {type: list<object>, style: brackets, fields: {b: string}}}, responses: {204: null}",
        method="GET",
    ),
    "object in a query": _endpoint(
        "query: {a: {style: deep, fields: {b: string}}}, responses: {204: null}", method="GET"
    ),
    # An object that is spread over a query has no name there: its fields are parameters.
    "object spread over a query": _endpoint(
        "query: {b: string, c?: string}, responses: {204: null}", method="GET"
    ),
    # responses
    "JSON response": _response("200: {body: {a: string}}"),
    "other JSON response": _response("200: {body: {a: string}}"),
    "binary response": _response("200: {content: file}"),
    "text response": _response("200: text"),
    "XML response": _response("200: {body: text, media: application/xml}"),
    "event stream response": _response("200: {stream: {events: json}}"),
    "JSON lines response": _response("200: {stream: {lines: json}}"),
    # As XML: the client returns the text, or the bytes with all parts, as they are.
    "form response": _response("200: {body: text, media: application/x-www-form-urlencoded}"),
    "multipart response": _response("200: {content: {type: file, media: multipart/mixed}}"),
    "several media types of a response": _response(
        "200: {accept: {application/json: A, text/csv: text, application/pdf: file}}",
        "A: {fields: {b: string}}",
    ),
    "range of success statuses": _response("2XX: {body: {a: string}}"),
    "body of an error": Form(
        "title: X\nerrors: [{status: 404, body: A}]\nendpoints:\n  x: {http: GET /x, responses: {204: null}}\ntypes: {A: {fields: {b: string}}}\n"
    ),
    "body of a range of errors": _endpoint(
        "responses: {204: null}, errors: [{status: 4XX, body: A}]",
        "A: {fields: {b: string}}",
        "GET",
    ),
    "body of all other errors": _endpoint(
        "responses: {204: null}, errors: [{status: default, body: A}]",
        "A: {fields: {b: string}}",
        "GET",
    ),
    # types
    "fields of several types": _field(
        "A", "A: {includes: [B], fields: {c: string}}, B: {fields: {d: string}}"
    ),
    "union of scalars": _field("string | integer"),
    "union with objects": _field("string | A", "A: {fields: {b: string}}"),
    "union of objects without a tag": _field(
        "A | B", "A: {fields: {c: string}}, B: {fields: {d: string}}"
    ),
    "tagged union": _field(
        "A",
        "A: {type: B | C, tag: k}, B: {fields: {k: string('b')}}, C: {fields: {k: string('c')}}",
    ),
    "read-only field": _field("A", "A: {fields: {b: {type: string, only: response}}}"),
    "write-only field": _endpoint(
        f"body: {{a: A}}, {_POST}", "A: {fields: {b: {type: string, only: request}}}"
    ),
    "unknown fields beside known ones": _field("A", "A: {fields: {b: string}, extra: json}"),
    "tuple": None,
    "values of several types": _field("string('auto' | 'none') | integer(1 | 2)"),
    "objects as values": _field(
        "A",
        "A: {type: B | C, tag: id}, B: {fields: {id: integer(1..1), b: string('x')}}, C: {fields: {id: integer(2..2), b: string('y')}}",
    ),
    "lists as values": _field("list<string('a' | 'b')>"),
    "keyword not": None,
    # credentials and hosts
    "bearer authentication": _auth("auth: bearer"),
    "basic authentication": _auth("auth: basic"),
    "key in a header": _auth("schemes: {k: {scheme: api-key, header: X-Key}}\nauth: k"),
    "key in a query": _auth("schemes: {k: {scheme: api-key, query: key}}\nauth: k"),
    "key in a cookie": _auth("schemes: {k: {scheme: api-key, cookie: key}}\nauth: k"),
    "OAuth 2 token": _auth(
        "schemes: {k: {scheme: oauth2, token_url: /token, grant: client_credentials}}\nauth: k"
    ),
    "two credentials at once": _auth(
        "schemes: {k: {scheme: api-key}, u: {scheme: bearer}}\nauth: [{all: [k, u]}]"
    ),
    "oauth authentication": None,
    "mutual authentication": None,
    "host variables": _auth(
        "hosts: [{url: 'https://{tenant}.example.com', variables: {tenant: string}}]"
    ),
}
"""None: the language has no form for it. A construct that is not listed has none either."""
