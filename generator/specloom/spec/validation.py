"""Validation: checks a file against the JSON Schema of its kind.

Editors use the same schemas. The messages of jsonschema are of little help, so each problem gets its own: `title` in the schema is the
expected value, and the keyword decides the message.
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
from .key_hints import context_of, key_hint
from .nodes import ListNode, MapNode, Node, Scalar, is_null, resolve

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Kind: TypeAlias = Literal["api", "types", "resource"]
Schema: TypeAlias = dict[str, Any]


_NAMES = frozenset(
    {"path", "query", "header", "headers", "cookie", "body", "form", "parts", "fields", "payload"}
)
"""Keys whose maps have field names as keys."""
_BODIES = frozenset({"body", "form", "parts", "content"})


def check(node: Node, kind: Kind, diagnostics: DiagnosticCollector) -> None:
    """Report violations of the schema of this kind of file. jsonschema is imported only if there may be some."""
    schema, value = _schema(kind), _plain(node)
    if is_valid(schema, value):
        return
    from jsonschema import Draft7Validator

    validator = Draft7Validator(schema)
    errors: Iterator[ValidationError]
    errors = validator.iter_errors(value)  # pyright: ignore[reportUnknownMemberType]
    schemas = _JsonSchemas(node, diagnostics)
    for error in errors:
        for leaf in _leaves(error):
            if not schemas.explain(leaf):
                _report(leaf, node, diagnostics)


class _JsonSchemas:
    """Reports a JSON Schema in place of an object's fields once, instead of each problem inside it."""

    def __init__(self, root: Node, diagnostics: DiagnosticCollector) -> None:
        self.root = root
        self.diagnostics = diagnostics
        self._known: dict[int, bool] = {}

    def explain(self, error: ValidationError) -> bool:
        """Return whether the error is inside such a schema."""
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
        """Return whether `properties` contains only maps, as in JSON Schema, and no `fields`, as a field of this name would."""
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
                    "JSON Schema in place of fields",
                    key_hint("properties", "names"),
                )
                self.diagnostics.suppress_at(
                    holder.get("type"), *(entry.key for entry in node.entries.values())
                )
        return known


def schema_text(name: str) -> str:
    """Return the text of `schema/<name>.json`."""
    return Path(__file__).with_name("schema").joinpath(f"{name}.json").read_text("utf-8")


@cache
def _schema(kind: Kind) -> Schema:
    """Return the schema of a kind of file. References are replaced by their targets, which makes checks three times faster."""
    root: Schema = json.loads(schema_text(kind))
    _link(root, _roots())
    return root


@cache
def _roots() -> Mapping[str, Schema]:
    """Return the shared definitions, by the file names in references."""
    common: Schema = json.loads(schema_text("common"))
    roots = {"": common, "common.json": common}
    _link(common, roots)  # once: afterwards it leads back into itself
    return roots


def _link(schema: Any, roots: Mapping[str, Schema]) -> None:
    """Replace references by their targets, in place; a target may contain the reference itself."""
    keys: list[Any] = list(cast(Schema, schema)) if isinstance(schema, dict) else []
    if isinstance(schema, list):
        keys = [index for index, _ in enumerate(cast(Iterable[Any], schema))]
    for key in keys:
        _link_entry(schema, key, roots)


def _link_entry(holder: Any, key: Any, roots: Mapping[str, Schema]) -> None:
    """Replace the reference at a key, or those below it."""
    value = holder[key]
    reference = _reference(value)
    if reference:
        file, _, pointer = reference.partition("#/")
        target: Any = roots[file]
        for part in pointer.split("/"):
            target = target[part]
        holder[key] = target
    elif key == "pattern" and isinstance(value, str):
        holder[key] = re.sub(
            r"\$\Z", r"\\Z", value
        )  # in Python `$` also matches before a final line break, in JSON Schema it does not
    else:
        _link(value, roots)


def _reference(schema: Any) -> str:
    """Return the target of a reference, or an empty string for any other schema."""
    return str(cast(Schema, schema).get("$ref", "")) if isinstance(schema, dict) else ""


def _plain(node: Node) -> Any:
    """Return the value as an editor resolves it."""
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
                "reserved-word",
                f"`{word}` {RESERVED}",
                key_hint(word, "endpoint") or key_hint(word, "field"),
            )
        case "enum" | "const":
            known = [str(word) for word in schema.get("enum", [schema.get("const")])]
            diagnostics.add(
                node,
                "invalid-value",
                f"expected {expected if 'title' in schema else known[0]}, found {_describe(node)}",
                did_you_mean(_word(node), known),
            )
        case "pattern" | "minimum" | "maximum":
            diagnostics.add(
                node,
                "invalid-value",
                f"expected {expected}, found {_describe(node)}",
                _request_line(_word(node)) if key and key.text == "http" else "",
            )
        case "maxLength":
            diagnostics.add(
                node, "too-long", f"more than {error.validator_value} characters", "shorten it"
            )
        case "minItems" | "minProperties":
            diagnostics.add(at, "empty-value", f"expected {expected}, found an empty one")
        case "uniqueItems":
            diagnostics.add(
                at, "duplicate-entry", "duplicate entry in this list", "remove one of them"
            )
        case _:
            hint = (
                "quote it if it is a text"
                if is_null(node) and isinstance(node, Scalar) and node.text
                else ""
            )
            if is_null(node) and key is not None and key.text in _BODIES:
                hint = f"remove `{key.text}` for no body" + (
                    ", or write {} for an empty object" if key.text == "body" else ""
                )
            if key is not None and isinstance(node, ListNode):
                hint = hint or key_hint(key.text, "type" if key.text == "type" else "names")
            diagnostics.add(
                at, "unexpected-kind", f"expected {expected}, found {_describe(node)}", hint
            )


def _request_line(text: str) -> str:
    """Return a hint for an invalid method and path."""
    verb, _, path = text.partition(" ")
    if "://" in path:
        return "write the host under `hosts:`, of the endpoint or in _api.yaml"
    if not path:
        return "write method and path with one space between them"
    if path.startswith(" "):
        return "write one space between method and path"
    return (
        f"write the method in upper case: {verb.upper()}"
        if verb.upper() != verb
        else "" if path.startswith("/") else "start the path with a slash"
    )


def _unknown_keys(
    schema: Schema, node: Node, holder: Scalar | None, diagnostics: DiagnosticCollector
) -> None:
    """Report unknown keys. If a hint explains how to write the map instead, report nothing else about it."""
    assert isinstance(node, MapNode)
    known: Mapping[str, Schema] = schema["properties"]
    offered = [word for word, meaning in known.items() if "not" not in meaning]
    for word, entry in node.entries.items():
        if word not in known:
            hint = key_hint(word, context_of(offered))
            diagnostics.add(
                entry.key,
                "unknown-key",
                f"unknown key `{word}`",
                hint or did_you_mean(word, offered),
            )
            if hint:
                diagnostics.suppress_at(holder, node.get("type"))


def _missing_key(
    error: ValidationError, schema: Schema, node: Node, at: Node, diagnostics: DiagnosticCollector
) -> None:
    """Report a missing key, unless a reported unknown key is a misspelling of it or has a hint."""
    assert isinstance(node, MapNode)
    known: Mapping[str, Schema] = schema.get("properties", {})
    hinted = any(key_hint(other, context_of(known)) for other in node.entries if other not in known)
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
                f"missing key `{word}`",
                f"rename `{slip}` to `{word}`" if slip else "",
            )


def _locate(root: Node, error: ValidationError) -> tuple[Node, Scalar | None]:
    """Return the node of an error, and the last key of its path."""
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


def _describe(node: Node) -> str:
    match node:
        case ListNode():
            return "a list"
        case MapNode():
            return "a map"
        case Scalar():
            if is_null(node):
                return "nothing" if not node.text else "null"
            excerpt = node.text if len(node.text) <= 60 else node.text[:57] + "…"
            return f"`{excerpt}`"
