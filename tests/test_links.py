"""Every relative link in the repository's Markdown leads to a file, and every fragment to a heading."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]


@lru_cache
def tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8"))


@lru_cache
def fragments(path: Path) -> set[str]:
    """The names that GitHub gives to the headings of a page; a second heading of one name gets `-1`, and so on."""
    found: set[str] = set()
    for token, inline in zip(tokens(path), tokens(path)[1:], strict=False):
        if token.type == "heading_open":
            text = "".join(
                child.content
                for child in inline.children or []
                if child.type in ("text", "code_inline")
            )
            name = base = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            number = 0
            while name in found:
                number += 1
                name = f"{base}-{number}"
            found.add(name)
    return found


def links(path: Path) -> Iterator[str]:
    for token in tokens(path):
        for child in token.children or []:
            if child.type == "link_open":
                yield str(child.attrs["href"])


def test_links_lead_somewhere() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    pages = [ROOT / name for name in listed if name and not name.startswith("tests/")]
    broken: list[str] = []
    seen = 0
    for page in pages:
        for link in links(page):
            if re.match(r"[a-z]+:", link):
                continue
            seen += 1
            target, _, fragment = unquote(link).partition("#")
            there = (page.parent / target).resolve() if target else page
            if not there.exists() or (
                fragment and there.suffix == ".md" and fragment not in fragments(there)
            ):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert seen > 50
    assert broken == []
