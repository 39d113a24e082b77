"""Settings of Material for MkDocs for one language. JSON is YAML; only the name of a function needs a tag of YAML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import locales

_SEPARATOR = r"[\s\u200b\-.,:;!?=\[\](){}'\"`/\\|<>，。、；：？！（）《》“”]+|&[lg]t;"
"""Ends of words. An underscore is none: a search for `INVALID_REQUEST` would find every request. Segmentation puts U+200B between words of Chinese."""
_SLUGS = "markdown.extensions.toc.slugify_unicode"
"""Anchors of headings keep Chinese, as on GitHub."""

_FEATURES = [
    "content.code.copy",
    "content.tabs.link",
    "navigation.footer",
    "navigation.indexes",
    "navigation.path",
    "navigation.prune",
    "navigation.tabs",
    "navigation.top",
    "search.highlight",
    "toc.follow",
]
_EXTENSIONS: Mapping[str, Any] = {
    "tables": {},
    "sane_lists": {},
    "toc": {"permalink": True, "slugify": _SLUGS},
    "pymdownx.highlight": {"anchor_linenums": False},
    "pymdownx.superfences": {},
    "pymdownx.tabbed": {"alternate_style": True},
    "pymdownx.tilde": {"subscript": False},
}


def settings(
    language: str,
    languages: Sequence[str],
    navigation: Sequence[Any],
    *,
    theme: Path,
    words: Path,
    out: Path,
) -> str:
    """Return mkdocs.yml; the pages are in the folder `docs` beside it."""
    nearest = locales.nearest(language)
    dark, light = (locales.text(language, "site", key) for key in ("dark", "light"))
    schemes = (
        ("light", "default", "material/weather-night", dark),
        ("dark", "slate", "material/weather-sunny", light),
    )
    text = json.dumps(
        {
            "site_name": locales.text(language, "site", "home"),
            "docs_dir": "docs",
            "site_dir": str(out),
            "nav": ["index.md", *navigation],
            "theme": {
                "name": "material",
                "custom_dir": str(theme),
                "language": nearest,
                "font": False,  # no request to another host
                "features": _FEATURES,
                "icon": {"logo": "material/api"},
                "palette": [
                    {
                        "media": f"(prefers-color-scheme: {mode})",
                        "scheme": scheme,
                        "primary": "custom",
                        "accent": "custom",
                        "toggle": {"icon": icon, "name": name},
                    }
                    for mode, scheme, icon, name in schemes
                ],
            },
            "plugins": {
                "search": {
                    "separator": _SEPARATOR,
                    "pipeline": ["stopWordFilter"],  # a stemmer would take ORDER_CLOSED apart
                    "jieba_dict_user": str(words),
                }
            },
            "markdown_extensions": _EXTENSIONS,
            "extra": {
                "generator": False,
                "alternate": len(languages)
                > 1,  # not the list: the theme's own switch needs a sitemap with absolute addresses
                "languages": [
                    {"lang": each, "name": locales.language_name(each)} for each in languages
                ],
            },
            "extra_css": ["assets/specloom.css"],
            "extra_javascript": ["assets/specloom.js"],
            "validation": {"links": {"anchors": "warn"}},
        },
        ensure_ascii=False,
        indent=1,
    )
    return text.replace(f'"{_SLUGS}"', f'!!python/name:{_SLUGS} ""')
