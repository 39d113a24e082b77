"""Localized texts of a scheme: one TOML file for each language, such as `en.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model import Text

_FALLBACK = "en"


class Texts:
    """Texts of a folder, in which all files have the same keys. A language without a file falls back to English."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("*.toml"), key=lambda path: (path.stem != _FALLBACK, path.stem))
        self._tables: Mapping[str, Any] = {
            path.stem: tomllib.loads(path.read_text("utf-8")) for path in paths
        }

    def __call__(self, *keys: str) -> Text:
        """Return the text at a path of keys."""
        return Text(tuple(self._by_language(keys).items()))

    def list_at(self, *keys: str) -> tuple[Text, ...]:
        """Return the list of texts at a path of keys."""
        lists = self._by_language(keys)
        rows = zip(*lists.values(), strict=True)
        return tuple(Text(tuple(zip(lists, row, strict=True))) for row in rows)

    def _by_language(self, keys: tuple[str, ...]) -> Mapping[str, Any]:
        values = dict(self._tables)
        for key in keys:
            values = {language: table[key] for language, table in values.items()}
        return values
