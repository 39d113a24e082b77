"""Makers of statements: declarations, signatures, imports."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ..base import Python, indent
from .expressions import bracket, subscript
from .tokens import WIDTH, columns, dotted, identifier


class UnionMember(Struct, frozen=True):
    """A member of a union in an annotation: on one line, and as black breaks it if it is the only member and too wide."""

    flat: Python
    broken: Python


def union_member(base: Python, items: Sequence[Python] = ()) -> UnionMember:
    """Return the union member `base`, or `base[items]`."""
    if not items:
        return UnionMember(base, base)
    return UnionMember(
        subscript(base, items), bracket(f"{base}[", list(items), "]", WIDTH, explode=len(items) > 1)
    )


def parameter(
    name: str, members: Sequence[UnionMember], default: Python | None = None, *, room: int = WIDTH
) -> Python:
    """Return the parameter `name: A | None = default`, broken as black breaks it if it does not fit with its comma."""
    unique = _unique(members)
    start, end = f"{identifier(name)}: ", "" if default is None else f" = {default}"
    flat = start + _flat(unique) + end
    return Python(flat) if columns(flat) < room else _with_broken_type(start, unique, end, room)


def declaration(
    name: str,
    members: Sequence[UnionMember],
    default: Python | None = None,
    *,
    broken: Python | None = None,
    room: int = WIDTH,
) -> Python:
    """Return the statement `name: A | None = default`, broken as black breaks it if it does not fit.

    `broken` is the default with its brackets exploded, if it has brackets.
    """
    unique = _unique(members)
    start, end = f"{identifier(name)}: ", "" if default is None else f" = {default}"
    flat = start + _flat(unique)
    if columns(flat + end) <= room:
        return Python(flat + end)
    if broken is not None and columns(f"{flat} = {broken.split(chr(10))[0]}") <= room:
        return Python(f"{flat} = {broken}")
    if default is not None and columns(f"{flat} = (") <= room:
        inner = default if broken is None or columns(default) <= room - 4 else broken
        return Python(f"{flat} = (\n    {indent(inner, 4)}\n)")
    return _with_broken_type(start, unique, end, room)


def _unique(members: Sequence[UnionMember]) -> list[UnionMember]:
    """Return the members without duplicates, None last."""
    return sorted(
        {each.flat: each for each in members}.values(), key=lambda each: each.flat == "None"
    )


def _flat(members: Sequence[UnionMember]) -> str:
    return " | ".join(each.flat for each in members)


def _with_broken_type(start: str, unique: Sequence[UnionMember], end: str, room: int) -> Python:
    """Put the annotation in parentheses, or explode the brackets of its only member. If that is still too wide, black breaks it."""
    if len(unique) == 1:
        return Python(start + unique[0].broken + end)
    inner = _flat(unique)
    if columns(inner) > room - 4:
        inner = "\n| ".join(
            each.flat if columns(each.flat) <= room - 4 else each.broken for each in unique
        )
    return Python(f"{start}(\n    {indent(Python(inner), 4)}\n){end}")


def assignment(name: str, value: Python, annotation: Python | None = None) -> Python:
    """Return `NAME: annotation = value`."""
    typed = "" if annotation is None else f": {annotation}"
    return Python(f"{identifier(name)}{typed} = {value}")


def return_statement(value: Python) -> Python:
    return Python(f"return {value}")


def class_header(name: Python, bases: Sequence[Python]) -> Python:
    """Return `class Name(Base, option=True):`."""
    return Python(f"class {name}({', '.join(bases)}):")


def parameters(rows: Sequence[Python]) -> Python:
    """Return the parameters of a function in parentheses, one per line unless `self` is the only one."""
    return bracket(
        "(",
        list(rows),
        ")",
        WIDTH,
        explode=len(rows) > 1 or list(rows) not in ([], [Python("self")]),
    )


def keyword_only_marker() -> Python:
    """Return `*`, which makes the parameters after it keyword-only."""
    return Python("*")


def signature(
    name: str, arguments: Python, returns: Python, *, asynchronous: bool = False
) -> Python:
    """Return `def name(…) -> returns:`."""
    return Python(
        f"{'async ' if asynchronous else ''}def {identifier(name)}{arguments} -> {returns}:"
    )


def decorator(value: Python) -> Python:
    return Python(f"@{value}")


def from_import(module: str, names: Sequence[str], *, room: int = WIDTH) -> Python:
    """Return `from module import A, b`, exploded if it does not fit. `module` may begin with dots; a name may be `a as b`."""
    dots = len(module) - len(module.lstrip("."))
    rest = module[dots:]
    start = f"from {'.' * dots}{dotted(rest) if rest or not dots else ''} import "
    imported = [" as ".join(identifier(part) for part in name.split(" as ")) for name in names]
    line = start + ", ".join(imported)
    if columns(line) <= room:
        return Python(line)
    return Python(f"{start}(\n" + "".join(f"    {name},\n" for name in imported) + ")")


def plain_import(module: str, alias: str | None = None) -> Python:
    """Return `import module`, or `import module as alias`."""
    return Python(
        f"import {dotted(module)}" + (f" as {identifier(alias)}" if alias is not None else "")
    )
