"""Text of an HTML page as a browser copies it: blocks on lines of their own, cells of a row apart by tabs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BREAK = "\x1e"
"""Edge of a block, until edges that follow each other become one end of a line."""
_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "head", "-comment"})
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
        "ol", "p", "pre", "section", "summary", "table", "tbody", "thead", "tr", "ul",
    }
)  # fmt: skip


def text_of(html: str) -> str:
    """Return the text; headings begin with `#`. Hidden parts are text too, because they may be tables that a click opens."""
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(html).body
    parts: list[str] = []
    if root is not None:
        _write(root, parts)
    text = "".join(parts).replace("\u00a0", " ")
    return re.sub(rf"\s*{_BREAK}[\s{_BREAK}]*", "\n", text).strip() + "\n"


def _write(root: LexborNode, parts: list[str]) -> None:
    """Write the text of a node. Pages may be nested deeply, so there is no recursion."""
    waiting: list[tuple[LexborNode | str, bool]] = [(root, False)]
    while waiting:
        node, is_code = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content or ""
            parts.append(text if is_code else re.sub(r"\s+", " ", text))
            continue
        if tag in _SKIPPED:
            continue
        if tag == "br":
            parts.append("\n")
            continue
        before, after = "", ""
        if tag in {"td", "th"}:
            after = "\t"
        elif tag in _BLOCKS:
            in_cell = node.parent is not None and node.parent.tag in {"td", "th"}
            before, after = ("", " ") if in_cell else (_BREAK, _BREAK)
        if re.fullmatch("h[1-6]", tag):
            before = f"{_BREAK}# "
        parts.append(before)
        waiting.append((after, False))
        children = [*node.iter(include_text=True)]
        is_code = is_code or tag in {"pre", "code"}
        waiting += [(each, is_code) for each in reversed(children)]
