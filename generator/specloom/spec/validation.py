"""The shape of a file against the JSON Schema of its kind.

The schemas are the ones that editors use. Their sentences would not help anybody, so each finding is said anew from the schema's own
words: `title` says what is expected at a place, the keyword says what is wrong there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from .collector import RESERVED, DiagnosticCollector, closest, did_you_mean
from .fast_validation import is_valid
from .key_hints import key_hint, place_of
from .nodes import ListNode, MapNode, Node, Scalar, is_null, resolve

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Kind: TypeAlias = Literal["api", "types", "resource"]
Schema: TypeAlias = dict[str, Any]


_NAMES = frozenset(
    {"path", "query", "header", "headers", "body", "form", "parts", "fields", "payload"}
)
"""Keys whose maps have names of fields."""
_BODIES = frozenset({"body", "form", "parts", "content"})


def check(node: Node, kind: Kind, diagnostics: DiagnosticCollector) -> None:
    """Reports what the schema of this kind of file does not allow. jsonschema is loaded only where something may be wrong."""
    schema, value = _schema(kind), _plain(node)
    if is_valid(schema, value):
        return
    from jsonschema import Draft7Validator

    errors: Iterator[ValidationError] = Draft7Validator(schema).iter_errors(
        value
    )  # pyright: ignore[reportUnknownMemberType]
    schemas = _JsonSchemas(node, diagnostics)
    for error in errors:
        for leaf in _leaves(error):
            if not schemas.explain(leaf):
                _report(leaf, node, diagnostics)


class _JsonSchemas:
    """Reports each JSON Schema that stands for the fields of an object, once, instead of what is wrong within."""

    def __init__(self, root: Node, diagnostics: DiagnosticCollector) -> None:
        self.root = root
        self.diagnostics = diagnostics
        self._known: dict[int, bool] = {}

    def explain(self, error: ValidationError) -> bool:
        """Whether the error lies in such a schema."""
        node, before = self.root, ""
        for step in error.absolute_path:
            match node:
                case MapNode():
                    inner = node.entries[str(step)].value
                    if step == "properties" and before in _NAMES and self._is_schema(node, inner):
                        return True
                case ListNode():
                    inner = node.items[int(step)]
                case Scalar():
                    break
            node, before = inner, str(step)
        return False

    def _is_schema(self, holder: MapNode, node: Node) -> bool:
        """Whether `properties` holds maps only, as in JSON Schema, and no `fields` as a field of this name would."""
        known = self._known.get(id(node))
        if known is None:
            known = (
                isinstance(node, MapNode)
                and "fields" not in node.entries
                and all(isinstance(entry.value, MapNode) for entry in node.entries.values())
            )
            self._known[id(node)] = known
            if known and isinstance(node, MapNode):
                key = holder.entries["properties"].key
                self.diagnostics.add(
                    key,
                    "unknown-key",
                    "this is a JSON Schema; fields stand here",
                    key_hint("properties", "names"),
                )
                self.diagnostics.suppress_at(
                    holder.get("type"), *(entry.key for entry in node.entries.values())
                )
        return known


def schema_text(name: str) -> str:
    """The text of `schema/<name>.json`."""
    return Path(__file__).with_name("schema").joinpath(f"{name}.json").read_text("utf-8")


@cache
def _schema(kind: Kind) -> Schema:
    """The schema for the kind of file. References are replaced by what they mean, once, which makes checking three times faster."""
    root: Schema = json.loads(schema_text(kind))
    _link(root, _roots())
    return root


@cache
def _roots() -> Mapping[str, Schema]:
    """The schema that all kinds share, by the names that references have for it."""
    common: Schema = json.loads(schema_text("common"))
    roots = {"": common, "common.json": common}
    _link(common, roots)  # once: afterwards it leads back into itself
    return roots


def _link(schema: Any, roots: Mapping[str, Schema]) -> None:
    """Replaces references in place; what they mean may well contain the reference."""
    keys: list[Any] = list(cast(Schema, schema)) if isinstance(schema, dict) else []
    if isinstance(schema, list):
        keys = [index for index, _ in enumerate(cast(Iterable[Any], schema))]
    for key in keys:
        _link_entry(schema, key, roots)


def _link_entry(holder: Any, key: Any, roots: Mapping[str, Schema]) -> None:
    """Replaces the reference that stands at a key, or those below it."""
    found = holder[key]
    reference = _reference(found)
    if reference:
        file, _, pointer = reference.partition("#/")
        target: Any = roots[file]
        for part in pointer.split("/"):
            target = target[part]
        holder[key] = target
    elif key == "pattern" and isinstance(found, str):
        holder[key] = re.sub(
            r"\$\Z", r"\\Z", found
        )  # Python's `$` lets a line break follow, that of JSON Schema does not
    else:
        _link(found, roots)


def _reference(schema: Any) -> str:
    """What a schema refers to, '' if it says something itself."""
    return str(cast(Schema, schema).get("$ref", "")) if isinstance(schema, dict) else ""


def _plain(node: Node) -> Any:
    """The value as an editor resolves it."""
    match node:
        case Scalar():
            try:
                return resolve(node)
            except ValueError:
                return node.text
        case ListNode():
            return [_plain(item) for item in node.items]
        case MapNode():
            return {key: _plain(entry.value) for key, entry in node.entries.items()}


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    if error.context:
        for inner in error.context:
            yield from _leaves(inner)
    else:
        yield error


def _report(error: ValidationError, root: Node, diagnostics: DiagnosticCollector) -> None:
    node, key = _locate(root, error)
    at = key if key is not None and not isinstance(node, Scalar) else node
    schema: Schema = error.schema if isinstance(error.schema, dict) else {}
    expected = schema.get("title", "another value")
    match error.validator:
        case "additionalProperties":
            _unknown_keys(schema, node, key, diagnostics)
        case "required":
            _missing_key(error, schema, node, at, diagnostics)
        case "not":
            word = key.text if key else ""
            diagnostics.add(
                key or node,
                "not-yet",
                f"`{word}` {RESERVED}",
                key_hint(word, "endpoint") or key_hint(word, "field"),
            )
        case "enum" | "const":
            known = [str(word) for word in schema.get("enum", [schema.get("const")])]
            diagnostics.add(
                node,
                "wrong-value",
                f"{_found(node)} is not {expected if 'title' in schema else known[0]}",
                did_you_mean(_word(node), known),
            )
        case "pattern" | "minimum" | "maximum":
            diagnostics.add(
                node,
                "wrong-value",
                f"{_found(node)} is not {expected}",
                _request_line(_word(node)) if key and key.text == "http" else "",
            )
        case "maxLength":
            diagnostics.add(
                node, "too-long", f"this has more than {error.validator_value} characters"
            )
        case "minItems" | "minProperties":
            diagnostics.add(at, "empty", f"this is empty; expected {expected}")
        case "uniqueItems":
            diagnostics.add(at, "twice", "an entry stands in this list twice")
        case _:
            hint = (
                "quote it if the text is meant"
                if is_null(node) and isinstance(node, Scalar) and node.text
                else ""
            )
            if is_null(node) and key is not None and key.text in _BODIES:
                hint = f"leave `{key.text}` out for no body" + (
                    ", or write {} for an empty one" if key.text == "body" else ""
                )
            if key is not None and isinstance(node, ListNode):
                hint = hint or key_hint(key.text, "type" if key.text == "type" else "names")
            diagnostics.add(at, "wrong-kind", f"expected {expected}, found {_found(node)}", hint)


def _request_line(text: str) -> str:
    """What is wrong with a text that is no verb and path."""
    verb, _, path = text.partition(" ")
    if "://" in path:
        return "the host stands under `hosts:`, of the endpoint or in _api.yaml"
    if not path:
        return "the verb stands before the path, with one space between them"
    if path.startswith(" "):
        return "one space between verb and path"
    return (
        f"verbs are upper case: {verb.upper()}"
        if verb.upper() != verb
        else "" if path.startswith("/") else "a path begins with a slash"
    )


def _unknown_keys(
    schema: Schema, node: Node, holder: Scalar | None, diagnostics: DiagnosticCollector
) -> None:
    """Reports keys that are none here. Where a hint says how the map is written instead, nothing else is said about it."""
    assert isinstance(node, MapNode)
    known: Mapping[str, Schema] = schema["properties"]
    offered = [word for word, meaning in known.items() if "not" not in meaning]
    for word, entry in node.entries.items():
        if word not in known:
            hint = key_hint(word, place_of(offered))
            diagnostics.add(
                entry.key,
                "unknown-key",
                f"`{word}` is not a key here",
                hint or did_you_mean(word, offered),
            )
            if hint:
                diagnostics.suppress_at(holder, node.get("type"))


def _missing_key(
    error: ValidationError, schema: Schema, node: Node, at: Node, diagnostics: DiagnosticCollector
) -> None:
    """Reports a key that is missing, unless one that is unknown here, and reported so, is a slip of it or has a hint."""
    assert isinstance(node, MapNode)
    known: Mapping[str, Schema] = schema.get("properties", {})
    hinted = any(key_hint(other, place_of(known)) for other in node.entries if other not in known)
    for word in schema["required"]:
        slip = next(
            (
                other
                for other in node.entries
                if other not in known and closest(other, known) == word
            ),
            None,
        )
        reported = schema.get("additionalProperties") is False and (slip is not None or hinted)
        if word not in node.entries and not reported and f"'{word}' is a required" in error.message:
            diagnostics.add(
                at,
                "missing-key",
                f"the key `{word}` is missing",
                f"did you mean `{word}` by `{slip}`?" if slip else "",
            )


def _locate(root: Node, error: ValidationError) -> tuple[Node, Scalar | None]:
    """The node that an error is about, and the last key on the way to it."""
    node, key = root, None
    for step in error.absolute_path:
        match node:
            case MapNode():
                key, node = node.entries[str(step)]
            case ListNode():
                key, node = None, node.items[int(step)]
            case Scalar():
                break
    return node, key


def _word(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _found(node: Node) -> str:
    match node:
        case ListNode():
            return "a list"
        case MapNode():
            return "a map"
        case Scalar():
            if is_null(node):
                return "nothing" if not node.text else "null"
            shown = node.text if len(node.text) <= 60 else node.text[:57] + "…"
            return f"`{shown}`"
