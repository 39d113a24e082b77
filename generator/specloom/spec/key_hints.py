"""Hints for keywords of OpenAPI, JSON Schema and later versions of the language: how to write the same in a spec.

A hint ends with a sample. Each sample is valid on its own in its `sample_context`; the tests load them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct

_CONTEXT_BY_KEY: Mapping[str, str] = {
    "http": "endpoint",
    "specloom": "api",
    "types": "resource",
    "tag": "type",
    "fields": "field",
    "headers": "response",
    "cursor": "paging",
    "url": "host",
    "media": "content",
}
"""The context of a map, by a key that only this context has."""


class Hint(Struct, frozen=True):
    """A hint for `words` in some `contexts`, with a sample for `sample_context`.

    Contexts are kinds of maps: `field` and `type` for the attributes of one, `names` for a map of field names, `endpoints` for a map of
    endpoint names.
    """

    words: str
    contexts: str
    text: str
    sample_context: str
    sample: str

    def __str__(self) -> str:
        return f"{self.text}: `{self.sample}`"


_UNCHECKED = (
    "this check is not supported; describe it instead",
    "names",
    "price: {type: decimal, description: a multiple of 0.05}",
)
_ABSENT = "a field is required unless its name ends in `?`", "names", "note?: string"
_NUMBER = (
    "write the limits in the type; `>` and `<` make them exclusive",
    "names",
    "price: number(>0..100)",
)
_UNION = (
    "write the types with `|` between them; of objects, `tag` is the field that distinguishes them, if there is one",
    "resource",
    (
        "types: {Pet: {type: Cat | Dog, tag: kind}, Cat: {fields: {kind: string('cat')}}, Dog: {fields: {kind: string('dog')}}}"
    ),
)
_DIRECTION = (
    "write the only direction that has a field of an object as `only`",
    "resource",
    "types: {Pet: {fields: {id: {type: string, only: response}, name: string}}}",
)
_PARAMETERS = (
    "write parameters under `path`, `query` or `header` of the endpoint",
    "endpoint",
    "query: {page?: integer(1..)}",
)
_ENDPOINTS = (
    "write endpoints in the file of a resource, such as pets.yaml",
    "resource",
    "endpoints: {list: {http: GET /pets, responses: {200: null}}}",
)
_TYPES = (
    "write types in _types.yaml or the file of a resource",
    "resource",
    "types: {Pet: {fields: {name: string}}}",
)
_STREAM = (
    "write the type of each event in the `stream` of a response",
    "endpoint",
    "responses: {200: {stream: {events: json}}}",
)

HINTS = (
    # Fields and types
    Hint(
        "minLength maxLength length",
        "field type",
        "write the length in the type",
        "names",
        "name: string(1..32)",
    ),
    Hint("minimum maximum exclusiveMinimum exclusiveMaximum min max range", "field type", *_NUMBER),
    Hint(
        "minItems maxItems",
        "field type",
        "write the length of a list in its type",
        "names",
        "tags: list<string>(1..5)",
    ),
    Hint(
        "minProperties maxProperties",
        "field type",
        "write the size of a map in its type",
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
        "use datetime, date, duration, bytes or file as the type; all other formats are strings",
        "names",
        "created: datetime",
    ),
    Hint(
        "nullable null",
        "field type",
        "write `?` after a nullable type",
        "names",
        "note: string?",
    ),
    Hint(
        "type",
        "field type",
        "write `|` between types, and `?` after a nullable type",
        "names",
        "id: string | integer",
    ),
    Hint("required optional", "field type names", *_ABSENT),
    Hint("readOnly writeOnly", "field type", *_DIRECTION),
    Hint("only", "type", *_DIRECTION),
    Hint(
        "enum values choices",
        "field",
        "write the values in the type",
        "names",
        "state: string('open' | 'closed')",
    ),
    Hint("const", "field type", "write the value in the type", "names", "kind: string('pet')"),
    Hint("properties", "field type", "write `fields`", "names", "owner: {fields: {name: string}}"),
    Hint(
        "properties",
        "names",
        "remove `type` and `properties`, and write the fields directly",
        "endpoint",
        "body: {name: string}",
    ),
    Hint(
        "additionalProperties patternProperties unevaluatedProperties",
        "field type",
        "use a map for an object with arbitrary keys, and `extra` for fields beside the listed ones",
        "resource",
        "types: {Config: {fields: {name: string, labels: map<string>}, extra: json}}",
    ),
    Hint(
        "items prefixItems",
        "field type names",
        "write the item type of a list in its type",
        "names",
        "tags: list<string>",
    ),
    Hint(
        "allOf extends",
        "field type names",
        "write the objects whose fields it has too as `includes`",
        "resource",
        "types: {Dog: {includes: [Pet], fields: {breed: string}}, Pet: {fields: {name: string}}}",
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
        "describe a separate object with optional fields",
        "names",
        "changes: {fields: {name?: string, note?: string}}",
    ),
    Hint("in", "field", *_PARAMETERS),
    Hint(
        "explode allowReserved collectionFormat",
        "field",
        "write the encoding of a list or an object as `style`",
        "endpoint",
        "query: {ids: {type: list<string>, style: comma}}",
    ),
    Hint(
        "fill",
        "endpoint",
        "write `fill` at the field whose value the client computes",
        "endpoint",
        "header: {Idempotency-Key: {type: string, fill: uuid}}",
    ),
    Hint(
        "from_url",
        "field response",
        "an endpoint that downloads the file has `from_url` with the name of its argument",
        "endpoint",
        "from_url: download_url",
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
        "cookies",
        "endpoint",
        "write the cookies of a request as `cookie`",
        "endpoint",
        "cookie: {session: {type: string, secret: true}}",
    ),
    Hint(
        "method verb url uri route",
        "endpoint",
        "write method and path as one text",
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
        "write a one-line text as the title",
        "endpoint",
        "title: List pets",
    ),
    Hint(
        "tags",
        "endpoint resource api",
        "write the endpoints of a tag in one resource file, with the tag as its title",
        "resource",
        "title: Pets",
    ),
    Hint(
        "produces",
        "endpoint",
        "write the media types of a response under its `accept`",
        "endpoint",
        "responses: {200: {accept: {application/json: json, text/csv: text}}}",
    ),
    Hint(
        "consumes mediaType contentType",
        "endpoint",
        "list the media types of a `body` under `media`; use `form`, `parts` or `content` for other bodies",
        "endpoint",
        "content: {type: file, media: application/pdf}",
    ),
    Hint(
        "Content-Type",
        "header",
        "remove it, and set another media type of a JSON body with `media`",
        "endpoints",
        "rename: {http: PATCH /pets, body: {name: string}, media: application/merge-patch+json, responses: {200: null}}",
    ),
    Hint(
        "callbacks webhooks",
        "endpoint resource api",
        "write webhooks as events of a resource",
        "resource",
        "events: {PET.SOLD: {title: A pet was sold, payload: {id: string}}}",
    ),
    Hint(
        "paging pagination",
        "resource api",
        "write `paging` at each endpoint that returns pages",
        "endpoints",
        "list: {http: GET /pets, query: {page?: integer}, responses: {200: {body: {pets: list<string>}}}, paging: {page: page, items: pets}}",
    ),
    Hint(
        "size page_size per_page",
        "paging",
        "write the parameter with the maximum number of items as `limit`",
        "endpoints",
        "list: {http: GET /pets, query: {page?: integer, per_page?: integer}, responses: {200: {body: {pets: list<string>}}}, paging: {page: page, limit: per_page, items: pets}}",
    ),
    Hint(
        "next next_cursor token page_token",
        "paging",
        "write the parameter as `cursor`, and the path of the next cursor as `from`",
        "endpoints",
        "list: {http: GET /pets, query: {after?: string}, responses: {200: {body: {pets: list<string>, next?: string}}}, paging: {cursor: after, from: next, items: pets}}",
    ),
    Hint(
        "pagination x-pagination x-ms-pageable x-speakeasy-pagination",
        "endpoint",
        "say with `paging` which parameter selects a page, and where the items are",
        "endpoints",
        "list: {http: GET /pets, query: {after?: string}, responses: {200: {body: {pets: list<string>, next?: string}}}, paging: {cursor: after, from: next, items: pets}}",
    ),
    Hint("stream", "endpoint", *_STREAM),
    Hint("text/event-stream", "content response", *_STREAM),
    Hint(
        "polling lro longrunning x-ms-long-running-operation wait",
        "endpoint",
        "say with `poll` when the state is final, at the endpoint that tells it",
        "endpoints",
        "get: {http: GET /job, responses: {200: {body: {status: string}}}, poll: {until: status, is: [DONE, FAILED], every: 2s}}",
    ),
    Hint(
        "application/x-ndjson application/ndjson application/jsonl application/json-seq",
        "content response",
        "write the type of each line in the `stream` of a response",
        "endpoint",
        "responses: {200: {stream: {lines: json}}}",
    ),
    Hint(
        "one_of",
        "endpoint",
        "make each optional, and describe the condition with `when`",
        "endpoint",
        "query: {id?: {type: string, when: there is no name}, name?: string}",
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
        "write JSON as `body`, another media type as `text` or a file, and several under `accept`",
        "endpoint",
        "responses: {200: {accept: {application/json: json, text/csv: text}}}",
    ),
    Hint(
        "default 4XX 5XX",
        "status",
        "write failures under `errors`, with the type of their body",
        "endpoint",
        "errors: [{status: default, body: json}]",
    ),
    # Files
    Hint("openapi swagger", "api", "start with the version of this language", "api", "specloom: 1"),
    Hint(
        "info",
        "api",
        "write title, version and description at the top level",
        "api",
        "title: Pet shop",
    ),
    Hint("paths operations routes", "api resource", *_ENDPOINTS),
    Hint("endpoints", "api", *_ENDPOINTS),
    Hint("components definitions models", "api resource", *_TYPES),
    Hint("schemas", "resource", *_TYPES),
    Hint("types", "api", *_TYPES),
    Hint(
        "security",
        "endpoint resource api",
        "write the authentication scheme as `auth`, of the endpoint or in _api.yaml",
        "endpoint",
        "auth: none",
    ),
    Hint(
        "securitySchemes securityDefinitions",
        "api",
        "write authentication schemes as `schemes`, and the default one as `auth`",
        "api",
        "schemes: {key: {scheme: api-key, header: X-Api-Key}}",
    ),
    Hint(
        "servers server host base_url basePath",
        "endpoint api",
        "write `hosts`, including the path prefix of all endpoints",
        "api",
        "hosts: [https://api.example.com/v2]",
    ),
    Hint(
        "externalDocs",
        "endpoint resource api",
        "write links to other pages as `links`",
        "endpoint",
        "links: [{title: Guide, url: https://example.com/guide}]",
    ),
    Hint(
        "openIdConnect oauth2-client-credentials",
        "auth",
        "declare an OAuth 2.0 scheme; or the caller fetches the token: `auth: bearer`",
        "api",
        "schemes: {account: {scheme: oauth2, grant: client_credentials, token_url: /oauth/token}}",
    ),
    Hint(
        "flows flow tokenUrl authorizationUrl refreshUrl",
        "scheme",
        "write the grant as `grant` and the URL of the token endpoint as `token_url`",
        "api",
        "schemes: {account: {scheme: oauth2, grant: client_credentials, token_url: /oauth/token}}",
    ),
)


def context_of(keys: Iterable[str]) -> str | None:
    """Return the context of a map, by the keys that it may have."""
    return next((_CONTEXT_BY_KEY[key] for key in _CONTEXT_BY_KEY if key in keys), None)


def key_hint(word: str, context: str | None) -> str:
    """Return the hint for a word in a context, or an empty string."""
    hint = _index().get((_folded(word), context or ""))
    if hint is None and "/" in word and context in {"content", "response"}:
        hint = _index().get(("*/*", context))
    return str(hint) if hint else ""


@cache
def _index() -> Mapping[tuple[str, str], Hint]:
    return {
        (_folded(word), context): hint
        for hint in HINTS
        for word in hint.words.split()
        for context in hint.contexts.split()
    }


def _folded(word: str) -> str:
    """Return a spelling that `read_only`, `readonly` and `readOnly` share."""
    return word.replace("_", "").replace("-", "").lower()
