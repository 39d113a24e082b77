"""Error shapes: where the errors of an endpoint have their parts, and whether its responses can have a code there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from .. import model
from ..model import Endpoint, ErrorShape, NamedType, Type, TypeName
from .collector import DiagnosticCollector
from .localized import child, word
from .nodes import MapNode, Node, Scalar
from .spec_folder import Document

_STEPS = re.compile(r"\[0]|[^.\[]+")
_STEP = re.compile(r"(?!\[)[^\[\]*]*\*?[^\[\]*]*(\[0])*")
_NAMED = 3


class ErrorShapeResolver:
    """Reads the shapes of the API, its resources and its endpoints. The nearest counts, as a whole."""

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
        """The shape that counts where no other is nearer."""
        return self.of((), None)

    def of(self, module: tuple[str, ...], own: Node | None) -> ErrorShape:
        """The shape of an endpoint in a resource, from its own `error_shape` if it has one."""
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
        """Reports paths that lead nowhere, and a `success` that is compared with nothing."""
        paths = {
            key: path
            for key in ("code", "message", "detail")
            if isinstance(path := node.get(key), Scalar)
        }
        for path in paths.values():
            for step in path.text.split("."):
                if not _STEP.fullmatch(step):
                    self.diagnostics.add(
                        path,
                        "error-shape",
                        f"`{step}` is not a step of a path",
                        "a name, in which one `*` stands for any characters, and `[0]` for the first entry of a list: errors[0].code",
                    )
        for key, path in paths.items():
            for held, inner in paths.items():
                steps, inside = _steps(path.text), _steps(inner.text)
                if key != "detail" and len(inside) > len(steps) and inside[: len(steps)] == steps:
                    self.diagnostics.add(
                        inner,
                        "error-shape",
                        f"the {held} cannot lie inside `{path.text}`, which is the {key}",
                    )
        success = node.get("success")
        if success is not None and "code" not in paths:
            self.diagnostics.add(
                success,
                "error-shape",
                "`success` is a code, and no `code` says where it lies",
                "as {code: errcode, success: 0}",
            )

    def check(
        self, uses: Iterable[tuple[Endpoint, Node | None]], types: Mapping[TypeName, NamedType]
    ) -> None:
        """Reports shapes whose code no success of an endpoint has a place for; `uses` are the endpoints with their own `error_shape`."""
        lost: dict[MapNode, list[str]] = {}
        for endpoint, own in uses:
            node = self._nearest(endpoint.resource, own)
            if node is not None and not _can_hold_code(endpoint, types):
                lost.setdefault(node, []).append(f"`{endpoint.qualified}`")
        for node, names in lost.items():
            code = child(node, "code")
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            self.diagnostics.add(
                code or node,
                "error-shape",
                f"responses of {', '.join(names[:_NAMED])}{more} have no place for a code at `{word(code)}`, so errors would pass for successes",
                'let `*` stand for what differs (*_response.code), give the endpoint an `error_shape` of its own, or say `success: ""` if only errors have a code',
            )


def _can_hold_code(endpoint: Endpoint, types: Mapping[TypeName, NamedType]) -> bool:
    """Whether all successes that are documented have the object in which the code lies; some leave out the code itself.

    Where `success` is empty, only errors have a code, and successes need no place for it.
    """
    shape = endpoint.error_shape
    if shape.code is None or not shape.success:
        return True
    steps = _steps(shape.code)
    return all(
        _is_open(response.type, types) or _contains_path(response.type, steps, types)
        for response in endpoint.responses
        if response.status < 300
    )


def _steps(path: str) -> list[str]:
    return _STEPS.findall(path)


def _is_open(type_: Type | None, types: Mapping[TypeName, NamedType]) -> bool:
    """Whether a response is, or may be, something without known fields; then an error may be any object instead."""
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
    """Whether a value of this type has the object, or the list, to which the last of the steps belongs."""
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
        case _:
            return False
    return not rest or any(_contains_path(each, rest, types) for each in inside)


def _step_matches(step: str, name: str) -> bool:
    """Whether a step leads to a field of this name."""
    head, star, tail = step.partition("*")
    return (
        name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail)
        if star
        else name == step
    )
