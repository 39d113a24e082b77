"""All locales of a folder have the same keys, lists of the same length and the same placeholders."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from specloom import locales

LOCALES = Path(locales.__file__).parent
FOLDERS = [LOCALES, *sorted((LOCALES.parent / "auth_schemes").glob("*/texts"))]


def texts(value: Any, *keys: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each text of a locale, by the keys that lead to it."""
    if isinstance(value, str):
        yield keys, value
    else:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(inner, *keys, key)


def of(path: Path) -> dict[tuple[str | int, ...], str]:
    return dict(texts(tomllib.loads(path.read_text("utf-8"))))


@pytest.mark.parametrize("language", [each for each in locales.languages() if each != "en"])
@pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: str(folder.relative_to(LOCALES.parent))
)
def test_a_locale_says_what_english_says(folder: Path, language: str) -> None:
    english, other = of(folder / "en.toml"), of(folder / f"{language}.toml")
    assert [*other] == [*english], "other keys, or in another order"
    assert {key: sorted(set(re.findall(r"\{\d*\}", text))) for key, text in other.items()} == {
        key: sorted(set(re.findall(r"\{\d*\}", text))) for key, text in english.items()
    }
    assert not [
        key
        for key, text in other.items()
        if key[0] != "separators" and (text.strip() != text or (not text and english[key]))
    ]


def test_readers_get_the_nearest_language() -> None:
    assert [locales.nearest(each) for each in ("zh", "zh-TW", "en-GB", "fr")] == [
        "zh",
        "zh",
        "en",
        "en",
    ]
    assert (
        locales.text("zh-TW", "labels", "request")
        == locales.text("zh", "labels", "request")
        != locales.text("fr", "labels", "request")
    )
