"""Markdown beside the spec, by what it is about: `_api.md`, `orders.md`, `orders.query.zh.md`."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Text
from .collector import DiagnosticCollector, did_you_mean
from .spec_folder import MarkdownNote

About = tuple[str, ...]
"""() for the API, a resource's path, or an endpoint's."""


def collect(
    notes: list[MarkdownNote],
    languages: tuple[str, ...],
    resources: set[About],
    endpoints: set[About],
    diagnostics: DiagnosticCollector,
) -> dict[About, Text]:
    """Texts by what they are about, in the order of the languages."""
    found: dict[About, dict[str, str]] = {}
    for note in notes:
        about, language = _about(note, languages, resources, endpoints)
        if about is None:
            known = {".".join(path[-1:]) for path in resources if path[:-1] == note.folder}
            known |= {".".join(path[-2:]) for path in endpoints if path[:-2] == note.folder}
            if not note.folder:
                known.add("_api")
            diagnostics.add_at(
                note.location,
                "stray-note",
                f"`{'.'.join(note.about)}` is about no resource and no endpoint here",
                did_you_mean(".".join(note.about), sorted(known)),
            )
        elif language in found.setdefault(about, {}):
            diagnostics.add_at(
                note.location,
                "stray-note",
                f"there are two notes about `{'.'.join(about) or '_api'}` in `{language}`",
                f"{languages[0]} is the language of notes without one",
            )
        else:
            found[about][language] = note.text
    return {about: _text(texts, languages) for about, texts in found.items()}


def _about(
    note: MarkdownNote, languages: tuple[str, ...], resources: set[About], endpoints: set[About]
) -> tuple[About | None, str]:
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
