"""Operations: parameters, request bodies and responses of endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus

from ... import model
from ...model import Api, Endpoint, ErrorCode, Field, Json, Response, Type
from ...naming import snake
from .documentation import argument, documentation
from .nodes import Format, Node, extensions
from .schemas import Schemas, limits
from .security import requirements

_OF_OPENAPI = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI derives from media types and security; it ignores parameters with these names."""
_VARIABLE = re.compile(r"\{\+?([^{}]*)\}")


class Operations:
    """Writes the operations of one API."""

    def __init__(self, api: Api, format: Format, schemas: Schemas) -> None:
        self.api = api
        self.format = format
        self.schemas = schemas

    def paths(self) -> Node:
        """Return the path items. A second endpoint with the same method and path has its name after `#`, which requests leave out."""
        paths: dict[str, Node] = {}
        for endpoint in self.api.all_endpoints():
            path = endpoint.path.replace("{+", "{")
            method = endpoint.method.lower()
            if method in paths.get(path, {}):
                path = f"{path}#{endpoint.qualified}"
            paths.setdefault(path, {})[method] = self._operation(endpoint)
        return dict(paths)

    def _operation(self, endpoint: Endpoint) -> Node:
        node: Node = {
            "operationId": endpoint.qualified,
            "tags": [".".join(endpoint.resource)],
            **self.format.texts({"summary": endpoint.title, "description": endpoint.description}),
        }
        if endpoint.links:
            first = endpoint.links[0]
            node["externalDocs"] = {
                **self.format.texts({"description": first.title}),
                "url": first.url,
            }
        if endpoint.deprecated:
            node["deprecated"] = True
        parameters = self._parameters(endpoint)
        node |= {"parameters": parameters} if parameters else {}
        body = self._body(endpoint)
        node |= {"requestBody": body} if body else {}
        node["responses"] = self._responses(endpoint)
        if endpoint.auth != self.api.auth:
            node["security"] = requirements(self.api, endpoint.auth)
        if endpoint.hosts:
            node["servers"] = servers(self.api, endpoint.hosts, self.format)
        return node | documentation(self.api, endpoint, self.format, self.schemas)

    def _parameters(self, endpoint: Endpoint) -> list[Json]:
        catch_all = set(re.findall(r"\{\+([^{}]*)\}", endpoint.path))
        documented = {field.wire for field in endpoint.path_fields}
        any_text: Node = {"type": "string"}
        free: list[Json] = [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": any_text,
                **extensions({"catch-all": name in catch_all}),
            }
            for name in dict.fromkeys(_VARIABLE.findall(endpoint.path))
            if name not in documented
        ]
        shared = {field.wire.lower(): field for field in self.api.header}
        own = {field.wire.lower() for field in endpoint.header if field not in self.api.header}
        headers: list[Json] = [
            {"$ref": f"#/components/parameters/{field.wire}"}
            for name, field in shared.items()
            if name not in own and name not in _OF_OPENAPI
        ]
        written: list[Json] = [
            self._parameter(field, where)
            | (extensions({"catch-all": where == "path" and field.wire in catch_all}))
            for where, fields in (
                ("path", endpoint.path_fields),
                ("query", endpoint.query),
                ("header", _own_headers(endpoint, self.api)),
                ("cookie", endpoint.cookie),
            )
            for field in fields
        ]
        return free + headers + written

    def headers(self) -> Node:
        """Return the headers of every request as components."""
        return {field.wire: self._parameter(field, "header") for field in self.api.header}

    def _parameter(self, field: Field, where: str) -> Node:
        node: Node = {
            "name": field.wire,
            "in": where,
            **self.format.described(field.title, field.description),
        }
        if field.required or where == "path":
            node["required"] = True
        if field.deprecated:
            node["deprecated"] = True
        if isinstance(field.type, model.JsonText):
            node["content"] = {"application/json": {"schema": self.schemas.of(field.type.type)}}
            about = extensions(
                {
                    "example": field.example.json if field.example else None,
                    "default": field.default.json if field.default else None,
                }
            )
            return node | self.schemas.attributes(field) | about
        if where == "query":
            node |= self._style(field)
        schema = self.schemas.of(field.type)
        if where == "header" and "const" in schema:  # other readers know `enum` there only
            values: list[Json] = [schema.pop("const")]
            schema["enum"] = values
        node["schema"] = self.schemas.with_siblings(schema, self.schemas.values(field))
        return node | self.schemas.attributes(field)

    def _style(self, field: Field) -> Node:
        """Return how a list or an object is written in a query or a form; the default of lists is that of OpenAPI."""
        is_list = isinstance(field.type, model.ListOf)
        match field.style:
            case "comma":
                return {"style": "form", "explode": False}
            case "pipe":
                return {"style": "pipeDelimited", "explode": False}
            case "space":
                return {"style": "spaceDelimited", "explode": False}
            case "brackets" | "deep" if not is_list:
                style = extensions({"style": field.style}) if field.style == "brackets" else {}
                return {"style": "deepObject", "explode": True, **style}
            case "brackets":
                inner = model.innermost(field.type)
                named = self.api.types.get(inner.to) if isinstance(inner, model.Named) else None
                is_nested = isinstance(named, model.Object)
                style = {"style": "deepObject", "explode": True} if is_nested else {}
                return {**style, **extensions({"style": "brackets"})}
            case _:
                return {}

    def _body(self, endpoint: Endpoint) -> Node:
        body = endpoint.body
        match body:
            case None:
                return {}
            case model.JsonBody():
                schema = self.schemas.of(body.type)
                media = _choice(endpoint) or (body.media,)
            case model.FormBody():
                schema, media = self.schemas.of(body.type), (model.FORM_MEDIA,)
            case model.MultipartBody():
                schema, media = self.schemas.of(body.type), (model.MULTIPART_MEDIA,)
            case model.BinaryBody():
                schema = self.schemas.of(body.file)
                media = body.file.media or (body.media,)
            case model.TextBody():
                schema = self.schemas.of(body.type)
                media = body.type.media or (body.media,)
        encoding = self._encoding(body)
        content: Node = {}
        for name in media:
            is_encoded = encoding and name in (model.FORM_MEDIA, model.MULTIPART_MEDIA)
            content[name] = {"schema": schema, **({"encoding": encoding} if is_encoded else {})}
        first = content[media[0]]
        assert isinstance(first, dict)
        first |= self._examples((each.title, each.body) for each in endpoint.examples)
        signed = body.signed_part if isinstance(body, model.MultipartBody) else None
        node: Node = {"required": True, "content": content}
        node |= extensions({"signed-part": signed})
        return node

    def _encoding(self, body: model.Body) -> Node:
        if not isinstance(body, model.FormBody | model.MultipartBody | model.JsonBody):
            return {}
        if isinstance(body, model.JsonBody) and not body.choice:
            return {}
        named = self.api.types[body.type.to] if isinstance(body.type, model.Named) else None
        if not isinstance(named, model.Object):
            return {}
        encodings: Node = {}
        for field in named.fields:
            inner = model.innermost(field.type)
            if isinstance(body, model.MultipartBody):
                media = inner.media if isinstance(inner, model.File) else ()
                encoding: Node = {"contentType": ", ".join(media)} if media else {}
            else:
                encoding = self._style(field)
            if encoding:
                encodings[field.wire] = encoding
        return encodings

    def _responses(self, endpoint: Endpoint) -> Node:
        responses: Node = {
            str(response.status): self._response(endpoint, response)
            for response in endpoint.responses
        }
        rows: dict[str, list[ErrorCode]] = {}
        for row in self.api.errors_of(endpoint):
            if row.status is not None and str(row.status) not in responses:
                rows.setdefault(str(row.status), []).append(row)
        for status, found in sorted(rows.items()):
            responses[status] = self._error(status, found)
        return responses

    def _response(self, endpoint: Endpoint, response: Response) -> Node:
        phrase = _phrase(response.status)
        node = self.format.described(response.title, response.description, phrase)
        if response.headers:
            node["headers"] = {
                field.wire: self._response_header(field) for field in response.headers
            }
        content = self._content(response)
        node |= {"content": content} if content else {}
        for media in [*content.values()][:1]:
            assert isinstance(media, dict)
            media |= self._examples(
                (each.title, each.response)
                for each in endpoint.examples
                if each.status is not None and endpoint.response_with(each.status) is response
            )
        is_error = response.status != "2XX" and response.status >= 400
        return node | extensions({"accept": bool(response.accept), "response": is_error})

    def _examples(self, values: Iterable[tuple[model.Text, model.Value | None]]) -> Node:
        """Return the examples of a body for other readers; `x-specloom-examples` has them whole."""
        examples: Node = {}
        for number, (title, value) in enumerate(values, 1):
            if value is not None:
                about: Node = {"summary": title.best(self.format.language)} if title else {}
                examples[f"example-{number}"] = {**about, "value": value.json}
        return {"examples": examples} if examples else {}

    def _response_header(self, field: Field) -> Node:
        node = self._parameter(field, "header")
        return {key: value for key, value in node.items() if key not in ("name", "in")}

    def _content(self, response: Response) -> Node:
        if response.accept:
            return {
                media.name: {"schema": self.schemas.of(media.type)} for media in response.accept
            }
        type = response.type
        if type is None:
            return {}
        schema = self.schemas.of(type)
        if response.stream:
            stream = response.stream
            is_events = stream.format == "events"
            row: Node = {"end": stream.end, "name": stream.name}
            about: Node = {"events" if is_events else "lines": True}
            about |= {key: value for key, value in row.items() if value is not None}
            media = "text/event-stream" if is_events else "application/x-ndjson"
            return {media: {"schema": schema, **extensions({"stream": about})}}
        found = response.hash
        about = {}
        if found:
            source: Json = argument(found.field) if found.field else {"header": found.header}
            about = {"algorithm": found.algorithm, "from": source}
        content: Node = {"schema": schema, **extensions({"hash": about})}
        return dict.fromkeys(_media(type), content)

    def _error(self, status: str, rows: Iterable[ErrorCode]) -> Node:
        """Return the response of a status, which lists the codes of its errors."""
        lines: list[str] = []
        bodies: list[Json] = []
        for row in rows:
            texts = [text.best(self.format.language) for text in (row.reason, row.remedy)]
            about = " ".join(" ".join(text.split()) for text in texts if text)
            code = f"`{row.code}`" if row.code is not None else ""
            line = ": ".join(part for part in (code, about) if part)
            lines += [line] if line and line not in lines else []
            body = self.schemas.of(row.body) if row.body is not None else None
            bodies += [body] if body is not None and body not in bodies else []
        joined = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
        node: Node = {"description": joined or _phrase(status)}
        if bodies:
            any_of: Node = {"anyOf": bodies}
            media: Node = {"schema": bodies[0] if len(bodies) == 1 else any_of}
            node["content"] = {"application/json": media}
        return node


def _choice(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the media types of a body among which a request chooses."""
    for field in endpoint.header:
        if field.name == "media" and field.wire == "Content-Type":
            return tuple(map(str, model.literals_of(field.type)))
    return ()


def _own_headers(endpoint: Endpoint, api: Api) -> list[Field]:
    """Return the headers that an endpoint declares; media types are in the bodies, and headers of every request in components."""
    implied = {"Content-Type"} if _choice(endpoint) else set[str]()
    implied |= {"Accept"} if endpoint.accept else set()
    return [
        field for field in endpoint.header if field not in api.header and field.wire not in implied
    ]


def servers(api: Api, hosts: Iterable[model.Host], format: Format) -> list[Json]:
    """Return the servers, each with the variables in its URL. A variable must have a default in OpenAPI."""
    variables = {field.wire: field for field in api.host_variables}
    in_urls = {name for host in api.hosts for name in _VARIABLE.findall(host.url)}
    found: list[Json] = []
    for host in hosts:
        node: Node = {"url": host.url, **format.texts({"description": host.description})}
        used: Node = {
            name: _server_variable(variables[name], format)
            for name in variables
            if f"{{{name}}}" in host.url or (host is api.hosts[0] and name not in in_urls)
        }
        if used:
            node["variables"] = used
        found.append(node)
    return found


def _server_variable(field: Field, format: Format) -> Node:
    literals: list[Json] = [str(each) for each in model.literals_of(field.type)]
    sample = field.default or field.example
    default: Json = str(sample.json) if sample else (literals[0] if literals else field.wire)
    node: Node = {"enum": literals} if literals else {}
    node |= {"default": default, **format.described(field.title, field.description)}
    length = field.type.length if isinstance(field.type, model.String) else model.LengthRange()
    return node | extensions(
        {
            "type": f"string{limits(length)}" if length else None,
            "example": field.example.json if field.example else None,
            "deprecated": (
                format.localized(field.deprecated)
                if isinstance(field.deprecated, model.Text)
                else field.deprecated
            ),
            "required": field.default is None,
            "as": field.name if field.name != snake(field.wire) else None,
            "since": format.localized(field.since) if field.since else None,
        }
    )


def _phrase(status: int | str) -> str:
    """Return the description of a response that the spec does not describe."""
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return {"2XX": "Success", "4XX": "Error of the request", "5XX": "Error of the server"}.get(
            str(status), "Error"
        )


def _media(type: Type) -> tuple[str, ...]:
    match type:
        case model.File():
            return type.media or ("application/octet-stream",)
        case model.PlainText():
            return type.media or ("text/plain",)
        case _:
            return ("application/json",)
