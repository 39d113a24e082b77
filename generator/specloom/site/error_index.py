"""Index of the error codes of a client: cause, remedy and endpoints of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from .. import locales
from . import tables
from .anchors import error_anchor, with_anchors
from .clients import INDEX, ClientDocs, Page
from .commonmark import for_python_markdown
from .conversion import facts, front_matter
from .tables import ErrorRow

PATH = PurePosixPath("error-codes.md")


def error_index(client: ClientDocs, language: str) -> str | None:
    """Return the index of one client in one language; None if no page documents an error code."""
    pages = client.languages[language]
    rows = _rows(pages)
    if not rows:
        return None
    label = locales.table(language, "labels")
    title = locales.text(language, "site", "error_codes")
    newest = max((page for page in pages.values()), key=lambda page: page.changed)
    lines = [f"# {title}", "", facts(newest, language, client.version), ""]
    lines.append(
        tables.row(
            [
                label["code"],
                label["status"],
                label["description"],
                label["remedy"],
                label["endpoint"],
            ]
        )
    )
    lines.append(tables.row(["---"] * 5))
    order = sorted(rows, key=lambda error: (error.code.casefold(), error.status))
    anchored = with_anchors(
        tables.row([error.status, error.name, error.cause, error.remedy]) for error in order
    )
    for error, line in zip(order, anchored, strict=True):
        status, name, cause, remedy = tables.cells(line)
        where = "<br>".join(_link(page, error, pages, language) for page in _scope(rows[error]))
        lines.append(tables.row([name, status, cause, remedy, where]))
    head = front_matter(title, languages=[*client.languages], hide=["toc"], search={"boost": 2})
    return head + "\n".join(for_python_markdown(lines)) + "\n"


def _rows(pages: Mapping[PurePosixPath, Page]) -> dict[ErrorRow, list[Page]]:
    """Return the pages that document each error, without the pages' own guides."""
    rows: dict[ErrorRow, list[Page]] = {}
    for page in pages.values():
        for line in page.text.split("\n"):
            if error := tables.error_of(tables.cells(line)):
                rows.setdefault(error, []).append(page)
    return {
        error: list({page.path: page for page in where}.values()) for error, where in rows.items()
    }


def _scope(pages: list[Page]) -> Iterator[Page]:
    """Yield the pages to name: a resource in place of its endpoints, the client in place of all."""
    indexes = [page for page in pages if page.path.name == INDEX.name]
    for page in pages:
        above = [
            index
            for index in indexes
            if index is not page and page.path.is_relative_to(index.path.parent)
        ]
        if not above:
            yield page


def _link(page: Page, error: ErrorRow, pages: Mapping[PurePosixPath, Page], language: str) -> str:
    title = locales.text(language, "site", "all_endpoints") if page.path == INDEX else page.title
    return f"[{title}]({page.path}#{error_anchor(error.code)})"
