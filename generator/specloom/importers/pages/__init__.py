"""Documentation pages to specs.

    pages ─readers─▶ facts with their lines ─▶ the spec as data with origins ─▶ check ─▶ texts and report

Each reader knows one kind of page. What no spec can say, and what no reader understood, are rows of the report.
"""

from __future__ import annotations

from .converter import Origin
from .drafting import DraftedSpec, draft
from .facts import PageFacts, Remark, Site
from .page import Page, read_page
from .readers import PageReader
from .readers import read as _read_known
from .review import review

__all__ = [
    "DraftedSpec",
    "Origin",
    "Page",
    "PageFacts",
    "PageReader",
    "draft",
    "read",
    "read_page",
    "review",
]


def read(page: Page) -> PageFacts:
    """Return the facts of a page. A page of no known kind has none, and a remark that says so."""
    facts = _read_known(page)
    if facts is not None:
        return facts
    remark = Remark(
        1,
        "left out",
        "page",
        "no reader knows this kind of page; it needs a method with a path, and a table of parameters",
        len(page.lines),
    )
    return PageFacts("", "en", Site("", "none"), remarks=[remark])
