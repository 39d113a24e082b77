"""Sample requests: URL, headers and body on the wire, and the curl command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from msgspec import Struct

from ...auth_schemes import Added, added_by
from ...model import (
    Api,
    BinaryBody,
    Body,
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
    TextBody,
    Value,
    innermost,
    json_text,
)
from ..client_interface import body_as, constant, form_styles, host_value
from .parameter_styles import encoded_value, name_values
from .sample_values import completed, completed_field, sample_body, sample_value

_ACCEPT = {"events": "text/event-stream", "lines": "application/x-ndjson, application/json"}
"""Accept header of a streamed endpoint, by the format of its stream."""


class SampleRequest(Struct, frozen=True):
    """Sample request: values by wire name. `body` is None if there is none."""

    api: Api
    endpoint: Endpoint
    path: Mapping[str, Json]
    query: Mapping[str, Json]
    header: Mapping[str, Json]
    cookie: Mapping[str, Json]
    body: Json

    @classmethod
    def of(cls, api: Api, endpoint: Endpoint, example: Example | None) -> SampleRequest:
        """Return the request of an example, with constants, and with generated values for secrets and missing required fields."""
        values = example or Example(Text(), {}, {}, {}, None, None, None)
        own = {field.wire.lower() for field in endpoint.header}
        headers = [field for field in api.header if field.wire.lower() not in own]
        return cls(
            api,
            endpoint,
            _filled(api, endpoint.path_fields, values.path),
            _filled(api, endpoint.query, values.query),
            _filled(api, (*headers, *endpoint.header), values.header),
            _filled(api, endpoint.cookie, values.cookie),
            _body(api, endpoint, values.body),
        )

    def url(self) -> str:
        """Return the URL on the primary host, with the query parameters of the first scheme."""
        host = (self.endpoint.hosts or self.api.hosts)[0].url.rstrip("/")
        for variable in self.api.host_variables:
            host = host.replace(f"{{{variable.wire}}}", host_value(variable))
        path = self.endpoint.path
        for wire, value in self.path.items():
            path = path.replace(f"{{{wire}}}", _encoded(encoded_value(value)))
            path = path.replace(f"{{+{wire}}}", quote(encoded_value(value), safe="/"))
        parameters = [
            (name, [added.sample])
            for name, added in added_by_auth(self.api, self.endpoint, "query")
        ]
        styles: dict[str, str] = {field.wire: field.style for field in self.endpoint.query}
        for wire, value in self.query.items():
            parameters += name_values(wire, value, styles.get(wire, "repeat"))
        query = "&".join(_pair(name, values) for name, values in parameters)
        return f"{host}{path}?{query}" if query else f"{host}{path}"

    def headers(self) -> Iterator[tuple[str, str]]:
        """Yield names and values, those of the scheme first; curl sets the Content-Type of a multipart body."""
        cookies = [f"{wire}={encoded_value(value)}" for wire, value in self.cookie.items()]
        for name, added in added_by_auth(self.api, self.endpoint, "header"):
            if name == "Cookie":
                cookies.append(added.sample)
            else:
                yield name, added.sample
        if cookies:
            yield "Cookie", "; ".join(cookies)
        header = dict(self.header)
        if self.endpoint.stream and not any(
            field.wire.lower() == "accept" for field in self.endpoint.header
        ):
            header = {wire: value for wire, value in header.items() if wire.lower() != "accept"}
            yield "Accept", _ACCEPT[self.endpoint.stream.format]
        for wire, value in header.items():
            if wire == "Content-Type" and isinstance(self._body_as_sent, MultipartBody):
                continue
            yield wire, (
                ",".join(map(encoded_value, value))
                if isinstance(value, list)
                else encoded_value(value)
            )
        has_media = "Content-Type" in self.header or isinstance(self._body_as_sent, MultipartBody)
        if (media := media_of(self.endpoint)) and not has_media:
            yield "Content-Type", media

    @property
    def _body_as_sent(self) -> Body | None:
        """The body as the media type that the request chooses."""
        body = self.endpoint.body
        if not isinstance(body, JsonBody) or not body.choice:
            return body
        return body_as(body, str(self.header.get("Content-Type", body.media)))

    def curl(self) -> str:
        """Return a shell command that sends the request."""
        method = {"GET": "", "HEAD": " --head"}.get(
            self.endpoint.method, f" -X {self.endpoint.method}"
        )
        if self.endpoint.body is not None:
            method = f" -X {self.endpoint.method}"
        unbuffered = " --no-buffer" if self.endpoint.stream else ""
        lines = [f"curl{unbuffered}{method} {_quoted(self.url())}"]
        lines += [f"-H {_quoted(f'{name}: {value}')}" for name, value in self.headers()]
        lines += self._data()
        return " \\\n  ".join(lines)

    def _data(self) -> list[str]:
        match self._body_as_sent:
            case None:
                return []
            case JsonBody():
                return [f"-d {_quoted(json_text(self.body, indent=0))}"]
            case FormBody(type=type):
                styles = form_styles(self.api, type)
                fields = [
                    pair
                    for wire, value in _members(self.body)
                    for pair in name_values(wire, value, styles.get(wire, "repeat"))
                ]
                for name, added in added_by_auth(self.api, self.endpoint, "form"):
                    fields.append((name, [added.sample]))
                return [_form_field(name, values) for name, values in fields]
            case MultipartBody(type=type):
                parts_type = self.api.types[type.to]
                assert isinstance(parts_type, Object)
                files = {
                    field.wire: inner.media
                    for field in parts_type.fields
                    if isinstance(inner := innermost(field.type), File)
                }
                return [
                    part
                    for wire, value in _members(self.body)
                    for part in _parts(wire, value, files.get(wire))
                ]
            case BinaryBody():
                return ["--data-binary @file"]
            case TextBody():
                return [f"--data-raw {_quoted(str(self.body))}"]


def added_by_auth(api: Api, endpoint: Endpoint, where: str) -> list[tuple[str, Added]]:
    """Return the headers or query parameters of the endpoint's first alternative, with their names."""
    schemes = schemes_of(api, endpoint.auth[:1])
    return [added for scheme in schemes for added in added_by(scheme, where)]


def schemes_of(api: Api, auth: Iterable[tuple[str, ...]]) -> list[Scheme]:
    """Return the schemes of alternatives, without duplicates and `none`."""
    return [
        scheme
        for name in dict.fromkeys(name for names in auth for name in names)
        for scheme in api.schemes
        if scheme.name == name and scheme.kind != "none"
    ]


def media_of(endpoint: Endpoint) -> str | None:
    """Return the media type of the body."""
    match endpoint.body:
        case None:
            return None
        case FormBody():
            return "application/x-www-form-urlencoded"
        case MultipartBody():
            return "multipart/form-data"
        case JsonBody(media=media) | BinaryBody(media=media):
            return media
        case TextBody(media=media):
            return f"{media}; charset=utf-8"


def _filled(api: Api, fields: tuple[Field, ...], values: Mapping[str, Json]) -> dict[str, Json]:
    filled: dict[str, Json] = {}
    for field in fields:
        constant_parameters = constant(field)
        if constant_parameters is not None:
            filled[field.wire] = constant_parameters
        elif field.wire in values:
            filled[field.wire] = completed_field(api, field, values[field.wire])
        elif field.required:
            filled[field.wire] = sample_value(api, field)
    return filled


def _body(api: Api, endpoint: Endpoint, example: Value | None) -> Json:
    match endpoint.body:
        case (
            JsonBody(type=type)
            | FormBody(type=type)
            | MultipartBody(type=type)
            | TextBody(type=type)
        ):
            return (
                completed(api, type, example.json)
                if example is not None
                else sample_body(api, type)
            )
        case _:
            return None


def _members(value: Json) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, dict) else []


def _encoded(value: str) -> str:
    return quote(value, safe="")


def _pair(name: str, values: list[str]) -> str:
    return f"{_encoded(name)}={','.join(map(_encoded, values))}"


def _form_field(name: str, values: list[str]) -> str:
    """Return a form option; curl encodes the value, unless the name or comma-separated values need encoding."""
    if len(values) == 1 and name == _encoded(name):
        return f"--data-urlencode {_quoted(f'{name}={values[0]}')}"
    return f"-d {_quoted(_pair(name, values))}"


def _parts(wire: str, value: Json, media: tuple[str, ...] | None) -> Iterator[str]:
    """Yield the multipart options of a value: one for each item of a list; objects, and lists with objects, as JSON."""
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
        yield f"--form-string {_quoted(f'{wire}={encoded_value(value)}')}"


def _quoted(argument: str) -> str:
    """Quote an argument for a POSIX shell; a line of backticks, which would close a code block, begins with an empty string."""
    quoted = argument.replace("'", "'\\''")
    return "'" + re.sub(r"(?<=[\r\n])(?= {0,3}```)", "''", quoted) + "'"
