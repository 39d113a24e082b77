"""Makers of Python: names, literals, docstrings, comments, and expressions made of them.

What they make, black leaves alone: quotes by its rule, lower-case escapes, docstrings without outer white space and within the
width, brackets exploded only with a trailing comma. Width counts columns, two for each character outside ASCII, which is never less than
black counts.
"""

from __future__ import annotations

import inspect
import keyword
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from .base import Python, indent

WIDTH = 88

Plain: TypeAlias = "str | int | float | Decimal | Sequence[Plain] | Mapping[str, Plain] | None"
"""What has a literal."""

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def identifier(name: str) -> Python:
    """A name as it is; it must be an ASCII identifier and no keyword."""
    if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no Python name")
    return Python(name)


def dotted(*names: str) -> Python:
    """Names joined by dots: `a.b.C`."""
    return Python(".".join(identifier(part) for name in names for part in name.split(".")))


def literal(value: Plain) -> Python:
    """The literal of a text, number, boolean, None, or of a tuple, list or dict of these; `Decimal` becomes a call."""
    if isinstance(value, str):
        return Python(_string(value))
    if value is None or isinstance(value, (bool, int)):
        return Python(repr(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r} has no literal")
        return Python(repr(value).replace("e+", "e"))
    if isinstance(value, Decimal):
        return Python(f"Decimal({_string(str(value))})")
    if isinstance(value, tuple):
        return sequence([literal(item) for item in value])
    if isinstance(value, list):
        return Python(f"[{', '.join(literal(item) for item in value)}]")
    if isinstance(value, Mapping):
        return mapping([(literal(key), literal(item)) for key, item in value.items()])
    raise TypeError(f"a {type(value).__name__} has no literal")


def comment(text: str) -> Python:
    """A comment of one line."""
    return Python("# " + "".join(_visible(c) for c in " ".join(text.split())))


def docstring(text: str, indentation: int = 0) -> Python:
    """A docstring for a place that is indented so many columns; `inspect.getdoc` gives back the text, wrapped.

    The lines of the text stay lines, longer ones are wrapped with the indentation that they have.
    """
    room = WIDTH - indentation
    text = inspect.cleandoc("\n".join(text.strip().splitlines()))
    lines = [line.rstrip() for line in text.split("\n")]
    escaped = [_docstring_line(line) for line in lines]
    if len(escaped) == 1 and columns(escaped[0]) <= room - 6:
        return Python(f'"""{_guard(escaped[0])}"""')
    wrapped: list[str] = []
    for line in escaped:
        wrapped += wrap(line, room if wrapped else room - 3)
    if len(wrapped) == 1:
        wrapped = wrap(escaped[0], room - 6)
    body = "\n".join(wrapped)
    if len(wrapped) == 1:
        return Python(f'"""{_guard(body)}"""')
    return Python(f'"""{_guard(body)}\n"""')


def wrap(line: str, width: int) -> list[str]:
    """A line broken at spaces and between wide characters; the lines after the first hang under a bullet or an indented row."""
    lead = line[: len(line) - len(line.lstrip())]
    hang = lead + ("  " if line.startswith("- ", len(lead)) else "    " if lead else "")
    lines: list[str] = []
    current = lead
    for token in re.findall(r"\\?[^\x00-\x7f][，。、；：？！）》」』”),.;:!?\]]*|[^\s\x80-\U0010ffff]+|\s+", line[len(lead) :]):
        if columns(current) + columns(token.rstrip()) > width and current.strip():
            lines.append(current.rstrip())
            current = hang
            token = token.lstrip()
        current += token
    return [*lines, current.rstrip()]


def columns(text: str) -> int:
    """The width of a text, never less than black's own count."""
    return len(text) if text.isascii() else len(text) + sum(not c.isascii() for c in text)


def call(function: Python, arguments: Iterable[Python], *, room: int = WIDTH, explode: bool = False) -> Python:
    """`function(a, b)`, or exploded with one argument a line if it does not fit in the room or must be."""
    return _bracket(f"{function}(", list(arguments), ")", room, explode)


def keyword_argument(name: str, value: Python) -> Python:
    return Python(f"{identifier(name)}={value}")


def subscript(base: Python, items: Sequence[Python]) -> Python:
    """`base[a, b]`."""
    return Python(f"{base}[{', '.join(items)}]")


def union(members: Iterable[Python]) -> Python:
    """`a | b`, each member once, None last."""
    once = dict.fromkeys(members)
    return Python(" | ".join(sorted(once, key=lambda member: member == "None")))


def sequence(items: Sequence[Python], *, room: int = WIDTH, explode: bool = False) -> Python:
    """A tuple."""
    if len(items) == 1 and "\n" not in items[0] and columns(items[0]) + 3 <= room:
        return Python(f"({items[0]},)")
    return _bracket("(", list(items), ")", room, explode)


def mapping(items: Sequence[tuple[Python, Python]], *, room: int = WIDTH, explode: bool = False) -> Python:
    """A dict."""
    return _bracket("{", [Python(f"{key}: {value}") for key, value in items], "}", room, explode)


def list_of(items: Sequence[Python], *, room: int = WIDTH) -> Python:
    """A list."""
    return _bracket("[", list(items), "]", room, explode=False)


def later(value: Python) -> Python:
    """`lambda: value`."""
    return Python(f"lambda: {value}")


def class_header(name: Python, bases: Sequence[Python]) -> Python:
    """`class Name(Base, option=True):`."""
    return Python(f"class {name}({', '.join(bases)}):")


def parameters(rows: Sequence[Python]) -> Python:
    """The parameters of a function, with their brackets; one a line if there is more than `self`."""
    return _bracket("(", list(rows), ")", WIDTH, explode=len(rows) > 1 or list(rows) not in ([], [Python("self")]))


def star_alone() -> Python:
    """`*`, after which arguments go by keyword."""
    return Python("*")


def signature(name: str, arguments: Python, returns: Python, *, asynchronous: bool = False) -> Python:
    """`def name(…) -> returns:`."""
    return Python(f"{'async ' if asynchronous else ''}def {identifier(name)}{arguments} -> {returns}:")


def awaited(value: Python) -> Python:
    return Python(f"await {value}")


def of_super(value: Python) -> Python:
    """`super().value`."""
    return Python(f"super().{value}")


def decorator(value: Python) -> Python:
    return Python(f"@{value}")


def star(value: Python) -> Python:
    """`*value`."""
    return Python(f"*{value}")


def quoted(annotation: Python) -> Python:
    """An annotation as a string literal."""
    return literal(str(annotation))


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a union in an annotation: on one line, and as black breaks it where it stands alone and is too wide."""

    flat: Python
    broken: Python


def member(base: Python, items: Sequence[Python] = ()) -> Member:
    """`base`, or `base[items]`."""
    if not items:
        return Member(base, base)
    return Member(subscript(base, items), _bracket(f"{base}[", list(items), "]", WIDTH, explode=len(items) > 1))


def parameter(
    name: str, members: Sequence[Member], default: Python | None = None, *, broken: Python | None = None, room: int = WIDTH
) -> Python:
    """`name: A | None = default`, broken as black breaks it if it does not fit.

    `broken` is the default with its own brackets exploded, if it has any.
    """
    once = sorted({each.flat: each for each in members}.values(), key=lambda each: each.flat == "None")
    start = f"{identifier(name)}: "
    end = "" if default is None else f" = {default}"
    flat = " | ".join(each.flat for each in once)
    if columns(start + flat + end) <= room:
        return Python(start + flat + end)
    if broken is not None and columns(f"{start}{flat} = {broken.split(chr(10))[0]}") <= room:
        return Python(f"{start}{flat} = {broken}")
    if default is not None and broken is None and columns(f"{start}{flat} = (") <= room:
        return Python(f"{start}{flat} = (\n    {default}\n)")
    if default is None and len(once) == 1:
        return Python(start + once[0].broken)
    inner = flat
    if columns(flat) > room - 4:
        inner = "\n| ".join(each.flat if columns(each.flat) <= room - 4 else each.broken for each in once)
    return Python(f"{start}(\n    {indent(Python(inner), 4)}\n){end}")


def assignment(name: str, value: Python, annotation: Python | None = None) -> Python:
    """`NAME: annotation = value`."""
    middle = "" if annotation is None else f": {annotation}"
    return Python(f"{identifier(name)}{middle} = {value}")


def returned(value: Python) -> Python:
    return Python(f"return {value}")


def from_import(module: str, names: Sequence[str], *, room: int = WIDTH) -> Python:
    """`from module import A, b`, exploded if it does not fit. `module` may begin with dots, a name may be `a as b`."""
    dots = len(module) - len(module.lstrip("."))
    rest = module[dots:]
    start = f"from {'.' * dots}{dotted(rest) if rest else ''} import "
    checked = [" as ".join(identifier(part) for part in name.split(" as ")) for name in names]
    line = start + ", ".join(checked)
    if columns(line) <= room:
        return Python(line)
    return Python(f"{start}(\n" + "".join(f"    {name},\n" for name in checked) + ")")


def plain_import(module: str) -> Python:
    """`import module`."""
    return Python(f"import {dotted(module)}")


def lines(parts: Iterable[Python], *, blank: int = 0) -> Python:
    """The parts below each other, with blank lines between them."""
    return Python(("\n" * (blank + 1)).join(parts))


def nothing() -> Python:
    """An empty file."""
    return Python("")


def shipped(path: Path) -> Python:
    """One of our own files, as it is."""
    return Python(path.read_text("utf-8"))


def blackened(code: Python) -> Python:
    """The code as black writes it. black is only imported for code that may need it (`may_need_black`)."""
    import black
    from black.mode import TargetVersion

    mode = black.Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return Python(black.format_str(code, mode=mode))


_ALONE = re.compile(r'\s*([A-Za-z_]\w*=)?("([^"\\]|\\.)*"|\'([^\'\\]|\\.)*\'),?')


def may_need_black(code: Python) -> bool:
    """Whether a line is too wide that black could break: none of a docstring, and no string alone in its bracket."""
    if code.isascii() and max(map(len, code.split("\n"))) <= WIDTH:
        return False
    inside = False
    for line in code.split("\n"):
        text = inside
        inside ^= line.count('"""') % 2 == 1
        if len(line) > WIDTH // 2 and not text and '"""' not in line and columns(line) > WIDTH and not _ALONE.fullmatch(line):
            return True
    return False


def call_options(options: Mapping[str, Python]) -> list[Python]:
    """Keyword arguments in their order."""
    return [keyword_argument(name, value) for name, value in options.items()]


def _bracket(start: str, items: Sequence[Python], end: str, room: int, explode: bool) -> Python:
    flat = f"{start}{', '.join(items)}{end}"
    if not items or (not explode and "\n" not in flat and columns(flat) <= room):
        return Python(flat)
    # What stands alone in its bracket gets no comma, unless it was told to be one of a list.
    comma = "" if len(items) == 1 and not explode and start != "(" else ","
    inner = "".join(f"    {indent(item, 4)}{comma}\n" for item in items)
    return Python(f"{start}\n{inner}{end}")


def _string(value: str) -> str:
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join("\\" + c if c == quote else _ESCAPES.get(c) or _visible(c) for c in value) + quote


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _docstring_line(line: str) -> str:
    if line.isprintable() and '"' not in line and "\\" not in line:
        return line
    return "".join(_ESCAPES.get(c) or _visible(c) for c in line).replace('"""', '\\"\\"\\"')


def _guard(body: str) -> str:
    """No bare quote at either end, where it would join the delimiter or make black add a space."""
    if body.startswith('"'):
        body = "\\" + body
    if not body.endswith('"'):
        return body
    escaped = (len(body[:-1]) - len(body[:-1].rstrip("\\"))) % 2
    return body[: -1 - escaped] + "\\x22"
