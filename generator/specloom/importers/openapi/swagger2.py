"""Swagger 2.0: operations in the common form, servers and security schemes in the form of 3.0."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from .context import Context
from .documents import At
from .openapi3 import Reader
from .operations import Media, Operation, Parameter, RequestBody, Response

_COLLECTIONS = {"csv": "comma", "multi": "repeat", "pipes": "pipe", "ssv": "space"}
_FLOWS = {
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
    "password": "password",
    "implicit": "implicit",
}
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


class SwaggerReader(Reader):
    """Reads the parts of a Swagger 2.0 document."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.schemes = self._schemes(self.root.get("securityDefinitions"))
        self.servers = self._servers()

    def _servers(self) -> At | None:
        host, base = self.root.text("host"), self.root.text("basePath").rstrip("/")
        if not host:
            return self.root.replaced([{"url": base or "/"}])
        listed = self.root.raw("schemes")
        schemes = cast("list[object]", listed) if isinstance(listed, list) else []
        scheme = "http" if schemes == ["http"] else "https"
        at = self.root.get("host")
        assert at is not None
        return at.replaced([{"url": f"{scheme}://{host}{base}"}])

    def _schemes(self, at: At | None) -> At | None:
        if at is None:
            return None
        result: dict[str, object] = {}
        for name, scheme in at.entries():
            match scheme.raw("type"):
                case "basic":
                    result[name] = {"type": "http", "scheme": "basic"}
                case "oauth2":
                    flow: dict[str, object] = {
                        "tokenUrl": scheme.text("tokenUrl"),
                        "scopes": scheme.raw("scopes") or {},
                    }
                    result[name] = {
                        "type": "oauth2",
                        "flows": {_FLOWS.get(scheme.text("flow"), "implicit"): flow},
                    }
                case _:
                    result[name] = scheme.value
        return at.replaced(result)

    def _operation(
        self, key: tuple[str, str, str], method: str, path: str, item: At, at: At
    ) -> Operation:
        parameters: dict[tuple[str, str], At] = {}
        for source in (item, at):
            listed = source.get("parameters")
            for each in listed.items() if listed else ():
                target = self.context.documents.follow(each)
                if target is None or not target.text("name"):
                    self.context.note(
                        each, "left out", "parameter", "a dangling reference, or without a name"
                    )
                    continue
                parameters[target.text("in"), target.text("name")] = target
        consumes = _texts(at.get("consumes") or self.root.get("consumes"))
        produces = _texts(at.get("produces") or self.root.get("produces")) or ["application/json"]
        plain = [
            found
            for target in parameters.values()
            if target.text("in") in {"path", "query", "header"}
            and (found := self.parameter(target)) is not None
        ]
        return Operation(
            key,
            at,
            method.upper(),
            path,
            plain,
            self._body([*parameters.values()], consumes),
            [*self._responses(at.get("responses"), produces)],
            at.get("security") or self.root.get("security"),
            None,
        )

    def parameter(self, at: At) -> Parameter | None:
        style = _COLLECTIONS.get(at.text("collectionFormat") or "csv", "comma")
        if at.raw("type") != "array":
            style = "repeat"
        return Parameter(at, at.text("name"), at.text("in"), at.flag("required"), at, style)

    def _body(self, parameters: list[At], consumes: list[str]) -> RequestBody | None:
        whole = next((each for each in parameters if each.text("in") == "body"), None)
        if whole is not None:
            names = [name for name in consumes if name not in {_FORM, _MULTIPART}]
            media = [
                Media(name, whole, whole.get("schema")) for name in names or ["application/json"]
            ]
            return RequestBody(whole, whole.flag("required"), media)
        fields = [each for each in parameters if each.text("in") == "formData"]
        if not fields:
            return None
        has_file = any(each.raw("type") == "file" for each in fields)
        name = (
            _MULTIPART if has_file or (_MULTIPART in consumes and _FORM not in consumes) else _FORM
        )
        schema: dict[str, object] = {
            "type": "object",
            "properties": {each.text("name"): each.value for each in fields},
            "required": [each.text("name") for each in fields if each.flag("required")],
        }
        encoding: dict[str, object] = {
            each.text("name"): {
                "x-style": _COLLECTIONS.get(each.text("collectionFormat") or "csv", "comma")
            }
            for each in fields
            if each.raw("type") == "array"
        }
        at = fields[0].replaced(schema)
        return RequestBody(
            at, bool(schema["required"]), [Media(name, at, at, [], at.replaced(encoding))]
        )

    def _responses(self, at: At | None, produces: list[str]) -> Iterable[Response]:
        for status, response in at.entries() if at else ():
            if status.startswith("x-"):
                continue
            target = self.context.documents.follow(response)
            if target is None:
                self.context.note(
                    response,
                    "repaired",
                    "dangling reference",
                    f"response {status} leads nowhere; became one without a body",
                )
                target = response.replaced({})
            schema, listed, examples = (
                target.get("schema"),
                target.get("headers"),
                target.get("examples"),
            )
            is_file = schema is not None and schema.raw("type") == "file"
            names = produces
            if is_file:
                names = [name for name in produces if "json" not in name] or [
                    "application/octet-stream"
                ]
            media = (
                [
                    Media(
                        name,
                        target,
                        schema,
                        [
                            ("", each)
                            for key, each in (examples.entries() if examples else ())
                            if key == name
                        ],
                    )
                    for name in names
                ]
                if schema is not None
                else []
            )
            headers = [
                (name, header, header) for name, header in (listed.entries() if listed else ())
            ]
            yield Response(target, status, target.text("description"), media, headers)


def _texts(at: At | None) -> list[str]:
    return [each.value for each in at.items() if isinstance(each.value, str)] if at else []
