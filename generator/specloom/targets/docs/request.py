"""A documented request as it goes over the wire, and as a curl command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from msgspec import Struct

from ...auth_schemes import Added, added_by
from ...model import (
    Api,
    BinaryBody,
    Endpoint,
    Example,
    Field,
    File,
    FormBody,
    Json,
    JsonBody,
    MultipartBody,
    Object,
    Scheme,
    Text,
    Value,
    innermost,
    json_text,
)
from ..client_interface import constant, styles
from .parameter_styles import pairs, plain
from .sample_values import completed, completed_field, likely, likely_body


class Request(Struct, frozen=True):
    """What a sample sends: values by wire name. `body` is None if there is none."""

    api: Api
    endpoint: Endpoint
    path: Mapping[str, Json]
    query: Mapping[str, Json]
    header: Mapping[str, Json]
    body: Json

    @classmethod
    def of(cls, api: Api, endpoint: Endpoint, example: Example | None) -> Request:
        """The example, and the constants in it; what it leaves out, though it is required, and what is secret get a likely value."""
        given = example or Example(Text(), {}, {}, {}, None, None, None)
        own = {field.wire.lower() for field in endpoint.header}
        headers = [field for field in api.header if field.wire.lower() not in own]
        return cls(
            api,
            endpoint,
            _filled(api, endpoint.path_fields, given.path),
            _filled(api, endpoint.query, given.query),
            _filled(api, (*headers, *endpoint.header), given.header),
            _body(api, endpoint, given.body),
        )

    def url(self) -> str:
        """The URL on the primary host, with what the first scheme adds."""
        host = (self.endpoint.hosts or self.api.hosts)[0].url.rstrip("/")
        path = self.endpoint.path
        for wire, value in self.path.items():
            path = path.replace(f"{{{wire}}}", _encoded(plain(value)))
        found = [
            (name, [added.sample])
            for name, added in added_by_auth(self.api, self.endpoint, "query")
        ]
        given: dict[str, str] = {field.wire: field.style for field in self.endpoint.query}
        for wire, value in self.query.items():
            found += pairs(wire, value, given.get(wire, "repeat"))
        query = "&".join(_pair(name, values) for name, values in found)
        return f"{host}{path}?{query}" if query else f"{host}{path}"

    def headers(self) -> Iterator[tuple[str, str]]:
        """Names and values, the scheme's first; without the type of a multipart body, which curl writes itself."""
        for name, added in added_by_auth(self.api, self.endpoint, "header"):
            yield name, added.sample
        for wire, value in self.header.items():
            yield wire, ",".join(map(plain, value)) if isinstance(value, list) else plain(value)
        if (media := media_of(self.endpoint)) and not isinstance(self.endpoint.body, MultipartBody):
            yield "Content-Type", media

    def curl(self) -> str:
        """A shell command that sends the request."""
        method = {"GET": "", "HEAD": " --head"}.get(
            self.endpoint.method, f" -X {self.endpoint.method}"
        )
        lines = [f"curl{method} {_quoted(self.url())}"]
        lines += [f"-H {_quoted(f'{name}: {value}')}" for name, value in self.headers()]
        lines += self._data()
        return " \\\n  ".join(lines)

    def _data(self) -> list[str]:
        match self.endpoint.body:
            case None:
                return []
            case JsonBody():
                return [f"-d {_quoted(json_text(self.body, indent=0))}"]
            case FormBody():
                given = styles(self.api, self.endpoint.body)
                found = [
                    pair
                    for wire, value in _members(self.body)
                    for pair in pairs(wire, value, given.get(wire, "repeat"))
                ]
                return [_form_field(name, values) for name, values in found]
            case MultipartBody(type=type):
                structure = self.api.types[type.to]
                assert isinstance(structure, Object)
                files = {
                    field.wire: inner.media
                    for field in structure.fields
                    if isinstance(inner := innermost(field.type), File)
                }
                return [
                    part
                    for wire, value in _members(self.body)
                    for part in _parts(wire, value, files.get(wire))
                ]
            case BinaryBody():
                return ["--data-binary @file"]


def added_by_auth(api: Api, endpoint: Endpoint, where: str) -> list[tuple[str, Added]]:
    """What the endpoint's first scheme adds to a request, with the name that it has there."""
    schemes = schemes_of(api, endpoint)
    return added_by(schemes[0], where) if schemes else []


def schemes_of(api: Api, endpoint: Endpoint) -> list[Scheme]:
    """The schemes that an endpoint takes, without `none`."""
    return [
        scheme
        for name in endpoint.auth
        for scheme in api.schemes
        if scheme.name == name and scheme.kind != "none"
    ]


def media_of(endpoint: Endpoint) -> str | None:
    """The media type of the body."""
    match endpoint.body:
        case None:
            return None
        case FormBody():
            return "application/x-www-form-urlencoded"
        case MultipartBody():
            return "multipart/form-data"
        case JsonBody(media=media) | BinaryBody(media=media):
            return media


def _filled(api: Api, fields: tuple[Field, ...], given: Mapping[str, Json]) -> dict[str, Json]:
    filled: dict[str, Json] = {}
    for field in fields:
        fixed = constant(field)
        if fixed is not None:
            filled[field.wire] = fixed
        elif field.wire in given:
            filled[field.wire] = completed_field(api, field, given[field.wire])
        elif field.required:
            filled[field.wire] = likely(api, field)
    return filled


def _body(api: Api, endpoint: Endpoint, given: Value | None) -> Json:
    match endpoint.body:
        case JsonBody(type=type) | FormBody(type=type) | MultipartBody(type=type):
            return completed(api, type, given.json) if given is not None else likely_body(api, type)
        case _:
            return None


def _members(value: Json) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, dict) else []


def _encoded(value: str) -> str:
    return quote(value, safe="")


def _pair(name: str, values: list[str]) -> str:
    return f"{_encoded(name)}={','.join(map(_encoded, values))}"


def _form_field(name: str, values: list[str]) -> str:
    """What curl shall encode, if it can: not names, and not texts between commas."""
    if len(values) == 1 and name == _encoded(name):
        return f"--data-urlencode {_quoted(f'{name}={values[0]}')}"
    return f"-d {_quoted(_pair(name, values))}"


def _parts(wire: str, value: Json, media: tuple[str, ...] | None) -> Iterator[str]:
    """The parts that a value becomes: lists are repeated, unless they hold objects, for which there is JSON."""
    if isinstance(value, list) and (
        media is not None or not any(isinstance(item, (dict, list)) for item in value)
    ):
        for item in value:
            yield from _parts(wire, item, media)
    elif media is not None:
        kind = f";type={media[0]}" if media else ""
        yield f"-F {_quoted(f'{wire}=@file{kind}')}"
    elif isinstance(value, (dict, list)):
        content = json_text(value).replace("\\", "\\\\").replace('"', '\\"')
        yield "-F " + _quoted(wire + '="' + content + '";type=application/json')
    else:
        yield f"--form-string {_quoted(f'{wire}={plain(value)}')}"


def _quoted(argument: str) -> str:
    """One word for a POSIX shell."""
    return "'" + argument.replace("'", "'\\''") + "'"
