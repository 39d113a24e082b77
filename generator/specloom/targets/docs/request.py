"""A documented request as it goes over the wire, and as a curl command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from ...model import (
    Api,
    Endpoint,
    Exchange,
    Field,
    File,
    FormBody,
    Json,
    JsonBody,
    PartsBody,
    RawBody,
    Scheme,
    Structure,
    Text,
)
from ...schemes import Added, added_by
from ..surface import constant, styles
from .values import json_text, likely, likely_body


@dataclass(frozen=True, slots=True)
class Request:
    """What a sample sends: values by wire name. `body` is None if there is none."""

    api: Api
    endpoint: Endpoint
    path: Mapping[str, Json]
    query: Mapping[str, Json]
    header: Mapping[str, Json]
    body: Json

    @classmethod
    def of(cls, api: Api, endpoint: Endpoint, example: Exchange | None) -> Request:
        """The example; what it leaves out, though it is required, gets a likely value."""
        given = example or Exchange(Text(), {}, {}, {}, None, None, None)
        own = {field.wire.lower() for field in endpoint.header}
        headers = [field for field in api.header if field.wire.lower() not in own]
        return cls(
            api,
            endpoint,
            _filled(api, endpoint.path_fields, given.path),
            _filled(api, endpoint.query, given.query),
            _filled(api, (*headers, *endpoint.header), given.header),
            given.body.json if given.body is not None else _body(api, endpoint),
        )

    def url(self) -> str:
        """The URL on the primary host, with what the first scheme adds."""
        host = (self.endpoint.hosts or self.api.hosts)[0].url.rstrip("/")
        path = self.endpoint.path
        for wire, value in self.path.items():
            path = path.replace(f"{{{wire}}}", _encoded(_plain(value)))
        pairs = [(name, [added.sample]) for name, added in added_by_auth(self.api, self.endpoint, "query")]
        given: dict[str, str] = {field.wire: field.style for field in self.endpoint.query}
        for wire, value in self.query.items():
            pairs += _pairs(wire, value, given.get(wire, "repeat"))
        query = "&".join(f"{_encoded(name)}={','.join(map(_encoded, values))}" for name, values in pairs)
        return f"{host}{path}?{query}" if query else f"{host}{path}"

    def headers(self) -> Iterator[tuple[str, str]]:
        """Names and values, the scheme's first; without the type of a multipart body, which curl writes itself."""
        for name, added in added_by_auth(self.api, self.endpoint, "header"):
            yield name, added.sample
        for wire, value in self.header.items():
            yield wire, _plain(value)
        if (media := media_of(self.endpoint)) and not isinstance(self.endpoint.body, PartsBody):
            yield "Content-Type", media

    def curl(self) -> str:
        """A shell command that sends the request."""
        method = {"GET": "", "HEAD": " --head"}.get(self.endpoint.method, f" -X {self.endpoint.method}")
        lines = [f"curl{method} {_quoted(self.url())}"]
        lines += [f"-H {_quoted(f'{name}: {value}')}" for name, value in self.headers()]
        lines += self._data()
        return " \\\n  ".join(lines)

    def _data(self) -> list[str]:
        match self.endpoint.body:
            case None:
                return []
            case JsonBody():
                return [f"-d {_quoted(json_text(self.body))}"]
            case FormBody():
                given = styles(self.api, self.endpoint.body)
                pairs = [pair for wire, value in _members(self.body) for pair in _pairs(wire, value, given.get(wire, "repeat"))]
                return [f"--data-urlencode {_quoted(name + '=' + ','.join(values))}" for name, values in pairs]
            case PartsBody(type=type):
                structure = self.api.types[type.to]
                assert isinstance(structure, Structure)
                media = {field.wire: field.type.media for field in structure.fields if isinstance(field.type, File)}
                return [_part(wire, value, media.get(wire)) for wire, value in _members(self.body)]
            case RawBody():
                return ["--data-binary @file"]


def added_by_auth(api: Api, endpoint: Endpoint, where: str) -> list[tuple[str, Added]]:
    """What the endpoint's first scheme adds to a request, with the name that it has there."""
    schemes = schemes_of(api, endpoint)
    return added_by(schemes[0], where) if schemes else []


def schemes_of(api: Api, endpoint: Endpoint) -> list[Scheme]:
    """The schemes that an endpoint takes, without `none`."""
    return [scheme for name in endpoint.auth for scheme in api.schemes if scheme.name == name and scheme.kind != "none"]


def media_of(endpoint: Endpoint) -> str | None:
    """The media type of the body."""
    match endpoint.body:
        case None:
            return None
        case JsonBody():
            return "application/json"
        case FormBody():
            return "application/x-www-form-urlencoded"
        case PartsBody():
            return "multipart/form-data"
        case RawBody(media=media):
            return media


def _filled(api: Api, fields: tuple[Field, ...], given: Mapping[str, Json]) -> dict[str, Json]:
    filled: dict[str, Json] = {}
    for field in fields:
        fixed = constant(field)
        if fixed is not None:
            filled[field.wire] = fixed
        elif field.wire in given:
            filled[field.wire] = given[field.wire]
        elif field.required:
            filled[field.wire] = likely(api, field)
    return filled


def _body(api: Api, endpoint: Endpoint) -> Json:
    match endpoint.body:
        case JsonBody(type=type) | FormBody(type=type) | PartsBody(type=type):
            return likely_body(api, type)
        case _:
            return None


def _members(value: Json) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, dict) else []


def _pairs(wire: str, value: Json, style: str) -> list[tuple[str, list[str]]]:
    """Names in a query or a form, each with the values that commas shall divide; not yet encoded."""
    if isinstance(value, list):
        if style == "comma":
            return [(wire, [_plain(item) for item in value])]
        return [(f"{wire}[]" if style == "brackets" else wire, [_plain(item)]) for item in value]
    if isinstance(value, dict) and style == "deep":
        return [pair for key, item in value.items() for pair in _pairs(f"{wire}[{key}]", item, style)]
    return [(wire, [_plain(value)])]


def _encoded(value: str) -> str:
    return quote(value, safe="")


def _part(wire: str, value: Json, media: tuple[str, ...] | None) -> str:
    if media is not None:
        kind = f";type={media[0]}" if media else ""
        return f"-F {_quoted(f'{wire}=@{wire}{kind}')}"
    if isinstance(value, (dict, list)):
        content = json_text(value, indent=None).replace("\\", "\\\\").replace('"', '\\"')
        return "-F " + _quoted(wire + '="' + content + '";type=application/json')
    return f"--form-string {_quoted(f'{wire}={_plain(value)}')}"


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json_text(value, indent=None)


def _quoted(argument: str) -> str:
    """One word for a POSIX shell."""
    return "'" + argument.replace("'", "'\\''") + "'"
