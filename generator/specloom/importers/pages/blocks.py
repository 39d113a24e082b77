"""Blocks of a page: headings, paragraphs, code and tables, each with its lines.

Markdown is parsed; the text of any other page, as a browser copies it, has tables with tabs between their cells.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from .code_blocks import json_at
from .page import Page
from .tables import cells

_IS_MARKDOWN = re.compile(r"^\s*(?:```|~~~|#{2,6} |\|?[ :\-|]*-{3,}[ :\-]*\|)", re.MULTILINE)
_LINK = re.compile(r"!?\[((?:[^\[\]]|\\.)*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


class Heading(Struct, frozen=True):
    """A heading; level 0 is that of a text without marks."""

    text: str
    level: int
    line: int


class Paragraph(Struct, frozen=True):
    """A paragraph, or HTML between others, as the page has it."""

    text: str
    line: int
    end: int


class CodeBlock(Struct, frozen=True):
    """A block of code."""

    language: str
    text: str
    line: int
    end: int


class Row(Struct, frozen=True):
    """A row of a table, as the page has it."""

    cells: Sequence[str]
    line: int


class Table(Struct, frozen=True):
    """A table; the first row has the titles of the columns."""

    head: Row
    rows: Sequence[Row]


Block: TypeAlias = Heading | Paragraph | CodeBlock | Table


def blocks_of(page: Page) -> Iterator[Block]:
    """Yield the blocks of a page in their order."""
    if _IS_MARKDOWN.search(page.text):
        return _of_markdown(page)
    return _of_text(page.lines)


def plain(text: str) -> str:
    """Return the words of Markdown or HTML within a line: without links, emphasis and tags."""
    text = _LINK.sub(r"\1", text)
    text = re.sub(r"<li>\s*", "; ", text)
    text = re.sub(r"<br\s*/?>", " ", text)
    text = html.unescape(_TAG.sub("", text)).replace("\u00a0", " ")
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+\-.!|>])", r"\1", text)
    text = re.sub(r"\s+", " ", text)
    return re.sub(
        r"([:：,，.。;；])? *; ", lambda match: f"{match[1]} " if match[1] else "; ", text
    ).strip(" ;")


def _of_markdown(page: Page) -> Iterator[Block]:
    from markdown_it import MarkdownIt

    skipped = len(page.front_matter) + 2 if page.front_matter else 0
    text = "\n".join(["" for _ in page.lines[:skipped]] + page.lines[skipped:])
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for at, token in enumerate(tokens):
        first, end = token.map or (0, 0)
        inner = tokens[at + 1].content if at + 1 < len(tokens) else ""
        match token.type:
            case "heading_open":
                yield Heading(plain(inner), int(token.tag[1:]), first + 1)
            case "paragraph_open":
                yield from _of_paragraph(Paragraph(inner, first + 1, end), page.lines)
            case "html_block":
                yield Paragraph(token.content.strip(), first + 1, end)
            case "fence":
                language = token.info.strip().split(" ")[0].lower()
                yield CodeBlock(language, token.content, first + 2, max(first + 2, end - 1))
            case "code_block":
                yield CodeBlock("", token.content, first + 1, end)
            case "table_open":
                rows: list[Row] = []
                for each in range(at, len(tokens)):
                    if tokens[each].type == "table_close":
                        break
                    if tokens[each].type == "tr_open":
                        line = (tokens[each].map or (0, 0))[0] + 1
                        rows.append(Row([], line))
                    elif tokens[each].type in {"th_open", "td_open"} and rows:
                        content = [*rows[-1].cells, tokens[each + 1].content]
                        rows[-1] = Row(content, rows[-1].line)
                yield from _tables(rows, page.lines)
            case _:
                pass


def _of_paragraph(paragraph: Paragraph, lines: Sequence[str]) -> Iterator[Block]:
    """Yield a paragraph, or each of its lines if JSON without a fence is among them."""
    text = paragraph.text.split("\n")
    if len(text) != paragraph.end - paragraph.line + 1 or not any(
        each.startswith(("{", "[")) for each in text
    ):
        yield paragraph
        return
    at = paragraph.line
    while at <= paragraph.end:
        found = json_at(lines, at)
        if found is not None and found[1] <= paragraph.end:
            yield CodeBlock("json", "\n".join(lines[at - 1 : found[1]]), at, found[1])
            at = found[1] + 1
        else:
            yield Paragraph(text[at - paragraph.line], at, at)
            at += 1


def _tables(rows: Sequence[Row], lines: Sequence[str]) -> Iterator[Block]:
    """Yield the tables of rows that no empty line separates: a line without a bar is a paragraph between two tables."""
    table: list[Row] = []
    for row in rows:
        line = lines[row.line - 1]
        if "|" not in line:
            if table:
                yield Table(table[0], table[1:])
                table = []
            yield Paragraph(line.strip(), row.line, row.line)
        elif not set(line.strip()) <= set("|-: "):
            table.append(row)
    if table:
        yield Table(table[0], table[1:])


def _of_text(lines: Sequence[str]) -> Iterator[Block]:
    rows: list[Row] = []
    at = 0
    while at < len(lines):
        at += 1
        line = lines[at - 1]
        if len(cells(line)) > 1:
            rows.append(Row(cells(line), at))
            continue
        if not line.strip():
            continue
        if rows:
            yield Table(rows[0], rows[1:])
            rows = []
        found = json_at(lines, at)
        if found is not None:
            yield CodeBlock("json", "\n".join(lines[at - 1 : found[1]]), at, found[1])
            at = found[1]
        elif line.startswith("# "):
            yield Heading(line[2:].strip(), 0, at)
        else:
            yield Paragraph(line.strip(), at, at)
    if rows:
        yield Table(rows[0], rows[1:])
