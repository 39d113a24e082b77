"""Order of the pages: clients, their resources, endpoints and events, as on the page of the client."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeAlias

from .clients import INDEX, ClientDocs, Page
from .conversion import plain
from .error_index import PATH as ERROR_INDEX

Entry: TypeAlias = "str | dict[str, list[Entry]]"

_HEADING = re.compile(r"### (?:\[(?P<linked>.+)\]\([^)]+\)|(?P<title>.+))")
_ROW = re.compile(r"\| \[.*?(?<!\\)\]\((?P<path>[^)]+\.md)\) \|")
_USER_GUIDE = PurePosixPath("client.md")


def navigation(client: ClientDocs, language: str, *, has_errors: bool) -> dict[str, list[Entry]]:
    """Return the entry of a client, in the form of `nav` in mkdocs.yml."""
    pages = client.languages[language]
    index = pages[INDEX]
    entries: list[Entry] = [_path(client, INDEX)]
    if _USER_GUIDE in pages:
        entries.append(_path(client, _USER_GUIDE))
    if has_errors:
        entries.append(_path(client, ERROR_INDEX))
    titles, listed = _listed(index, pages)
    for folder, paths in listed.items():
        own: list[Entry] = [_path(client, path) for path in paths]
        if folder / INDEX in pages:
            own.insert(0, _path(client, folder / INDEX))
        entries.append({titles.get(folder) or str(folder): own})
    return {plain(index.title): entries}


def _path(client: ClientDocs, path: PurePosixPath) -> str:
    return f"{client.name}/{path}"


def _listed(
    index: Page, pages: Mapping[PurePosixPath, Page]
) -> tuple[dict[PurePosixPath, str], dict[PurePosixPath, list[PurePosixPath]]]:
    """Return the titles of the resources, and the pages of each, in the order of the page of the client."""
    titles: dict[PurePosixPath, str] = {}
    listed: dict[PurePosixPath, list[PurePosixPath]] = {}
    heading = ""
    for path, title in _links(index):
        heading = title or heading
        if path is not None and path in pages and path.parent != PurePosixPath("."):
            titles.setdefault(path.parent, heading)
            if path not in listed.setdefault(path.parent, []):
                listed[path.parent].append(path)
    for path in pages:  # those that a template of the user does not list
        paths = listed.setdefault(path.parent, [])
        if path.name != INDEX.name and path not in paths:
            paths.append(path)
    listed.pop(PurePosixPath("."), None)
    return titles, listed


def _links(index: Page) -> Iterator[tuple[PurePosixPath | None, str]]:
    """Yield the title of each heading, and the path of each row of endpoints or events."""
    for line in index.text.split("\n"):
        if heading := _HEADING.fullmatch(line):
            yield None, plain(heading["linked"] or heading["title"])
        elif line.startswith("## "):
            yield None, ""
        elif row := _ROW.match(line):
            yield PurePosixPath(row["path"]), ""
