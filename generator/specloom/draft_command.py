"""`specloom draft`: a spec folder from documentation pages, and its table in pyproject.toml.

The facts of all pages are kept in `.specloom/drafts/<client>`, so that a later page joins them, and a newer copy of a page replaces its
facts. The draft is then merged into the spec like a newer import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from . import bounded
from .diagnostics import UsageError, display_path
from .importers.pages import Origin, PageFacts, draft, read, read_page, review
from .importers.report import Report
from .publish import publish
from .spec_destination import Destination

_RECORD = PurePosixPath(".specloom", "drafts")


class Record(Struct):
    """What is kept of the pages of an API: their facts by the names of the pages, and the origins of the parts of the spec."""

    pages: dict[str, PageFacts]
    origins: list[Origin]


class Draft(Struct, frozen=True):
    """A draft that was written."""

    report: Report
    summary: str


def run(
    paths: Sequence[Path],
    name: str,
    start: Path,
    accept: Sequence[str] = (),
    review_file: Path | None = None,
) -> Draft:
    """Draft the spec of an API from pages, or merge the draft into the spec that is there; raises `UsageError`, with nothing written, if that is not possible."""
    destination = Destination(name, start, accept)
    pages = [read_page(path) for path in paths]
    found = {page.name: read(page) for page in pages}
    earlier = _recorded(destination.root, destination.package)
    facts = _joined(earlier, found)
    drafted = draft(facts, destination.package)
    review_text = review(pages, drafted) if review_file else ""
    named = ", ".join(map(display_path, paths)) if len(paths) <= 3 else f"{len(paths)} pages"
    summary = destination.write(drafted.texts, named)
    if destination.root is not None:
        _keep(destination.root, destination.package, Record(facts, drafted.origins))
    if review_file is not None:
        try:
            review_file.write_text(review_text, "utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"{review_file}: {error.strerror or error}") from None
        summary += f"review: {display_path(review_file)}\n"
    return Draft(drafted.report, summary)


def _joined(
    earlier: Mapping[str, PageFacts], found: Mapping[str, PageFacts]
) -> dict[str, PageFacts]:
    """Return the facts of all pages. A page replaces an earlier one of its name, and the operations and events that an earlier one shares with it."""
    operations = {each.name for facts in found.values() for each in facts.operations}
    events = {each.name for facts in found.values() for each in facts.events}
    joined: dict[str, PageFacts] = {}
    for page, facts in earlier.items():
        if page in found:
            joined[page] = found[page]  # keeps its place
            continue
        facts.operations = [each for each in facts.operations if each.name not in operations]
        facts.events = [each for each in facts.events if each.name not in events]
        if facts.operations or facts.events:
            joined[page] = facts
    return {**joined, **found}


def _recorded(root: Path | None, package: str) -> dict[str, PageFacts]:
    file = root / _RECORD / package / "pages.json" if root else None
    if file is None or not file.is_file():
        return {}
    try:
        return msgspec.json.decode(bounded.read(file, bounded.TEXT), type=Record).pages
    except (OSError, msgspec.DecodeError):
        raise UsageError(
            f"{display_path(file)}, the record of earlier pages, is damaged; restore it, or delete it and draft all pages together"
        ) from None


def _keep(root: Path, package: str, record: Record) -> None:
    content = msgspec.json.format(msgspec.json.encode(record), indent=1).decode("utf-8")
    publish(root / _RECORD / package, {PurePosixPath("pages.json"): content + "\n"}, force=True)
