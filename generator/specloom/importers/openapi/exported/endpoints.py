"""Operations and webhooks of an export to endpoints and events of a spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from .... import naming
from ....spec.errors import CLASS_BY_STATUS
from ..documents import At
from .schemas import Place, SchemaReader, compact
from .texts import NotExact, extension, extensions, require_only

_OPERATION = frozenset(
    [
        *("operationId", "tags", "summary", "description", "externalDocs", "deprecated"),
        *("parameters", "requestBody", "responses", "security", "servers"),
    ]
)
_PARAMETER = frozenset(
    [
        *("name", "in", "description", "required", "deprecated", "content", "schema"),
        *("style", "explode"),
    ]
)
_KEYS = (
    *("facts", "name-on-site", "updated", "idempotency", "paging", "poll", "error-shape"),
    *("unprocessed", "from-url"),
)
_MULTIPART, _FORM = "multipart/form-data", "application/x-www-form-urlencoded"
_JSON = "application/json"
_PARTS = ("path", "query", "header", "cookie")


class EndpointReader:
    """Reads the operations of one document."""

    def __init__(self, schemas: SchemaReader, root: At) -> None:
        self.schemas = schemas
        self.texts = schemas.texts
        self.root = root
        components = root.get("components")
        self.headers = components.get("parameters") if components else None
        self.facts: dict[str, dict[str, object]] = {}
        """Rows of facts by name."""

    def endpoint(
        self, method: str, path: str, at: At
    ) -> tuple[tuple[str, ...], str, dict[str, object]]:
        """Return the resource, the name and the keys of an operation."""
        require_only(at, _OPERATION)
        *resource, name = at.text("operationId").split(".")
        if not resource:
            raise NotExact(at, "an operation without a resource")
        module, pascal = tuple(resource), naming.pascal(name) or "Endpoint"
        parameters = [*cast("At", at.get("parameters")).items()] if "parameters" in at.map else []
        for each in parameters:
            if extension(each, "catch-all") is True:
                path = path.replace(f"{{{each.text('name')}}}", f"{{+{each.text('name')}}}")
        keys: dict[str, object] = {"http": f"{method.upper()} {path.partition('#')[0]}"}
        keys |= self.texts.of(at, title="summary", description="description")
        keys |= self._deprecation(at)
        keys |= self.links(at)
        keys |= extensions(at, _KEYS)
        if "facts" in keys:
            keys["facts"] = self._facts(cast("list[dict[str, object]]", keys["facts"]))
        if extension(at, "unverified") is True:
            keys["verified"] = False
        usual = "safe" if method.upper() in ("GET", "HEAD") else "none"
        if keys.get("idempotency") == usual:
            del keys["idempotency"]
        if "security" in at.map:
            keys["auth"] = self.auth(at.raw("security"))
        if servers := at.get("servers"):
            keys["hosts"] = [self.host(each) for each in servers.items()]
        keys |= self._parameters(parameters, Place(module, pascal), "from_url" in keys)
        if body := at.get("requestBody"):
            keys |= self._body(body, Place(module, f"{pascal}Request"))
        keys["responses"] = self._responses(at, Place(module, f"{pascal}Response"))
        keys |= self.errors(at, module)
        keys |= extensions(at, ("examples",))
        return module, name, keys

    def _deprecation(self, at: At) -> dict[str, object]:
        text = extension(at, "deprecated")
        return {"deprecated": text or True} if at.flag("deprecated") or text else {}

    def links(self, at: At) -> dict[str, object]:
        """Return `links` of a document, an operation or an event."""
        links: list[object] = []
        if first := at.get("externalDocs"):
            title = self.texts.of(first, title="description")
            links.append({**title, "url": first.raw("url")})
        links += cast("list[object]", extension(at, "links") or [])
        return {"links": links} if links else {}

    def auth(self, requirements: object) -> object:
        """Return `auth` for security requirements."""
        found: list[object] = []
        for each in cast("list[dict[str, object]]", requirements or []):
            names = [*each]
            found.append(names[0] if len(names) == 1 else {"all": names})
        return "none" if not found else found[0] if len(found) == 1 else found

    def host(self, at: At, variables: dict[str, object] | None = None) -> object:
        """Return a host; `variables` are those that it declares."""
        about = self.texts.of(at, description="description")
        if not about and not variables:
            return at.raw("url")
        return {"url": at.raw("url"), **about, **({"variables": variables} if variables else {})}

    def _facts(self, rows: list[dict[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for row in rows:
            name = next(
                (key for key, known in self.facts.items() if known == {"title": row["title"]}), ""
            )
            if not name or name in found:
                name = f"fact_{len(self.facts) + 1}"
                self.facts[name] = {"title": row["title"]}
            values = cast("list[object]", row["value"])
            found[name] = values[0] if len(values) == 1 else values
        return found

    # requests

    def _parameters(self, listed: list[At], place: Place, is_from_url: bool) -> dict[str, object]:
        sections: dict[str, dict[str, object]] = {}
        for at in listed:
            if "$ref" in at.map:
                if not at.text("$ref").startswith("#/components/parameters/"):
                    raise NotExact(at, "a reference")
                continue
            where, wire = at.text("in"), at.text("name")
            if where == "path" and is_from_url:
                continue
            is_optional = where != "path" and not at.flag("required")
            key = f"{wire}?" if is_optional else wire
            sections.setdefault(where, {})[key] = compact(self.parameter(at, place))
        return {part: sections[part] for part in _PARTS if part in sections}

    def parameter(self, at: At, place: Place) -> dict[str, object]:
        """Return the keys of a parameter or a response header."""
        require_only(at, _PARAMETER)
        content = at.get("content")
        if content is not None:
            schema = next(iter(content.entries()))[1].get("schema")
            assert schema is not None
            inner = schema.replaced({"type": "string", "x-specloom-json-text": schema.value})
            keys = self.schemas.field(inner, at.text("name"), place, at)
            return keys | extensions(at, ("example", "default"))
        schema = at.get("schema")
        if schema is None:
            raise NotExact(at, "a parameter without a schema")
        keys = self.schemas.field(schema, at.text("name"), place, at)
        return keys | self._style(at)

    def _style(self, at: At) -> dict[str, object]:
        if (style := extension(at, "style")) is not None:
            return {"style": style}
        style, exploded = at.text("style"), at.raw("explode")
        name: object = {
            "pipeDelimited": "pipe",
            "spaceDelimited": "space",
            "deepObject": "deep",
        }.get(style)
        name = "comma" if style == "form" and exploded is False else name
        return {"style": name} if name else {}

    def _body(self, at: At, place: Place) -> dict[str, object]:
        content = at.get("content")
        media = dict(content.entries()) if content else {}
        schema = next(iter(media.values())).get("schema") if media else None
        if schema is None or not at.flag("required"):
            raise NotExact(at, "a body without a schema, or an optional one")
        names = [*media]
        word = extension(schema, "type")
        if isinstance(word, str) and word.startswith("file"):
            return {"content": self._file(schema)}
        if word == "text":
            text = self.schemas.type_of(schema, place.module).text
            return {"body": text} | (_media(names) if names != ["text/plain"] else {})
        target = self.schemas.target(schema)
        is_flat = target is not None and self.schemas.is_inline(target, place.module)
        if not is_flat:
            body: object = self.schemas.expression(schema, place.module)
        else:
            assert target is not None
            encoded = next((each for each in media.values() if "encoding" in each.map), None)
            encoding = encoded.get("encoding") if encoded else None
            body = self._flat(target, place, encoding)
        if names == [_MULTIPART]:
            signed = extension(at, "signed-part")
            return {"parts": body} | ({"signed_part": signed} if signed else {})
        if names == [_FORM]:
            return {"form": body}
        if names == [_JSON]:
            return {"body": body}
        return {"body": body, **_media(names)}

    def _flat(self, target: At, place: Place, encoding: At | None) -> dict[str, object]:
        """Return the fields of a body, with their styles in a form."""
        fields = cast("dict[str, object]", self.schemas.object_of(target, place)["fields"])
        for key, field in fields.items():
            each = encoding.get(key.removesuffix("?")) if encoding else None
            style = self._style(each) if each else {}
            if style:
                keys = (
                    cast("dict[str, object]", field) if isinstance(field, dict) else {"type": field}
                )
                fields[key] = keys | style
        return fields

    def _file(self, schema: At) -> object:
        word = extension(schema, "type")
        media = cast("list[object]", extension(schema, "media") or [])
        if not media:
            return word
        return {"type": word, **_media(media)}

    # responses

    def _responses(self, operation: At, place: Place) -> dict[object, object]:
        found: dict[object, object] = {}
        listed = operation.get("responses")
        inline = 0
        for status, at in listed.entries() if listed else ():
            is_error = status[:1] in ("4", "5") or status == "default"
            if is_error and extension(at, "response") is not True:
                self._require_row(status, operation)
                continue
            name = f"{place.owner}{status}" if inline else place.owner
            response = self._response(at, Place(place.module, name))
            inline += isinstance(_content(response), dict)
            found[int(status) if status.isdecimal() else status] = response
        return found

    def _require_row(self, status: str, operation: At) -> None:
        """Raise `NotExact` for an error that no row has."""
        tags = self.root.get("tags")
        for at in (operation, self.root, *(tags.items() if tags else ())):
            for row in cast("list[dict[str, object]]", extension(at, "errors") or []):
                if str(row.get("status")) == status:
                    return
        raise NotExact(operation, f"an error of status {status} that no row has")

    def _response(self, at: At, place: Place) -> object:
        keys = self.texts.of(at, title="title", description="description")
        content = at.get("content")
        media = dict(content.entries()) if content else {}
        module = place.module
        if extension(at, "accept") is True:
            keys["accept"] = {
                name: self.schemas.expression(cast("At", each.get("schema")), module)
                for name, each in media.items()
            }
        elif media:
            name, each = next(iter(media.items()))
            keys |= self._content(name, each, place)
        headers = at.get("headers")
        if headers:
            keys["headers"] = {
                f"{name}{'' if header.flag('required') else '?'}": compact(
                    self.parameter(header, place)
                )
                for name, header in headers.entries()
            }
        if not keys:
            return None
        is_short = [*keys] == ["body"] and isinstance(keys["body"], str)
        return keys["body"] if is_short else keys

    def _content(self, name: str, media: At, place: Place) -> dict[str, object]:
        schema = media.get("schema")
        if schema is None:
            raise NotExact(media, "a body without a schema")
        word = extension(schema, "type")
        if isinstance(word, str) and word.startswith("file"):
            hash_ = extension(media, "hash")
            return {"content": self._file(schema)} | ({"hash": hash_} if hash_ else {})
        if word == "text":
            listed = extension(schema, "media")
            found = self.schemas.type_of(schema, place.module).text
            return {"body": found} | ({"media": listed} if listed else {})
        target = self.schemas.target(schema)
        if target is not None and self.schemas.is_inline(target, place.module):
            body: object = self.schemas.object_of(target, place)["fields"]
        else:
            body = self.schemas.expression(schema, place.module)
        stream = cast("Mapping[str, object] | None", extension(media, "stream"))
        if stream is None:
            if name != _JSON:
                raise NotExact(media, f"media type {name[:60]}")
            return {"body": body}
        form = "events" if "events" in stream else "lines"
        rest = {key: value for key, value in stream.items() if key != form}
        return {"stream": {form: body, **rest}}

    def errors(self, at: At, module: tuple[str, ...]) -> dict[str, object]:
        """Return `errors` of a document, a tag or an operation."""
        rows = at.get("x-specloom-errors")
        found: list[dict[str, object]] = []
        for row in rows.items() if rows else ():
            keys = dict(row.map)
            code, status = keys.get("code"), keys.get("status")
            if code is None:
                usual = cast("Mapping[object, str]", CLASS_BY_STATUS).get(status)
            else:
                usual = naming.error_class(str(code)) if str(code)[:1].isalpha() else None
            if keys.get("as") == usual:
                del keys["as"]
            if body := row.get("body"):
                keys["body"] = self.schemas.expression(body, module)
            found.append(keys)
        return {"errors": found} if found else {}

    # events

    def event(self, at: At) -> tuple[tuple[str, ...], dict[str, object]]:
        """Return the resource and the keys of a webhook, without its name."""
        module = tuple(cast("list[str]", at.raw("tags"))[0].split("."))
        keys = self.texts.of(at, title="summary", description="description")
        keys |= extensions(at, ("as", "to", "updated"))
        keys |= self._deprecation(at)
        keys |= self.links(at)
        body = cast("At", at.get("requestBody"))
        media = next(iter(cast("At", body.get("content")).entries()))[1]
        schema = cast("At", media.get("schema"))
        target = self.schemas.target(schema)
        if target is not None and self.schemas.is_inline(target, module):
            name = str(target.path[-1]).rpartition(".")[2]
            keys["payload"] = self.schemas.object_of(target, Place(module, name))["fields"]
        else:
            keys["payload"] = self.schemas.expression(schema, module)
        examples = media.get("examples")
        listed = [
            {**self.texts.of(each, title="summary"), "payload": each.raw("value")}
            for _, each in (examples.entries() if examples else ())
        ]
        return module, keys | ({"examples": listed} if listed else {})


def _media(names: Sequence[object]) -> dict[str, object]:
    return {"media": names[0] if len(names) == 1 else [*names]}


def _content(response: object) -> object:
    """Return the type or the fields of a response with JSON."""
    if not isinstance(response, dict):
        return response
    keys = cast("dict[str, object]", response)
    stream = keys.get("stream")
    if isinstance(stream, dict):
        values = cast("dict[str, object]", stream)
        return values.get("events", values.get("lines"))
    return keys.get("body")
