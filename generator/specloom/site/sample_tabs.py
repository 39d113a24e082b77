"""Samples as tabs: consecutive sections with one code block each, such as curl, Python and async Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from .. import locales

_FRAMEWORKS = ("FastAPI", "Flask", "Django")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class Section(Struct, frozen=True):
    """Lines below a heading of level 3; without a heading, the lines before the first one."""

    heading: str
    lines: Sequence[str]

    @property
    def code(self) -> Sequence[str]:
        """The lines of the code block, if the section has nothing else."""
        lines = [*self.lines]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        fences = [index for index, line in enumerate(lines) if _FENCE.match(line)]
        return lines if fences == [0, len(lines) - 1] and len(lines) > 1 else ()


def with_tabs(lines: Sequence[str], language: str) -> Iterator[str]:
    """Turn runs of samples into tabs, followed by the other examples of the run, which are responses."""
    run: list[Section] = []
    for section in _sections(lines):
        if section.code:
            run.append(section)
            continue
        yield from _tabbed(run, language)
        run = []
        yield from _as_written(section)
    yield from _tabbed(run, language)


def _tabbed(run: Sequence[Section], language: str) -> Iterator[str]:
    samples = [section for section in run if _is_sample(section, language)]
    if len(samples) < 2:
        for section in run:
            yield from _as_written(section)
        return
    curl = locales.text(language, "labels", "curl")
    only_curl = sum(1 for section in samples if section.heading.startswith(curl)) == 1
    for section in samples:
        label = section.heading
        if only_curl and label.startswith(curl):
            label = curl  # the same on all pages, which select it together
        yield f'=== "{label}"'
        yield ""
        yield from (f"    {line}" if line else "" for line in section.code)
        yield ""
    for section in run:
        if section not in samples:
            yield from _as_written(section)


def _is_sample(section: Section, language: str) -> bool:
    curl, *python = (locales.text(language, "labels", key) for key in ("curl", "sync", "async"))
    return (
        section.heading in (curl, *python, *_FRAMEWORKS) or section.heading.startswith(f"{curl} · ")
    ) and '"' not in section.heading


def _as_written(section: Section) -> Iterator[str]:
    if section.heading:
        yield f"### {section.heading}"
    yield from section.lines


def _sections(lines: Sequence[str]) -> Iterator[Section]:
    """Split a page at its headings of level 3; a heading of level 1 or 2 ends a section, too."""
    heading, body, fence = "", list[str](), ""
    for line in lines:
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif match and line.strip() == fence:
            fence = ""
        if not fence and line.startswith('=== "'):
            line = f"\\{line}"  # text of the page, which would be a tab
        if not fence and re.match(r"#{1,3} ", line):
            yield Section(heading, body)
            heading, body = (line[4:], []) if line.startswith("### ") else ("", [line])
        else:
            body.append(line)
    yield Section(heading, body)
