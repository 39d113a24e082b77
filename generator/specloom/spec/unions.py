"""Unions: can a reader of JSON tell the members apart?

By the kind of JSON value first; several objects by a tag, a field whose literals are disjoint.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

from .. import model
from ..model import NamedType, Type, TypeName
from .collector import DiagnosticCollector
from .key_hints import key_hint
from .localized import TextReader, word
from .nodes import Scalar, location_of
from .symbols import Declaration
from .type_resolver import MAX_PARTS, TypeResolver

MAX_UNION_DEPTH = 10

_ANY = "anything"


def build(
    declaration: Declaration, types: TypeResolver, texts: TextReader
) -> model.UnionType | None:
    """The named union that a declaration means, None if its members cannot be read."""
    written = types.declared(declaration)
    if written is None:
        return None
    union = written.type.type if isinstance(written.type, model.Nullable) else written.type
    members = union.members if isinstance(union, model.Union) else (union,)
    tag = word(declaration.node.get("tag")) or None
    about = texts.read(declaration.node.get("title")), texts.read(
        declaration.node.get("description")
    )
    return model.UnionType(declaration.name, members, tag, *about, location_of(declaration.key))


def kinds(type_: Type, types: Mapping[TypeName, NamedType]) -> frozenset[str]:
    """The kinds of JSON values that a type may have."""
    found: set[str] = set()
    seen: set[TypeName] = set()
    waiting = [type_]
    while waiting:
        match waiting.pop():
            case model.Nullable(type=inner):
                waiting.append(inner)
            case model.Union(members=members):
                waiting += members
            case model.Named(to=name):
                named = types.get(name)
                if not isinstance(named, model.UnionType):
                    found.add(_named_kind(named))
                elif name not in seen:
                    seen.add(name)
                    waiting += named.members
            case other:
                found.add(_kind(other))
    return frozenset(found)


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
            return "an object"
        case model.AnyJson():
            return _ANY
        case _:
            return "a text"


def _named_kind(named: NamedType | None) -> str:
    if isinstance(named, model.Enumeration):
        return "a number" if any(isinstance(each.value, int) for each in named.values) else "a text"
    return "an object"


def depth(name: TypeName, types: Mapping[TypeName, NamedType]) -> int:
    """How many named unions lie in one another, this one included; no more than one above the limit are counted."""
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
    """Reports unions without a tag that have no end, or too many parts, where they are written out, and drops them: nobody could read them."""
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
            message, hint = (
                f"written out, `{name.name}` has more than {MAX_PARTS} parts",
                "make objects of the types in it",
            )
        else:
            message, hint = (
                f"`{name.name}` has no end when it is written out",
                "a type contains itself through the fields of an object",
            )
        diagnostics.add_at(union.location, "endless-type", message, hint, len(name.name))
        del types[name]


def _weights(unions: Mapping[TypeName, model.UnionType]) -> dict[TypeName, int]:
    """How many parts each of these has if those in it are written out; those without an end have no entry."""
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
    """How many parts a union has of its own, and which of the others are in it, as often as they are."""
    count, inner = 0, list[TypeName]()
    waiting = list(union.members)
    while waiting:
        count += 1
        match waiting.pop():
            case (
                model.ListOf(item=held)
                | model.MapOf(value=held)
                | model.JsonText(type=held)
                | model.Nullable(type=held)
            ):
                waiting.append(held)
            case model.Union(members=members):
                waiting += members
            case model.Named(to=name) if name in unions:
                inner.append(name)
            case _:
                pass
    return count, inner


def check(
    at: Scalar,
    members: tuple[Type, ...],
    tag: str | None,
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Reports members that nobody could tell apart."""
    seen: set[str] = set()
    for member in members:
        own = kinds(member, types)
        if isinstance(member, model.File):
            diagnostics.add(at, "union", "`file` is not JSON, so it is no member of a union")
            return
        if _ANY in own:
            diagnostics.add(
                at,
                "union",
                "`json` is any value, so it is no member of a union",
                "write json alone",
            )
            return
        twice = sorted(own & seen)
        if twice and not (tag and twice == ["an object"]):
            hint = (
                "give the union a name under `types:` and `tag: <field>`"
                if twice == ["an object"]
                else "make one type of them, or write json"
            )
            diagnostics.add(
                at,
                "union",
                f"two members of this union are {twice[0]}, so nobody could tell them apart",
                hint,
            )
            return
        seen |= own


def check_named(
    declaration: Declaration,
    union: model.UnionType,
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Reports what is wrong with the members and the tag of a named union."""
    at, tag = declaration.node.get("type"), declaration.node.get("tag")
    if not isinstance(at, Scalar):
        return
    if depth(union.name, types) > MAX_UNION_DEPTH:
        diagnostics.add(
            at,
            "endless-type",
            f"more than {MAX_UNION_DEPTH} named unions lie in one another",
            "list the members in one union",
        )
        return
    if union.tag is None or not isinstance(tag, Scalar):
        check(at, union.members, None, types, diagnostics)
        return
    seen: dict[str, str] = {}
    for member in union.members:
        structure = types.get(member.to) if isinstance(member, model.Named) else None
        if not isinstance(structure, model.Object):
            diagnostics.add(
                at,
                "union-tag",
                "a union with a tag has objects with `fields` as members only",
                "put it into a union with the others",
            )
            return
        field = next((f for f in structure.fields if f.wire == union.tag), None)
        literals = field.type.literals if field and isinstance(field.type, model.String) else ()
        if field is None or not field.required or not literals:
            diagnostics.add(
                tag,
                "union-tag",
                f"`{structure.name.name}` has no field `{union.tag}` that is always one of a few texts",
                (
                    f"give it {union.tag}: string('…')"
                    if field is None or isinstance(field.type, model.String)
                    else key_hint("tag", "tag")
                ),
            )
            return
        for literal in literals:
            other = seen.setdefault(literal, structure.name.name)
            if other != structure.name.name:
                diagnostics.add(
                    tag,
                    "union-tag",
                    f"`{other}` and `{structure.name.name}` both have `{union.tag}` '{literal}'",
                )
