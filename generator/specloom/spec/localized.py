"""Localized texts: reads texts in the languages of the API, and plain scalars, lists and maps."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Text
from .collector import DiagnosticCollector, closest
from .nodes import MapNode, Node, Scalar, is_null, resolve


class TextReader:
    """Reads localized texts; the first of the API's `languages` is that of texts without one."""

    def __init__(self, diagnostics: DiagnosticCollector, languages: Sequence[str]) -> None:
        self.diagnostics = diagnostics
        self.languages = tuple(languages) or ("en",)
        self._known = bool(languages)  # without readable `languages`, do not report unknown ones

    def read(self, node: Node | None, besides: frozenset[str] = frozenset()) -> Text:
        """Return the text of a node, in the order of the API's languages; `besides` are keys that are not languages."""
        match node:
            case Scalar():
                text = self.prose(node)
                return Text(((self.languages[0], text),)) if text else Text()
            case MapNode():
                for language, entry in node.entries.items():
                    if self._known and language not in self.languages and language not in besides:
                        # Language codes are too short to suggest another one: `fr` is not a misspelt `en`.
                        slip = closest(language, sorted(besides))
                        hint = (
                            f"did you mean `{slip}`?"
                            if slip
                            else f"expected one of: {', '.join(self.languages)}"
                        )
                        self.diagnostics.add(
                            entry.key,
                            "unknown-language",
                            f"unknown language `{language}`; `languages` in _api.yaml does not list it",
                            hint,
                        )
                values = ((language, node.get(language)) for language in self.languages)
                texts = (
                    (language, self.prose(value))
                    for language, value in values
                    if isinstance(value, Scalar)
                )
                return Text(tuple((language, text) for language, text in texts if text))
            case _:
                return Text()

    def prose(self, node: Scalar) -> str:
        """Return the text without surrounding white space; report it if it is empty or cut short by a comment."""
        check_truncated(node, self.diagnostics)
        text = node.text.strip()
        if not text or is_null(node):
            self.diagnostics.add(
                node,
                "empty-value",
                "missing text" if not text else f"`{text}` means null, not a text",
                "write a text, or remove the key" if not text else "quote it if it is the text",
            )
        return text


def check_truncated(node: Scalar, diagnostics: DiagnosticCollector) -> None:
    """Report a text that a comment seems to cut short."""
    if node.cut:
        diagnostics.add(
            node,
            "truncated-text",
            "` #` starts a comment, so the text ends before it",
            "quote the text if `#` belongs to it; write two spaces before and one after the `#` of a comment",
        )


def word(node: Node | None) -> str:
    """Return the text of a scalar exactly as written, or an empty string for anything else."""
    return node.text if isinstance(node, Scalar) else ""


def words(node: Node | None) -> list[Scalar]:
    """Return the scalars of a list, or a single scalar as a list."""
    if isinstance(node, Scalar):
        return [node]
    if node is None or isinstance(node, MapNode):
        return []
    return [item for item in node.items if isinstance(item, Scalar)]


def flag(node: Node | None, otherwise: bool = False) -> bool:
    """Return a boolean, or `otherwise` if the node is absent or not a boolean."""
    value = resolve(node) if isinstance(node, Scalar) and node.text[:1] in "tTfF" else None
    return value if isinstance(value, bool) else otherwise


def integer(node: Node | None) -> int | None:
    """Return an integer, or None if the node is absent or not an integer."""
    if not isinstance(node, Scalar):
        return None
    try:
        value = resolve(node)
    except ValueError:
        return None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def entries(node: Node | None) -> list[tuple[Scalar, Node]]:
    """Return the entries of a map, or none for anything else."""
    return (
        [(entry.key, entry.value) for entry in node.entries.values()]
        if isinstance(node, MapNode)
        else []
    )


def items(node: Node | None) -> list[Node]:
    """Return the entries of a list, or none for anything else."""
    return [] if node is None or isinstance(node, Scalar | MapNode) else node.items


def child(node: Node | None, key: str) -> Node | None:
    """Return the value of a key, or None."""
    return node.get(key) if isinstance(node, MapNode) else None
