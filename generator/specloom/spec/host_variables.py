"""Variables in the URLs of hosts, which are arguments of clients."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .. import auth_schemes, naming
from ..model import Field, Host, Scheme, String, Value
from .collector import DiagnosticCollector
from .localized import TextReader, child, entries, items, word
from .nodes import Node, Scalar, location_of
from .type_resolver import UNRESOLVED, TypeResolver

VARIABLE = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]*)\}")
_VALUE = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]*[0-9A-Za-z])?", re.ASCII)


def read(node: Node | None, types: TypeResolver, texts: TextReader) -> tuple[Field, ...]:
    """Return the variables that the hosts of the API declare."""
    variables: dict[str, Field] = {}
    for host in items(node):
        for key, value in entries(child(host, "variables")):
            if not VARIABLE.fullmatch(f"{{{key.text}}}"):
                texts.diagnostics.add(
                    key,
                    "field-name",
                    f"invalid name `{key.text}` of a host variable",
                    "use ASCII letters, digits, `_` and `-`, with a letter first",
                )
                continue
            variable = _variable(key, value, types, texts)
            twin = next((each for each in variables.values() if each.name == variable.name), None)
            if twin is not None:
                texts.diagnostics.add(
                    key,
                    "duplicate-field",
                    f"duplicate host variable `{twin.wire}`",
                    "declare it once; all hosts can use it",
                )
            variables.setdefault(key.text, variable)
    return tuple(variables.values())


def _variable(key: Scalar, node: Node, types: TypeResolver, texts: TextReader) -> Field:
    diagnostics = texts.diagnostics
    at = node if isinstance(node, Scalar) else child(node, "type")
    type_ = types.read(at, ()) if isinstance(at, Scalar) else None
    if not isinstance(type_, String) or type_.pattern:
        if type_ is not None and type_ is not UNRESOLVED:
            diagnostics.add(
                at or key,
                "host-variable",
                f"host variable `{key.text}` is not a string",
                "write string, string(1..40), or string('v1' | 'v2')",
            )
        type_ = String()
    values = {name: child(node, name) for name in ("example", "default")}
    for name, value in values.items():
        if value is not None:
            _check_value(word(value), type_, value, f"invalid-{name}", diagnostics)
    for literal in type_.literals:
        _check_value(literal, type_, at or key, "invalid-value", diagnostics)
    texts_of = {name: Value(word(value)) for name, value in values.items() if value is not None}
    return Field(
        key.text,
        word(child(node, "as")) or naming.snake(key.text) or key.text,
        type_,
        required="default" not in texts_of,
        title=texts.read(child(node, "title")),
        description=texts.read(child(node, "description")),
        example=texts_of.get("example"),
        default=texts_of.get("default"),
        location=location_of(key),
    )


def _check_value(
    text: str, type_: String, at: Node, problem: str, diagnostics: DiagnosticCollector
) -> None:
    length = type_.length
    if not _VALUE.fullmatch(text) or ".." in text:
        hint = "use letters, digits, `.`, `-` and `_`, with a letter or digit at both ends"
    elif type_.literals and text not in type_.literals:
        hint = f"use one of: {', '.join(type_.literals)}"
    elif not (length.minimum or 0) <= len(text) <= (length.maximum or len(text)):
        hint = "keep to the length in its type"
    else:
        return
    diagnostics.add(at, problem, f"invalid value `{text}` of a host variable", hint)


def check(
    variables: Iterable[Field],
    hosts: Iterable[Host],
    schemes: Iterable[Scheme],
    diagnostics: DiagnosticCollector,
) -> None:
    """Report variables that no host uses, and those whose argument belongs to the client or a scheme."""
    used = {name for host in hosts for name in VARIABLE.findall(host.url)}
    given = [scheme for scheme in schemes if scheme.kind in auth_schemes.SCHEMES]
    arguments = (
        {argument.name for scheme in given for argument in auth_schemes.arguments_of(scheme)}
        if len(given) == 1
        else {naming.snake(scheme.name) for scheme in given}
    )
    for variable in variables:
        if variable.wire not in used:
            diagnostics.add_at(
                variable.location,
                "unused-key",
                f"no host has the variable `{{{variable.wire}}}`",
                "write it in a URL, or remove it",
                len(variable.wire),
            )
        if variable.name in arguments | naming.RESERVED_OPTIONS or not naming.is_snake(
            variable.name
        ):
            diagnostics.add_at(
                variable.location,
                "host-variable",
                f"the client argument `{variable.name}` belongs to the client itself or to a scheme",
                f"add `as: host_{variable.name.strip('_')}`",
                len(variable.wire),
            )
