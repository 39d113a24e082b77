"""Paging resolver: how the pages of an endpoint follow each other, checked against its parameters and its response."""

from __future__ import annotations

from .. import model
from ..model import Endpoint, Field, Paging, PagingForm, Type
from .collector import DiagnosticCollector, did_you_mean
from .endpoints import EndpointResolver
from .localized import word
from .nodes import MapNode, Node, Scalar
from .response_paths import ResponsePaths, is_json

_FORMS: tuple[PagingForm, ...] = ("cursor", "offset", "page", "link", "url")
_USED_WITH = {
    "from": ("cursor",),
    "more": ("cursor", "offset", "page"),
    "total": ("offset", "page"),
}
_A_NUMBER = frozenset({"a number"})
_CURSORS = (frozenset({"a string"}), _A_NUMBER)


class PagingResolver:
    """Resolves `paging` of endpoints."""

    def __init__(self, endpoints: EndpointResolver, diagnostics: DiagnosticCollector) -> None:
        self.endpoints = endpoints
        self.paths = ResponsePaths(endpoints.fields.built, "paging", diagnostics)
        self.diagnostics = diagnostics

    def paging_of(self, endpoint: Endpoint, node: Node | None) -> Paging | None:
        """Return the paging of an endpoint; None without one, or after a problem."""
        if not isinstance(node, MapNode):
            return None
        self._check_endpoint(endpoint, node)
        form = self._form(node)
        body = self._body(endpoint, node)
        if form is None or body is None:
            return None
        key = node.entries[form].key
        if form in ("link", "url"):
            self._check_request(endpoint, key)
        else:
            self._parameter(endpoint, node, form)
        self._parameter(endpoint, node, "limit")
        self._value(body, node, "more", frozenset({"a boolean"}), "true or false")
        self._value(body, node, "total", _A_NUMBER, "an integer")
        self._value(body, node, "url", frozenset({"a string"}), "a string")
        if form == "cursor":
            self._cursor(endpoint, body, node)
        item = self._item(body, node)
        if item is None:
            return None
        return Paging(
            form=form,
            by=word(node.get(form)),
            items=word(node.get("items")),
            item=item,
            next=word(node.get("from")) or None,
            limit=word(node.get("limit")) or None,
            more=word(node.get("more")) or None,
            total=word(node.get("total")) or None,
        )

    def _form(self, node: MapNode) -> PagingForm | None:
        """Return the form; report none, several, and keys of other forms."""
        used: list[PagingForm] = [form for form in _FORMS if form in node.entries]
        for form in used[1:]:
            self._report(
                node.entries[form].key,
                f"`{used[0]}` and `{form}` are two forms of paging",
                f"keep one of {_listed(_FORMS)}",
            )
        if not used:
            self._report(
                node,
                "missing form of paging",
                f"add one of {_listed(_FORMS)}: {{cursor: after, from: next_cursor, items: data}}",
            )
            return None
        for key, forms in _USED_WITH.items():
            if key in node.entries and used[0] not in forms:
                self._report(
                    node.entries[key].key,
                    f"`{key}` has no meaning with `{used[0]}`",
                    f"remove it; it belongs to {_listed(forms)}",
                )
        if used[0] == "cursor" and "from" not in node.entries:
            self._report(
                node.entries["cursor"].key,
                "`cursor` without `from`",
                "add the path of the next cursor in the response: {cursor: after, from: next_cursor, items: data}",
            )
            return None
        return used[0]

    def _body(self, endpoint: Endpoint, node: MapNode) -> Type | None:
        """Return the type of a page: that of the only response with a body."""
        bodies = [each.type for each in endpoint.responses if each.type and not each.stream]
        if len(bodies) != 1 or not is_json(endpoint, bodies[0]):
            self._report(
                node,
                "a paged endpoint needs exactly one response with a JSON body",
                "remove `paging`, or the other responses",
            )
            return None
        return bodies[0]

    def _check_endpoint(self, endpoint: Endpoint, node: MapNode) -> None:
        """Report what only one page can have: a URL from a response, and a key that the client makes once."""
        if endpoint.url is not None:
            self._report(
                node,
                "an endpoint with `from_url` has no pages",
                "remove `paging`, and follow the URLs with calls of this endpoint",
            )
        for field in self._parameters(endpoint).values():
            if field.fill == "uuid" and endpoint.method != "GET":
                self.diagnostics.add_at(
                    field.location,
                    "paging",
                    f"the requests of all pages would have the same `{field.wire}`, because the client makes it once",
                    "remove `fill`, or `paging`",
                    len(field.wire),
                )

    def _check_request(self, endpoint: Endpoint, key: Scalar) -> None:
        if endpoint.method != "GET" or endpoint.body is not None:
            self._report(
                key,
                "the URL of a page can only be followed with GET and without a body",
                "remove `paging`, or name a parameter with `cursor`, `offset` or `page`",
            )

    def _parameter(self, endpoint: Endpoint, node: MapNode, key: str) -> None:
        """Report the name of a parameter that is unknown or has a wrong type."""
        name = node.get(key)
        if not isinstance(name, Scalar):
            return
        parameters = self._parameters(endpoint)
        parameter = parameters.get(name.text)
        if parameter is None:
            self._report(
                name,
                f"unknown parameter `{name.text}` of this endpoint",
                did_you_mean(name.text, parameters) or "add it under `query`",
            )
            return
        found = self.paths.kinds(parameter.type)
        expected = _CURSORS if key == "cursor" else (_A_NUMBER,)
        if model.is_constant(parameter.type):
            self._report(name, f"`{name.text}` is a constant", "give it a type without one value")
        elif found and not any(found <= kind for kind in expected):
            self._report(
                name,
                f"`{name.text}` is {' or '.join(sorted(found))}",
                (
                    "name a parameter that is a string or an integer"
                    if key == "cursor"
                    else "name a parameter that is an integer"
                ),
            )

    def _parameters(self, endpoint: Endpoint) -> dict[str, Field]:
        body = self.endpoints.request_fields.flat(endpoint)
        return {field.wire: field for field in (*body, *endpoint.header, *endpoint.query)}

    def _cursor(self, endpoint: Endpoint, body: Type, node: MapNode) -> None:
        """Check that the next cursor has the type of the parameter."""
        parameter = self._parameters(endpoint).get(word(node.get("cursor")))
        source = node.get("from")
        found = self.paths.find(body, source)
        if parameter is None or found is None or not isinstance(source, Scalar):
            return
        of_source, of_parameter = self.paths.kinds(found), self.paths.kinds(parameter.type)
        if of_source and of_parameter and not of_source <= of_parameter:
            self._report(
                source,
                f"`{source.text}` is {' or '.join(sorted(of_source))}, but `{parameter.wire}` is {' or '.join(sorted(of_parameter))}",
                "give both the same type",
            )

    def _item(self, body: Type, node: MapNode) -> Type | None:
        items = node.get("items")
        found = self.paths.find(body, items)
        if found is None or not isinstance(items, Scalar):
            return None
        bare = found.type if isinstance(found, model.Nullable) else found
        if isinstance(bare, model.ListOf):
            return bare.item
        if isinstance(bare, model.AnyJson):
            return bare
        what = "the response" if items.text == "." else f"`{items.text}`"
        self._report(
            items,
            f"{what} is not a list",
            "write the path of the list of items, such as data or result.items; `.` if the response is the list",
        )
        return None

    def _value(
        self, body: Type, node: MapNode, key: str, expected: frozenset[str], text: str
    ) -> None:
        """Report a path whose value is of another kind."""
        path = node.get(key)
        found = self.paths.find(body, path)
        if found is None or not isinstance(path, Scalar):
            return
        actual = self.paths.kinds(found)
        if actual and not actual <= expected:
            self._report(
                path,
                f"`{path.text}` is {' or '.join(sorted(actual))}",
                f"write the path of {text}",
            )

    def _report(self, at: Node, message: str, hint: str) -> None:
        self.diagnostics.add(at, "paging", message, hint)


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{each}`" for each in words)
