"""Schemes whose packages say nothing of mocks."""

from __future__ import annotations

from . import ServerAuth


class UnknownServerAuth(ServerAuth):
    """Accepts any request, and has no credentials: `needs` are the client's arguments."""

    def __init__(self, needs: tuple[str, ...]) -> None:
        self.needs = needs
