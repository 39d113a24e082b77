"""Objects of a document, with their texts in one language and the other languages as an extension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from ...model import Json, Text

Version: TypeAlias = Literal["3.1", "3.0"]
Node: TypeAlias = "dict[str, Json]"


class Format(Struct, frozen=True):
    """Version of OpenAPI, language of the texts, and the first language of the spec."""

    version: Version
    language: str
    first: str

    @property
    def is_30(self) -> bool:
        return self.version == "3.0"

    def texts(self, texts: Mapping[str, Text]) -> Node:
        """Return texts by key, and `x-specloom-texts` with what they do not say."""
        node: Node = {key: text.best(self.language) for key, text in texts.items() if text}
        return node | self._other_texts(texts, node)

    def described(self, title: Text, description: Text, otherwise: str = "") -> Node:
        """Return title and description as the one description that parameters and responses have."""
        pair = (title.best(self.language), description.best(self.language))
        joined = "\n\n".join(text for text in pair if text) or otherwise
        node: Node = {"description": joined} if joined else {}
        return node | self._other_texts({"title": title, "description": description}, node)

    def localized(self, text: Text) -> Json:
        """Return a text as specs write it: alone in their first language, or by language."""
        if [language for language, _ in text.by_language] == [self.first]:
            return text.by_language[0][1]
        return dict(text.by_language)

    def _other_texts(self, texts: Mapping[str, Text], node: Node) -> Node:
        """Return `x-specloom-texts`: the texts in other languages, and those in this one where the node has another text."""
        rows: dict[str, dict[str, Json]] = {}
        for key, text in texts.items():
            own = text.get(self.language)
            if node.get(key) != own:
                rows.setdefault(self.language, {})[key] = own
            for language, value in text.by_language:
                if language != self.language:
                    rows.setdefault(language, {})[key] = value
        return {"x-specloom-texts": dict(rows)} if rows else {}


def extensions(values: Mapping[str, Json]) -> Node:
    """Return `x-specloom-KEY` for each key whose value says something."""
    return {
        f"x-specloom-{key}": value
        for key, value in values.items()
        if value is not None and value is not False and value not in ("", [], {})
    }
