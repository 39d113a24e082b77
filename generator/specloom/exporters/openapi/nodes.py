"""Objects of a document, with their texts in one language and the other languages as an extension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from ...model import Json, Text

Version: TypeAlias = Literal["3.1", "3.0"]
Node: TypeAlias = "dict[str, Json]"


class Format(Struct, frozen=True):
    """Version of OpenAPI, and language of the texts."""

    version: Version
    language: str

    @property
    def is_30(self) -> bool:
        return self.version == "3.0"

    def texts(self, texts: Mapping[str, Text]) -> Node:
        """Return texts by key, and `x-specloom-texts` with those in other languages."""
        node: Node = {key: text.best(self.language) for key, text in texts.items() if text}
        return node | self.other_texts(texts)

    def other_texts(self, texts: Mapping[str, Text]) -> Node:
        """Return `x-specloom-texts` with the texts in other languages, if there are any."""
        others: dict[str, Json] = {}
        for key, text in texts.items():
            for language, value in text.by_language:
                if language != self.language:
                    row = others.setdefault(language, {})
                    assert isinstance(row, dict)
                    row[key] = value
        return {"x-specloom-texts": others} if others else {}

    def described(self, title: Text, description: Text) -> Node:
        """Return title and description as the one description that parameters and responses have."""
        pair = (title.best(self.language), description.best(self.language))
        joined = "\n\n".join(text for text in pair if text)
        node: Node = {"description": joined} if joined else {}
        return node | self.other_texts({"title": title, "description": description})


def localized(text: Text) -> Json:
    """Return a text as specs write it: alone, or by language."""
    if len(text.by_language) == 1:
        return text.by_language[0][1]
    return dict(text.by_language)


def extensions(values: Mapping[str, Json]) -> Node:
    """Return `x-specloom-KEY` for each key whose value says something."""
    return {
        f"x-specloom-{key}": value
        for key, value in values.items()
        if value is not None and value is not False and value not in ("", [], {})
    }
