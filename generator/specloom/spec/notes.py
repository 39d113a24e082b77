"""Markdown notes beside the spec, by subject: `_api.md`, `orders.md`, `orders.query.zh.md`."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Text
from .collector import DiagnosticCollector, did_you_mean
from .spec_folder import MarkdownNote

Subject = tuple[str, ...]
"""() for the API, a resource's path, or an endpoint's."""


def collect(
    notes: list[MarkdownNote],
    languages: tuple[str, ...],
    resources: set[Subject],
    endpoints: set[Subject],
    diagnostics: DiagnosticCollector,
) -> dict[Subject, Text]:
    """Return the notes by subject, in the order of the languages."""
    texts: dict[Subject, dict[str, str]] = {}
    for note in notes:
        subject, language = _subject(note, languages, resources, endpoints)
        if subject is None:
            known = {".".join(path[-1:]) for path in resources if path[:-1] == note.folder}
            known |= {".".join(path[-2:]) for path in endpoints if path[:-2] == note.folder}
            if not note.folder:
                known.add("_api")
            diagnostics.add_at(
                note.location,
                "unused-note",
                f"note `{'.'.join(note.about)}` matches no resource and no endpoint",
                did_you_mean(".".join(note.about), sorted(known)),
            )
        elif language in texts.setdefault(subject, {}):
            diagnostics.add_at(
                note.location,
                "duplicate-note",
                f"duplicate note about `{'.'.join(subject) or '_api'}` in `{language}`",
                f"remove one of them; a note without a language is in {languages[0]}",
            )
        else:
            texts[subject][language] = note.text
    return {subject: _text(by_language, languages) for subject, by_language in texts.items()}


def _subject(
    note: MarkdownNote, languages: tuple[str, ...], resources: set[Subject], endpoints: set[Subject]
) -> tuple[Subject | None, str]:
    *parts, last = note.about
    language = last if parts and last in languages else languages[0]
    path = (*note.folder, *parts) if parts and last in languages else (*note.folder, *note.about)
    if path == ("_api",):
        return (), language
    if path in endpoints and len(path) - len(note.folder) == 2:
        return path, language
    return (path if path in resources and len(path) - len(note.folder) == 1 else None), language


def _text(texts: Mapping[str, str], languages: tuple[str, ...]) -> Text:
    return Text(tuple((language, texts[language]) for language in languages if texts.get(language)))
