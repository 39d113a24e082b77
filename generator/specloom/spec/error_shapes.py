"""Error shapes: paths of code, message and detail in an error response, and checks that responses have room for a code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from .. import model
from ..model import Endpoint, ErrorShape, NamedType, Type, TypeName, alternatives
from .collector import DiagnosticCollector
from .localized import child, word
from .nodes import MapNode, Node, Scalar
from .spec_folder import Document

_STEPS = re.compile(r"\[0]|[^.\[]+")
_STEP = re.compile(r"(?!\[)[^\[\]*]*\*?[^\[\]*]*(\[0])*")
_MAX_NAMED = 3


class ErrorShapeResolver:
    """Resolves the error shape of each endpoint: its own, or else the nearest one above. Shapes are not merged."""

    def __init__(self, documents: Iterable[Document], diagnostics: DiagnosticCollector) -> None:
        self.diagnostics = diagnostics
        nodes = {
            document.module: document.root.get("error_shape")
            for document in documents
            if document.kind != "types"
        }
        self._declared = {
            module: node for module, node in nodes.items() if isinstance(node, MapNode)
        }
        self._read: dict[MapNode, ErrorShape] = {}
        for node in self._declared.values():
            self._shape(node)

    def of_api(self) -> ErrorShape:
        """Return the API's shape, for endpoints without a nearer one."""
        return self.of((), None)

    def of(self, module: tuple[str, ...], own: Node | None) -> ErrorShape:
        """Return the shape of an endpoint in a resource; `own` is its own `error_shape`, if any."""
        node = self._nearest(module, own)
        return ErrorShape() if node is None else self._shape(node)

    def _nearest(self, module: tuple[str, ...], own: Node | None) -> MapNode | None:
        above = (self._declared.get(module[:depth]) for depth in range(len(module), -1, -1))
        return own if isinstance(own, MapNode) else next((node for node in above if node), None)

    def _shape(self, node: MapNode) -> ErrorShape:
        if node not in self._read:
            code, message, detail = (
                word(child(node, key)) or None for key in ("code", "message", "detail")
            )
            success = child(node, "success")
            self._read[node] = ErrorShape(
                code, message, detail, success.text if isinstance(success, Scalar) else None
            )
            self._check_paths(node)
        return self._read[node]

    def _check_paths(self, node: MapNode) -> None:
        """Report invalid and overlapping paths, and a `success` without a `code`."""
        paths = {
            key: path
            for key in ("code", "message", "detail")
            if isinstance(path := node.get(key), Scalar)
        }
        single = [
            (key, path, text) for key, path in paths.items() for text in alternatives(path.text)
        ]
        for _, path, text in single:
            for step in text.split("."):
                if not _STEP.fullmatch(step):
                    self.diagnostics.add(
                        path,
                        "error-shape",
                        f"invalid path step `{step}`",
                        "use a name, with at most one `*` for any characters and `[0]` for the first entry of a list: errors[0].code",
                    )
        for key, _, text in single:
            for inner_key, inner, inner_text in single:
                steps, inside = _steps(text), _steps(inner_text)
                if key != "detail" and len(inside) > len(steps) and inside[: len(steps)] == steps:
                    self.diagnostics.add(
                        inner,
                        "error-shape",
                        f"path of the {inner_key} is inside `{text}`, the path of the {key}",
                        "use separate paths",
                    )
        success = node.get("success")
        if success is not None and "code" not in paths:
            self.diagnostics.add(
                success,
                "error-shape",
                "`success` without `code`",
                "add the path of the code: {code: errcode, success: 0}",
            )

    def check(
        self, uses: Iterable[tuple[Endpoint, Node | None]], types: Mapping[TypeName, NamedType]
    ) -> None:
        """Report shapes whose code is missing from the successful responses of an endpoint.

        `uses` are the endpoints with their own `error_shape`.
        """
        unmatched: dict[MapNode, list[str]] = {}
        for endpoint, own in uses:
            node = self._nearest(endpoint.resource, own)
            if node is not None and not _can_hold_code(endpoint, types):
                unmatched.setdefault(node, []).append(f"`{endpoint.qualified}`")
        for node, names in unmatched.items():
            code = child(node, "code")
            more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
            self.diagnostics.add(
                code or node,
                "error-shape",
                f"responses of {', '.join(names[:_MAX_NAMED])}{more} have no field `{alternatives(word(code))[-1]}`, so their errors would look like successes",
                'use `*` for names that differ (*_response.code), give the endpoint its own `error_shape`, or write `success: ""` if only errors have a code',
            )


def _can_hold_code(endpoint: Endpoint, types: Mapping[TypeName, NamedType]) -> bool:
    """Return whether all documented successes have the object that contains the code; the code itself may be undocumented.

    With an empty `success` only errors have a code, so successes need no room for it.
    """
    path = endpoint.error_shape.success_path
    if path is None or not endpoint.error_shape.success:
        return True
    steps = _steps(path)
    return all(
        _is_open(response.type, types) or _contains_path(response.type, steps, types)
        for response in endpoint.responses
        if response.is_success
    )


def _steps(path: str) -> list[str]:
    return _STEPS.findall(path)


def _is_open(type_: Type | None, types: Mapping[TypeName, NamedType]) -> bool:
    """Return whether a response may have no known fields, so that an error may be any object."""
    match type_:
        case model.Nullable(type=inner):
            return _is_open(inner, types)
        case model.Union(members=members):
            return any(_is_open(member, types) for member in members)
        case model.Named(to=name):
            named = types.get(name)
            members = named.members if isinstance(named, model.UnionType) else ()
            return any(_is_open(member, types) for member in members) or isinstance(
                named, model.Enumeration | None
            )
        case _:
            return True


def _contains_path(
    type_: Type | None, steps: Sequence[str], types: Mapping[TypeName, NamedType]
) -> bool:
    """Return whether a value of this type has the object or list that the last step belongs to."""
    step, *rest = steps
    inside: Iterable[Type] = ()
    match type_:
        case model.AnyJson():
            return True
        case model.Nullable(type=inner):
            return _contains_path(inner, steps, types)
        case model.Union(members=members):
            return any(_contains_path(member, steps, types) for member in members)
        case model.ListOf(item=item) if step == "[0]":
            inside = [item]
        case model.MapOf(value=value) if step != "[0]":
            inside = [value]
        case model.Named(to=name):
            named = types.get(name)
            if isinstance(named, model.UnionType):
                return any(_contains_path(member, steps, types) for member in named.members)
            if not isinstance(named, model.Object) or step == "[0]":
                return False
            inside = [field.type for field in named.fields if _step_matches(step, field.wire)]
            if not inside and named.extra:
                return _contains_path(named.extra.type, steps, types)
        case _:
            return False
    return not rest or any(_contains_path(each, rest, types) for each in inside)


def _step_matches(step: str, name: str) -> bool:
    """Return whether a step matches a field name."""
    head, star, tail = step.partition("*")
    return (
        name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail)
        if star
        else name == step
    )
