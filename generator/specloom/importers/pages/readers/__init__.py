"""Readers of kinds of pages, one module each: those of specloom, and those of installed packages (`specloom.page_readers`).

A reader returns the facts of a page, or None if the page is not of its kind.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from .... import plugins
from ....diagnostics import UsageError
from ..facts import PageFacts
from ..page import Page

GROUP = "specloom.page_readers"
_BUILT_IN = ("wechatpay_js", "wechatpay_docs", "weixin_docs", "parameter_tables")
"""Names of modules of this folder, the most specific kind first."""


class PageReader(Protocol):
    """Reads one kind of page."""

    def __call__(self, page: Page) -> PageFacts | None:
        """Return the facts of a page, or None for another kind of page. Never raises for content of pages."""
        ...


def read(page: Page) -> PageFacts | None:
    """Return the facts of a page by the first reader that knows its kind."""
    for reader in _readers():
        facts = reader(page)
        if facts is not None:
            return facts
    return None


def _readers() -> list[PageReader]:
    try:
        own = [
            cast(PageReader, import_module(f"{__name__}.{name}").read_page) for name in _BUILT_IN
        ]
    except ModuleNotFoundError as error:  # the parsers of pages are an extra
        raise UsageError(
            f'specloom draft needs the package {error.name}; run pip install "specloom[draft]"'
        ) from None
    return [*(cast(PageReader, plugins.load(GROUP, name)) for name in plugins.names(GROUP)), *own]
