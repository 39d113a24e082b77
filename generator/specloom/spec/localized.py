"""Texts for people, in the languages of the API, and the plain words beside them."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Text
from .collector import DiagnosticCollector, closest
from .nodes import MapNode, Node, Scalar, is_null, resolve


class TextReader:
    """Reads texts; `languages` are the API's, the first is the one of texts without a language."""

    def __init__(self, diagnostics: DiagnosticCollector, languages: Sequence[str]) -> None:
        self.diagnostics = diagnostics
        self.languages = tuple(languages) or ("en",)
        self._known = bool(languages)  # if they cannot be read, no language is wrong

    def read(self, node: Node | None, besides: frozenset[str] = frozenset()) -> Text:
        """The text of a node, in the order of the API's languages; `besides` are keys that are no languages."""
        match node:
            case Scalar():
                text = self.prose(node)
                return Text(((self.languages[0], text),)) if text else Text()
            case MapNode():
                for language, entry in node.entries.items():
                    if self._known and language not in self.languages and language not in besides:
                        # Languages are too short for slips: `fr` is not meant to be `en`.
                        slip = closest(language, sorted(besides))
                        hint = (
                            f"did you mean `{slip}`?"
                            if slip
                            else f"its languages are {', '.join(self.languages)}"
                        )
                        self.diagnostics.add(
                            entry.key,
                            "unknown-language",
                            f"`{language}` is not one of the API's languages",
                            hint,
                        )
                found = ((language, node.get(language)) for language in self.languages)
                texts = (
                    (language, self.prose(value))
                    for language, value in found
                    if isinstance(value, Scalar)
                )
                return Text(tuple((language, text) for language, text in texts if text))
            case _:
                return Text()

    def prose(self, node: Scalar) -> str:
        """The text as written, without white space around it; never empty, never cut short by a comment."""
        check_cut(node, self.diagnostics)
        text = node.text.strip()
        if not text or is_null(node):
            self.diagnostics.add(
                node,
                "empty",
                "a text is expected here",
                "" if not text else "quote it if this is the text",
            )
        return text


def check_cut(node: Scalar, diagnostics: DiagnosticCollector) -> None:
    """Reports a text that a comment seems to cut short."""
    if node.cut:
        diagnostics.add(
            node,
            "cut-text",
            "` #` begins a comment, so the text ends before it",
            "quote the text if the `#` belongs to it; a comment after a text has two spaces before and one after its `#`",
        )


def word(node: Node | None) -> str:
    """The text of a scalar exactly as written, '' for anything else."""
    return node.text if isinstance(node, Scalar) else ""


def words(node: Node | None) -> list[Scalar]:
    """The scalars of a list, or a scalar alone."""
    if isinstance(node, Scalar):
        return [node]
    if node is None or isinstance(node, MapNode):
        return []
    return [item for item in node.items if isinstance(item, Scalar)]


def flag(node: Node | None, otherwise: bool = False) -> bool:
    """A boolean, `otherwise` if it is absent or no boolean."""
    value = resolve(node) if isinstance(node, Scalar) and node.text[:1] in "tTfF" else None
    return value if isinstance(value, bool) else otherwise


def integer(node: Node | None) -> int | None:
    """A whole number, None if it is absent or no number."""
    if not isinstance(node, Scalar):
        return None
    try:
        value = resolve(node)
    except ValueError:
        return None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def entries(node: Node | None) -> list[tuple[Scalar, Node]]:
    """The entries of a map, none for anything else."""
    return (
        [(entry.key, entry.value) for entry in node.entries.values()]
        if isinstance(node, MapNode)
        else []
    )


def items(node: Node | None) -> list[Node]:
    """The entries of a list, none for anything else."""
    return [] if node is None or isinstance(node, Scalar | MapNode) else node.items


def child(node: Node | None, key: str) -> Node | None:
    """The value of a key, None where there is none."""
    return node.get(key) if isinstance(node, MapNode) else None
