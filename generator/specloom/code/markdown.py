"""Makers of GitHub Markdown that escape text: it cannot become a tag, link, heading, emphasis or table column.

Every maker returns a complete element: an inline run on one line, a code span, a table cell, or whole lines. The rules are those of CommonMark 0.31 and
of GitHub's tables and autolinks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit

from .base import Markdown
from .markdown_sanitizer import sanitize

_SPECIAL = re.compile(
    r"[\\`*\[\]<>&|~$#@]"  # emphasis, code, links, tags, entities, cells, strikethrough, math, headings
    r"|_(?:(?<![A-Za-z0-9]_)|(?![A-Za-z0-9]))"  # emphasis; an underscore inside a word is literal
    r"|:(?<=[A-Za-z]:)(?=//)|\.(?<=[Ww][Ww][Ww]\.)"  # GitHub's autolinks
)
"""Each branch begins with the character itself: a search that begins with a lookbehind takes three times as long."""
_LEADING = re.compile(r"(?=[-+=])|\d+(?=[.)](?:\s|$))")  # lists, underlines of headings
_CODE = re.compile(r"(?<!`)`([^`\s](?:[^`]*[^`\s])?)`(?!`)")
_BARE_BAR, _ESCAPED_BAR = re.compile(r"(?<!\\)\|"), r"\\|"
_CLOSING_FENCE = re.compile(r"^ {0,3}(?=`{3,}[ \t]*$)", re.MULTILINE)
_SCHEMES = frozenset({"http", "https", "mailto"})


@lru_cache(4096)
def text(value: str) -> Markdown:
    """Return the text as an inline run on one line; `…` in it is a code span."""
    return Markdown(_phrase(_one_line(value)))


def paragraphs(value: str) -> Markdown:
    """Return the paragraphs of a text, which are separated by blank lines."""
    blocks = re.split(r"\n[^\S\n]*(?:\n[^\S\n]*)+", value.replace("\r\n", "\n").replace("\r", "\n"))
    return Markdown("\n\n".join(text(block) for block in blocks if block.strip()))


@lru_cache(4096)
def code(value: str) -> Markdown:
    """Return a code span on one line, or plain text where Markdown has no spelling for the span."""
    line = _one_line(value)
    if not line:
        return Markdown("")
    if "\\|" in line:  # in a table cell, parsers disagree about every spelling of this
        return Markdown(_escaped(line))
    ticks = "`" * (_longest_run("`", line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return Markdown(f"{ticks}{pad}{line}{pad}{ticks}")


@lru_cache(1024)
def sentence(template: str, *values: Markdown) -> Markdown:
    """Return a sentence of the locales, in which `…` is a code span and {0} is the first of the values."""
    parts = re.split(r"(\{\d\})", template)
    return Markdown(
        "".join(
            values[int(part[1])] if index % 2 else _phrase(part) for index, part in enumerate(parts)
        )
    )


def strong(part: Markdown) -> Markdown:
    """Return an inline run in bold."""
    return Markdown(f"**{part}**") if part else part


def link(label: Markdown, target: str) -> Markdown:
    """Return a link to an http, https, mailto or relative address; for any other target, return the label alone."""
    if not _may_link(target):
        return label
    encoded = quote(target, safe=_URL_SAFE)
    return Markdown(f"[{label}]({encoded})") if label else label


def code_lines(value: str) -> Markdown:
    """Return the lines of a code block, for a fence of three backticks: a line that would close the fence is indented by four spaces."""
    lines = [_visible(line, keep="\t") for line in re.split(r"\r\n|\r|\n", value.rstrip("\r\n"))]
    body = "\n".join(lines)
    return Markdown(_CLOSING_FENCE.sub("    ", body) if "```" in body else body)


def cell(part: Markdown) -> Markdown:
    """Return an inline run as a table cell: bars in code spans are escaped."""
    return Markdown(_BARE_BAR.sub(_ESCAPED_BAR, part)) if "|" in part else part


def inline(parts: Iterable[Markdown], separator: str = " ") -> Markdown:
    """Join the inline runs that are not empty; the separator is escaped."""
    glue = re.sub(r"\S+", lambda match: _escaped(match[0]), separator)
    return Markdown(glue.join(part for part in parts if part))


def cell_lines(parts: Iterable[Markdown]) -> Markdown:
    """Return a table cell with the inline runs that are not empty, one per line."""
    return cell(Markdown("<br>".join(part for part in parts if part)))


def nested_cell(part: Markdown, depth: int) -> Markdown:
    """Return a table cell, indented to show its nesting depth."""
    return cell(Markdown(f"{'&emsp;' * (depth - 1)}└&nbsp;{part}") if depth else part)


def notes(value: str) -> Markdown:
    """Return a spec's Markdown notes without raw HTML, and with links to http, https, mailto and relative addresses only."""
    return Markdown(sanitize(value, _may_link))


# Characters of a link's target that are not encoded, besides letters, digits and -._~. `%`: targets may be encoded already. Not `;`: it ends entities.
_URL_SAFE = "/:?#@!$&'*+,=%"


def _may_link(target: str) -> bool:
    """Return whether a browser, too, reads the target as a web, mail or relative address (it ignores controls and reads `\\` as `/`)."""
    if (
        not target
        or target.startswith("//")
        or "\\" in target
        or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in target)
    ):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.netloc)
    return parts.scheme in _SCHEMES or (not parts.scheme and ":" not in target.split("/")[0])


@lru_cache(4096)  # pages repeat labels, names and the texts of errors
def _phrase(value: str) -> str:
    """Escape a text on one line and keep the spaces at its ends."""
    parts = _CODE.split(value)
    return "".join(code(part) if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _one_line(value: str) -> str:
    if "\n" in value and not value.isascii():
        value = _breaks_in_wide_text().sub("", value)
    return _visible(" ".join(value.split()))


@lru_cache
def _breaks_in_wide_text() -> re.Pattern[str]:
    """Return the pattern of a line break between wide characters, which need no space. Compiling it is slow, so it is compiled on first use."""
    wide = r"[\u2e80-\u9fff\uff00-\uffef]"
    return re.compile(rf"(?<={wide})\s*\n\s*(?={wide})")


def _visible(value: str, keep: str = "") -> str:
    """Replace controls, lone surrogates and invisible characters with U+FFFD; keep joiners, which some scripts need."""
    if value.isprintable():
        return value
    return "".join(
        (
            character
            if character.isprintable()
            or character in keep
            or character in "\u200c\u200d\u3000"
            or unicodedata.category(character) == "Zs"
            else "\ufffd"
        )
        for character in value
    )


def _escaped(line: str) -> str:
    escaped = _SPECIAL.sub(lambda found: f"\\{found[0]}", line)
    leading = _LEADING.match(escaped)
    return f"{escaped[: leading.end()]}\\{escaped[leading.end() :]}" if leading else escaped


def _longest_run(character: str, value: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(character)}+", value)), default=0)
