"""What every way to authenticate can do."""

from __future__ import annotations

from typing import NoReturn

from ..actions import Steps
from ..errors import ConfigError
from ..messages import Reply, Request


class Scheme:
    """A way to authenticate; this one does nothing, for endpoints that need nothing.

    Keys and tokens never leave it: they are not in its `repr`, and it cannot be pickled.
    """

    only_async = False
    """Whether it works in async clients only."""

    def authorize(self, request: Request, until: float) -> Steps[Request]:
        """Steps to the request as it goes out, once for each attempt to send it."""
        yield from ()
        return self.sign(request)

    def sign(self, request: Request) -> Request:
        """The request as it goes out, for schemes that need nothing else for it."""
        return request

    def verify(self, reply: Reply) -> None:
        """Fails with `SignatureError` if an answer must not be believed."""

    def seal(self, text: str) -> str:
        """The cipher text of a text, for fields that are encrypted."""
        raise ConfigError("this endpoint encrypts a field, and this client has no key")

    def request_id(self, reply: Reply, message: str) -> str | None:
        """By what the provider finds this request; `message` is an error's."""
        for name in ("Request-ID", "X-Request-ID"):
            if name in reply.headers:
                return reply.headers[name]
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds secrets and cannot be pickled")


def need_text(name: str, value: object) -> str:
    """The value, if it is a text that may stand in a header field; else ConfigError."""
    if not isinstance(value, str):
        raise ConfigError(f"{name}: give a text, not {type(value).__name__}")
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(
            f"{name}: give ASCII text that is not empty and has no blanks"
        )
    return value
