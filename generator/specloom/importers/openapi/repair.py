"""Repair of a converted spec by the language's own check.

What a document says wrongly in a way that only the whole spec shows, such as an example that does not fit its type, is found by reading the
spec that was written. Each problem has a rule that loosens or removes the smallest part with it, and is a row of the report. The last
resort is to leave out the endpoint or to make the type `json`, so that the result is always valid.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import cast

from ... import naming
from ...diagnostics import Diagnostic, InvalidSpec
from ...spec import load
from ...spec.collector import DiagnosticCollector
from ...spec.json_reader import parse as parse_json
from ...spec.nodes import ListNode, MapNode, Node, Source
from ...spec.yaml_reader import parse as parse_yaml
from ...spec_writer import write_spec
from ..report import Outcome
from .context import API
from .converter import Conversion
from .documents import At

MAX_ROUNDS = 12
MAX_PROBLEMS = 100_000
"""Problems of one round: each round reads the whole spec again."""
Way = tuple[str | int, ...]


class NotRepaired(Exception):
    """The spec stays invalid; the problems that are left."""

    def __init__(self, problems: tuple[Diagnostic, ...]) -> None:
        super().__init__(problems[0].message if problems else "")
        self.problems = problems


def repair(conversion: Conversion) -> dict[str, str]:
    """Repair the files in place until the spec is valid, and return their texts; raises `NotRepaired`."""
    problems: tuple[Diagnostic, ...] = ()
    texts: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="specloom-") as name:
        for round_ in range(MAX_ROUNDS):
            changed = {
                name: content for name, content in conversion.files.items() if name not in texts
            }
            texts |= write_spec(changed)
            folder = Path(name, str(round_))
            folder.mkdir()
            for file, text in texts.items():
                (folder / file).write_text(text, "utf-8")
            try:
                load(folder, "spec", max_problems=MAX_PROBLEMS)
            except InvalidSpec as error:
                problems = error.problems
            else:
                return texts
            repairs = _Repairs(conversion, texts, harsh=round_ >= MAX_ROUNDS - 5)
            if not repairs.apply(problems):
                break
            unchanged = conversion.files.keys() - repairs.changed
            texts = {name: text for name, text in texts.items() if name in unchanged}
    raise NotRepaired(problems)


class _Repairs:
    """Repairs of one round."""

    def __init__(self, conversion: Conversion, texts: Mapping[str, str], *, harsh: bool) -> None:
        self.conversion = conversion
        self.texts = texts
        self.harsh = harsh
        self.changed: set[str] = set()
        """Files that may have changed."""
        self._ways: dict[str, dict[tuple[int, int], Way]] = {}
        self._done: set[tuple[str, Way]] = set()
        self._bodies: dict[str, tuple[str, Way]] = {}

    def apply(self, problems: tuple[Diagnostic, ...]) -> bool:
        """Repair each problem once; return whether anything changed."""
        changed = False
        for problem in problems:
            file = problem.path.removeprefix("spec/")
            way = self._way(file, problem)
            if file.endswith(".json"):
                changed = self._drop_file(file, problem) or changed
            elif way is not None:
                changed = self._one(file, way, problem) or changed
        for file, content in [*self.conversion.files.items()]:
            _compact(content)
            if file.endswith(".yaml") and file != "_api.yaml" and isinstance(content, dict):
                keys = cast("dict[str, object]", content)
                for name in ("endpoints", "types", "events", "errors"):
                    if keys.get(name) in ({}, []):
                        del keys[name]
                if not keys.keys() & {"endpoints", "types", "events"}:
                    del self.conversion.files[file]
        return changed

    def _way(self, file: str, problem: Diagnostic) -> Way | None:
        if file not in self.texts:
            return None
        if file not in self._ways:
            text = self.texts[file]
            source = Source(file, text, text.split("\n"))
            parse = parse_json if file.endswith(".json") else parse_yaml
            root = parse(source, DiagnosticCollector())
            self._ways[file] = _positions(root) if root is not None else {}
        ways = self._ways[file]
        exact = ways.get((problem.line, problem.column))
        if exact is not None:
            return exact
        before = [at for at in ways if at <= (problem.line, problem.column)]
        return ways[max(before)] if before else None

    def _one(self, file: str, way: Way, problem: Diagnostic) -> bool:
        key = (file, way)
        if key in self._done:
            return False
        self._done.add(key)
        self.changed.add(file)
        root = self.conversion.files[file]
        rule = problem.rule
        names = [*way]
        if (
            rule in {"invalid-example", "unknown-file", "invalid-body-file", "unknown-field"}
            and "examples" in names
        ):
            index = names.index("examples")
            return self._remove(root, file, way[: index + 2], problem, "wrong example", "left out")
        if rule in {"invalid-example", "invalid-default"}:
            what = "example" if rule == "invalid-example" else "default"
            at = way if names and names[-1] == what else (*way, what)
            if what in names:
                at = way[: names.index(what) + 1]
            return self._remove(root, file, at, problem, f"wrong {what}", "left out")
        if rule == "invalid-pattern" or (rule == "unused-key" and names[-1:] == ["pattern"]):
            return self._remove(
                root,
                file,
                way if names[-1] == "pattern" else (*way, "pattern"),
                problem,
                "pattern",
                "left out",
            )
        for section in (
            "paging",
            "poll",
            "idempotency",
            "to",
            "links",
            "style",
            "tag",
            "facts",
            "example",
            "default",
            "only",
            "secret",
            "deprecated",
            "media",
        ):
            if section in names[2:]:
                position = names.index(section, 2)
                if section == "links":
                    position = min(position, len(names) - 1)
                return self._remove(root, file, way[: position + 1], problem, section, "left out")
        if rule in {"paging", "invalid-tag"}:
            return self._remove(
                root,
                file,
                (*way[:3], "paging" if rule == "paging" else "tag"),
                problem,
                rule,
                "left out",
            )
        if (
            (rule == "duplicate-field" and "same Python name" in problem.message)
            or (rule == "duplicate-field" and "Python name" in problem.message)
            or rule == "field-name"
        ):
            return self._rename(root, file, way, problem)
        if rule == "duplicate-class" and way[:1] != ("endpoints",):
            return self._name_object(root, file, way, problem)
        if rule == "unreachable-error":
            return self._remove(
                root,
                file,
                way[:-1] if isinstance(way[-1], str) else way,
                problem,
                "error of a response",
                "left out",
            )
        return self._loosen(root, file, way, problem)

    # single repairs

    def _rename(self, root: object, file: str, way: Way, problem: Diagnostic) -> bool:
        parent, key = _get(root, way[:-1]), way[-1]
        if not isinstance(parent, dict) or key not in parent:
            return self._loosen(root, file, way, problem)
        fields = cast("dict[object, object]", parent)
        value = fields[key]
        keys = cast("dict[str, object]", value) if isinstance(value, dict) else {"type": value}
        wire = str(key).removesuffix("?")
        name = (
            cast("str", keys.get("as"))
            or naming.snake(re.sub(r"[^\x00-\x7f]", "", wire))
            or "field"
        ).rstrip("_")
        match = re.fullmatch(r"(.*)_(\d+)", name)
        fields[key] = keys | {"as": f"{match[1]}_{int(match[2]) + 1}" if match else f"{name}_2"}
        self._note(
            file, way, "repaired", "colliding names", f"{problem.message}: renamed in Python"
        )
        return True

    def _name_object(self, root: object, file: str, way: Way, problem: Diagnostic) -> bool:
        value = _get(root, way)
        if way[:1] == ("types",) and len(way) == 2:
            return self._loosen(root, file, way, problem)
        if isinstance(value, dict):
            keys = cast("dict[str, object]", value)
            match = re.search(r"class name `(\w+)`", problem.message)
            base = str(keys.get("name") or (match[1] if match else "Item"))
            number = re.fullmatch(r"(.*?)(\d*)", base)
            assert number is not None
            fields = keys.pop("fields", None)
            keys["name"] = f"{number[1]}{int(number[2] or 1) + 1}"
            if fields is not None:
                keys["fields"] = fields
            self._note(file, way, "repaired", "colliding names", problem.message)
            return True
        return self._loosen(root, file, way, problem)

    def _remove(
        self,
        root: object,
        file: str,
        way: Way,
        problem: Diagnostic,
        construct: str,
        outcome: Outcome,
    ) -> bool:
        parent = _get(root, way[:-1])
        if isinstance(parent, dict) and way[-1] in parent:
            self._forget_files(cast("dict[object, object]", parent)[way[-1]])
            rest = cast("dict[object, object]", parent)
            del rest[way[-1]]
            holder = _get(root, way[:-2])
            if [*rest] == ["type"] and len(way) > 3 and isinstance(holder, dict):
                cast("dict[object, object]", holder)[way[-2]] = rest["type"]
        elif (
            isinstance(parent, list)
            and isinstance(way[-1], int)
            and way[-1] < len(cast("list[object]", parent))
        ):
            items = cast("list[object]", parent)
            self._forget_files(items[way[-1]])
            items[way[-1]] = None
        else:
            return self._loosen(root, file, way, problem) if self.harsh else False
        self._note(file, way, outcome, construct, problem.message)
        return True

    def _forget_files(self, value: object) -> None:
        """Remove the files of examples that are removed."""
        waiting = [value]
        while waiting:
            each = waiting.pop()
            if isinstance(each, dict):
                entries = cast("dict[str, object]", each)
                self.conversion.files.pop(str(entries.get("body_file")), None)
                waiting += entries.values()
            elif isinstance(each, list):
                waiting += cast("list[object]", each)

    def _drop_file(self, file: str, problem: Diagnostic) -> bool:
        """Remove the example whose body is in a file."""
        if not self._bodies:
            self._bodies = _bodies_in_files(self.conversion.files)
        if file in self._bodies:
            name, way = self._bodies[file]
            self.changed.add(name)
            root = self.conversion.files[name]
            return self._remove(root, name, way, problem, "wrong example", "left out")
        return self.conversion.files.pop(file, None) is not None

    def _loosen(self, root: object, file: str, way: Way, problem: Diagnostic) -> bool:
        """Make the field or the type with a problem json, or a parameter a string; leave out what stays wrong."""
        for depth in range(len(way), 1, -1):
            part = way[:depth]
            section = way[depth - 2] if depth >= 2 else None
            if (
                section in {"path", "query", "header", "cookie", "form", "parts", "headers"}
                and way[0] != "types"
            ):
                parent = cast("dict[object, object]", _get(root, part[:-1]))
                if part[-1] not in parent:
                    return False
                if parent[part[-1]] == "string" and section != "path":
                    del parent[part[-1]]
                    self._note(
                        file, way, "left out", "parameter", f"`{part[-1]}`: {problem.message}"
                    )
                else:
                    parent[part[-1]] = "string"
                    self._note(
                        file,
                        way,
                        "loosened",
                        "parameter",
                        f"`{part[-1]}` became a string: {problem.message}",
                    )
                return True
            if section in {"fields", "body", "payload"}:
                holder = _get(root, part[:-1])
                if isinstance(holder, dict) and part[-1] in holder:
                    fields = cast("dict[object, object]", holder)
                    if fields[part[-1]] == "json":
                        del fields[part[-1]]
                        self._note(
                            file, way, "left out", "field", f"`{part[-1]}`: {problem.message}"
                        )
                    else:
                        fields[part[-1]] = "json"
                        self._note(
                            file,
                            way,
                            "loosened",
                            "field",
                            f"`{part[-1]}` became json: {problem.message}",
                        )
                    return True
            if (
                section == "responses"
                and depth >= 4
                and part[0] == "endpoints"
                and depth == 4
                and not self.harsh
            ):
                parent = cast("dict[object, object]", _get(root, part[:-1]))
                if part[-1] in parent and parent[part[-1]] != "json":
                    parent[part[-1]] = "json"
                    self._note(file, way, "loosened", "response", f"became json: {problem.message}")
                    return True
            if section == "errors" and isinstance(part[-1], int):
                row = _get(root, part)
                if isinstance(row, dict) and "body" in row and not self.harsh:
                    del cast("dict[object, object]", row)["body"]
                    self._note(file, way, "loosened", "body of an error", problem.message)
                    return True
                return self._remove(root, file, part, problem, "error", "left out")
            if section == "types" and depth == 2:
                return self._loosen_type(root, file, part, problem)
            if section in {"endpoints", "events"} and depth == 2:
                parent = cast("dict[object, object]", _get(root, part[:-1]))
                if part[-1] not in parent:
                    return False
                keys = cast("dict[str, object]", parent[part[-1]])
                for word in ("examples", "body", "content", "form", "parts"):
                    if (
                        problem.rule not in {"duplicate-class", "endpoint-name"}
                        and word in way
                        and word in keys
                    ):
                        del keys[word]
                        self._note(file, way, "left out", word, problem.message)
                        return True
                if problem.rule in {"duplicate-class", "endpoint-name"}:
                    parent[f"{part[-1]}_call"] = parent.pop(part[-1])
                    old = self.conversion.positions.get((file, "endpoints", str(part[-1])))
                    if old:
                        self.conversion.positions[file, "endpoints", f"{part[-1]}_call"] = old
                    self._note(file, way, "repaired", "colliding names", problem.message)
                    return True
                self._note(file, way, "left out", "operation", f"`{part[-1]}`: {problem.message}")
                del parent[part[-1]]
                return True
        if (
            len(way) >= 1
            and isinstance(root, dict)
            and way[0] in root
            and file == "_api.yaml"
            and way[0]
            not in {"specloom", "package", "version", "client", "title", "languages", "hosts"}
        ):
            del cast("dict[object, object]", root)[way[0]]
            self._note(file, way, "left out", str(way[0]), problem.message)
            return True
        return False

    def _loosen_type(self, root: object, file: str, way: Way, problem: Diagnostic) -> bool:
        types = cast("dict[str, dict[str, object]]", _get(root, way[:-1]))
        keys = types.get(str(way[-1]))
        if keys is None:
            return False
        if "tag" in keys:
            del keys["tag"]
            self._note(file, way, "loosened", "discriminator", problem.message)
            return True
        for key in ("example", "pattern", "secret"):
            if key in keys and key in problem.message:
                del keys[key]
                return True
        if keys.get("type") == "json":
            return False
        if (
            problem.rule in {"invalid-include", "recursive-type"}
            and "includes" in keys
            and "fields" in keys
            and not self.harsh
        ):
            fields = cast("dict[str, object]", keys["fields"])
            match = re.search(r"`([^`]+)\??`", problem.message)
            named = next(
                (key for key in fields if match and key.rstrip("?") == match[1].rstrip("?")), None
            )
            if named is not None:
                del fields[named]
                self._note(file, way, "loosened", "field of allOf", problem.message)
                return True
        texts: dict[str, object] = {
            key: keys[key] for key in ("title", "description") if key in keys
        }
        is_object = ("fields" in keys or "includes" in keys) and "type" not in keys
        types[str(way[-1])] = {
            "type": "map<json>" if is_object and keys.get("type") != "map<json>" else "json",
            **texts,
        }
        self._note(
            file,
            way,
            "loosened",
            "type",
            f"`{way[-1]}` became {'map<json>' if is_object else 'json'}: {problem.message}",
        )
        return True

    def _note(self, file: str, way: Way, outcome: Outcome, construct: str, message: str) -> None:
        at, owner = self._position(file, way)
        context = self.conversion.context
        context.owner = owner
        context.note(at, outcome, construct, message)
        context.owner = API

    def _position(self, file: str, way: Way) -> tuple[At, Hashable]:
        found = self.conversion.positions.get((file, *map(str, way[:2])))
        return found or (self.conversion.context.documents.root, API)


def _positions(root: Node) -> dict[tuple[int, int], Way]:
    """Return the way to each node and key by its position."""
    ways: dict[tuple[int, int], Way] = {}
    waiting: list[tuple[Node, Way]] = [(root, ())]
    while waiting:
        node, way = waiting.pop()
        ways.setdefault((node.line, node.column), way)
        if isinstance(node, MapNode):
            for key, entry in node.entries.items():
                own: Way = (
                    (*way, int(key))
                    if way[-1:] == ("responses",) and key.isdecimal()
                    else (*way, key)
                )
                ways[entry.key.line, entry.key.column] = own
                waiting.append((entry.value, own))
        elif isinstance(node, ListNode):
            for index, item in enumerate(node.items):
                ways[item.line, item.column] = (*way, index)
                waiting.append((item, (*way, index)))
    return ways


def _bodies_in_files(files: Mapping[str, object]) -> dict[str, tuple[str, Way]]:
    """Return the example of each body in a file of its own: its resource file, and the way to it."""
    found: dict[str, tuple[str, Way]] = {}
    for name, content in files.items():
        if not isinstance(content, dict) or not name.endswith(".yaml"):
            continue
        resource = cast("dict[str, dict[str, dict[str, object]]]", content)
        for endpoint, keys in (resource.get("endpoints") or {}).items():
            examples = cast("list[dict[str, object] | None]", keys.get("examples") or [])
            for index, example in enumerate(examples):
                for part in (example or {}).values():
                    if isinstance(part, dict) and "body_file" in part:
                        way = ("endpoints", endpoint, "examples", index)
                        found[str(cast("dict[str, object]", part)["body_file"])] = name, way
    return found


def _get(root: object, way: Way) -> object:
    value = root
    for step in way:
        if isinstance(value, dict) and step in value:
            value = cast("dict[object, object]", value)[step]
        elif (
            isinstance(value, list)
            and isinstance(step, int)
            and step < len(cast("list[object]", value))
        ):
            value = cast("list[object]", value)[step]
        else:
            return None
    return value


def _compact(content: object) -> None:
    """Take the removed items, which are None, out of the lists of endpoints."""
    resource = cast("dict[str, object]", content) if isinstance(content, dict) else {}
    endpoints = resource.get("endpoints")
    if not isinstance(endpoints, dict):
        return
    for owner in (resource, *cast("dict[str, object]", endpoints).values()):
        keys = cast("dict[str, object]", owner) if isinstance(owner, dict) else {}
        for name in ("examples", "errors", "links"):
            listed = keys.get(name)
            if isinstance(listed, list):
                kept = [item for item in cast("list[object]", listed) if item is not None]
                if kept:
                    keys[name] = kept
                else:
                    del keys[name]
