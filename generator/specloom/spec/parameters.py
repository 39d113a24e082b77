"""Paths with their variables, and what may be a parameter at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .. import model
from ..auth_schemes import added_by
from ..model import Endpoint, Field, NamedType, Object, Scheme, Type, TypeName
from .collector import RESERVED, DiagnosticCollector, line_reference
from .key_hints import key_hint
from .localized import child, word
from .nodes import Node, Scalar
from .reachability import contains_file
from .type_resolver import UNRESOLVED
from .unions import kinds

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_LITERAL = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~\t]*[!-~])?|")  # RFC 9110, 5.5
_FRAMING_HEADERS = frozenset(
    {
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
        "expect",
    }
)
"""Headers that say how a message is framed (RFC 9110, RFC 9112): a caller must not be able to lie about it."""


_STYLED: Mapping[str, tuple[str, ...]] = {
    "comma": ("a list",),
    "brackets": ("a list", "an object"),
    "deep": ("an object",),
}
"""What is written in a style."""


def request_line(node: Node | None, diagnostics: DiagnosticCollector) -> tuple[str, str, list[str]]:
    """Verb, path and the names of its variables, in order."""
    method, _, path = word(node).partition(" ")
    names = [name for name in _VARIABLE.findall(path) if not name.startswith("+")]
    if isinstance(node, Scalar) and re.match(
        "[A-Z]+ /", node.text
    ):  # the shape of anything else is reported already
        _check_path(node, path, names, len(method) + 1, diagnostics)
    return method, path, names


def _check_path(
    node: Scalar, path: str, names: list[str], start: int, diagnostics: DiagnosticCollector
) -> None:
    rest = _VARIABLE.sub(lambda match: "x" * len(match[0]), path)
    literal = _LITERAL.match(rest)
    end = literal.end() if literal else 0
    reserved = path.find("{+")
    if reserved >= 0:
        diagnostics.add(
            node,
            "not-yet",
            f"`{{+…}}` {RESERVED}",
            key_hint("{+…}", "path"),
            offset=start + reserved,
            length=2,
        )
    elif "?" in rest:
        diagnostics.add(
            node,
            "path",
            "a path has no query",
            "parameters of the query stand under `query:`",
            offset=start + rest.index("?"),
            length=1,
        )
    elif end < len(rest):
        message, hint = f"`{rest[end]}` may not stand in a path", "percent-encode it"
        if rest[end] in "{}":
            message, hint = (
                "`{` is never closed" if rest[end] == "{" else "`}` closes nothing"
            ), "a variable is written {name}"
        diagnostics.add(node, "path", message, hint, offset=start + end, length=1)
    elif re.search(r"/\.{1,2}(/|$)", rest):
        diagnostics.add(node, "path", "`.` and `..` are no segments of a path")
    elif re.search(r"//", rest):
        diagnostics.add(
            node,
            "path",
            "a segment of the path is empty",
            offset=start + rest.index("//"),
            length=2,
        )
    for match in _VARIABLE.finditer(path):
        if not match[1]:
            diagnostics.add(
                node,
                "path",
                "a variable of the path has no name",
                offset=start + match.start(),
                length=2,
            )
        elif names.count(match[1]) > 1 and names.index(match[1]) < path[: match.start()].count("{"):
            diagnostics.add(
                node,
                "path",
                f"the variable `{match[1]}` stands in the path twice",
                offset=start + match.start(),
                length=len(match[0]),
            )


def path_fields(
    node: Node | None,
    names: list[str],
    fields: tuple[Field, ...],
    keys: Node | None,
    diagnostics: DiagnosticCollector,
) -> tuple[Field, ...]:
    """The path's fields in the order of its variables; reports those that do not fit each other."""
    by_wire = {field.wire: field for field in fields}
    for field in fields:
        if field.wire not in names:
            diagnostics.add_at(
                field.location,
                "path",
                f"the path has no variable `{{{field.wire}}}`",
                "",
                len(field.wire),
            )
        elif not field.required:
            diagnostics.add_at(
                field.location,
                "path",
                f"`{field.wire}` is a part of the path, so it is never absent",
                "write it without `?`",
                len(field.wire),
            )
    missing = [name for name in dict.fromkeys(names) if name and name not in by_wire]
    if isinstance(node, Scalar):
        for name in missing:
            offset = node.text.find("{" + name + "}")
            diagnostics.add(
                node,
                "path",
                f"`path` has no field `{name}`",
                f"add path: {{{name}: string}}",
                offset=offset,
                length=len(name) + 2,
            )
    return tuple(by_wire[name] for name in dict.fromkeys(names) if name in by_wire)


def check_headers(
    fields: Iterable[Field], diagnostics: DiagnosticCollector, *, sent: bool = True
) -> None:
    """Reports names that are no header's, and in requests headers that the client alone writes."""
    seen: dict[str, Field] = {}
    for field in fields:
        length = len(field.wire)
        if not _HEADER.fullmatch(field.wire):
            diagnostics.add_at(
                field.location, "header", f"`{field.wire}` is not the name of a header", "", length
            )
        elif sent and field.wire.lower() in _FRAMING_HEADERS:
            diagnostics.add_at(
                field.location,
                "header",
                f"`{field.wire}` is written by the client itself",
                "",
                length,
            )
        for value in field.type.literals if isinstance(field.type, model.String) else ():
            if not _HEADER_VALUE.fullmatch(value):
                message = (
                    f"`{value}` cannot be the value of `{field.wire}`, which stands in a header"
                )
                diagnostics.add_at(
                    field.location,
                    "header",
                    message,
                    "one line of ASCII, without spaces at its ends",
                    length,
                )
        other = seen.setdefault(field.wire.lower(), field)
        if other is not field and other.wire != field.wire:
            diagnostics.add_at(
                field.location,
                "field-twice",
                f"`{field.wire}` and `{other.wire}` ({line_reference(other.location)}) are the same header",
                "",
                length,
            )


def check_added(
    endpoint: Endpoint,
    header: Iterable[Field],
    schemes: Iterable[Scheme],
    diagnostics: DiagnosticCollector,
) -> None:
    """Reports parameters that the endpoint's schemes or its body write; `header` are the API's constant ones."""
    own = {field.wire.lower() for field in endpoint.header}
    headers = (*(field for field in header if field.wire.lower() not in own), *endpoint.header)
    for where_, fields in (("header", headers), ("query", endpoint.query)):
        writers = {
            _folded(name, where_): f"the scheme `{scheme.name}`"
            for scheme in schemes
            for name, _ in added_by(scheme, where_)
        }
        if endpoint.body is not None and where_ == "header":
            writers["content-type"] = "the body, whose media type it is"
        for field in fields:
            writer = writers.get(_folded(field.wire, where_))
            if writer:
                hint = key_hint(field.wire, where_) or "leave it out"
                diagnostics.add_at(
                    field.location,
                    "parameter",
                    f"`{field.wire}` is already written by {writer}",
                    hint,
                    len(field.wire),
                )


def _folded(name: str, where_: str) -> str:
    return name.lower() if where_ == "header" else name


def check_types(
    fields: Iterable[Field],
    role: str,
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Reports types that have no form outside JSON: in a path, a query, a header or a form."""
    location = "response header" if role == "response header" else role
    for field in fields:
        reason = (
            _unfit(field.type, role, field.style, types) if field.type is not UNRESOLVED else ""
        )
        if reason:
            diagnostics.add_at(
                field.location,
                "parameter",
                f"{reason}, and `{field.wire}` stands in a {location}",
                "",
                len(field.wire),
            )
        elif role in {"query", "form"} and field.type is not UNRESOLVED:
            _check_style(field, kinds(field.type, types), diagnostics)
        if field.encrypted and role in {"path", "header", "response header"}:
            diagnostics.add_at(
                field.location,
                "parameter",
                f"`{field.wire}` is encrypted, which nothing in a {location} can be",
                "",
                len(field.wire),
            )


def _check_style(field: Field, found: frozenset[str], diagnostics: DiagnosticCollector) -> None:
    """Reports a style in which none of these kinds of values is written."""
    wanted = _STYLED.get(field.style)
    if wanted is not None and not found & {*wanted}:
        styles = "a list has `comma` and `brackets`, an object has `brackets` and `deep`"
        hint = styles if found & {"a list", "an object"} else "only lists and objects have a style"
        message = f"`{field.style}` is how {' or '.join(wanted)} is written, and `{field.wire}` is {' or '.join(sorted(found))}"
        diagnostics.add_at(field.location, "style", message, hint, len(field.wire))


def _unfit(
    type_: Type,
    role: str,
    style: str,
    types: Mapping[TypeName, NamedType],
    within: frozenset[TypeName] = frozenset(),
) -> str:
    """Why a type has no form in this place, '' if it has one; `within` are the objects around it."""
    nested = style in {"brackets", "deep"} and role in {"query", "form"}
    match type_:
        case model.Nullable():
            return "null has no form outside JSON"
        case model.ListOf():
            if role not in {"query", "form", "header", "response header"}:
                return "a list is several values"
            return _unfit(type_.item, role if nested else "list", style, types, within)
        case model.MapOf() if nested:
            return _unfit(type_.value, role, style, types, within)
        case model.MapOf() | model.AnyJson():
            return "a JSON value has no form outside JSON (text<T> has one)"
        case model.Named():
            named = types.get(type_.to)
            if isinstance(named, model.Object) and not nested:
                return "an object has no form outside JSON (but `style: brackets` or `deep` in a query or a form)"
            if isinstance(named, model.Object) and named.name not in within:
                return _unfit_fields(named, role, style, types, within | {named.name})
            if isinstance(named, model.UnionType) and named.name not in within:
                inside = within | {named.name}
                return next(
                    (
                        reason
                        for member in named.members
                        if (reason := _unfit(member, role, style, types, inside))
                    ),
                    "",
                )
            return ""
        case model.Union():
            return next(
                (
                    reason
                    for member in type_.members
                    if (reason := _unfit(member, role, style, types, within))
                ),
                "",
            )
        case _:
            return ""


def _unfit_fields(
    structure: Object,
    role: str,
    style: str,
    types: Mapping[TypeName, NamedType],
    within: frozenset[TypeName],
) -> str:
    for field in structure.fields:
        if "[" in field.wire or "]" in field.wire:
            return f"a name that is written in brackets has none itself (`{structure.name.name}.{field.wire}`)"
        if field.type is not UNRESOLVED and (
            reason := _unfit(field.type, role, style, types, within)
        ):
            return (
                f"{reason} (`{structure.name.name}.{field.wire}`)" if "`" not in reason else reason
            )
    return ""


def check_files(fields: Iterable[Field], diagnostics: DiagnosticCollector) -> None:
    """Reports files inside JSON."""
    for field in fields:
        if contains_file(field.type):
            diagnostics.add_at(
                field.location,
                "file",
                f"`{field.wire}` stands in JSON or a form, which hold no `file`",
                "bytes are Base64 there",
                len(field.wire),
            )


def check_parts(fields: Iterable[Field], diagnostics: DiagnosticCollector) -> None:
    """Reports parts whose types have no form in a multipart body."""
    for field in fields:
        inner = field.type.item if isinstance(field.type, model.ListOf) else field.type
        if contains_file(inner) and not isinstance(inner, model.File):
            diagnostics.add_at(
                field.location,
                "file",
                f"`{field.wire}` is neither a file nor a list of files, but holds one",
                "",
                len(field.wire),
            )


def route_shape(path: str) -> str:
    """The path with its variables alike, by which a server tells routes apart."""
    return _VARIABLE.sub("{}", path)


def route_marks(endpoint: Endpoint, body: Iterable[Field]) -> frozenset[object]:
    """What else tells requests apart on one route: constants, and headers that they must have."""
    fields = (*endpoint.path_fields, *endpoint.query, *endpoint.header, *body)
    constants = (
        (field.wire, field.type)
        for field in fields
        if field.required and model.is_constant(field.type)
    )
    return frozenset((*constants, *(field.wire for field in endpoint.header if field.required)))


def check_unused_key(
    node: Node | None, key: str, applies: bool, sentence: str, diagnostics: DiagnosticCollector
) -> None:
    """Reports a key that says nothing here."""
    value = child(node, key)
    if value is not None and not applies:
        diagnostics.add(value, "idle-key", sentence)
