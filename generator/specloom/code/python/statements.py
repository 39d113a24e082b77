"""Statements: declarations, signatures, imports."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ..base import Python, indent
from .expressions import bracket, subscript
from .tokens import WIDTH, columns, dotted, identifier


class UnionMember(Struct, frozen=True):
    """A member of a union in an annotation: on one line, and as black breaks it where it stands alone and is too wide."""

    flat: Python
    broken: Python


def member(base: Python, items: Sequence[Python] = ()) -> UnionMember:
    """`base`, or `base[items]`."""
    if not items:
        return UnionMember(base, base)
    return UnionMember(
        subscript(base, items), bracket(f"{base}[", list(items), "]", WIDTH, explode=len(items) > 1)
    )


def parameter(
    name: str, members: Sequence[UnionMember], default: Python | None = None, *, room: int = WIDTH
) -> Python:
    """`name: A | None = default` as a row of parameters, broken as black breaks it if it does not fit with its comma."""
    once = _once(members)
    start, end = f"{identifier(name)}: ", "" if default is None else f" = {default}"
    flat = start + _flat(once) + end
    return Python(flat) if columns(flat) < room else _with_broken_type(start, once, end, room)


def declaration(
    name: str,
    members: Sequence[UnionMember],
    default: Python | None = None,
    *,
    broken: Python | None = None,
    room: int = WIDTH,
) -> Python:
    """`name: A | None = default` as a statement, broken as black breaks it if it does not fit.

    `broken` is the default with its own brackets exploded, if it has any.
    """
    once = _once(members)
    start, end = f"{identifier(name)}: ", "" if default is None else f" = {default}"
    flat = start + _flat(once)
    if columns(flat + end) <= room:
        return Python(flat + end)
    if broken is not None and columns(f"{flat} = {broken.split(chr(10))[0]}") <= room:
        return Python(f"{flat} = {broken}")
    if default is not None and columns(f"{flat} = (") <= room:
        inner = default if broken is None or columns(default) <= room - 4 else broken
        return Python(f"{flat} = (\n    {indent(inner, 4)}\n)")
    return _with_broken_type(start, once, end, room)


def _once(members: Sequence[UnionMember]) -> list[UnionMember]:
    """Each member once, None last."""
    return sorted(
        {each.flat: each for each in members}.values(), key=lambda each: each.flat == "None"
    )


def _flat(members: Sequence[UnionMember]) -> str:
    return " | ".join(each.flat for each in members)


def _with_broken_type(start: str, once: Sequence[UnionMember], end: str, room: int) -> Python:
    """The type alone in brackets of its own, or, if it has one member, in that one's. What is too wide even so is for black to break."""
    if len(once) == 1:
        return Python(start + once[0].broken + end)
    inner = _flat(once)
    if columns(inner) > room - 4:
        inner = "\n| ".join(
            each.flat if columns(each.flat) <= room - 4 else each.broken for each in once
        )
    return Python(f"{start}(\n    {indent(Python(inner), 4)}\n){end}")


def assignment(name: str, value: Python, annotation: Python | None = None) -> Python:
    """`NAME: annotation = value`."""
    middle = "" if annotation is None else f": {annotation}"
    return Python(f"{identifier(name)}{middle} = {value}")


def return_statement(value: Python) -> Python:
    return Python(f"return {value}")


def class_header(name: Python, bases: Sequence[Python]) -> Python:
    """`class Name(Base, option=True):`."""
    return Python(f"class {name}({', '.join(bases)}):")


def parameters(rows: Sequence[Python]) -> Python:
    """The parameters of a function, with their brackets; one a line if there is more than `self`."""
    return bracket(
        "(",
        list(rows),
        ")",
        WIDTH,
        explode=len(rows) > 1 or list(rows) not in ([], [Python("self")]),
    )


def star_alone() -> Python:
    """`*`, after which arguments go by keyword."""
    return Python("*")


def signature(
    name: str, arguments: Python, returns: Python, *, asynchronous: bool = False
) -> Python:
    """`def name(…) -> returns:`."""
    return Python(
        f"{'async ' if asynchronous else ''}def {identifier(name)}{arguments} -> {returns}:"
    )


def decorator(value: Python) -> Python:
    return Python(f"@{value}")


def from_import(module: str, names: Sequence[str], *, room: int = WIDTH) -> Python:
    """`from module import A, b`, exploded if it does not fit. `module` may begin with dots, a name may be `a as b`."""
    dots = len(module) - len(module.lstrip("."))
    rest = module[dots:]
    start = f"from {'.' * dots}{dotted(rest) if rest or not dots else ''} import "
    checked = [" as ".join(identifier(part) for part in name.split(" as ")) for name in names]
    line = start + ", ".join(checked)
    if columns(line) <= room:
        return Python(line)
    return Python(f"{start}(\n" + "".join(f"    {name},\n" for name in checked) + ")")


def plain_import(module: str, alias: str | None = None) -> Python:
    """`import module`, or `import module as alias`."""
    return Python(
        f"import {dotted(module)}" + (f" as {identifier(alias)}" if alias is not None else "")
    )
