"""Responses to the keys of an endpoint: responses of success, and rows of errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from msgspec import Struct

from ...spec.errors import CLASS_BY_STATUS
from .context import Context
from .documents import At
from .media_types import kind_of, media_name
from .operations import Media, Operation, Response
from .schemas import SchemaConverter, ordered
from .shapes import JSON, OBJECT, Shape, compact, fields_of
from .texts import clean, labels

_NOISE = re.compile(
    r"(a |the )?(successful|success|ok|okay|default|expected|normal|json|http)?[ _-]*(operation|response|request|answer|result)?( (to|for|of) .{0,60})?|ok|no content|created|accepted|successful(ly)?|\d{3}( response)?( .{0,60})?",
    re.IGNORECASE,
)
_AS_WHOLE: Mapping[str, str] = {
    "events": "text",
    "lines": "text",
    "form": "binary",
    "multipart": "binary",
}
"""Kinds that a response has as a whole only."""
_WITHOUT_BODY = {"204", "205", "304"}
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class ErrorRow(Struct):
    """An error of an operation, before classes are shared out."""

    status: int | str
    reason: str
    body: str | None


class ResponseConverter:
    """Converts the responses of operations."""

    def __init__(self, schemas: SchemaConverter) -> None:
        self.schemas = schemas
        self.context: Context = schemas.context
        self.note = schemas.note

    def convert(
        self, operation: Operation, hint: str
    ) -> tuple[dict[str, object], list[ErrorRow], dict[str, object] | None]:
        """Return the responses, the errors, and the responses of a second endpoint if the route also streams."""
        self.schemas.direction, self.schemas.depth = "response", 0
        responses: dict[str, object] = {}
        errors: list[ErrorRow] = []
        streamed: dict[str, object] | None = None
        statuses = {response.status.upper() for response in operation.responses}
        has_success = any(status.startswith(("2", "3")) for status in statuses)
        for response in operation.responses:
            status = response.status.upper()
            if status == "DEFAULT":
                status = "default" if has_success else "2XX"
                if not has_success:
                    self.note(
                        response.at,
                        "guessed",
                        "default response",
                        "no response is a success; `default` became 2XX",
                    )
            if (
                status.startswith("1")
                or status == "3XX"
                or not re.fullmatch(r"[2-5](\d\d|XX)|default", status)
            ):
                self.note(
                    response.at,
                    "left out",
                    "status",
                    f"a spec has no response of status {response.status[:20]}",
                )
                continue
            if status.startswith(("4", "5")) or status == "default":
                errors.append(self._error(response, status, hint))
                continue
            own, stream = self._success(response, status, operation, hint)
            responses[status] = own
            if stream is not None:
                streamed = {status: {"stream": stream}}
        if not responses and streamed is None:
            self.note(
                operation.at,
                "repaired",
                "operation without a success",
                "became one with any success without content",
            )
            responses["2XX"] = None
        if streamed is not None and all(
            value == "" for value in responses.values() if value is not None
        ):
            responses = streamed
            streamed = None
        elif streamed is not None and any(value == "" for value in responses.values()):
            kept = {key: value for key, value in responses.items() if value != ""}
            if kept:
                self.note(
                    operation.at,
                    "left out",
                    "response beside a stream",
                    "an endpoint with a stream has one response",
                )
            responses, streamed = streamed, None
        return _sorted(responses), errors, streamed

    def _success(
        self, response: Response, status: str, operation: Operation, hint: str
    ) -> tuple[object, dict[str, object] | None]:
        """Return a response, and its stream; "" in place of the response if it is a stream only."""
        keys: dict[str, object] = {}
        text = clean(response.description, response.at, self.context)
        if not _NOISE.fullmatch(text.rstrip(".! ")):
            keys |= labels("", text)
        headers = self._headers(response, hint)
        stream: dict[str, object] | None = None
        media = response.media
        if operation.method == "HEAD" or status in _WITHOUT_BODY:
            if media:
                self.note(
                    response.at,
                    "repaired",
                    "body of a response without one",
                    f"{operation.method} {status} responses have no body; left out",
                )
            media = []
        streams = [each for each in media if kind_of(each.name) in {"events", "lines"}]
        rest = [each for each in media if each not in streams]
        if streams and status.startswith("2"):
            each = streams[0]
            stream = {
                "events" if kind_of(each.name) == "events" else "lines": self._whole(
                    each, f"{hint}Event", flat=True
                )
            }
            if not rest:
                return "", stream
        elif streams:
            rest = media
        body = self._body(response, rest, f"{hint}Response")
        keys |= body
        if headers:
            keys["headers"] = headers
        if not keys:
            return None, stream
        if [*keys] == ["body"] and isinstance(keys["body"], str):
            return keys["body"], stream
        return keys, stream

    def _headers(self, response: Response, hint: str) -> dict[str, object]:
        fields: dict[str, object] = {}
        seen: set[str] = set()
        for name, header, schema in response.headers:
            if name.lower() == "content-type" or name.lower() in seen:
                continue
            if not _HEADER.fullmatch(name) or len(name) > 190:
                self.note(header, "left out", "response header", f"invalid name {name[:60]!r}")
                continue
            seen.add(name.lower())
            shape, keys = self.schemas.field(schema, name, hint)
            if (
                shape.kinds & {"object", "map", "any", "list"}
                or shape.inner is not None
                or shape.nullable
            ):
                keys = {"type": "string"} | {
                    key: value for key, value in keys.items() if key in {"title", "description"}
                }
            for key in ("as", "only", "default"):
                keys.pop(key, None)
            text = clean(header.text("description"), header, self.context)
            keys |= labels("", text)
            required = header.raw("required") is True
            fields[name if required else f"{name}?"] = compact(ordered(keys))
        return fields

    def _body(self, response: Response, media: list[Media], hint: str) -> dict[str, object]:
        """Return the keys for the body of a response."""
        found: dict[str, tuple[str, Media]] = {}
        for each in media:
            plain = kind_of(each.name)
            kind = _AS_WHOLE.get(plain, plain)
            found.setdefault(each.name, (kind, each))
        json = [each for kind, each in found.values() if kind == "JSON"]
        others = [(kind, each) for kind, each in found.values() if kind != "JSON"]
        for each in json[1:]:
            if (
                each.schema is not None
                and json[0].schema is not None
                and each.schema.value != json[0].schema.value
            ):
                self.note(
                    each.at,
                    "left out",
                    "JSON of another media type",
                    f"{each.name[:80]} has another schema than {json[0].name[:80]}",
                )
        if json and others:
            alike = [
                each
                for _, each in others
                if "xml" in each.name.lower()
                and each.schema is not None
                and json[0].schema is not None
                and each.schema.value == json[0].schema.value
            ]
            for each in alike:
                self.note(
                    each.at,
                    "left out",
                    "XML beside JSON",
                    f"{each.name[:80]} has the schema of {json[0].name[:80]}",
                )
            others = [(kind, each) for kind, each in others if each not in alike]
        if not json and not others:
            return {}
        if not others:
            if kind_of(json[0].name) == "JSON" and self._is_binary(json[0]):
                return {"content": "file"}
            return {"body": self._whole(json[0], hint, flat=True)}
        names = {kind for kind, _ in others}
        if not json and names == {"text"}:
            listed = [*dict.fromkeys(name for _, each in others if (name := media_name(each.name)))]
            narrowed: dict[str, object] = (
                {}
                if listed in ([], ["text/plain"])
                else {"media": listed[0] if len(listed) == 1 else listed}
            )
            return {"body": "text", **narrowed}
        if not json and names == {"binary"}:
            listed = [*dict.fromkeys(name for _, each in others if (name := media_name(each.name)))]
            if listed in ([], ["application/octet-stream"]):
                return {"content": "file"}
            return {"content": {"type": "file", "media": listed[0] if len(listed) == 1 else listed}}
        accept: dict[str, object] = {}
        for kind, each in (*(("JSON", each) for each in json[:1]), *others):
            name = media_name(each.name) or ("application/json" if kind == "JSON" else None)
            if name is None or "*" in name:
                self.note(
                    each.at,
                    "left out",
                    "media type",
                    f"{each.name[:80]} cannot be requested beside others",
                )
                continue
            whole = {"text": "text", "binary": "file"}
            accept[name] = whole[kind] if kind in whole else self._whole(each, hint, flat=False)
        if len(accept) == 1:
            name, type_ = next(iter(accept.items()))
            return {"content": "file"} if type_ == "file" else {"body": type_}
        return {"accept": accept}

    def _is_binary(self, media: Media) -> bool:
        target = self.context.documents.follow(media.schema) if media.schema is not None else None
        return target is not None and (
            target.raw("format") == "binary" or target.raw("type") == "file"
        )

    def _whole(self, media: Media, hint: str, *, flat: bool) -> object:
        """Return a JSON body: its fields, or its type."""
        if media.schema is None:
            return JSON
        shape = self.schemas.convert(media.schema, hint)
        if (
            flat
            and shape.text == OBJECT
            and shape.inner is not None
            and [*shape.inner] == ["fields"]
            and not shape.nullable
            and fields_of(shape.inner)
        ):
            return fields_of(shape.inner)
        return self._named(shape, media.schema, hint)

    def _named(self, shape: Shape, at: At, hint: str) -> str:
        shape = self.schemas.named(shape, at, hint)
        return "string" if shape.text == "file" else shape.expression

    def _error(self, response: Response, status: str, hint: str) -> ErrorRow:
        number: int | str = int(status) if status.isdecimal() else status
        reason = " ".join(clean(response.description, response.at, self.context).split())
        class_name = usual_class(number)
        folded = re.sub(r"[^a-z]", "", reason.lower())
        if _NOISE.fullmatch(reason.rstrip(".! ")) or folded in {
            class_name.lower(),
            "error",
            "unexpectederror",
            "defaulterror",
            "",
        }:
            reason = ""
        json = next(
            (
                each
                for each in response.media
                if kind_of(each.name) == "JSON" and each.schema is not None
            ),
            None,
        )
        if json is None:
            if response.media and not any(kind_of(each.name) == "JSON" for each in response.media):
                self.note(
                    response.at,
                    "loosened",
                    "body of an error",
                    f"{response.media[0].name[:80]} is not JSON; errors have its text in their message only",
                )
            return ErrorRow(number, reason, None)
        assert json.schema is not None
        shape = self.schemas.convert(json.schema, f"{hint}Error")
        body = self._named(shape, json.schema, f"{hint}Error")
        return ErrorRow(number, reason, None if body == JSON else body)


def usual_class(status: int | str) -> str:
    """Return the class of errors of a status; empty if it has none of its own."""
    return cast("Mapping[int | str, str]", CLASS_BY_STATUS).get(status, "")


def _sorted(responses: dict[str, object]) -> dict[str, object]:
    """Return responses by status, with numbers as keys where they are."""
    plain = {int(key) if key.isdecimal() else key: responses[key] for key in sorted(responses)}
    return cast("dict[str, object]", plain)
