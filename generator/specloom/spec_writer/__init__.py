"""Writer of spec files: plain data in the order of its keys becomes YAML in the style of specs written by hand.

`scalars` writes one value, `layout` decides between a line and a block, `documents` knows what the sections of a file are.
"""

from __future__ import annotations

from collections.abc import Mapping

from .documents import entry_lines, json_text, yaml_text
from .layout import Commented
from .layout import item as item_lines
from .scalars import Plain

__all__ = ["Commented", "Plain", "entry_lines", "item_lines", "write_spec"]


def write_spec(files: Mapping[str, object]) -> dict[str, str]:
    """Return the text of each file by its name: YAML; JSON if the name ends in `.json`; a text as it is if it ends in `.md`.

    Maps, lists, texts, numbers (also `Decimal`), booleans and None are data. A value in `Commented` has a comment above its key.
    Raises `ValueError` for infinity and NaN, which a spec cannot hold.
    """
    return {name: _text(name, content) for name, content in files.items()}


def _text(name: str, content: object) -> str:
    if name.endswith(".md"):
        return str(content)
    return json_text(content) if name.endswith(".json") else yaml_text(content)
