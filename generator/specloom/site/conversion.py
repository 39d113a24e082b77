"""A generated page rewritten for the site. The generated page stays as it is, for readers on GitHub."""

from __future__ import annotations

import re

import msgspec

from .. import locales
from .anchors import with_anchors
from .clients import ClientDocs, Page
from .commonmark import for_python_markdown
from .sample_tabs import with_tabs

_NAVIGATION = re.compile(r"(?:\[[^\]\n]*\]\([^)\n]*\)(?: · )?)+")
"""Line of links below the title; the site has its own navigation."""


def for_site(page: Page, language: str, client: ClientDocs) -> str:
    """Return the page with front matter, anchors, tabs and a line with version and date."""
    lines = page.text.split("\n")
    if len(lines) > 2 and lines[0].startswith("# ") and _NAVIGATION.fullmatch(lines[2]):
        del lines[1:3]
    lines[1:1] = ["", facts(page, language, client.version)]
    converted = for_python_markdown(with_anchors(with_tabs(lines, language)))
    return front_matter(page.title, languages=[*client.languages]) + "\n".join(converted)


def front_matter(title: str, **settings: object) -> str:
    """Return the settings of a page, as YAML."""
    rows = {"title": plain(title), **settings}
    lines = [f"{key}: {msgspec.json.encode(value).decode()}" for key, value in rows.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def facts(page: Page, language: str, version: str) -> str:
    """Return the line with the version of the client and the date of the page."""
    day = page.changed.isoformat()
    parts = [
        locales.text(language, "site", "changed").format(f'<time datetime="{day}">{day}</time>')
    ]
    if version:
        parts.insert(0, locales.text(language, "site", "version").format(version))
    return f'<p class="page-facts" data-search-exclude>{" · ".join(parts)}</p>'


def plain(markdown: str) -> str:
    """Return the text of an inline run of generated Markdown."""
    return re.sub(r"\\([!-/:-@\[-`{-~])|`", r"\1", markdown)
