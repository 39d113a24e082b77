"""Markdown that people wrote beside a spec, made harmless.

Without a Markdown parser, what is code and what is not can only be told where all parsers must agree. So code is kept where nothing can be read in
two ways (fences at the margin, code spans that close on their line); fences and backticks elsewhere lose their meaning. Outside code every
`<` is escaped, so that no tag, comment or autolink begins, and a link that is not plainly allowed loses its bracket.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

_FENCE = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
_TARGET = r"[ \t]*((?:[^\s()<>\\`]|\([^\s()<>\\`]*\))+)"
_TITLE = r'(?:[ \t]+"[^"`<\\\]]*")?[ \t]*'
_INLINE_LINK = re.compile(rf"\]\({_TARGET}{_TITLE}\)")
_DEFINITION = re.compile(rf"\]:{_TARGET}{_TITLE}$")
_HEADING = re.compile(r"((?: {0,3}(?:>|(?:[-+*]|\d{1,9}[.)])[ \t]))* {0,3})(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_NO_TITLE = re.compile(r"[ \t>#|=\[]|[-+*]+(?:[ \t]|$)|\d{1,9}[.)]")
_HIGHEST = 3
"""The level below `## Notes`."""
_ENTITY = re.compile(r"&[#0-9A-Za-z]+;")


def sanitize(value: str, may_link: Callable[[str], bool]) -> str:
    """The notes, ending in a closed state, so that what follows on the page is read as if they were not there; their headings are moved
    below the page's own."""
    lines = _without_underlines(_lines(value))
    levels = [
        len(found[2]) for line, is_text in lines if is_text and (found := _HEADING.match(line))
    ]
    deeper = max(0, _HIGHEST - min(levels, default=_HIGHEST))
    return "\n".join(
        "".join(_sanitize_line(_moved(line, deeper), may_link)) if is_text else line
        for line, is_text in lines
    )


def _lines(value: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is text rather than code; a fence that stays open is closed."""
    fence = ""
    for line in re.split(r"\r\n|\r|\n", value.strip("\r\n").replace("\0", "\ufffd")):
        if fence:
            yield line, False
            if re.fullmatch(rf" {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*", line):
                fence = ""
        elif opened := _FENCE.fullmatch(line):
            yield line, False
            fence = opened[1] or opened[2]
        else:
            yield line, True
    if fence:
        yield fence, False


def _without_underlines(lines: Iterable[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The lines with `#` before titles that are underlined; where it is not plain what is underlined, nothing is."""
    made = [("", True)]
    for line, is_text in lines:
        above, may_be_title = made[-1]
        if is_text and may_be_title and not _is_blank(above) and _UNDERLINE.fullmatch(line):
            if (_is_blank(made[-2][0]) or not made[-2][1]) and not _NO_TITLE.match(above):
                made[-1] = (f"{'#' if '=' in line else '##'} {above}", True)
                continue
            if "=" in line:
                line = f"\\{line.strip()}"
            else:
                made.append(("", True))
        made.append((line, is_text))
    return made[1:]


def _is_blank(line: str) -> bool:
    return not line.strip(" \t")


def _moved(line: str, deeper: int) -> str:
    """The line, and if it is a heading, so many levels deeper, as far as there are levels."""
    return _HEADING.sub(lambda heading: heading[1] + "#" * min(len(heading[2]) + deeper, 6), line)


def _sanitize_line(line: str, may_link: Callable[[str], bool]) -> Iterator[str]:
    spans = dict(_code_spans(line))
    # In a row of a table a bar divides cells even inside a code span: then what looks like code may be none.
    certain = not any("|" in line[start:end] for start, end in spans.items())
    at = 0
    while at < len(line):
        if certain and at in spans:
            yield line[at : spans[at]]
            at = spans[at]
            continue
        piece = _next_piece(line, at)
        at += len(piece)
        if piece[0] == "`":
            inside = any(start < at <= end for start, end in spans.items())
            yield piece if inside else "\\`" * len(piece)
        elif piece == "<" or piece.startswith("~~~"):
            yield f"\\{piece}"
        elif (
            piece == "]"
            and line[at : at + 1] in ("(", ":")
            and not _links_well(line, at - 1, may_link)
        ):
            yield "\\]"
        else:
            yield piece


def _code_spans(line: str) -> Iterator[tuple[int, int]]:
    """Where code spans begin and end: at a run of backticks and at the next run of the same length."""
    at = 0
    while at < len(line):
        piece = _next_piece(line, at)
        if piece[0] == "`":
            for run in re.finditer("`+", line[at + len(piece) :]):
                if run[0] == piece:
                    end = at + len(piece) + run.end()
                    yield at, end
                    piece = line[at:end]
                    break
        at += len(piece)


def _next_piece(line: str, at: int) -> str:
    """A backslash with the character that it escapes, a whole run of backticks or tildes, or one character."""
    if line[at] in "`~":
        run = re.compile(r"`+|~+").match(line, at)
        assert run is not None
        return run[0]
    return line[at : at + 2] if line[at] == "\\" else line[at]


def _links_well(line: str, bracket: int, may_link: Callable[[str], bool]) -> bool:
    found = _INLINE_LINK.match(line, bracket) or _DEFINITION.match(line, bracket)
    return found is not None and not _ENTITY.search(found[1]) and may_link(found[1])
