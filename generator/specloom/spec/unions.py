"""Unions: checks that a decoder can distinguish the members.

Members differ by the kind of their JSON value. Several objects differ by a tag, a field with disjoint literals, or else by their fields.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

from .. import model
from ..model import NamedType, Type, TypeName
from .collector import DiagnosticCollector
from .localized import TextReader, word
from .nodes import Scalar, location_of
from .symbols import Declaration
from .type_resolver import MAX_PARTS, TypeResolver

MAX_UNION_DEPTH = 10

_ANY = "anything"
_OBJECT = "an object"


def build(
    declaration: Declaration, types: TypeResolver, texts: TextReader
) -> model.UnionType | None:
    """Return the named union that a declaration describes, or None if its members cannot be resolved."""
    written = types.resolve_declared(declaration)
    if written is None:
        return None
    union = written.type.type if isinstance(written.type, model.Nullable) else written.type
    members = union.members if isinstance(union, model.Union) else (union,)
    tag = word(declaration.node.get("tag")) or None
    labels = texts.read(declaration.node.get("title")), texts.read(
        declaration.node.get("description")
    )
    return model.UnionType(declaration.name, members, tag, *labels, location_of(declaration.key))


def kinds(type_: Type, types: Mapping[TypeName, NamedType]) -> frozenset[str]:
    """Return the kinds of JSON values of a type."""
    result: set[str] = set()
    seen: set[TypeName] = set()
    pending = [type_]
    while pending:
        match pending.pop():
            case model.Nullable(type=inner):
                pending.append(inner)
            case model.Union(members=members):
                pending += members
            case model.Named(to=name):
                named = types.get(name)
                if not isinstance(named, model.UnionType):
                    result.add(_named_kind(named))
                elif name not in seen:
                    seen.add(name)
                    pending += named.members
            case other:
                result.add(_kind(other))
    return frozenset(result)


def _kind(type_: Type) -> str:
    match type_:
        case model.Integer() | model.Number():
            return "a number"
        case model.DateTime(format="unix" | "unix-ms") | model.Duration(unit="s" | "ms"):
            return "a number"
        case model.Boolean():
            return "a boolean"
        case model.ListOf():
            return "a list"
        case model.MapOf():
            return _OBJECT
        case model.AnyJson():
            return _ANY
        case _:
            return "a string"


def _named_kind(named: NamedType | None) -> str:
    if isinstance(named, model.Enumeration):
        return (
            "a number" if any(isinstance(each.value, int) for each in named.values) else "a string"
        )
    return _OBJECT


def depth(name: TypeName, types: Mapping[TypeName, NamedType]) -> int:
    """Return the nesting depth of a named union; counting stops one above the limit."""
    level, count, seen = {name}, 0, {name}
    while level and count <= MAX_UNION_DEPTH:
        count += 1
        unions = (named for each in level if isinstance(named := types.get(each), model.UnionType))
        members = {
            member.to
            for union in unions
            for member in union.members
            if isinstance(member, model.Named)
        }
        level = {each for each in members - seen if isinstance(types.get(each), model.UnionType)}
        seen |= level
    return count


def drop_recursive_unions(
    types: MutableMapping[TypeName, NamedType], diagnostics: DiagnosticCollector
) -> None:
    """Report and drop untagged unions that are recursive or have too many parts when expanded."""
    untagged = {
        name: named
        for name, named in types.items()
        if isinstance(named, model.UnionType) and named.tag is None
    }
    weights = _weights(untagged)
    for name, union in untagged.items():
        if weights.get(name, MAX_PARTS + 1) <= MAX_PARTS:
            continue
        if name in weights:
            rule, message, hint = (
                "too-complex",
                f"expanded union `{name.name}` has more than {MAX_PARTS} parts",
                "make objects of its parts",
            )
        else:
            rule, message, hint = (
                "recursive-type",
                f"union `{name.name}` contains itself",
                "use an object with `fields` for the recursion",
            )
        diagnostics.add_at(union.location, rule, message, hint, len(name.name))
        del types[name]


def _weights(unions: Mapping[TypeName, model.UnionType]) -> dict[TypeName, int]:
    """Return the number of parts of each union when expanded; recursive ones have no entry."""
    own: dict[TypeName, int] = {}
    inner: dict[TypeName, list[TypeName]] = {}
    used_by: dict[TypeName, set[TypeName]] = {}
    for name, union in unions.items():
        own[name], inner[name] = _parts(union, unions)
        for other in inner[name]:
            used_by.setdefault(other, set()).add(name)
    needs = {name: set(others) for name, others in inner.items()}
    ready = [name for name, others in needs.items() if not others]
    weights: dict[TypeName, int] = {}
    while ready:
        done = ready.pop()
        weights[done] = min(own[done] + sum(weights[other] for other in inner[done]), MAX_PARTS + 1)
        for name in used_by.get(done, ()):
            needs[name].discard(done)
            if not needs[name]:
                ready.append(name)
    return weights


def _parts(
    union: model.UnionType, unions: Mapping[TypeName, model.UnionType]
) -> tuple[int, list[TypeName]]:
    """Return the number of a union's own parts, and the other unions in it, once per occurrence."""
    count, inner = 0, list[TypeName]()
    pending = list(union.members)
    while pending:
        count += 1
        match pending.pop():
            case (
                model.ListOf(item=item)
                | model.MapOf(value=item)
                | model.JsonText(type=item)
                | model.Nullable(type=item)
            ):
                pending.append(item)
            case model.Union(members=members):
                pending += members
            case model.Named(to=name) if name in unions:
                inner.append(name)
            case _:
                pass
    return count, inner


def check(
    at: Scalar,
    members: tuple[Type, ...],
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Report members that a decoder cannot distinguish."""
    seen: set[str] = set()
    for member in members:
        own = kinds(member, types)
        if isinstance(member, model.File | model.PlainText):
            is_file = isinstance(member, model.File)
            diagnostics.add(
                at,
                "ambiguous-union",
                f"a union cannot contain `{'file' if is_file else 'text'}`, which is not JSON",
                "use bytes" if is_file else "use string",
            )
            return
        if _ANY in own:
            diagnostics.add(
                at,
                "ambiguous-union",
                "a union cannot contain `json`, which is any value",
                "write json alone",
            )
            return
        shared = sorted((own & seen) - {_OBJECT})
        if shared:
            diagnostics.add(
                at,
                "ambiguous-union",
                f"ambiguous union: more than one member is {shared[0]}",
                "merge them into one type, or write json",
            )
            return
        seen |= own
    _check_objects(at, members, types, diagnostics)


def _check_objects(
    at: Scalar,
    members: tuple[Type, ...],
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Report objects that are twice in a union, and maps beside objects."""
    objects = object_members(members, types)
    maps = [each for each in objects if isinstance(each, model.MapOf)]
    message, hint = "", ""
    if len(objects) > 1 and maps:
        message, hint = (
            "ambiguous union: a map beside another object",
            "write an object with `extra` in place of the map",
        )
    elif len(set(objects)) < len(objects):
        twice = next(each for each in objects if objects.count(each) > 1)
        assert isinstance(twice, model.Named)
        message, hint = f"ambiguous union: `{twice.to.name}` is in it twice", "remove one"
    if message:
        diagnostics.add(at, "ambiguous-union", message, hint)


def object_members(
    members: tuple[Type, ...], types: Mapping[TypeName, NamedType]
) -> list[model.Named | model.MapOf]:
    """Return the members that are JSON objects, in order: objects, tagged unions and maps; those of other unions are included."""
    result: list[model.Named | model.MapOf] = []
    seen: set[TypeName] = set()
    waiting = list(reversed(members))
    while waiting:
        match waiting.pop():
            case model.Nullable(type=inner):
                waiting.append(inner)
            case model.Union(members=inner_members):
                waiting += reversed(inner_members)
            case model.MapOf() as map_:
                result.append(map_)
            case model.Named(to=name) as member:
                named = types.get(name)
                if isinstance(named, model.Object) or (
                    isinstance(named, model.UnionType) and named.tag
                ):
                    result.append(member)
                elif isinstance(named, model.UnionType) and name not in seen:
                    seen.add(name)
                    waiting += reversed(named.members)
            case _:
                pass
    return result


def tag_text(value: str | int) -> str:
    """Return the value of a tag as a spec has it."""
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def check_named(
    declaration: Declaration,
    union: model.UnionType,
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Report problems of the members and the tag of a named union."""
    at, tag = declaration.node.get("type"), declaration.node.get("tag")
    if not isinstance(at, Scalar):
        return
    if depth(union.name, types) > MAX_UNION_DEPTH:
        diagnostics.add(
            at,
            "too-complex",
            f"more than {MAX_UNION_DEPTH} nested unions",
            "list the members in one union",
        )
        return
    if union.tag is None or not isinstance(tag, Scalar):
        check(at, union.members, types, diagnostics)
        return
    seen: dict[str | int, str] = {}
    kind: type[Type] | None = None
    for member in union.members:
        object_type = types.get(member.to) if isinstance(member, model.Named) else None
        if not isinstance(object_type, model.Object):
            diagnostics.add(
                at,
                "invalid-tag",
                "a tagged union has a member that is not an object with `fields`",
                "move it to another union, with this one as a member",
            )
            return
        field = next((f for f in object_type.fields if f.wire == union.tag), None)
        literals = model.literals_of(field.type) if field else ()
        if field and field.only:
            diagnostics.add(
                tag,
                "invalid-tag",
                f"`{union.tag}` of `{object_type.name.name}` is in {field.only}s only",
                "remove its `only`; a tag is in both directions",
            )
            return
        if field is None or not field.required or not literals:
            diagnostics.add(
                tag,
                "invalid-tag",
                f"`{object_type.name.name}` has no required field `{union.tag}` with literal values",
                f"add {union.tag}: string('…'), or a constant integer or boolean",
            )
            return
        kind = kind or type(field.type)
        if kind is not type(field.type):
            diagnostics.add(
                tag,
                "invalid-tag",
                f"`{union.tag}` of `{object_type.name.name}` has another type than in the other members",
                "use strings, integers or booleans in all of them",
            )
            return
        for literal in literals:
            other = seen.setdefault(literal, object_type.name.name)
            if other != object_type.name.name:
                diagnostics.add(
                    tag,
                    "invalid-tag",
                    f"`{other}` and `{object_type.name.name}` have the same `{union.tag}` {tag_text(literal)}",
                    "use different values",
                )
