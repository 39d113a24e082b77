"""Texts of a document, cleaned for a spec: titles and descriptions."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ... import naming
from ...spec import charset, secret_scanner
from .context import Context
from .documents import At

MAX_TITLE = 80
_LINK = re.compile(r"https?://[^\s<>\"'`\\^{}|()\[\]]+")


def clean(text: str, at: At, context: Context) -> str:
    """Return a text without characters and secrets that a spec cannot have."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    allowed = charset.without_forbidden(plain)
    if allowed != plain:
        context.note(
            at, "repaired", "invisible character", "removed invisible characters from a text"
        )
    while secret := secret_scanner.find_secret(allowed):
        rest = allowed[secret.at :]
        length = len(rest.split()[0]) if not rest.startswith("-----") else len(rest)
        allowed = allowed[: secret.at] + "…" + rest[max(length, 1) :]
        context.note(at, "repaired", "secret", f"removed what looks like {secret.what} from a text")
    lines = [line.rstrip() for line in allowed.strip().split("\n")]
    return "\n".join(lines)


def is_clean(text: str) -> bool:
    """Return whether a spec can have a text exactly as it is."""
    return (
        charset.forbidden(text) is None
        and "\u00a0" not in text
        and secret_scanner.find_secret(text) is None
    )


def about(at: At, context: Context, name: str = "", *, titled: bool = False) -> dict[str, object]:
    """Return `title` and `description` of a schema.

    A short description becomes the title, and a title that only repeats the name is left out.
    """
    title = clean(at.text("title"), at, context)
    description = clean(at.text("description"), at, context)
    if _folded(title) in {_folded(name), ""} or (not titled and not description):
        title = "" if description or _folded(title) == _folded(name) else title
    return labels(title if titled or not description else "", description)


def labels(title: str, description: str) -> dict[str, object]:
    """Return the keys for a title and a description; a short description is a title."""
    title = " ".join(title.split())
    if title and len(title) > 200:
        title, description = "", f"{title}\n\n{description}".strip()
    if not title and is_short(description):
        title, description = description.removesuffix("."), ""
    if _folded(description) == _folded(title):
        description = ""
    return {
        **({"title": title} if title else {}),
        **({"description": description} if description else {}),
    }


def is_short(text: str) -> bool:
    return bool(text) and "\n" not in text and len(text) <= MAX_TITLE and ". " not in text


def links(at: At | None, context: Context, title: str = "Documentation") -> list[dict[str, object]]:
    """Return the links of an `externalDocs` object."""
    if at is None:
        return []
    link = link_of(at.text("url"), clean(at.text("description"), at, context) or title)
    if link is None:
        context.note(at, "left out", "externalDocs", f"invalid URL `{at.text('url')[:80]}`")
        return []
    return [link]


def link_of(url: str, title: str) -> dict[str, object] | None:
    """Return a link, or None if a spec cannot have its URL."""
    try:
        is_valid = bool(_LINK.fullmatch(url)) and bool(urlsplit(url).hostname)
    except ValueError:
        is_valid = False
    if not is_valid or not is_clean(url):
        return None
    return {"title": " ".join(title.split())[:200] or url, "url": url}


def deprecation(at: At) -> dict[str, object]:
    return {"deprecated": True} if at.flag("deprecated") or at.flag("x-deprecated") else {}


def _folded(text: str) -> str:
    return (naming.snake(text) or text).replace("_", "").rstrip(".")
