"""Fields of pages in the words of a spec."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from ... import naming
from .facts import Basis, Field

Way = tuple[str, ...]
Record = Callable[[str, Way, str, int, Basis], None]


class FieldConverter:
    """Converts the fields of one endpoint or event; enumerations with texts become named types of its file."""

    def __init__(
        self, file: str, page: str, types: dict[str, object], owner: str, record: Record
    ) -> None:
        self.file = file
        self.page = page
        self.types = types
        self.owner = owner
        self.record = record

    def arguments(self, fields: Sequence[Field], way: Way, taken: set[str]) -> dict[str, object]:
        """Return a group of parameters as a map; an argument whose name is taken gets the name of its group in front."""
        converted = self.map(fields, way, is_request=True)
        for key, value in converted.items():
            wire = key.rstrip("?")
            keys = cast("dict[str, object]", value) if isinstance(value, dict) else {}
            name = str(keys.get("as") or naming.snake(wire) or wire)
            if name in taken:
                keys = (
                    dict(cast("dict[str, object]", value))
                    if isinstance(value, dict)
                    else {"type": value}
                )
                converted[key] = keys | {"as": f"{way[-1]}_{name}"}
            taken.add(name)
        return converted

    def map(self, fields: Sequence[Field], way: Way, *, is_request: bool) -> dict[str, object]:
        """Return the fields as a map of a spec."""
        converted: dict[str, object] = {}
        taken: set[str] = set()
        for each in fields:
            required = each.required or way[-1] == "path"
            key = each.name if required else f"{each.name}?"
            if each.name in {one.rstrip("?") for one in converted}:
                continue
            at = (*way, key)
            self.record(self.file, at, self.page, each.line, each.basis)
            value = self._field(each, at, is_request=is_request)
            name = wanted = naming.snake(each.name)
            count = 1
            while name in taken:  # `m` and `M`
                count += 1
                name = f"{wanted}_{count}"
            if name is not None:
                taken.add(name)
            if name != wanted:
                keys = cast("dict[str, object]", value) if isinstance(value, dict) else {}
                value = (keys or {"type": value}) | {"as": name}
            converted[key] = value
        return converted

    def item_type(self, fields: Sequence[Field], line: int) -> str:
        """Declare a type for the objects of a list, and return its name."""
        name = f"{self.owner}Item"
        while name in self.types:
            name += "2"
        self.types[name] = {"fields": {}}  # first, so that types within it come after it
        self.record(self.file, ("types", name), self.page, line, "stated")
        self.types[name] = {"fields": self.map(fields, ("types", name, "fields"), is_request=False)}
        return name

    def _field(self, each: Field, way: Way, *, is_request: bool) -> object:
        keys: dict[str, object] = {}
        expression = self._type(each, is_request=is_request)
        if expression is not None:
            keys["type"] = expression
        if each.title:
            keys["title"] = each.title
        if each.description and each.description != each.title:
            keys["description"] = each.description
        if each.when:
            keys["when"] = each.when
        if each.unit:
            keys["unit"] = each.unit
        if each.encrypted:
            keys["encrypted"] = True
        if each.example is not None and each.kind not in {"object", "file"}:
            keys["example"] = each.example
        if naming.snake(each.name) is None:
            keys["as"] = f"field_{sum(map(ord, each.name))}"
        if each.kind == "object" and each.fields:
            keys["fields"] = self.map(each.fields, (*way, "fields"), is_request=is_request)
        if len(keys) == 1 and "type" in keys:
            return keys["type"]
        return keys

    def _type(self, each: Field, *, is_request: bool) -> str | None:
        expression = self._one(each)
        if expression == "object" and not each.lists:
            return None
        for _ in range(each.lists):
            expression = f"list<{expression}>"
        return f"{expression}?" if each.nullable and expression != "json" else expression

    def _one(self, each: Field) -> str:
        if each.kind == "object":
            return "object" if each.fields else "json"
        if each.values and any(value.text for value in each.values):
            return self._enum(each)
        if each.values and each.kind in {"string", "integer"}:
            values = list(dict.fromkeys(value.value for value in each.values))
            if each.kind == "string":
                values = ["'" + value.replace("'", "''") + "'" for value in values]
            return f"{each.kind}({' | '.join(values)})"
        if each.kind == "string" and (each.longest is not None or each.shortest is not None):
            if each.shortest is None:
                return f"string({each.longest})"
            longest = "" if each.longest is None else each.longest
            return f"string({each.shortest}..{longest})"
        return each.kind

    def _enum(self, each: Field) -> str:
        """Declare a named type for the values, or use an equal one."""
        keys: dict[str, object] = {
            "enum": {value.value: value.text or value.value for value in each.values}
        }
        if each.title:
            keys = {"title": each.title, **keys}
        if each.kind == "integer":
            keys = {"type": "integer", **keys}
        name = naming.pascal(each.name) or "Value"
        if name in naming.RESERVED_CLASSES or name in naming.BUILTIN_CLASSES:
            name += "Value"
        for wanted in (name, f"{self.owner}{name}"):
            if self.types.setdefault(wanted, keys) == keys:
                self.record(self.file, ("types", wanted), self.page, each.line, each.basis)
                return wanted
        count = 2
        while self.types.setdefault(f"{self.owner}{name}{count}", keys) != keys:
            count += 1
        return f"{self.owner}{name}{count}"
