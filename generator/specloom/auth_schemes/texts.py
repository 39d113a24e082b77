"""Localized texts of a scheme: one TOML file for each language, such as `en.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model import Text

_FALLBACK = "en"


class Texts:
    """The texts in a folder; all files have the same keys. Readers of a language without a file get English."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("*.toml"), key=lambda path: (path.stem != _FALLBACK, path.stem))
        self._tables: Mapping[str, Any] = {
            path.stem: tomllib.loads(path.read_text("utf-8")) for path in paths
        }

    def __call__(self, *keys: str) -> Text:
        """Return one text by the keys that lead to it."""
        return Text(tuple(self._found(keys).items()))

    def listed(self, *keys: str) -> tuple[Text, ...]:
        """Return a list of texts by the keys that lead to it."""
        found = self._found(keys)
        rows = zip(*found.values(), strict=True)
        return tuple(Text(tuple(zip(found, row, strict=True))) for row in rows)

    def _found(self, keys: tuple[str, ...]) -> Mapping[str, Any]:
        found = dict(self._tables)
        for key in keys:
            found = {language: table[key] for language, table in found.items()}
        return found
