"""Generated pages of the clients of a project."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path, PurePosixPath

from msgspec import Struct

from ..config import ClientConfig
from ..diagnostics import UsageError, display_path
from .dates import dates_of_change

INDEX = PurePosixPath("index.md")


class Page(Struct, frozen=True):
    """A generated page; its path is relative to the folder of its language."""

    path: PurePosixPath
    text: str
    changed: date

    @property
    def title(self) -> str:
        """The first heading, as Markdown."""
        heading = re.search(r"^# (.+)$", self.text, re.MULTILINE)
        return heading[1] if heading else self.path.stem


class ClientDocs(Struct, frozen=True):
    """The documentation of a client."""

    name: str
    version: str
    languages: Mapping[str, Mapping[PurePosixPath, Page]]
    """Pages by their path, for each language."""


def docs_folder(client: ClientConfig) -> Path:
    return client.out / "docs"


def read_clients(clients: Sequence[ClientConfig]) -> list[ClientDocs]:
    """Return the documentation of the clients; raises `UsageError` if a client has none."""
    return [_read(client) for client in clients]


def languages_of(clients: Sequence[ClientDocs]) -> list[str]:
    """Return all languages, those of the first client first."""
    return list(dict.fromkeys(language for client in clients for language in client.languages))


def _read(client: ClientConfig) -> ClientDocs:
    folder = docs_folder(client)
    if client.layout == "package":
        raise UsageError(
            f'client {client.name} has no documentation, because its layout is "package"; name the other clients: specloom docs CLIENT'
        )
    try:
        languages = sorted(entry.parent.name for entry in folder.glob(f"*/{INDEX}"))
        if not languages:
            raise UsageError(
                f"client {client.name} has no pages in {display_path(folder)}; run specloom generate"
            )
        dates = dates_of_change(folder)
        pages = {language: _pages(folder / language, dates) for language in languages}
        version = _version(client.out / "pyproject.toml")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the documentation of {client.name}: {error}") from None
    first = [language for language in client.languages if language in languages]
    return ClientDocs(
        client.name,
        version,
        {language: pages[language] for language in dict.fromkeys([*first, *languages])},
    )


def _pages(folder: Path, dates: Mapping[Path, date]) -> dict[PurePosixPath, Page]:
    pages: dict[PurePosixPath, Page] = {}
    for file in sorted(folder.rglob("*.md")):
        path = PurePosixPath(file.relative_to(folder).as_posix())
        pages[path] = Page(path, file.read_text("utf-8"), dates[file])
    return pages


def _version(file: Path) -> str:
    """Return the version of a generated project; empty if it has none."""
    try:
        project = tomllib.loads(file.read_text("utf-8")).get("project", {})
    except (OSError, tomllib.TOMLDecodeError):
        return ""
    return str(project.get("version", ""))
