"""Hints for words of OpenAPI, JSON Schema and later versions of the language: what is written in their place.

A hint ends with a sample. Each sample is right by itself where its `place` says; the tests load them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct

_MARKS: Mapping[str, str] = {
    "http": "endpoint",
    "specloom": "api",
    "types": "resource",
    "tag": "type",
    "fields": "field",
    "headers": "response",
    "url": "host",
    "media": "content",
}
"""What a map is, by a key that no other may have."""


class Hint(Struct, frozen=True):
    """`words` have this hint in the places `at`; the sample stands in `place`.

    Places are what maps are: `field` and `type` the attributes of one, `names` the names of fields, `endpoints` those of endpoints.
    """

    words: str
    at: str
    text: str
    location: str
    sample: str

    def __str__(self) -> str:
        return f"{self.text}: `{self.sample}`"


_UNCHECKED = (
    "there is no such check; describe it",
    "names",
    "price: {type: decimal, description: a multiple of 0.05}",
)
_ABSENT = "a field is always there, unless its name ends in `?`", "names", "note?: string"
_NUMBER = (
    "write the limits in the type; `>` and `<` exclude the end",
    "names",
    "price: number(>0..100)",
)
_UNION = (
    "write the types with `|` between them, and as tag the field that tells objects apart",
    "resource",
    (
        "types: {Pet: {type: Cat | Dog, tag: kind}, Cat: {fields: {kind: string('cat')}}, Dog: {fields: {kind: string('dog')}}}"
    ),
)
_DIRECTION = (
    "describe the request and the response apart, each with the fields that it has",
    "endpoints",
    (
        "create: {http: POST /pets, body: {name: string}, responses: {201: {body: {id: string, name: string}}}}"
    ),
)
_PARAMETERS = (
    "write parameters under `path`, `query` or `header` of the endpoint",
    "endpoint",
    "query: {page?: integer(1..)}",
)
_ENDPOINTS = (
    "write endpoints into the file of a resource, such as pets.yaml",
    "resource",
    "endpoints: {list: {http: GET /pets, responses: {200: null}}}",
)
_TYPES = (
    "write types into _types.yaml or the file of a resource",
    "resource",
    "types: {Pet: {fields: {name: string}}}",
)

HINTS = (
    # Fields and types
    Hint(
        "minLength maxLength length",
        "field type",
        "write the length into the type",
        "names",
        "name: string(1..32)",
    ),
    Hint("minimum maximum exclusiveMinimum exclusiveMaximum min max range", "field type", *_NUMBER),
    Hint(
        "minItems maxItems",
        "field type",
        "write the length of a list into its type",
        "names",
        "tags: list<string>(1..5)",
    ),
    Hint(
        "minProperties maxProperties",
        "field type",
        "write the size of a map into its type",
        "names",
        "labels: map<string>(1..5)",
    ),
    Hint(
        "uniqueItems multipleOf not if then else contains propertyNames dependentRequired dependentSchemas",
        "field type",
        *_UNCHECKED,
    ),
    Hint(
        "format",
        "field type",
        "write datetime, date, duration, bytes or file as the type; every other format is a string",
        "names",
        "created: datetime",
    ),
    Hint(
        "nullable null",
        "field type",
        "write `?` after a type that allows null",
        "names",
        "note: string?",
    ),
    Hint(
        "type",
        "field type",
        "write `|` between types, and `?` after a type that allows null",
        "names",
        "id: string | integer",
    ),
    Hint("required optional", "field type names", *_ABSENT),
    Hint("readOnly writeOnly only", "field type", *_DIRECTION),
    Hint(
        "enum values choices",
        "field",
        "write the values into the type",
        "names",
        "state: string('open' | 'closed')",
    ),
    Hint("const", "field type", "write the value into the type", "names", "kind: string('pet')"),
    Hint("properties", "field type", "write `fields`", "names", "owner: {fields: {name: string}}"),
    Hint(
        "properties",
        "names",
        "leave out `type` and `properties`; the fields stand here themselves",
        "endpoint",
        "body: {name: string}",
    ),
    Hint(
        "additionalProperties patternProperties extra",
        "field type",
        "an object of any names is a map; names beside known fields are not kept",
        "names",
        "labels: map<string>",
    ),
    Hint(
        "items prefixItems",
        "field type names",
        "write into the type what a list holds",
        "names",
        "tags: list<string>",
    ),
    Hint(
        "allOf includes extends",
        "field type names",
        "write all fields into one object",
        "names",
        "dog: {fields: {name: string, breed: string}}",
    ),
    Hint("oneOf anyOf discriminator mapping", "field type names", *_UNION),
    Hint(
        "$ref ref schema",
        "field type names",
        "write the name of the type, or pets.FieldOwner for one of another resource",
        "resource",
        "types: {Pet: {fields: {owner: Owner}}, Owner: {fields: {name: string}}}",
    ),
    Hint(
        "partial",
        "type",
        "describe an object of its own, whose fields may be absent",
        "names",
        "changes: {fields: {name?: string, note?: string}}",
    ),
    Hint("in", "field", *_PARAMETERS),
    Hint(
        "explode allowReserved collectionFormat",
        "field",
        "write how a list or an object is sent as `style`",
        "endpoint",
        "query: {ids: {type: list<string>, style: comma}}",
    ),
    Hint(
        "fill",
        "field endpoint",
        "the program gives the value as an argument",
        "endpoint",
        "header: {Idempotency-Key: string}",
    ),
    Hint(
        "from_url",
        "field endpoint response",
        "the value is the address; the program fetches what is there",
        "names",
        "download_url: string",
    ),
    Hint(
        "tag",
        "tag",
        "a tag is a text; describe one object of all fields instead",
        "names",
        "item: {fields: {deleted: boolean, name?: string}}",
    ),
    # Endpoints
    Hint(
        "parameters params pathParameters queryParameters with",
        "endpoint resource api",
        *_PARAMETERS,
    ),
    Hint(
        "requestBody request data payload json",
        "endpoint",
        "write the fields of a JSON body, or the name of its type",
        "endpoint",
        "body: {name: string}",
    ),
    Hint(
        "cookie cookies",
        "endpoint",
        "write one header for all cookies",
        "endpoint",
        "header: {Cookie: {type: string, secret: true}}",
    ),
    Hint(
        "method verb url uri route",
        "endpoint",
        "write verb and path as one text",
        "endpoint",
        "http: GET /pets",
    ),
    Hint(
        "operationId name",
        "endpoint",
        "the key of an endpoint is its name",
        "endpoints",
        "list_pets: {http: GET /pets, responses: {200: null}}",
    ),
    Hint(
        "summary",
        "endpoint resource",
        "write the text in one line as the title",
        "endpoint",
        "title: List pets",
    ),
    Hint(
        "tags",
        "endpoint resource api",
        "write the endpoints of a tag into a file, a resource with the tag's title",
        "resource",
        "title: Pets",
    ),
    Hint(
        "consumes produces mediaType contentType",
        "endpoint",
        "a `body` is JSON of any `media`; write others as `form`, `parts` or `content`",
        "endpoint",
        "content: {type: file, media: application/pdf}",
    ),
    Hint(
        "Content-Type",
        "header",
        "leave it out, and write another media type of a JSON body as `media`",
        "endpoints",
        "rename: {http: PATCH /pets, body: {name: string}, media: application/merge-patch+json, responses: {200: null}}",
    ),
    Hint(
        "callbacks webhooks",
        "endpoint resource api",
        "write what the service sends as events of a resource",
        "resource",
        "events: {PET.SOLD: {title: A pet was sold, payload: {id: string}}}",
    ),
    Hint(
        "paging pagination",
        "endpoint resource api",
        "each page is a call; the program gives where it begins",
        "endpoint",
        "query: {cursor?: string}",
    ),
    Hint(
        "stream",
        "endpoint response",
        "a response is read to its end; one of bytes is a file",
        "endpoint",
        "responses: {200: {content: file}}",
    ),
    Hint(
        "one_of",
        "endpoint",
        "let each be absent, and write when it is needed",
        "endpoint",
        "query: {id?: {type: string, when: there is no name}, name?: string}",
    ),
    Hint(
        "{+…}",
        "path",
        "a variable is one segment, where a slash is sent as %2F",
        "endpoints",
        'get: {http: "GET /files/{name}", path: {name: string}, responses: {200: null}}',
    ),
    Hint(
        "schema type",
        "response",
        "write a JSON body as `body`",
        "endpoint",
        "responses: {200: {body: {name: string}}}",
    ),
    Hint(
        "*/*",
        "content response",
        "write JSON as `body`, and another media type as a file",
        "endpoint",
        "responses: {200: {content: {type: file, media: text/csv}}}",
    ),
    Hint(
        "default 4XX 5XX",
        "status",
        "write each status, and failures as `errors`",
        "endpoint",
        "errors: [{status: 404, reason: no such pet}]",
    ),
    # Files
    Hint("openapi swagger", "api", "begin with the version of this language", "api", "specloom: 1"),
    Hint(
        "info", "api", "write title, version and description without it", "api", "title: Pet shop"
    ),
    Hint("paths operations routes", "api resource", *_ENDPOINTS),
    Hint("endpoints", "api", *_ENDPOINTS),
    Hint("components definitions models", "api resource", *_TYPES),
    Hint("schemas", "resource", *_TYPES),
    Hint("types", "api", *_TYPES),
    Hint(
        "security",
        "endpoint resource api",
        "write the way to authenticate as `auth`, of the endpoint or in _api.yaml",
        "endpoint",
        "auth: none",
    ),
    Hint(
        "securitySchemes securityDefinitions",
        "api",
        "write ways to authenticate as `schemes`, and the one in use as `auth`",
        "api",
        "schemes: {key: {scheme: api-key, header: X-Api-Key}}",
    ),
    Hint(
        "servers server host base_url basePath",
        "endpoint api",
        "write `hosts`, with the path that all endpoints begin with",
        "api",
        "hosts: [https://api.example.com/v2]",
    ),
    Hint(
        "externalDocs",
        "endpoint resource api",
        "write pages elsewhere as `links`",
        "endpoint",
        "links: [{title: Guide, url: https://example.com/guide}]",
    ),
    Hint(
        "variables {…}",
        "host",
        "a host has no variables; write one, and let programs give theirs to the client as `hosts=`",
        "api",
        "hosts: [https://tenant.example.com]",
    ),
    Hint(
        "cookie",
        "scheme",
        "write the header of all cookies; programs give `name=value`",
        "api",
        "schemes: {session: {scheme: api-key, header: Cookie}}",
    ),
    Hint(
        "oauth2 openIdConnect oauth2-client-credentials",
        "auth",
        "the program gets the token, and gives it or a function to the client",
        "api",
        "auth: bearer",
    ),
)


def place_of(keys: Iterable[str]) -> str | None:
    """What a map is, by the keys that it may have."""
    return next((_MARKS[key] for key in _MARKS if key in keys), None)


def key_hint(word: str, at: str | None) -> str:
    """What is written in place of a word, '' if it is none of the table."""
    found = _index().get(
        (_folded("*/*" if "/" in word and at in {"content", "response"} else word), at or "")
    )
    return str(found) if found else ""


@cache
def _index() -> Mapping[tuple[str, str], Hint]:
    return {
        (_folded(word), at): hint
        for hint in HINTS
        for word in hint.words.split()
        for at in hint.at.split()
    }


def _folded(word: str) -> str:
    """`read_only`, `readonly` and `readOnly` are one word."""
    return word.replace("_", "").replace("-", "").lower()
