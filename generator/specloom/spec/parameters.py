"""Request paths with their variables, and checks of parameters and headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .. import model
from ..auth_schemes import added_by
from ..model import Endpoint, Field, NamedType, Object, Scheme, Text, Type, TypeName
from .collector import DiagnosticCollector, line_reference
from .key_hints import key_hint
from .localized import child, word, words
from .nodes import Node, Scalar, location_of
from .reachability import outside_json
from .type_resolver import UNRESOLVED
from .unions import kinds

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_LITERAL = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~\t]*[!-~])?|")  # RFC 9110, 5.5
_COOKIE_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")  # RFC 6265, 4.1.1
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
"""Headers that frame a message (RFC 9110, RFC 9112): only the client may set them."""


_STYLED: Mapping[str, tuple[str, ...]] = {
    "comma": ("a list",),
    "pipe": ("a list",),
    "space": ("a list",),
    "brackets": ("a list", "an object"),
    "deep": ("an object",),
}
"""Kinds of values that a style can encode."""


def request_line(node: Node | None, diagnostics: DiagnosticCollector) -> tuple[str, str, list[str]]:
    """Return method, path and the names of its variables, in order."""
    method, _, path = word(node).partition(" ")
    names = [name.removeprefix("+") for name in _VARIABLE.findall(path)]
    if isinstance(node, Scalar) and re.match(
        "[A-Z]+ /", node.text
    ):  # validation has reported anything else
        _check_path(node, path, names, len(method) + 1, diagnostics)
    return method, path, names


def _check_path(
    node: Scalar, path: str, names: list[str], start: int, diagnostics: DiagnosticCollector
) -> None:
    rest = _VARIABLE.sub(lambda match: "x" * len(match[0]), path)
    literal = _LITERAL.match(rest)
    end = literal.end() if literal else 0
    if path.count("{+") > 1:
        diagnostics.add(
            node,
            "invalid-path",
            "path has several variables with `+`",
            "keep one; the others are one segment each",
            offset=start + path.rindex("{+"),
            length=2,
        )
    elif "?" in rest:
        diagnostics.add(
            node,
            "invalid-path",
            "path contains a query",
            "write query parameters under `query:`",
            offset=start + rest.index("?"),
            length=1,
        )
    elif end < len(rest):
        message, hint = f"invalid character `{rest[end]}` in the path", "percent-encode it"
        if rest[end] in "{}":
            message, hint = (
                "unclosed `{` in the path" if rest[end] == "{" else "unmatched `}` in the path"
            ), "write a variable as {name}"
        diagnostics.add(node, "invalid-path", message, hint, offset=start + end, length=1)
    elif re.search(r"/\.{1,2}(/|$)", rest):
        diagnostics.add(
            node,
            "invalid-path",
            "path contains a `.` or `..` segment",
            "write the path without it",
        )
    elif re.search(r"//", rest):
        diagnostics.add(
            node,
            "invalid-path",
            "path contains an empty segment",
            "write one slash",
            offset=start + rest.index("//"),
            length=2,
        )
    for match in _VARIABLE.finditer(path):
        name = match[1].removeprefix("+")
        if not name:
            diagnostics.add(
                node,
                "invalid-path",
                "path variable without a name",
                "write a variable as {name}",
                offset=start + match.start(),
                length=2,
            )
        elif names.count(name) > 1 and names.index(name) < path[: match.start()].count("{"):
            diagnostics.add(
                node,
                "invalid-path",
                f"duplicate path variable `{name}`",
                "rename one of them",
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
    """Return the path's fields in the order of its variables; report fields and variables without a counterpart."""
    by_wire = {field.wire: field for field in fields}
    for field in fields:
        if field.wire not in names:
            diagnostics.add_at(
                field.location,
                "invalid-path",
                f"path has no variable `{{{field.wire}}}`",
                "add it to `http`, or remove the field",
                len(field.wire),
            )
        elif not field.required:
            diagnostics.add_at(
                field.location,
                "invalid-path",
                f"path variable `{field.wire}` cannot be optional",
                "write it without `?`",
                len(field.wire),
            )
    missing = [name for name in dict.fromkeys(names) if name and name not in by_wire]
    if isinstance(node, Scalar):
        for name in missing:
            variable = next(v for v in (f"{{{name}}}", f"{{+{name}}}") if v in node.text)
            diagnostics.add(
                node,
                "invalid-path",
                f"path variable `{name}` has no field under `path`",
                f"add path: {{{name}: string}}",
                offset=node.text.index(variable),
                length=len(variable),
            )
    return tuple(by_wire[name] for name in dict.fromkeys(names) if name in by_wire)


def check_catch_all(
    endpoint: Endpoint, types: Mapping[TypeName, NamedType], diagnostics: DiagnosticCollector
) -> None:
    """Report a variable with `+` that is not a string: only a text has slashes."""
    for field in endpoint.path_fields:
        is_catch_all = f"{{+{field.wire}}}" in endpoint.path
        if is_catch_all and kinds(field.type, types) != frozenset({"a string"}):
            diagnostics.add_at(
                field.location,
                "invalid-parameter",
                f"`{field.wire}` has several segments, so it must be a string",
                f"write the type as string, or the variable as {{{field.wire}}}",
                len(field.wire),
            )


def check_cookies(
    fields: Iterable[Field], header: Iterable[Field], diagnostics: DiagnosticCollector
) -> None:
    """Report invalid names and values of cookies, and a header with cookies beside them."""
    own_header = next((field for field in header if field.wire.lower() == "cookie"), None)
    for field in fields:
        literals = field.type.literals if isinstance(field.type, model.String) else ()
        if not _HEADER.fullmatch(field.wire):
            diagnostics.add_at(
                field.location,
                "invalid-cookie",
                f"invalid cookie name `{field.wire}`",
                "use ASCII letters, digits and `-`",
                len(field.wire),
            )
        elif not all(map(_COOKIE_VALUE.fullmatch, literals)):
            diagnostics.add_at(
                field.location,
                "invalid-cookie",
                f"invalid value of cookie `{field.wire}`",
                "use ASCII without spaces, quotes, commas, semicolons and backslashes",
                len(field.wire),
            )
        elif own_header is not None:
            diagnostics.add_at(
                field.location,
                "invalid-cookie",
                "request has both `cookie` and a header `Cookie`",
                "write all cookies under `cookie`",
                len(field.wire),
            )


def check_headers(
    fields: Iterable[Field], diagnostics: DiagnosticCollector, *, sent: bool = True
) -> None:
    """Report invalid header names, and request headers that only the client may set."""
    seen: dict[str, Field] = {}
    for field in fields:
        length = len(field.wire)
        if not _HEADER.fullmatch(field.wire):
            diagnostics.add_at(
                field.location,
                "invalid-header",
                f"invalid header name `{field.wire}`",
                "use ASCII letters, digits and `-`",
                length,
            )
        elif sent and field.wire.lower() in _FRAMING_HEADERS:
            diagnostics.add_at(
                field.location,
                "invalid-header",
                f"header `{field.wire}` is set by the client itself",
                "remove it",
                length,
            )
        for value in field.type.literals if isinstance(field.type, model.String) else ():
            if not _HEADER_VALUE.fullmatch(value):
                message = f"invalid value `{value}` of header `{field.wire}`"
                diagnostics.add_at(
                    field.location,
                    "invalid-header",
                    message,
                    "use one line of ASCII without leading or trailing spaces",
                    length,
                )
        other = seen.setdefault(field.wire.lower(), field)
        if other is not field and other.wire != field.wire:
            diagnostics.add_at(
                field.location,
                "duplicate-field",
                f"`{field.wire}` and `{other.wire}` ({line_reference(other.location)}) are the same header",
                "remove one of them",
                length,
            )


_MEDIA_TITLE = Text((("en", "Media type of the body"), ("zh", "请求体的媒体类型")))


def media_choice(node: Node | None) -> tuple[Field, ...]:
    """Return the header that chooses among several media types of the body, if there are several."""
    media = tuple(dict.fromkeys(each.text for each in words(node)))
    if node is None or len(media) < 2:
        return ()
    return (
        Field(
            wire="Content-Type",
            name="media",
            type=model.String(literals=media),
            required=False,
            title=_MEDIA_TITLE,
            default=model.Value(media[0]),
            location=location_of(node),
        ),
    )


def check_added(
    endpoint: Endpoint,
    header: Iterable[Field],
    types: Mapping[TypeName, NamedType],
    schemes: Iterable[Scheme],
    diagnostics: DiagnosticCollector,
) -> None:
    """Report parameters that the endpoint's schemes or its body set, and schemes that need a form; `header` are the API's constant headers."""
    own = {field.wire.lower() for field in endpoint.header}
    headers = (*(field for field in header if field.wire.lower() not in own), *endpoint.header)
    form = _form_fields(endpoint, types)
    parts = (
        ("header", headers),
        ("query", endpoint.query),
        ("cookie", endpoint.cookie),
        ("form", form or ()),
    )
    for part, fields in parts:
        writers = {
            _folded(name, part): f"the scheme `{scheme.name}`"
            for scheme in schemes
            for name, _ in added_by(scheme, part)
        }
        if endpoint.body is not None and part == "header":
            writers["content-type"] = "the media type of the body"
        for field in fields:
            writer = writers.get(_folded(field.wire, part))
            if writer and field.title is not _MEDIA_TITLE:
                hint = key_hint(field.wire, part) or "remove it"
                diagnostics.add_at(
                    field.location,
                    "invalid-parameter",
                    f"`{field.wire}` is already set by {writer}",
                    hint,
                    len(field.wire),
                )
    for scheme in schemes:
        if form is None and added_by(scheme, "form"):
            diagnostics.add_at(
                endpoint.location,
                "invalid-parameter",
                f"the scheme `{scheme.name}` adds fields to a form, and `{endpoint.qualified}` has none",
                "write the body as `form`, or set `auth` of this endpoint",
            )


def _form_fields(
    endpoint: Endpoint, types: Mapping[TypeName, NamedType]
) -> tuple[Field, ...] | None:
    """Return the fields of a URL-encoded form; None if the body is another one."""
    if not isinstance(endpoint.body, model.FormBody):
        return None
    named = types.get(endpoint.body.type.to)
    return named.fields if isinstance(named, model.Object) else ()


def _folded(name: str, part: str) -> str:
    return name.lower() if part == "header" else name


def check_types(
    fields: Iterable[Field],
    role: str,
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Report types that cannot be encoded outside JSON: in a path, a query, a header or a form."""
    for field in fields:
        reason = (
            _encoding_error(field.type, role, field.style, types)
            if field.type is not UNRESOLVED
            and not (role == "form" and outside_json(field.type))  # reported by `check_files`
            else ""
        )
        if reason:
            diagnostics.add_at(
                field.location,
                "invalid-parameter",
                f"`{field.wire}` cannot be sent in a {role}: {reason}",
                "use another type, or send it in a JSON body",
                len(field.wire),
            )
        elif role in {"query", "form"} and field.type is not UNRESOLVED:
            _check_style(field, kinds(field.type, types), diagnostics)
        if field.encrypted and role in {"path", "header", "cookie", "response header"}:
            diagnostics.add_at(
                field.location,
                "invalid-parameter",
                f"`{field.wire}`: encryption is not supported in a {role}",
                "remove `encrypted`, or send it in a JSON body",
                len(field.wire),
            )


def _check_style(field: Field, actual: frozenset[str], diagnostics: DiagnosticCollector) -> None:
    """Report a style that cannot encode any of these kinds of values."""
    supported = _STYLED.get(field.style)
    if supported is not None and not actual & {*supported}:
        styles = "use `comma` or `brackets` for a list, `brackets` or `deep` for an object"
        hint = styles if actual & {"a list", "an object"} else "remove it"
        message = f"style `{field.style}` applies to {' or '.join(supported)}, but `{field.wire}` is {' or '.join(sorted(actual))}"
        diagnostics.add_at(field.location, "invalid-style", message, hint, len(field.wire))


def _encoding_error(
    type_: Type,
    role: str,
    style: str,
    types: Mapping[TypeName, NamedType],
    within: frozenset[TypeName] = frozenset(),
) -> str:
    """Return why a type cannot be encoded in this part of a request, or an empty string; `within` are the enclosing objects."""
    nested = style in {"brackets", "deep"} and role in {"query", "form"}
    match type_:
        case model.Nullable():
            return "null exists in JSON only"
        case model.ListOf():
            if role not in {"query", "form", "header", "response header"}:
                return "a list has several values"
            return _encoding_error(type_.item, role if nested else "list", style, types, within)
        case model.MapOf() if nested:
            return _encoding_error(type_.value, role, style, types, within)
        case model.MapOf() | model.AnyJson():
            return "maps and JSON values need JSON (text<T> wraps it in a string)"
        case model.Named():
            named = types.get(type_.to)
            if isinstance(named, model.Object) and not nested:
                return "objects need JSON (or `style: brackets` or `deep` in a query or form)"
            if isinstance(named, model.Object) and named.name not in within:
                return _fields_error(named, role, style, types, within | {named.name})
            if isinstance(named, model.UnionType) and named.name not in within:
                inside = within | {named.name}
                return next(
                    (
                        reason
                        for member in named.members
                        if (reason := _encoding_error(member, role, style, types, inside))
                    ),
                    "",
                )
            return ""
        case model.Union():
            return next(
                (
                    reason
                    for member in type_.members
                    if (reason := _encoding_error(member, role, style, types, within))
                ),
                "",
            )
        case model.File() | model.PlainText():
            return f"a `{outside_json(type_)}` is a whole body or a part of one"
        case _:
            return ""


def _fields_error(
    object_type: Object,
    role: str,
    style: str,
    types: Mapping[TypeName, NamedType],
    within: frozenset[TypeName],
) -> str:
    for field in object_type.all_fields:
        if "[" in field.wire or "]" in field.wire:
            return f"field names inside brackets cannot contain brackets (`{object_type.name.name}.{field.wire}`)"
        if field.type is not UNRESOLVED and (
            reason := _encoding_error(field.type, role, style, types, within)
        ):
            return (
                f"{reason} (`{object_type.name.name}.{field.wire}`)"
                if "`" not in reason
                else reason
            )
    return ""


def check_files(fields: Iterable[Field], diagnostics: DiagnosticCollector) -> None:
    """Report files inside JSON."""
    for field in fields:
        if word := outside_json(field.type):
            diagnostics.add_at(
                field.location,
                "misplaced-file",
                f"field `{field.wire}` is a `{word}`, which JSON and forms cannot contain",
                (
                    "use `string`; `text` is a whole body"
                    if word == "text"
                    else "use `bytes`, which is Base64, or send it under `parts:`"
                ),
                len(field.wire),
            )


def check_parts(fields: Iterable[Field], diagnostics: DiagnosticCollector) -> None:
    """Report parts that cannot be encoded in a multipart body."""
    for field in fields:
        inner = field.type.item if isinstance(field.type, model.ListOf) else field.type
        word = outside_json(inner)
        if word and not isinstance(inner, model.File):
            diagnostics.add_at(
                field.location,
                "misplaced-file",
                f"part `{field.wire}` contains a {word}",
                (
                    "use `string`; `text` is a whole body"
                    if word == "text"
                    else "make it a file or a list of files"
                ),
                len(field.wire),
            )


def route_shape(path: str) -> str:
    """Return the path with equal placeholders for its variables: servers route by it."""
    return _VARIABLE.sub("{}", path)


def route_marks(endpoint: Endpoint, body: Iterable[Field]) -> frozenset[object]:
    """Return what else distinguishes requests of one route: constants, required headers, and Accept of a stream of events."""
    fields = (*endpoint.path_fields, *endpoint.query, *endpoint.header, *endpoint.cookie, *body)
    constants = (
        (field.wire, field.type)
        for field in fields
        if field.required and model.is_constant(field.type)
    )
    headers = (field.wire for field in endpoint.header if field.required)
    accept = endpoint.stream is not None and endpoint.stream.format == "events"
    return frozenset((*constants, *headers, ("Accept", accept)))


def body_media(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the media types of a request body; no body counts as JSON."""
    for field in endpoint.header:
        if field.title is _MEDIA_TITLE and isinstance(field.type, model.String):
            return field.type.literals
    match endpoint.body:
        case model.FormBody():
            return (model.FORM_MEDIA,)
        case model.MultipartBody():
            return (model.MULTIPART_MEDIA,)
        case (
            model.JsonBody(media=media)
            | model.BinaryBody(media=media)
            | model.TextBody(media=media)
        ):
            return (media,)
        case _:
            return ("application/json",)


def check_unused_key(
    node: Node | None, key: str, applies: bool, message: str, diagnostics: DiagnosticCollector
) -> None:
    """Report a key that has no effect here."""
    value = child(node, key)
    if value is not None and not applies:
        diagnostics.add(value, "unused-key", message, "remove it")
