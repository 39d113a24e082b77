"""Makers of Markdown (GitHub's), in which a text stays text: no tag, link, heading, emphasis or table column can come out of it.

Every maker returns something that is whole in its place: an inline run, a code span, a block. Inline runs are one line. The rules are those of
CommonMark 0.31 and of GitHub's tables and autolinks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit

from .base import Markdown
from .markdown_sanitizer import sanitize

_SPECIAL = re.compile(
    r"[\\`*\[\]<>&|~$#@]"  # emphasis, code, links, tags, entities, cells, strikethrough, mathematics, headings
    r"|_(?:(?<![A-Za-z0-9]_)|(?![A-Za-z0-9]))"  # emphasis; inside a word an underscore is only itself
    r"|:(?<=[A-Za-z]:)(?=//)|\.(?<=[Ww][Ww][Ww]\.)"  # what GitHub makes links of by itself
)
"""Each branch begins with the character itself, which makes the search three times faster than a look behind it would."""
_LEADING = re.compile(r"(?=[-+=])|\d+(?=[.)](?:\s|$))")  # lists, underlines of headings
_CODE = re.compile(r"(?<!`)`([^`\s](?:[^`]*[^`\s])?)`(?!`)")
_BARE_BAR, _ESCAPED_BAR = re.compile(r"(?<!\\)\|"), r"\\|"
_SCHEMES = frozenset({"http", "https", "mailto"})


@lru_cache(4096)
def text(value: str) -> Markdown:
    """An inline run that reads as the text, on one line; `…` in it is code."""
    return Markdown(_phrase(_one_line(value)))


def paragraphs(value: str) -> Markdown:
    """The paragraphs of a text, which blank lines divide."""
    blocks = re.split(r"\n[^\S\n]*(?:\n[^\S\n]*)+", value.replace("\r\n", "\n").replace("\r", "\n"))
    return Markdown("\n\n".join(text(block) for block in blocks if block.strip()))


@lru_cache(4096)
def code(value: str) -> Markdown:
    """A code span, on one line; plain text where Markdown cannot write the span."""
    line = _one_line(value)
    if not line:
        return Markdown("")
    if "\\|" in line:  # in a table cell no spelling of this means the same to all readers
        return Markdown(_escaped(line))
    ticks = "`" * (_longest_run("`", line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return Markdown(f"{ticks}{pad}{line}{pad}{ticks}")


@lru_cache(1024)
def sentence(words: str, *values: Markdown) -> Markdown:
    """A sentence of the generator's own, in which `…` is code and {0} the first of the runs."""
    parts = re.split(r"(\{\d\})", words)
    return Markdown(
        "".join(
            values[int(part[1])] if index % 2 else _phrase(part) for index, part in enumerate(parts)
        )
    )


def strong(part: Markdown) -> Markdown:
    """An inline run in bold."""
    return Markdown(f"**{part}**") if part else part


def link(label: Markdown, target: str) -> Markdown:
    """A link to an http, https, mailto or relative address; to anything else only the label."""
    if not _may_link(target):
        return label
    encoded = quote(target, safe=_URL_SAFE)
    return Markdown(f"[{label}]({encoded})") if label else label


def fenced(value: str, language: str) -> Markdown:
    """A code block; the language is one word."""
    if not re.fullmatch(r"[a-z0-9]+", language):
        raise ValueError(f"{language!r} is no language of a code block")
    lines = [_visible(line, keep="\t") for line in re.split(r"\r\n|\r|\n", value.rstrip("\r\n"))]
    body = "\n".join(lines)
    ticks = "`" * max(3, _longest_run("`", body) + 1)
    return Markdown(f"{ticks}{language}\n{body}\n{ticks}")


def table(header: Sequence[Markdown], rows: Iterable[Sequence[Markdown]]) -> Markdown:
    """A table of inline runs."""
    lines = [_row(header), f"|{' --- |' * len(header)}"]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row of {len(row)} cells in a table of {len(header)} columns")
        lines.append(_row(row))
    return Markdown("\n".join(lines))


def inline(parts: Iterable[Markdown], separator: str = " ") -> Markdown:
    """The runs that are not empty, side by side; the separator is text."""
    between = re.sub(r"\S+", lambda found: _escaped(found[0]), separator)
    return Markdown(between.join(part for part in parts if part))


def stacked(parts: Iterable[Markdown]) -> Markdown:
    """The runs that are not empty, each on a line of its own inside a table cell."""
    return Markdown("<br>".join(part for part in parts if part))


def nested(part: Markdown, depth: int) -> Markdown:
    """A table cell whose content lies so many levels deep."""
    return Markdown(f"{'&emsp;' * (depth - 1)}└&nbsp;{part}") if depth else part


def bullets(rows: Iterable[Markdown]) -> Markdown:
    """A list of inline runs."""
    return Markdown("\n".join(f"- {row}" for row in rows))


def quotation(part: Markdown) -> Markdown:
    """An inline run set apart from the text."""
    return Markdown(f"> {part}")


def notes(value: str) -> Markdown:
    """Markdown that people wrote, without raw HTML and with links to http, https, mailto and relative addresses only."""
    return Markdown(sanitize(value, _may_link))


# Besides letters, digits and -._~ these stay as they are in a link's target; `%` because targets may be encoded already. Not `;`: it ends entities.
_URL_SAFE = "/:?#@!$&'*+,=%"


def _may_link(target: str) -> bool:
    """Whether a target is a web or mail address, or relative, for a browser too (which ignores controls and reads `\\` as `/`)."""
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
def _phrase(words: str) -> str:
    """A text with the blanks at its ends."""
    parts = _CODE.split(words)
    return "".join(code(part) if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _row(cells: Sequence[Markdown]) -> str:
    return f"| {' | '.join(_BARE_BAR.sub(_ESCAPED_BAR, cell) if '|' in cell else cell for cell in cells)} |"


def _one_line(value: str) -> str:
    if "\n" in value and not value.isascii():
        value = _between_wide().sub("", value)
    return _visible(" ".join(value.split()))


@lru_cache
def _between_wide() -> re.Pattern[str]:
    """A line break between characters that have no blanks between them; compiled when it is needed, for that takes a while."""
    wide = r"[\u2e80-\u9fff\uff00-\uffef]"
    return re.compile(rf"(?<={wide})\s*\n\s*(?={wide})")


def _visible(value: str, keep: str = "") -> str:
    """Controls, lone surrogates and invisible characters as U+FFFD; joiners, which some scripts need, stay."""
    if value.isprintable():
        return value
    return "".join(
        (
            c
            if c.isprintable()
            or c in keep
            or c in "\u200c\u200d\u3000"
            or unicodedata.category(c) == "Zs"
            else "\ufffd"
        )
        for c in value
    )


def _escaped(line: str) -> str:
    escaped = _SPECIAL.sub(lambda found: f"\\{found[0]}", line)
    leading = _LEADING.match(escaped)
    return f"{escaped[: leading.end()]}\\{escaped[leading.end() :]}" if leading else escaped


def _longest_run(character: str, value: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(character)}+", value)), default=0)
