"""Links and names of files in the repository's Markdown lead somewhere; the generator's page has every room."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name
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
    names: set[str] = set()
    for token, inline in zip(tokens(path), tokens(path)[1:], strict=False):
        if token.type == "heading_open":
            text = "".join(
                child.content
                for child in inline.children or []
                if child.type in ("text", "code_inline")
            )
            name = base = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            number = 0
            while name in names:
                number += 1
                name = f"{base}-{number}"
            names.add(name)
    return names


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


PAGES = [
    "README.md",
    "generator/README.md",
    "generator/specloom/build_backends/README.md",
    "generator/specloom/diff/README.md",
    "templates/README.md",
    "tests/README.md",
    ".github/CONTRIBUTING.md",
    ".github/SECURITY.md",
]
FILE = re.compile(r"[\w.-]+(/[\w.-]+)+/?|[\w-]+\.(py|md|toml|yaml|json|txt|j2)")
EXAMPLE = re.compile(
    r"specs/shop|src/|specloom/python|_license\.py\.j2|pdm_build\.py|_api\.yaml|problems\.txt"
)
"""Files of the users' projects that pages tell of, and names within templates."""


def named_files(page: Path) -> Iterator[str]:
    """What a page names in code, and what looks like a file of this repository."""
    for token in tokens(page):
        for child in token.children or []:
            if child.type == "code_inline" and FILE.fullmatch(child.content):
                yield child.content


def test_files_that_pages_name_are_there() -> None:
    missing: list[str] = []
    seen = 0
    for name in PAGES:
        page = ROOT / name
        folders = (page.parent, ROOT, ROOT / "generator" / "specloom")
        for file in named_files(page):
            seen += 1
            if not EXAMPLE.search(file) and not any((folder / file).exists() for folder in folders):
                missing.append(f"{name}: {file}")
    assert seen > 50
    assert missing == []


def test_every_room_of_the_generator_is_on_its_page() -> None:
    text = (ROOT / "generator" / "README.md").read_text("utf-8")
    [table] = re.findall(r"^## Rooms\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    there = {
        path.stem
        for path in (ROOT / "generator" / "specloom").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    rows = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert sorted(rows) == sorted(there - {"__init__", "__main__"})


def test_names_in_the_package_that_pages_give_are_there() -> None:
    names = {
        child.content
        for page in PAGES
        for token in tokens(ROOT / page)
        for child in token.children or []
        if child.type == "code_inline" and re.fullmatch(r"specloom(\.\w+)+", child.content)
    }
    assert len(names) >= 5
    for name in names:
        assert resolve_name(name) is not None
