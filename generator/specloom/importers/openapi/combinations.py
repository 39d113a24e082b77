"""Combined schemas: `allOf` as includes or one object, `oneOf` and `anyOf` as unions.

The fields of several objects are included where no name is in two of them; otherwise they are written out, the last one first in right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import Struct, field

from .documents import At, Pointer
from .named_types import type_name
from .scalars import literals, types_of
from .shapes import JSON, OBJECT, Shape, any_json

if TYPE_CHECKING:
    from .schemas import SchemaConverter

MAX_MEMBERS = 100
_ANNOTATIONS = {
    "description",
    "title",
    "nullable",
    "x-nullable",
    "example",
    "examples",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "xml",
    "discriminator",
    "required",
    "type",
    "$comment",
    "$schema",
    "$id",
}
_COMBINING = ("allOf", "oneOf", "anyOf")


class Parts(Struct):
    """What a combined object consists of."""

    properties: dict[str, At] = field(default_factory=dict[str, At])
    required: set[str] = field(default_factory=set[str])
    includes: list[At] = field(default_factory=list[At])
    """Objects with a name of their own."""
    extra: At | None = None
    unions: list[At] = field(default_factory=list[At])
    """Schemas with alternatives."""


def convert(schemas: SchemaConverter, at: At, hint: str) -> Shape:
    """Return the type of a schema with `allOf`, `oneOf` or `anyOf`."""
    members = [
        (keyword, member) for keyword in _COMBINING for member in _members(schemas, at, keyword)
    ]
    _, null = types_of(at)
    own = (
        at.map.keys()
        - _ANNOTATIONS
        - {*_COMBINING}
        - {key for key in at.map if key.startswith("x-")}
    )
    alternatives = [member for keyword, member in members if keyword != "allOf"]
    has_null = any(is_null(schemas.context.documents.follow(each)) for each in alternatives)
    alternatives = [
        each for each in alternatives if not is_null(schemas.context.documents.follow(each))
    ]
    parts = [member for keyword, member in members if keyword == "allOf"]
    if not own and len(parts) == 1 and not alternatives and not at.raw("required"):
        shape = schemas.convert(parts[0], hint)
    elif not own and not parts and len(alternatives) == 1:
        shape = schemas.convert(alternatives[0], hint)
    elif (
        not parts
        and not (own & {"properties"})
        and alternatives
        and not _only_restrict(alternatives)
    ):
        shape = union(schemas, at, [(None, each) for each in alternatives], hint)
    elif schemas.names.kinds(at) & {"object", "map", "any"}:
        shape = merged(schemas, at, hint)
    else:
        shape = _scalar(schemas, at, parts, alternatives, hint)
    shape.nullable = (shape.nullable or null or has_null) and shape.text != JSON
    return shape


def is_null(at: At | None) -> bool:
    """Return whether null is the only value of a schema."""
    if at is None:
        return False
    types, null = types_of(at)
    if at.raw("enum") == [None]:
        return True
    return null and not types and at.raw("type") is not None


def _members(schemas: SchemaConverter, at: At, keyword: str) -> list[At]:
    listed = at.get(keyword)
    members = [*listed.items()] if listed else []
    if len(members) > MAX_MEMBERS:
        schemas.note(
            at, "loosened", keyword, f"more than {MAX_MEMBERS} members; the rest is left out"
        )
    return members[:MAX_MEMBERS]


def _only_restrict(members: list[At]) -> bool:
    """Return whether alternatives only say which fields are required."""
    return all(
        member.map.keys() <= {"required", "not", "title", "description"} for member in members
    )


def _scalar(
    schemas: SchemaConverter, at: At, parts: list[At], alternatives: list[At], hint: str
) -> Shape:
    """Return the type of a scalar or list that several schemas describe: all their keywords, the last one in right."""
    keywords: dict[str, object] = {}
    for part in (*parts, *alternatives[:1]):
        target = schemas.context.documents.follow(part)
        if target is not None:
            keywords |= {key: value for key, value in target.map.items() if key not in _COMBINING}
    if alternatives[1:]:
        schemas.note(
            at, "loosened", "allOf with alternatives", "only the first alternative is said"
        )
    keywords |= {key: value for key, value in at.map.items() if key not in _COMBINING}
    if not keywords.keys() - _ANNOTATIONS and "type" not in keywords:
        return any_json()
    return schemas.convert(at.replaced(keywords), hint)


# objects


def merged(schemas: SchemaConverter, at: At, hint: str) -> Shape:
    """Return the object that has the fields of all parts."""
    parts = Parts()
    _collect(schemas, at, parts, {at.key}, top=True)
    for each in parts.unions:
        _alternatives(schemas, each, parts)
    _expand_overlaps(schemas, parts)
    for name in sorted(parts.required - parts.properties.keys()):
        if not any(name in flat(schemas, each).properties for each in parts.includes):
            schemas.note(
                at, "repaired", "required", f"`{name}` is required, but is no property; left out"
            )
    inner: dict[str, object] = {}
    if parts.includes:
        inner["includes"] = [schemas.names.of(each).name for each in parts.includes]
    fields = schemas.fields(parts.properties, parts.required, hint)
    if fields or not parts.includes:
        inner["fields"] = fields
    if parts.extra is not None and not any(flat(schemas, each).extra for each in parts.includes):
        extra = schemas.extra(parts.extra, hint)
        inner |= {"extra": extra} if extra else {}
    if not parts.includes and not fields:
        value = inner.get("extra", JSON)
        return Shape(f"map<{value}>", frozenset({"map"}))
    if [*inner] == ["includes"] and len(parts.includes) == 1:
        return Shape(cast("list[str]", inner["includes"])[0], frozenset({"object"}))
    shape = Shape(OBJECT, frozenset({"object"}), inner=inner)
    return schemas.named(shape, at, hint) if schemas.depth > 6 else shape


def flat(schemas: SchemaConverter, at: At) -> Parts:
    """Return all properties of an object, those of its parts written out."""
    parts = Parts()
    _flatten(schemas, at, parts, set())
    return parts


def _collect(
    schemas: SchemaConverter,
    at: At,
    parts: Parts,
    seen: set[tuple[str, Pointer]],
    *,
    top: bool = False,
) -> None:
    """Add a schema to the parts: a named object as an include, anything else with its own properties."""
    reference = at.raw("$ref")
    target = schemas.context.documents.follow(at)
    if target is None:
        schemas.note(
            at,
            "repaired",
            "dangling reference",
            f"`{str(reference)[:120]}` leads nowhere; left out of allOf",
        )
        return
    if target.key in seen and not top:
        if isinstance(reference, str):
            schemas.note(
                at,
                "repaired",
                "circular reference",
                "an object that contains itself by allOf; left out",
            )
        return
    if isinstance(reference, str) and is_plain_object(schemas, target):
        parts.includes.append(target)
        return
    _add_own(target, parts)
    seen = seen | {target.key}
    for member in _members(schemas, target, "allOf"):
        _collect(schemas, member, parts, seen)
    if _members(schemas, target, "oneOf") or _members(schemas, target, "anyOf"):
        parts.unions.append(target)


def _flatten(
    schemas: SchemaConverter, at: At, parts: Parts, seen: set[tuple[str, Pointer]]
) -> None:
    target = schemas.context.documents.follow(at)
    if target is None or target.key in seen:
        return
    seen = seen | {target.key}
    for member in _members(schemas, target, "allOf"):
        _flatten(schemas, member, parts, seen)
    _add_own(target, parts)
    if _members(schemas, target, "oneOf") or _members(schemas, target, "anyOf"):
        _alternatives(schemas, target, parts)


def _add_own(at: At, parts: Parts) -> None:
    properties = at.get("properties")
    parts.properties |= dict(properties.entries()) if properties else {}
    required = at.raw("required")
    if isinstance(required, list):
        parts.required |= {name for name in cast("list[object]", required) if isinstance(name, str)}
    if at.raw("additionalProperties") not in (None, False) or at.raw("patternProperties"):
        parts.extra = at


def is_plain_object(schemas: SchemaConverter, target: At) -> bool:
    """Return whether a schema is declared as an object, which others can include."""
    found = schemas.names.kinds(target)
    if found != frozenset({"object"}) or _has_alternatives(schemas, target, set()):
        return False
    parts = flat(schemas, target)
    return bool(parts.properties) and not _is_circular(schemas, target, target, set())


def _has_alternatives(schemas: SchemaConverter, at: At, seen: set[tuple[str, Pointer]]) -> bool:
    target = schemas.context.documents.follow(at)
    if target is None or target.key in seen:
        return False
    seen.add(target.key)
    if _members(schemas, target, "oneOf") or _members(schemas, target, "anyOf"):
        return True
    return any(
        _has_alternatives(schemas, each, seen) for each in _members(schemas, target, "allOf")
    )


def _is_circular(
    schemas: SchemaConverter, at: At, start: At, seen: set[tuple[str, Pointer]]
) -> bool:
    """Return whether an object contains itself by `allOf`."""
    for member in _members(schemas, at, "allOf"):
        target = schemas.context.documents.follow(member)
        if target is None:
            continue
        if target.key == start.key:
            return True
        if target.key not in seen:
            seen.add(target.key)
            if _is_circular(schemas, target, start, seen):
                return True
    return False


def _alternatives(schemas: SchemaConverter, at: At, parts: Parts) -> None:
    """Add the fields of alternatives beside common ones: each may be absent."""
    members = [*_members(schemas, at, "oneOf"), *_members(schemas, at, "anyOf")]
    if _only_restrict(members):
        schemas.note(
            at, "loosened", "alternatives of required fields", "each of the fields may be absent"
        )
        return
    schemas.note(
        at,
        "loosened",
        "alternatives beside common fields",
        "became one object with the fields of all alternatives, each of which may be absent",
    )
    for member in members:
        found = Parts()
        _flatten(schemas, member, found, set())
        for name, property_ in found.properties.items():
            parts.properties.setdefault(name, property_)
        if found.extra is not None:
            parts.extra = parts.extra or found.extra


def _expand_overlaps(schemas: SchemaConverter, parts: Parts) -> None:
    """Write out the included objects that share a name with another part, or whose fields become required."""
    listed = list({each.key: each for each in parts.includes}.values())
    flattened = {each.key: flat(schemas, each) for each in listed}
    kept: list[At] = []
    counts: dict[str, int] = {}
    for name in (
        *parts.properties,
        *(name for each in flattened.values() for name in each.properties),
    ):
        counts[name] = counts.get(name, 0) + 1
    for each in listed:
        own = flattened[each.key]
        narrowed = (parts.required & own.properties.keys()) - own.required
        extras = sum(found.extra is not None for found in flattened.values()) + (
            parts.extra is not None
        )
        if (
            narrowed
            or any(counts[name] > 1 for name in own.properties)
            or (own.extra and extras > 1)
        ):
            for name, property_ in own.properties.items():
                parts.properties.setdefault(name, property_)
            parts.required |= own.required
            parts.extra = parts.extra or own.extra
        else:
            kept.append(each)
    parts.includes[:] = kept


# unions


def union(
    schemas: SchemaConverter, at: At, members: list[tuple[Shape | None, At]], hint: str
) -> Shape:
    """Return the union of several types, as far as a decoder can tell them apart."""
    shapes: list[tuple[Shape, At]] = []
    null = False
    for index, (given, member) in enumerate(members):
        name = _variant(schemas, member, hint, index)
        shape = given or schemas.convert(member, name)
        null = null or shape.nullable
        shape.nullable = False
        if shape.text == JSON or "any" in shape.kinds:
            if len(members) > 1:
                schemas.note(at, "loosened", "union with any value", "became json")
            return any_json()
        if shape.text == "file":
            shape.text = "string"
        shapes.append((shape, member))
    shapes = _distinct(_joined_scalars(schemas, at, shapes, hint))
    objects = [(shape, member) for shape, member in shapes if shape.kinds & {"object", "map"}]
    inline = [each for each in shapes if each[0].inner is not None]
    if len(objects) > 1 or len(inline) > 1:
        shapes = [
            _named_member(schemas, shape, member, hint, index, len(objects))
            for index, (shape, member) in enumerate(shapes)
        ]
    shapes = _distinct(shapes)
    if any(shape.needs_name for shape, _ in shapes) and len(shapes) > 1:
        shapes = [
            (schemas.named(shape, member, f"{hint}Option") if shape.needs_name else shape, member)
            for shape, member in shapes
        ]
    if len(shapes) == 1:
        shapes[0][0].nullable = null
        return shapes[0][0]
    text = " | ".join(shape.text for shape, _ in shapes)
    inner = next((shape.inner for shape, _ in shapes if shape.inner is not None), None)
    kinds = frozenset[str]().union(*(shape.kinds for shape, _ in shapes))
    patterns = {shape.pattern for shape, _ in shapes} - {None}
    if patterns:
        schemas.note(at, "loosened", "pattern", "left out in a union")
    result = Shape(text, kinds, null, inner=inner)
    tag = at.get("discriminator")
    if tag is not None:
        _add_tag(schemas, tag, result, shapes)
    if len(text) > 1900:
        schemas.note(at, "loosened", "large union", "became json")
        return any_json()
    if tag is None or result.tag is None:
        return schemas.named(result, at, hint) if len(text) > 300 and inner is not None else result
    return result


def _variant(schemas: SchemaConverter, member: At, hint: str, index: int) -> str:
    """Return the name for an alternative: its title, or the constant that makes it."""
    title = type_name(member.text("title")) if 0 < len(member.text("title")) <= 40 else None
    if title:
        return title if title.lower() != hint.lower() else f"{title}{index + 1}"
    properties = member.get("properties")
    for _, property_ in properties.entries() if properties else ():
        enum = property_.get("enum")
        listed = [*enum.items()] if enum else []
        constant = property_.raw("const") or (listed[0].value if len(listed) == 1 else None)
        if isinstance(constant, str) and type_name(constant):
            return f"{hint}{type_name(constant)}"
    return f"{hint}Option{index + 1}"


def _joined_scalars(
    schemas: SchemaConverter, at: At, shapes: list[tuple[Shape, At]], hint: str
) -> list[tuple[Shape, At]]:
    """Return the alternatives with those of one kind (two strings, two lists) made one."""
    for kind in ("string", "number", "boolean", "list"):
        same = [each for each in shapes if kind in each[0].kinds]
        texts = {shape.expression for shape, _ in same}
        if len(texts) < 2:
            continue
        joined = _join(kind, [shape for shape, _ in same])
        rest = [each for each in shapes if each not in same]
        outside = frozenset[str]().union(*(shape.kinds for shape, _ in same)) - {kind}
        if outside:  # a union inside, which has other kinds as well
            schemas.note(at, "loosened", "union", f"several alternatives are a {kind}; became json")
            return [(any_json(), at)]
        schemas.note(
            at,
            "loosened",
            f"several {kind}s",
            f"{', '.join(sorted(texts))[:200]} became {joined.text[:80]}",
        )
        shapes = [*rest, (joined, same[0][1])]
    return shapes


def _join(kind: str, same: list[Shape]) -> Shape:
    kinds = frozenset({kind})
    if kind == "list":
        items = {shape.text for shape in same}
        bare = [text[5:-1] for text in items if text.endswith(">") and text.startswith("list<")]
        simple = {"string", "integer", "number"}
        if len(bare) == len(items) and {*bare} <= simple and "string" in bare:
            return Shape("list<string | number>", kinds)
        return Shape("list<json>", kinds)
    if kind == "number":
        whole = all(shape.text.startswith("integer") for shape in same)
        return Shape("integer" if whole else "number", kinds)
    values = [shape.text for shape in same]
    if kind == "string" and all(text.startswith("string('") for text in values):
        parts = dict.fromkeys(part for text in values for part in text[7:-1].split(" | "))
        return Shape(f"string({' | '.join(parts)})", kinds)
    return Shape(kind, kinds)


def _named_member(
    schemas: SchemaConverter, shape: Shape, member: At, hint: str, index: int, objects: int
) -> tuple[Shape, At]:
    """Return a member with a name: an object in place of a map beside other objects, and all inline objects."""
    name = _variant(schemas, member, hint, index)
    if shape.text.startswith("map<") and objects > 1:
        value = shape.text[4:].rsplit(">", 1)[0]
        named = schemas.names.add(
            name, {"fields": {}, "extra": value if shape.inner is None else JSON}, member
        )
        return Shape(named, frozenset({"object"})), member
    if shape.kinds == frozenset({"map"}) and objects > 1 and shape.text[0].isupper():
        named = schemas.names.add(name, {"fields": {}, "extra": JSON}, member)
        return Shape(named, frozenset({"object"})), member
    return schemas.named(shape, member, name), member


def _distinct(shapes: list[tuple[Shape, At]]) -> list[tuple[Shape, At]]:
    found: dict[str, tuple[Shape, At]] = {}
    for shape, member in shapes:
        key = shape.text if shape.inner is None else f"{shape.text} {shape.inner}"
        found.setdefault(key, (shape, member))
    return [*found.values()]


def _add_tag(
    schemas: SchemaConverter, at: At, result: Shape, shapes: list[tuple[Shape, At]]
) -> None:
    """Set the tag of a union with a discriminator, with its values for each member."""
    name = at.value if isinstance(at.value, str) else at.text("propertyName")
    mapping = at.get("mapping")
    by_target: dict[str, list[str]] = {}
    for value, mapped in mapping.entries() if mapping else ():
        reference = mapped.value if isinstance(mapped.value, str) else ""
        full = (
            reference
            if "#" in reference or "/" in reference
            else f"#/components/schemas/{reference}"
        )
        found = schemas.context.documents.target(at, full)
        by_target.setdefault(repr(found.key) if found else reference, []).append(value)
    tagged: dict[str, tuple[str, ...]] = {}
    for shape, member in shapes:
        target = schemas.context.documents.follow(member)
        reference = member.text("$ref")
        named = schemas.context.documents.target(member, reference) if reference else target
        values = by_target.get(repr(named.key) if named else "", []) or by_target.get(
            repr(target.key) if target else "", []
        )
        if not values and reference:
            values = [reference.rpartition("/")[2]]
        own = _constants(schemas, target, name) if target else ()
        tagged[shape.text] = own or tuple(values)
    flattened = [value for values in tagged.values() for value in values]
    if (
        not name
        or any(not values for values in tagged.values())
        or len({*flattened}) < len(flattened)
    ):
        schemas.note(
            at,
            "loosened",
            "discriminator",
            "its values do not tell all alternatives apart; objects are told apart by their fields",
        )
        return
    if literals([*flattened]) is None:
        return
    result.tag, result.tagged = name, tagged


def _constants(schemas: SchemaConverter, target: At, name: str) -> tuple[str, ...]:
    """Return the values that an object's own field has for the tag."""
    property_ = flat(schemas, target).properties.get(name)
    found = schemas.context.documents.follow(property_) if property_ else None
    if found is None:
        return ()
    listed = found.raw("enum")
    values = cast("list[object]", listed) if isinstance(listed, list) else [found.raw("const")]
    return tuple(value for value in values if isinstance(value, str))
