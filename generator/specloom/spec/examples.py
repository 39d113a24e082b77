"""Example resolver: reads examples of endpoints, events and fields, and defaults, once all types are known."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from .. import model
from ..model import (
    Endpoint,
    ErrorStatus,
    Event,
    EventExample,
    Example,
    Field,
    Json,
    Object,
    Response,
    SourceLocation,
    Type,
    Value,
)
from .collector import DiagnosticCollector, did_you_mean
from .endpoints import EndpointDraft
from .events import EventDraft
from .fields import DocumentedValues
from .localized import TextReader, child, entries, integer, items
from .nodes import MapNode, Node, Scalar, location_of
from .spec_folder import SpecFolder
from .values import ValueReader, check_secret


class ExampleResolver:
    """Resolves documented values by the types of their fields and bodies."""

    def __init__(
        self,
        values: ValueReader,
        documented: Mapping[SourceLocation, DocumentedValues],
        texts: TextReader,
        folder: SpecFolder,
        diagnostics: DiagnosticCollector,
    ) -> None:
        self.values = values
        self.documented = documented
        self.texts = texts
        self.folder = folder
        self.diagnostics = diagnostics
        self._read: dict[tuple[SourceLocation, Type], tuple[Value | None, Value | None]] = {}
        """Examples and defaults by the location of their field, which several objects may include, and its type."""

    def fields(self, fields: tuple[Field, ...]) -> tuple[Field, ...]:
        """Return the fields with their examples and defaults."""
        return tuple(self._field(field) for field in fields)

    def _field(self, field: Field) -> Field:
        documented = self.documented.get(field.location)
        if documented is None or (documented.example is None and documented.default is None):
            return field
        key = field.location, field.type
        if key not in self._read:
            for value in (documented.example, documented.default):
                check_secret(value, field, self.diagnostics)
            self._read[key] = (
                self.values.read(
                    documented.example,
                    field.type,
                    "invalid-example",
                    field.encrypted,
                    both_directions=True,
                ),
                self.values.read(
                    documented.default,
                    field.type,
                    "invalid-default",
                    field.encrypted,
                    both_directions=True,
                ),
            )
        example, default = self._read[key]
        return replace(field, example=example, default=default)

    def resolve_object(self, object_type: Object) -> Object:
        """Return the object with the values of its fields."""
        fields = self.fields(object_type.fields)
        return replace(object_type, fields=fields) if fields != object_type.fields else object_type

    def endpoint(self, draft: EndpointDraft, shared_errors: frozenset[ErrorStatus]) -> Endpoint:
        """Return the endpoint with all its values; `shared_errors` are statuses that its resources and the API document as errors."""
        endpoint = draft.endpoint
        statuses = frozenset[ErrorStatus](
            [*shared_errors, *(row.status for row in endpoint.errors)]
        )
        examples = [
            self._example(node, endpoint, statuses)
            for node in items(draft.node.get("examples"))
            if isinstance(node, MapNode)
        ]
        return replace(
            endpoint,
            path_fields=self.fields(endpoint.path_fields),
            query=self.fields(endpoint.query),
            header=self.fields(endpoint.header),
            cookie=self.fields(endpoint.cookie),
            responses=tuple(
                replace(response, headers=self.fields(response.headers))
                for response in endpoint.responses
            ),
            examples=tuple(examples),
        )

    def event(self, draft: EventDraft) -> Event:
        """Return the event with its examples."""
        nodes = [node for node in items(draft.node.get("examples")) if isinstance(node, MapNode)]
        read = [(node, self._payload(node, draft.event)) for node in nodes]
        examples = (
            EventExample(self.texts.read(node.get("title")), value, location_of(node))
            for node, value in read
            if value
        )
        return replace(draft.event, examples=tuple(examples))

    def _payload(self, node: MapNode, event: Event) -> Value | None:
        payload = self._body(node, event.resource, "payload")
        if payload is None and "payload_file" not in node.entries:
            self.diagnostics.add(
                node,
                "invalid-example",
                "example has no `payload`",
                "add `payload` or `payload_file`",
            )
        return self.values.read(payload, event.payload, received=True)

    def _example(
        self, node: MapNode, endpoint: Endpoint, errors: frozenset[ErrorStatus]
    ) -> Example:
        request, documented = node.get("request"), node.get("response")
        groups = (
            ("path", endpoint.path_fields),
            ("query", endpoint.query),
            ("header", endpoint.header),
            ("cookie", endpoint.cookie),
        )
        path, query, header, cookie = (
            self._parameters(request, key, fields) for key, fields in groups
        )
        body = self._body(request, endpoint.resource)
        status = integer(child(documented, "status"))
        return Example(
            title=self.texts.read(node.get("title")),
            path=path,
            query=query,
            header=header,
            cookie=cookie,
            body=self._request_body(body, endpoint) if body is not None else None,
            status=status,
            response=self._response(documented, status, endpoint, errors),
            location=location_of(node),
        )

    def _parameters(
        self, request: Node | None, key: str, fields: tuple[Field, ...]
    ) -> dict[str, Json]:
        known = {field.wire: field for field in fields}
        values: dict[str, Json] = {}
        for name, node in entries(child(request, key)):
            if name.text not in known:
                self.diagnostics.add(
                    name,
                    "invalid-example",
                    f"unknown {key} parameter `{name.text}`",
                    did_you_mean(name.text, known),
                )
                continue
            field = known[name.text]
            check_secret(node, field, self.diagnostics)
            value = self.values.read(node, field.type, "invalid-example", field.encrypted)
            values[name.text] = value.json if value else None
        missing = [name for name in known if key == "path" and name not in values]
        if request is not None and missing:
            self.diagnostics.add(
                child(request, key) or request,
                "invalid-example",
                f"missing path parameter `{missing[0]}`",
                f"add path: {{{missing[0]}: …}}",
            )
        return values

    def _body(self, node: Node | None, module: tuple[str, ...], what: str = "body") -> Node | None:
        """Return the body of a request or response, or the payload of an event, written inline or in a file."""
        inline, named = child(node, what), child(node, f"{what}_file")
        if isinstance(node, MapNode) and inline is not None and named is not None:
            self.diagnostics.add(
                node.entries[f"{what}_file"].key,
                "conflicting-keys",
                f"example has both `{what}` and `{what}_file`",
                "keep one of them",
            )
        if isinstance(named, Scalar):
            return self.folder.body(named, module)
        return inline

    def _request_body(self, node: Node, endpoint: Endpoint) -> Value | None:
        match endpoint.body:
            case model.JsonBody() | model.FormBody() | model.MultipartBody() | model.TextBody():
                return self.values.read(node, endpoint.body.type)
            case model.BinaryBody():
                self.diagnostics.add(
                    node,
                    "invalid-example",
                    "a binary body cannot have a JSON example",
                    "remove it",
                )
            case None:
                self.diagnostics.add(
                    node, "invalid-example", "the endpoint has no request body", "remove it"
                )
        return None

    def _response(
        self,
        node: Node | None,
        status: int | None,
        endpoint: Endpoint,
        errors: frozenset[ErrorStatus],
    ) -> Value | None:
        body = self._body(node, endpoint.resource)
        if status is None or node is None:
            return None
        response = endpoint.response_with(status)
        if response is None:
            if not errors & {status, f"{status // 100}XX", "default"} or status < 400:
                known = ", ".join(str(each.status) for each in endpoint.responses)
                self.diagnostics.add(
                    child(node, "status") or node,
                    "invalid-example",
                    f"status {status} is neither a documented response nor an error",
                    f"expected one of: {known}",
                )
            return self.values.read(body, model.AnyJson())
        return self._documented(body, response)

    def _documented(self, body: Node | None, response: Response) -> Value | None:
        if body is None:
            return None
        if response.type is None or isinstance(response.type, model.File):
            self.diagnostics.add(
                body,
                "invalid-example",
                f"{response.status} responses have no JSON body",
                "remove it",
            )
            return None
        type_ = model.ListOf(response.type) if response.stream else response.type
        return self.values.read(body, type_, received=True)
