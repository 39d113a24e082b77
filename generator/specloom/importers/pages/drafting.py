"""From facts to a valid spec: what the check of the language refuses is left out and reported."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from msgspec import Struct

from ...diagnostics import Diagnostic, InvalidSpec, UsageError
from ...spec import load
from ...spec_writer import write_spec
from ..report import Report, Row
from .converter import Draft, Origin, convert
from .facts import PageFacts, Remark

_MAX_ROUNDS = 20


class DraftedSpec(Struct):
    """A spec drafted from pages: its texts, where its parts come from, and the report."""

    texts: dict[str, str]
    origins: list[Origin]
    lines_read: dict[str, list[int]]
    """Lines of each page that a reader understood, beside those of the origins."""
    report: Report


def draft(pages: Mapping[str, PageFacts], name: str) -> DraftedSpec:
    """Return the spec of pages by their names; raises `UsageError` if nothing of them can be said."""
    if not any(facts.operations or facts.events for facts in pages.values()):
        reasons = "; ".join(
            f"{page}: {each.message}" for page, facts in pages.items() for each in facts.remarks
        )
        raise UsageError(f"no operation was found ({reasons or 'the pages are empty'})")
    known = {page: facts for page, facts in pages.items() if facts.operations or facts.events}
    draft = convert(known, name)
    rows = [*_repeated(known, draft), *_guessed_host(draft)]
    texts = _valid(draft, rows)
    rows += [
        Row(page, each.line, "", each.outcome, each.construct, each.message, ())
        for page, facts in pages.items()
        for each in [*facts.remarks, *_inferred(page, draft)]
    ]
    kept = {(origin.file, origin.way) for origin in draft.origins if _exists(draft, origin)}
    origins = [each for each in draft.origins if (each.file, each.way) in kept]
    rows.sort(key=lambda row: (row.file, row.line, row.construct))
    report = Report(
        sum(
            len(cast("dict[str, object]", content.get("endpoints") or {}))
            for content in draft.files.values()
        ),
        len(draft.files) - 1,
        sum(
            len(cast("dict[str, object]", content.get("types") or {}))
            for content in draft.files.values()
        ),
        tuple(rows),
    )
    return DraftedSpec(
        texts, origins, {page: facts.lines_read for page, facts in pages.items()}, report
    )


def _repeated(pages: Mapping[str, PageFacts], draft: Draft) -> list[Row]:
    """Return a row for each description of an operation that another page describes more fully."""
    kept = {operation: page for page, operation in draft.operations.values()}
    return [
        Row(
            page,
            each.line,
            "",
            "left out",
            "operation",
            f"{each.name} is described more fully in {kept[each.name]}",
            (),
        )
        for page, facts in pages.items()
        for each in facts.operations
        if kept.get(each.name, page) != page
    ]


def _guessed_host(draft: Draft) -> list[Row]:
    return [
        Row(
            origin.page, 1, "", "guessed", "host", "no page names a host; write it in _api.yaml", ()
        )
        for origin in draft.origins
        if origin.way == ("hosts", "0") and origin.basis == "guessed"
    ]


def _inferred(page: str, draft: Draft) -> list[Remark]:
    lines = [each.line for each in draft.origins if each.page == page and each.basis == "inferred"]
    if not lines:
        return []
    return [
        Remark(
            min(lines),
            "guessed",
            "inferred field",
            f"{len(lines)} field{'s' if len(lines) > 1 else ''} from examples; required, limits and values are not known",
        )
    ]


def _exists(draft: Draft, origin: Origin) -> bool:
    value: object = draft.files.get(origin.file)
    for part in origin.way:
        if isinstance(value, dict):
            content = cast("dict[object, object]", value)
            value = content.get(part, content.get(int(part)) if part.isdigit() else None)
            if value is None and part not in content and not part.isdigit():
                return False
        elif isinstance(value, list):
            items = cast("list[object]", value)
            if int(part) >= len(items):
                return False
            value = items[int(part)]
    return True


def _valid(draft: Draft, rows: list[Row]) -> dict[str, str]:
    """Return the texts of the files, after leaving out what is invalid."""
    problems: Sequence[Diagnostic] = []
    for _ in range(_MAX_ROUNDS):
        texts = write_spec(draft.files)
        with tempfile.TemporaryDirectory(prefix="specloom-") as folder:
            for name, text in texts.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8", newline="\n")
            try:
                load(Path(folder), "spec")
            except InvalidSpec as error:
                problems = error.problems
            else:
                return texts
        left_out = [_leave_out(draft, texts, each, rows) for each in problems]
        if not any(left_out):
            break
    problem = problems[0]
    raise UsageError(
        f"no valid spec can be made from these pages: {problem.path}:{problem.line}: {problem.message}"
    )


def _leave_out(
    draft: Draft, texts: Mapping[str, str], problem: Diagnostic, rows: list[Row]
) -> bool:
    """Remove the example, or else the endpoint or event, that a problem is in."""
    file = problem.path.removeprefix("spec/")
    if file == "_api.yaml" or file not in texts:
        return False
    section = name = key = ""
    for text in texts[file].split("\n")[: problem.line]:
        if match := re.match(r"(\w+):", text):
            section, name, key = match[1], "", ""
        elif match := re.match(r"  ([^\s#].*?):( |$)", text):
            name, key = match[1].strip("'\""), ""
        elif match := re.match(r"    (\w+):", text):
            key = match[1]
    entries = cast("dict[str, object]", draft.files.get(file, {}).get(section) or {})
    if name not in entries:
        return False
    page, operation = draft.operations.get((file, name), ("", ""))
    keys = cast("dict[str, object]", entries[name])
    lines = [each.line for each in draft.origins if each.way[:2] == (section, name)]
    line = min((each for each in lines if each), default=1)
    if key in {"examples", "links", "facts", "updated"} and key in keys:
        del keys[key]
        rows.append(
            Row(page, line, "", "left out", key, f"{operation}: {problem.message}", (operation,))
        )
        return True
    del entries[name]
    rows.append(
        Row(
            page,
            line,
            "",
            "left out",
            section.rstrip("s"),
            f"{operation}: {problem.message}",
            (operation,),
        )
    )
    if not entries:
        del draft.files[file][section]
        if not {"endpoints", "events", "types"} & set(draft.files[file]):
            del draft.files[file]
    return True
