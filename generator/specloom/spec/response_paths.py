"""Paths into a response, such as `data[-1].id`: the types that they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .. import model
from ..model import Endpoint, NamedType, Type, TypeName
from . import unions
from .collector import DiagnosticCollector, did_you_mean
from .nodes import Node, Scalar

_PATH = re.compile(
    r"\.|(?:\[(?:-1|0)\]|[^.\[\]]+)(?:\[(?:-1|0)\])*(?:\.[^.\[\]]+(?:\[(?:-1|0)\])*)*"
)
_STEP = re.compile(r"\[(?:-1|0)\]|[^.\[]+")


def is_json(endpoint: Endpoint, body: Type) -> bool:
    """Return whether the body of a response is one JSON value."""
    return endpoint.stream is None and not isinstance(body, model.File | model.PlainText)


class ResponsePaths:
    """Follows paths into responses; `rule` is that of the problems."""

    def __init__(
        self, types: Mapping[TypeName, NamedType], rule: str, diagnostics: DiagnosticCollector
    ) -> None:
        self.types = types
        self.rule = rule
        self.diagnostics = diagnostics

    def kinds(self, type_: Type) -> frozenset[str]:
        """Return the kinds of JSON values of a type, without null; empty for any JSON."""
        bare = type_.type if isinstance(type_, model.Nullable) else type_
        if isinstance(bare, model.AnyJson):
            return frozenset()
        return unions.kinds(bare, self.types)

    def find(self, body: Type, path: Node | None) -> Type | None:
        """Return the type at a path; report a step that leads nowhere."""
        if not isinstance(path, Scalar) or not _PATH.fullmatch(path.text):
            return None
        types: list[Type] = [body]
        for step in _STEP.finditer(path.text) if path.text != "." else ():
            known = {name: type_ for each in types for name, type_ in self._inside(each)}
            any_json = any(isinstance(each, model.AnyJson) for each in types)
            name = "[]" if step[0].startswith("[") else step[0]
            if name in known or "*" in known:
                types = [known.get(name) or known["*"]]
            elif not any_json:
                self.diagnostics.add(
                    path,
                    self.rule,
                    f"the response has no `{step[0]}`"
                    + (f" in `{path.text[: step.start()].rstrip('.')}`" if step.start() else ""),
                    did_you_mean(step[0], (each for each in known if each not in ("[]", "*"))),
                    step.start(),
                    len(step[0]),
                )
                return None
        return types[0]

    def _inside(self, type_: Type) -> Iterator[tuple[str, Type]]:
        """Yield the types inside a type by the step that leads there; `*` is any name, `[]` an item of a list."""
        match type_:
            case model.Nullable(type=inner) | model.JsonText(type=inner):
                yield from self._inside(inner)
            case model.ListOf(item=item):
                yield "[]", item
            case model.MapOf(value=value):
                yield "*", value
            case model.Union(members=members):
                for member in members:
                    yield from self._inside(member)
            case model.Named(to=to):
                named = self.types.get(to)
                if isinstance(named, model.Object):
                    for field in named.fields:
                        yield field.wire, field.type
                elif isinstance(named, model.UnionType):
                    for member in named.members:
                        yield from self._inside(member)
            case _:
                pass
