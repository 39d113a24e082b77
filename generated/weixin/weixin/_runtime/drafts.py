"""Draft of a request: checked parameters and body, not yet encoded."""

from __future__ import annotations

from collections.abc import Mapping

from .bodies import Encrypt, to_text
from .confidential import Confidential
from .url_encoding import escape


class RequestDraft(Confidential, frozen=True):
    """Checked parameters and body of a call, to be encrypted and encoded."""

    path: str
    query: tuple[tuple[str, tuple[object, ...]], ...]
    headers: Mapping[str, str]
    body: object

    def target(self, prefix: str, encrypt: Encrypt) -> str:
        """Return path and query for the request line."""
        query = "&".join(
            f"{escape(name)}={','.join(escape(to_text(one, encrypt)) for one in values)}"
            for name, values in self.query
        )
        return f"{prefix}{self.path}?{query}" if query else f"{prefix}{self.path}"
