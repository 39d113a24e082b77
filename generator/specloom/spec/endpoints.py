"""Endpoint resolver: turns the endpoints of a resource into the model. Examples follow later, when all types are known."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from .. import model, naming
from ..model import (
    Endpoint,
    Field,
    Host,
    JsonBody,
    Response,
    Text,
    Type,
    TypeName,
    Value,
)
from . import api_file, downloads, parameters, streams
from .api_file import FactRow
from .collector import DiagnosticCollector, line_reference
from .error_shapes import ErrorShapeResolver
from .errors import ErrorTableResolver
from .fields import FieldOwner, FieldResolver, check_python_names, deprecation
from .key_hints import key_hint
from .localized import TextReader, child, entries, flag, items, word, words
from .nodes import MapNode, Node, Scalar, is_null, location_of
from .reachability import outside_json
from .request_fields import RequestFields
from .schemes import SchemeResolver
from .spec_folder import MAX_NAME_LENGTH
from .type_resolver import UNRESOLVED, TypeResolver

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_WITHOUT_BODY = frozenset({204, 205, 304})
_FORMS = frozenset({model.FORM_MEDIA, model.MULTIPART_MEDIA})


class EndpointDraft(Struct, frozen=True):
    """An endpoint without its examples and cross references, which are resolved later."""

    endpoint: Endpoint
    key: Scalar
    node: MapNode


class EndpointResolver:
    """Resolves the endpoints of all resources."""

    def __init__(
        self,
        fields: FieldResolver,
        types: TypeResolver,
        texts: TextReader,
        errors: ErrorTableResolver,
        shapes: ErrorShapeResolver,
        schemes: SchemeResolver,
        facts: dict[str, FactRow],
        diagnostics: DiagnosticCollector,
    ) -> None:
        self.fields = fields
        self.request_fields = RequestFields(fields.built)
        self.types = types
        self.texts = texts
        self.errors = errors
        self.shapes = shapes
        self.schemes = schemes
        self.facts = facts
        self.diagnostics = diagnostics
        self.header: tuple[Field, ...] = ()
        """Headers of the API that are arguments of every endpoint: all but the constant ones."""
        self.auth: tuple[tuple[str, ...], ...] = ()
        self.host_variables: tuple[str, ...] = ()
        self.unprocessed: tuple[int, ...] = ()
        """Statuses of the API, for endpoints without their own."""

    def read(
        self, root: MapNode, module: tuple[str, ...], below: frozenset[str]
    ) -> list[EndpointDraft]:
        """Return the endpoints of a resource; `below` are the names of its child resources."""
        drafts: list[EndpointDraft] = []
        classes: dict[str, Scalar] = {}
        self._check_methods(root, below)
        for key, node in entries(root.get("endpoints")):
            if (
                isinstance(node, MapNode)
                and self._check_name(key, below)
                and self._check_class_name(key, classes)
            ):
                drafts.append(EndpointDraft(self._endpoint(key, node, module), key, node))
        return drafts

    def _hosts(self, node: Node | None) -> tuple[Host, ...]:
        for host in items(node):
            own = host.get("variables") if isinstance(host, MapNode) else None
            if own is not None:
                self.diagnostics.add(
                    own,
                    "unused-key",
                    "hosts of an endpoint cannot declare variables",
                    "declare them at a host in _api.yaml; endpoints can use them",
                )
        return api_file.hosts(node, self.texts, self.host_variables)

    def _check_class_name(self, key: Scalar, classes: dict[str, Scalar]) -> bool:
        """Return whether the class names of an endpoint are unique: those of `get1` and `get_1` are equal."""
        other = classes.setdefault(naming.pascal(key.text) or key.text, key)
        if other is not key:
            self.diagnostics.add(
                key,
                "endpoint-name",
                f"endpoints `{key.text}` and `{other.text}` ({line_reference(location_of(other))}) have the same class names",
                "rename one of them",
            )
        return other is key

    def _check_methods(self, root: MapNode, below: frozenset[str]) -> None:
        """Report endpoints and child resources with the name of another method of an endpoint: `iter_list` beside a paged `list`."""
        named = {key.text: (key, node) for key, node in entries(root.get("endpoints"))}
        for name, (key, node) in named.items():
            for keyword, prefix, does in (
                ("paging", "iter_", "iterates over the pages of"),
                ("poll", "wait_", "waits for"),
            ):
                method = f"{prefix}{name}"
                if child(node, keyword) is not None and (method in named or method in below):
                    self.diagnostics.add(
                        named[method][0] if method in named else key,
                        "endpoint-name",
                        f"`{method}` is the method that {does} `{name}`",
                        "rename one of them; names of endpoints are not sent to the server",
                    )

    def _check_name(self, key: Scalar, below: frozenset[str]) -> bool:
        name, reason, hint = key.text, "", ""
        if not naming.is_snake(name) or len(name) > MAX_NAME_LENGTH:
            suggestion = naming.snake(name)
            reason, hint = f"invalid endpoint name `{name}`", (
                f"use {suggestion}"
                if suggestion and suggestion != name
                else "use lower-case letters, digits and `_`"
            )
        elif name == "annotations":
            reason, hint = (
                f"endpoint name `{name}` is reserved",
                "use list_annotations or another name; it is not sent to the server",
            )
        elif name in below:
            reason, hint = (
                f"`{name}` is both an endpoint and a child resource",
                "rename one of them",
            )
        if reason:
            self.diagnostics.add(key, "endpoint-name", reason, hint)
        return not reason

    def _endpoint(self, key: Scalar, node: MapNode, module: tuple[str, ...]) -> Endpoint:
        texts, http = self.texts, node.get("http")
        method, path, names = parameters.request_line(http, self.diagnostics)
        class_name = naming.pascal(key.text) or "Endpoint"
        owner = TypeName(module, class_name)
        path_fields = self.fields.read(node.get("path"), FieldOwner(owner, "path"), module)
        query = self.fields.read(node.get("query"), FieldOwner(owner, "query"), module)
        header = self.fields.read(node.get("header"), FieldOwner(owner, "header"), module)
        own = {field.wire.lower() for field in header}
        header += tuple(field for field in self.header if field.wire.lower() not in own)
        cookie = self.fields.read(node.get("cookie"), FieldOwner(owner, "cookie"), module)
        body = self._body(node, key, replace(owner, name=class_name + "Request"), method)
        header += parameters.media_choice(node.get("media"))
        responses = self._responses(node, owner, method)
        if chosen := self._accept(node, responses, own):
            header = (*(field for field in header if field.wire.lower() != "accept"), chosen)
        endpoint = Endpoint(
            name=key.text,
            resource=module,
            method=method,
            path=path,
            path_fields=(
                parameters.path_fields(http, names, path_fields, node.get("path"), self.diagnostics)
                if "from_url" not in node.entries
                else ()
            ),
            query=query,
            header=header,
            cookie=cookie,
            body=body,
            responses=responses,
            errors=self.errors.read(node.get("errors"), module),
            error_shape=self.shapes.of(module, node.get("error_shape")),
            unprocessed=(
                api_file.unprocessed(node.get("unprocessed"), self.diagnostics)
                if "unprocessed" in node.entries
                else self.unprocessed
            ),
            title=texts.read(node.get("title")),
            description=texts.read(node.get("description")),
            facts=api_file.facts_of(node.get("facts"), self.facts, texts),
            links=api_file.links(node.get("links"), texts),
            name_on_site=word(node.get("name_on_site")) or None,
            updated=api_file.date_of_page(node.get("updated"), self.diagnostics),
            deprecated=deprecation(node.get("deprecated"), texts),
            verified=flag(node.get("verified"), otherwise=True),
            auth=(
                self.schemes.alternatives(node.get("auth")) if "auth" in node.entries else self.auth
            ),
            hosts=self._hosts(node.get("hosts")),
            url=downloads.url(node, self.diagnostics),
            location=location_of(key),
        )
        parameters.check_headers(header, self.diagnostics)
        parameters.check_cookies(cookie, header, self.diagnostics)
        self._check_arguments(endpoint)
        return endpoint

    def _body(self, node: MapNode, key: Scalar, name: TypeName, method: str) -> model.Body | None:
        bodies = [
            (entry.key, entry.value)
            for word_, entry in node.entries.items()
            if word_ in {"body", "form", "parts", "content"}
        ]
        kind = bodies[0][0].text if bodies else ""
        parameters.check_unused_key(
            node,
            "signed_part",
            kind == "parts",
            "`signed_part` applies to `parts` only",
            self.diagnostics,
        )
        parameters.check_unused_key(
            node,
            "media",
            kind == "body",
            "`media` applies to a `body` only",
            self.diagnostics,
        )
        if not bodies:
            return None
        at, value = bodies[0]
        for other, _ in bodies[1:]:
            self.diagnostics.add(
                other,
                "duplicate-body",
                f"request has both `{at.text}` and `{other.text}`",
                "keep one of `body`, `form`, `parts` and `content`",
            )
        if method == "HEAD":
            self.diagnostics.add(
                at,
                "unexpected-body",
                "HEAD requests have no body",
                "write parameters under `query:`",
            )
        match at.text:
            case "content":
                return self._raw(value, name.module)
            case "form":
                return model.FormBody(
                    self.fields.resolve_object(name, value, None, at, role=FieldOwner(name, "form"))
                )
            case "parts":
                type_ = self.fields.resolve_object(
                    name, value, None, at, role=FieldOwner(name, "parts")
                )
                return model.MultipartBody(
                    type_, self._signed_part(node.get("signed_part"), type_.to)
                )
            case _:
                pass
        if isinstance(value, Scalar):
            read = self.types.read(value, name.module)
            if isinstance(read, model.PlainText):
                return model.TextBody(read, next(iter(_media(node)), "text/plain"))
            if read and (outside := outside_json(read)):
                self.diagnostics.add(
                    value,
                    "misplaced-file",
                    f"a JSON body cannot contain a `{outside}`",
                    (
                        "use `string`; `text` is a whole body"
                        if outside == "text"
                        else "write a binary body under `content:`, files of a form under `parts:`"
                    ),
                )
            body = JsonBody(read or UNRESOLVED, flat=False)
        else:
            owner = FieldOwner(name, "form" if _FORMS & {*_media(node)} else "object")
            body = JsonBody(
                self.fields.resolve_object(name, value, None, at, role=owner), flat=True
            )
        return self._with_media(body, node)

    def _with_media(self, body: JsonBody, node: MapNode) -> JsonBody:
        """Return a body with its media types."""
        media = _media(node)
        if not media:
            return body
        if len(media) == 1 and media[0] in _FORMS:
            key = "form" if media[0] == model.FORM_MEDIA else "parts"
            self.diagnostics.add(
                node.entries["media"].value,
                "invalid-media",
                f"a JSON body is not {media[0]}",
                f"write the fields under `{key}`, or list the other media types too",
            )
        return replace(body, media=media[0], choice=media if _FORMS & {*media} else ())

    def _signed_part(self, node: Node | None, name: TypeName) -> str | None:
        if not isinstance(node, Scalar):
            return None
        parts = self.fields.built.get(name)
        part = (
            next((f for f in parts.fields if f.wire == node.text), None)
            if isinstance(parts, model.Object)
            else None
        )
        if part is None or not isinstance(part.type, model.Named):
            self.diagnostics.add(
                node,
                "unknown-part",
                f"unknown part `{node.text}`",
                "name one of the `parts`, an object with `fields`",
            )
        return node.text

    def _raw(self, node: Node, module: tuple[str, ...]) -> model.BinaryBody:
        file = self.file(node, module)
        if len(file.media) > 1:
            self.diagnostics.add(
                child(node, "media") or node,
                "invalid-content",
                "request body has several media types",
                "keep one",
            )
        elif file.media and "*" in file.media[0]:
            self.diagnostics.add(
                child(node, "media") or node,
                "invalid-content",
                f"media type `{file.media[0]}` of a request body has a wildcard",
                "write one media type such as application/octet-stream",
            )
        return model.BinaryBody(file, file.media[0]) if file.media else model.BinaryBody(file)

    def file(self, node: Node, module: tuple[str, ...]) -> model.File:
        """Return the file type of a `content`."""
        at = node if isinstance(node, Scalar) else child(node, "type")
        type_ = self.types.read(at, module) if isinstance(at, Scalar) else None
        if type_ and not isinstance(type_, model.File) and at:
            self.diagnostics.add(
                at, "invalid-content", "`content` must be a `file`", "write JSON under `body:`"
            )
        media = tuple(each.text for each in words(child(node, "media")))
        return replace(type_ if isinstance(type_, model.File) else model.File(), media=media)

    def _responses(self, node: MapNode, owner: TypeName, method: str) -> tuple[Response, ...]:
        responses: list[Response] = []
        inline = 0
        for key, value in entries(node.get("responses")):
            status = _status(key.text)
            if status is None:
                self.diagnostics.add(
                    key,
                    "invalid-status",
                    f"invalid status `{key.text}`",
                    key_hint(key.text, "status") or "use 200 to 599, or 2XX",
                )
                continue
            name = replace(owner, name=owner.name + "Response" + (key.text if inline else ""))
            bodies = [
                entry.key
                for word_, entry in (value.entries.items() if isinstance(value, MapNode) else ())
                if word_ in {"body", "content", "stream", "accept"}
            ]
            stream = streams.read(child(value, "stream"), self.diagnostics)
            inline += isinstance(_content(value), MapNode)
            accept = self._media_types(child(value, "accept"), owner.module)
            type_ = accept[0].type if accept else self._response_type(key, value, name)
            parameters.check_unused_key(
                value,
                "media",
                isinstance(type_, model.PlainText) and not accept,
                "`media` applies to a `text` only; any JSON media type is accepted, and that of a file is under `content`",
                self.diagnostics,
            )
            if type_ and (method == "HEAD" or status in _WITHOUT_BODY):
                self.diagnostics.add(
                    key,
                    "unexpected-body",
                    f"{method if method == 'HEAD' else status} responses have no body",
                    "write null",
                )
            for other in bodies[1:]:
                self.diagnostics.add(
                    key,
                    "duplicate-body",
                    f"response has both `{bodies[0].text}` and `{other.text}`",
                    "remove one of them",
                )
            headers = self.fields.read(
                child(value, "headers"), FieldOwner(name, "response header"), owner.module
            )
            parameters.check_headers(headers, self.diagnostics, sent=False)
            about = self.texts.read(child(value, "title")), self.texts.read(
                child(value, "description")
            )
            hash_ = downloads.file_hash(value, self.diagnostics)
            responses.append(Response(status, type_, *about, headers, stream, hash_, accept))
        return tuple(responses)

    def _media_types(
        self, node: Node | None, module: tuple[str, ...]
    ) -> tuple[model.MediaType, ...]:
        """Return the media types of a response, with the types of their bodies."""
        accepted: list[model.MediaType] = []
        for key, value in entries(node):
            if not _MEDIA_TYPE.fullmatch(key.text):
                self.diagnostics.add(
                    key,
                    "invalid-value",
                    f"expected a media type such as text/csv, found `{key.text}`",
                    "write it in lower case, without parameters and without `*`",
                )
            read = self.types.read(value, module) if isinstance(value, Scalar) else None
            if read is None:
                continue
            if not isinstance(read, model.File | model.PlainText) and (word := outside_json(read)):
                self.diagnostics.add(
                    value,
                    "misplaced-file",
                    f"a JSON body cannot contain a `{word}`",
                    "write `file` or `text` for the whole body",
                )
            accepted.append(model.MediaType(key.text, read))
        return tuple(accepted)

    def _accept(
        self, node: MapNode, responses: tuple[Response, ...], own: set[str]
    ) -> Field | None:
        """Return the header that chooses the media type of the response, or None if there is no choice."""
        names = tuple(dict.fromkeys(each.name for one in responses for each in one.accept))
        if not names:
            return None
        at = node.entries["responses"].key
        if "accept" in own:
            self.diagnostics.add(
                at,
                "invalid-parameter",
                "`Accept` is already set by `accept` of a response",
                "remove the header",
            )
        is_repeated = "paging" in node.entries or "poll" in node.entries
        if is_repeated or any(response.stream for response in responses):
            self.diagnostics.add(
                at,
                "unused-key",
                "an endpoint with `paging`, `poll` or `stream` has one media type",
                "write `body` in place of `accept`, or make it another endpoint",
            )
        return Field(
            "Accept",
            "accept",
            model.String(literals=names),
            required=len(names) == 1,
            title=Text(
                tuple(
                    (
                        language,
                        (
                            "应答的媒体类型"
                            if language.startswith("zh")
                            else "Media type of the response"
                        ),
                    )
                    for language in self.texts.languages
                )
            ),
            default=None if len(names) == 1 else Value(names[0]),
            location=location_of(at),
        )

    def _response_type(self, key: Scalar, value: Node, name: TypeName) -> Type | None:
        content = child(value, "content")
        if content is not None:
            return self.file(content, name.module)
        body = _content(value)
        if body is None or is_null(body):
            return None
        if isinstance(body, Scalar):
            read = self.types.read(body, name.module)
            is_whole = child(value, "stream") is None
            if is_whole and isinstance(read, model.File):
                return read
            if is_whole and isinstance(read, model.PlainText):
                return replace(
                    read, media=tuple(each.text for each in words(child(value, "media")))
                )
            if read and (outside := outside_json(read)):
                self.diagnostics.add(
                    body,
                    "misplaced-file",
                    f"a JSON body cannot contain a `{outside}`",
                    (
                        "use `string`; `text` is a whole body"
                        if outside == "text"
                        else "write a binary response as `content: file`"
                    ),
                )
            return read
        return self.fields.resolve_object(name, body, None, key)

    def _check_arguments(self, endpoint: Endpoint) -> None:
        """Report duplicate arguments: path, query, header and the fields of a flat body share one namespace."""
        every = [
            *endpoint.path_fields,
            *endpoint.query,
            *endpoint.header,
            *endpoint.cookie,
            *self.request_fields.flat(endpoint),
            *endpoint.unsent,
        ]
        arguments = [
            field for field in every if not (field.required and model.is_constant(field.type))
        ]
        whole = ""
        if isinstance(endpoint.body, model.BinaryBody):
            whole = "content"
        elif isinstance(endpoint.body, model.TextBody) or (
            isinstance(endpoint.body, JsonBody) and not endpoint.body.flat
        ):
            whole = "body"
        for field in arguments:
            if field.name == whole:
                self.diagnostics.add_at(
                    field.location,
                    "duplicate-field",
                    f"`{field.wire}` and the body have the same Python name `{whole}`",
                    "give the field another name with `as:`",
                    len(field.wire),
                )
        check_python_names(arguments, self.diagnostics)


def _content(value: Node) -> Node | None:
    """Return the type or the fields of a response with JSON: of its body, or of each value of its stream."""
    if isinstance(value, Scalar):
        return value
    stream = child(value, "stream")
    return child(value, "body") if stream is None else streams.content(stream)


def _status(text: str) -> int | Literal["2XX"] | None:
    """Return the status of a response, or None if it is invalid."""
    if text == "2XX":
        return "2XX"
    is_number = len(text) == 3 and text.isdecimal() and text.isascii()
    return int(text) if is_number and 200 <= int(text) <= 599 else None


def _media(node: MapNode) -> tuple[str, ...]:
    """Return the media types of a body, the default one first; none if it has the usual one."""
    return tuple(dict.fromkeys(each.text for each in words(node.get("media"))))
