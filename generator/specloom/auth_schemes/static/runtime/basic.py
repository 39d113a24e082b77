"""Username and password (RFC 7617)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from specloom.runtime.auth.base import Scheme
from specloom.runtime.confidential import Secret
from specloom.runtime.errors import ConfigError
from specloom.runtime.http_messages import Request
from specloom.runtime.public_names import public


@public("auth")
class Basic(Scheme):
    """Username and password in UTF-8; the username has no colon (RFC 7617)."""

    own_headers = ("Authorization",)

    def __init__(self, username: str, password: str) -> None:
        given: dict[str, Any] = {"username": username, "password": password}
        for name, value in given.items():
            if not isinstance(value, str):
                raise ConfigError(
                    f"{name}: expected a string, got {type(value).__name__}"
                )
            if not value.isprintable():
                raise ConfigError(
                    f"{name}: expected a string without control characters"
                )
        if ":" in username:
            raise ConfigError("username: must not have a colon, which ends it")
        self._password = Secret(password)
        pair = b64encode(f"{username}:{password}".encode()).decode("ascii")
        self._headers = Secret({"Authorization": f"Basic {pair}"})

    def secrets(self, plain: Request, signed: Request) -> Iterator[str]:
        yield from super().secrets(plain, signed)
        yield self._password.reveal()

    def sign(self, request: Request) -> Request:
        return request.with_headers(self._headers.reveal())
