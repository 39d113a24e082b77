"""Makers of Markdown: any text renders literally. An independent parser, markdown-it-py, checks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from specloom.code import markdown

PIECES = [
    *"<>&\\`*_[]()!|~#$-+=.:/\"'\n\t ax1@",
    "<script>alert(1)</script>", "</p><h1>x</h1>", "<!--", "-->", "<a href=x>", "<https://x.example>", "&lt;", "&#106;avascript:",
    "](javascript:alert(1))", "[x](javascript:x)", "![x](data:text/html,x)", "[x]: javascript:x", "[x]", "[^1]: x", "](</x>)",
    "](http://x.example", '](x "`")', "](JaVaScRiPt:x)", "](//evil.example)", "](x:y)", "](vbscript\n:x)",
    "```", "~~~", "````", "``", "`a | b`", "\\|", "|", "| a | b |\n| --- | --- |", "\n---\n", "\n===\n", "\n\n", "\n# x\n", "\n- x\n", "    ",
    "\n   ```\n", "- ```\n", "> ", "1. ", "1) ", "+ ", "www.x.example", "http://x.example", "a@x.example", "__", "**x**", "~~x~~",
    "\r", "\r\n", "\x00", "\x0b", "\x0c", "\u2028", "\u0085", "\u00a0", "\u3000", "\u202e", "\u200b", "发票", "，", "🙂", "é",
]  # fmt: skip
hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12).map(
    "".join
)


def parse(text: str) -> list[Token]:
    """Return all tokens, including raw HTML and dangerous links."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    with patch.object(parser, "validateLink", lambda url: True):
        return list(flattened(parser.parse(text)))


def flattened(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flattened(token.children or [])


def structure(text: str) -> list[str]:
    """Return the types of tokens, without texts and code spans."""
    return [
        token.type
        for token in parse(text)
        if token.type not in ("text", "text_special", "code_inline")
    ]


def visible_text(text: str) -> str:
    """Return the text that readers see, on one line."""
    return " ".join(
        "".join(
            token.content
            for token in parse(text)
            if token.type in ("text", "text_special", "code_inline")
        ).split()
    )


def expected_text(text: str) -> str:
    """Return the text that readers should see: backticks in pairs mark code."""
    return re.sub(r"(?<!`)`([^`\s](?:[^`]*[^`\s])?)`(?!`)", r"\1", printable_text(text))


def printable_text(text: str) -> str:
    """Collapse white space, and replace invisible characters with U+FFFD."""
    return "".join(
        c if c.isprintable() or c in "\u200c\u200d" else "\ufffd"
        for c in " ".join(without_line_breaks(text).split())
    )


def without_line_breaks(text: str) -> str:
    """Remove line breaks between wide characters, which get no space."""
    return re.sub(
        r"(?<=[\u2e80-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u2e80-\u9fff\uff00-\uffef])", "", text
    )


@given(hostile)
def test_text_renders_literally_everywhere(text: str) -> None:
    rendered = markdown.text(text)
    contexts = {
        "a paragraph": (str(rendered), "x"),
        "a heading": (f"## {rendered}", "## x"),
        "a list": (f"- {rendered}\n- {rendered}", "- x\n- x"),
        "a quotation": (f"> {rendered}", "> x"),
        "bold": (f"a {markdown.strong(rendered)}", "a **x**"),
        "a link": (str(markdown.link(rendered, "https://x.example/a")), "[x](https://x.example/a)"),
    }
    for context, (document, harmless) in contexts.items():
        if not rendered:
            continue
        assert structure(document) == structure(harmless), context
    assert visible_text(str(rendered)) == expected_text(text)


@given(st.lists(hostile, min_size=2, max_size=2), st.lists(hostile, min_size=2, max_size=2))
def test_a_table_keeps_its_columns_and_cells(texts: list[str], codes: list[str]) -> None:
    rows = [
        [markdown.cell(markdown.text(text)) for text in texts],
        [markdown.cell(markdown.code(code)) for code in codes],
        [
            markdown.nested_cell(markdown.code(codes[0]), 2),
            markdown.cell_lines(markdown.text(text) for text in texts),
        ],
    ]
    lines = ["| a | b |", "| --- | --- |", *(f"| {' | '.join(row)} |" for row in rows)]
    tokens = parse("\n".join(lines))
    kinds = [token.type for token in tokens]
    assert kinds.count("th_open") == 2
    assert kinds.count("tr_open") == 4
    assert kinds.count("td_open") == 6
    assert set(kinds) <= {
        *(f"{name}_{end}" for name in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")),
        "inline", "text", "text_special", "code_inline", "html_inline",
    }  # fmt: skip
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<br>"}
    cells = [token for token in tokens if token.type == "inline"]
    for cell, text in zip(
        cells[2:6], [*map(expected_text, texts), *map(printable_text, codes)], strict=True
    ):
        assert "".join(child.content for child in cell.children or []).strip() == text


@given(hostile)
def test_a_code_block_ends_after_its_text(text: str) -> None:
    tokens = parse(f"```json\n{markdown.code_lines(text)}\n```\n\n# end")
    assert [token.type for token in tokens][:2] == ["fence", "heading_open"]
    assert tokens[0].info == "json"


@given(hostile)
def test_paragraphs_stay_paragraphs(text: str) -> None:
    assert set(structure(str(markdown.paragraphs(text)))) <= {
        "paragraph_open",
        "inline",
        "paragraph_close",
    }


@given(hostile)
def test_links_have_allowed_targets_only(target: str) -> None:
    tokens = parse(f"a {markdown.link(markdown.text('label'), target)} b")
    hrefs = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert len(hrefs) <= 1
    assert all(allowed(href) for href in hrefs)
    assert "html_inline" not in [token.type for token in tokens]


@given(hostile)
def test_notes_are_sanitized_and_closed(text: str) -> None:
    tokens = parse(f"## Notes\n\n{markdown.notes(text)}\n\n## End")
    assert not {"html_inline", "html_block"} & {token.type for token in tokens}
    assert all(allowed(str(token.attrs["href"])) for token in tokens if token.type == "link_open")
    assert all(allowed(str(token.attrs["src"])) for token in tokens if token.type == "image")
    assert [(token.type, token.level) for token in tokens if token.type != "text"][-3:] == [
        ("heading_open", 0), ("inline", 1), ("heading_close", 0),
    ]  # fmt: skip
    assert tokens[-3].content == "End" or tokens[-2].content == "End"
    assert [
        token.tag
        for token in tokens
        if token.type == "heading_open" and not token.level and token.tag < "h3"
    ] == ["h2", "h2"]


@pytest.mark.parametrize(
    "notes",
    [
        'Set `a < b`, then **stop**; see [the page](https://x.example/a_(b)?c=1&d=2 "title") or [ours](../index.md#x).',
        "- one\n  - `<two>`\n\n| a | b |\n| --- | --- |\n| `c` | d |\n\n> quoted\n\n1. first\n",
        '```xml\n<a href="javascript:x">\n```\n\n~~~\n```\n~~~\n\n[x]: https://x.example\n',
    ],
)
def test_harmless_notes_are_unchanged(notes: str) -> None:
    assert markdown.notes(notes) == notes.strip("\n")


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (
            "# Title\n\ntext\n\n## Part\n\n```\n# code\n```",
            "### Title\n\ntext\n\n#### Part\n\n```\n# code\n```",
        ),
        ("Title\n=====\ntext\n\nPart\n---\n", "### Title\ntext\n\n#### Part"),
        (
            "## One\n\n###### Six\n\n> # Quoted\n\n- ## Listed",
            "#### One\n\n###### Six\n\n> ### Quoted\n\n- #### Listed",
        ),
        ("### Right\n\n#hash, C# and \\# x", "### Right\n\n#hash, C# and \\# x"),
        ("one\ntwo\n===\n\nthree\nfour\n---", "one\ntwo\n\\===\n\nthree\nfour\n\n---"),
        ("- one\n- two\n\n---\n\n| a |\n| --- |", "- one\n- two\n\n---\n\n| a |\n| --- |"),
    ],
)
def test_headings_of_notes_are_moved_down(notes: str, expected: str) -> None:
    assert markdown.notes(notes) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fapiao_apply_id, a*b, C#", "fapiao_apply_id, a\\*b, C\\#"),
        ("12. first, 0.2, 2025-01-01", "12\\. first, 0.2, 2025-01-01"),
        ("0.2 or 3) x", "0.2 or 3) x"),
        ("Read `a*b`, not ``c` d", "Read `a*b`, not \\`\\`c\\` d"),
        ("- and + and =", "\\- and + and ="),
        ("数据\n库", "数据库"),
        ("two\nlines", "two lines"),
        ("https://x.example, a@b.example", "https\\://x.example, a\\@b.example"),
    ],
)
def test_only_special_characters_are_escaped(text: str, expected: str) -> None:
    assert markdown.text(text) == expected


def allowed(href: str) -> bool:
    scheme = re.match(r"([^/?#:]*):", href)
    return (scheme is None and not href.startswith("//")) or (
        scheme is not None and scheme[1].lower() in ("http", "https", "mailto")
    )
