"""Server side of auth schemes that define none."""

from __future__ import annotations

from . import ServerAuth


class UnknownServerAuth(ServerAuth):
    """Server side that accepts every request and has no credentials."""

    def __init__(self, required_arguments: tuple[str, ...]) -> None:
        self.required_arguments = required_arguments
