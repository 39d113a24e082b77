"""Sanitizer for the Markdown notes of a spec: no raw HTML, and allowed links only.

It uses no Markdown parser, so it keeps code only where all parsers agree: fences at the margin, and code spans that close on their
line. Other fences and backticks are escaped. Outside code every `<` is escaped, so that no tag, comment or autolink can begin, and so
is the bracket of every link that is not clearly allowed.
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
_NOT_HEADING_TEXT = re.compile(r"[ \t>#|=\[]|[-+*]+(?:[ \t]|$)|\d{1,9}[.)]")
_TOP_LEVEL = 3
"""Level of the highest heading: the one below `## Notes`."""
_ENTITY = re.compile(r"&[#0-9A-Za-z]+;")


def sanitize(value: str, may_link: Callable[[str], bool]) -> str:
    """Return the notes with all fences closed, so that they do not affect the rest of the page, and with their headings below the page's own."""
    lines = _with_atx_headings(_lines(value))
    levels = [
        len(heading[2]) for line, is_text in lines if is_text and (heading := _HEADING.match(line))
    ]
    shift = max(0, _TOP_LEVEL - min(levels, default=_TOP_LEVEL))
    return "\n".join(
        "".join(_sanitize_line(_demote_heading(line, shift), may_link)) if is_text else line
        for line, is_text in lines
    )


def _lines(value: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is text rather than code; close a fence that is left open."""
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


def _with_atx_headings(lines: Iterable[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Replace underlined headings with `#` headings; where parsers may disagree about an underline, remove its effect."""
    result = [("", True)]
    for line, is_text in lines:
        above, above_is_text = result[-1]
        if is_text and above_is_text and not _is_blank(above) and _UNDERLINE.fullmatch(line):
            if (_is_blank(result[-2][0]) or not result[-2][1]) and not _NOT_HEADING_TEXT.match(
                above
            ):
                result[-1] = (f"{'#' if '=' in line else '##'} {above}", True)
                continue
            if "=" in line:
                line = f"\\{line.strip()}"
            else:
                result.append(("", True))
        result.append((line, is_text))
    return result[1:]


def _is_blank(line: str) -> bool:
    return not line.strip(" \t")


def _demote_heading(line: str, shift: int) -> str:
    """Move a heading down by so many levels, to level 6 at most; return other lines unchanged."""
    return _HEADING.sub(lambda heading: heading[1] + "#" * min(len(heading[2]) + shift, 6), line)


def _sanitize_line(line: str, may_link: Callable[[str], bool]) -> Iterator[str]:
    spans = dict(_code_spans(line))
    # In a table row a bar separates cells even inside a code span, so a span with a bar may not be code.
    spans_are_code = not any("|" in line[start:end] for start, end in spans.items())
    at = 0
    while at < len(line):
        if spans_are_code and at in spans:
            yield line[at : spans[at]]
            at = spans[at]
            continue
        token = _next_token(line, at)
        at += len(token)
        if token[0] == "`":
            in_span = any(start < at <= end for start, end in spans.items())
            yield token if in_span else "\\`" * len(token)
        elif token == "<" or token.startswith("~~~"):
            yield f"\\{token}"
        elif (
            token == "]"
            and line[at : at + 1] in ("(", ":")
            and not _is_allowed_link(line, at - 1, may_link)
        ):
            yield "\\]"
        else:
            yield token


def _code_spans(line: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each code span: a run of backticks and the next run of the same length."""
    at = 0
    while at < len(line):
        token = _next_token(line, at)
        if token[0] == "`":
            for run in re.finditer("`+", line[at + len(token) :]):
                if run[0] == token:
                    end = at + len(token) + run.end()
                    yield at, end
                    token = line[at:end]
                    break
        at += len(token)


def _next_token(line: str, at: int) -> str:
    """Return a backslash with the character that it escapes, a run of backticks or tildes, or one character."""
    if line[at] in "`~":
        run = re.compile(r"`+|~+").match(line, at)
        assert run is not None
        return run[0]
    return line[at : at + 2] if line[at] == "\\" else line[at]


def _is_allowed_link(line: str, bracket: int, may_link: Callable[[str], bool]) -> bool:
    link = _INLINE_LINK.match(line, bracket) or _DEFINITION.match(line, bracket)
    return link is not None and not _ENTITY.search(link[1]) and may_link(link[1])
