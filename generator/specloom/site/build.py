"""Builds the site in a temporary folder, then replaces the old one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from ..config import ClientConfig
from . import generator
from .clients import ClientDocs, languages_of, read_clients
from .conversion import for_site
from .error_index import PATH as ERROR_INDEX
from .error_index import error_index
from .home import home, root
from .navigation import navigation
from .output import staged
from .settings import settings

_HERE = Path(__file__).parent


class Site(Struct, frozen=True):
    """A site that was written."""

    pages: int
    clients: int
    languages: Sequence[str]
    warnings: Sequence[str]


def build_site(configs: Sequence[ClientConfig], out: Path) -> Site:
    """Write the site of these clients, and return what is in it. Raises `UsageError`, and leaves the old site as it was, if that fails."""
    generator.require()
    clients = read_clients(configs)
    languages = languages_of(clients)
    with staged(out) as folder:
        pages = sum(_write(folder, clients, languages, language) for language in languages)
        warnings = generator.run_generator([folder / language for language in languages])
        (folder / "site" / "index.html").write_text(root(languages), "utf-8")
    return Site(pages, len(clients), languages, warnings)


def _write(
    folder: Path, clients: Sequence[ClientDocs], languages: Sequence[str], language: str
) -> int:
    """Write the input of the site generator for one language, and return the number of its pages."""
    docs = folder / language / "docs"
    texts = {docs / "index.md": home(clients, language)}
    entries: list[object] = []
    for client in clients:
        pages = client.languages.get(language)
        if pages is None:
            continue
        for path, page in pages.items():
            texts[docs / client.name / path] = for_site(page, language, client)
        errors = error_index(client, language)
        if errors is not None:
            texts[docs / client.name / ERROR_INDEX] = errors
        entries.append(navigation(client, language, has_errors=errors is not None))
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
    shutil.copytree(_HERE / "assets", docs / "assets")
    (folder / language / "mkdocs.yml").write_text(
        settings(
            language,
            languages,
            entries,
            theme=_HERE / "theme",
            words=_HERE / "words.txt",
            out=folder / "site" / language,
        ),
        "utf-8",
    )
    return len(texts)
