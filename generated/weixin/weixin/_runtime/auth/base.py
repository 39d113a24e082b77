"""What every way to authenticate can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self, TypeGuard
from urllib.parse import unquote_plus

from ..confidential import Opaque
from ..effects import Steps
from ..errors import ConfigError
from ..frames import hide_constructor_arguments
from ..headers import request_id_of
from ..http_messages import RawResponse, Request
from .side_channel import SideChannel


class Scheme(Opaque):
    """A way to authenticate; this one does nothing, for endpoints that need nothing.

    Keep keys and tokens in `Secret`: nothing shows them then, and nothing is pickled.
    """

    only_async = False
    """Whether it works in async clients only."""

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        hide_constructor_arguments(cls)

    def prepare(self, reach: SideChannel, until: float) -> Steps[Scheme]:
        """Steps to the scheme as it serves one call, before that is encoded.

        It has what `seal` needs, and may keep what this call needs to remember, such as
        which key it sealed with. `reach` is for requests of its own.
        """
        yield from ()
        return self

    def authorize(self, request: Request, until: float) -> Steps[Request]:
        """Steps to the request as it goes out, once for each attempt to send it."""
        yield from ()
        return self.sign(request)

    def renew(self, until: float) -> Steps[bool]:
        """Steps to another credential, after the server refused the last one.

        The result is whether there is another, so that one repetition may go well. It may
        be there already: many requests with the same credential are refused at once.
        """
        yield from ()
        return False

    def check(self, reply: RawResponse, until: float) -> Steps[None]:
        """Steps to know that a successful answer may be believed; else `SignatureError`."""
        yield from ()
        self.verify(reply)

    def sign(self, request: Request) -> Request:
        """The request as it goes out, for schemes that need nothing else for it."""
        return request

    def verify(self, reply: RawResponse) -> None:
        """As `check`, for schemes that need nothing else for it."""

    def seal(self, text: str) -> str:
        """The cipher text of a text, for fields that are encrypted."""
        raise ConfigError("this endpoint encrypts a field, and this client has no key")

    def unseal(self, text: str) -> str:
        """The plain text of a cipher text; else ValueError, whose text says why not."""
        raise ValueError("this client has no key for it")

    def for_one_call(self) -> Self:
        """The same scheme, to which `prepare` may add what one call needs."""
        fresh = object.__new__(type(self))
        fresh.__dict__.update(self.__dict__)
        return fresh

    def secrets(self, plain: Request, signed: Request) -> Iterator[str]:
        """The secrets in a signed request, which errors must not show though the server
        quotes them: all that signing has put into the plain one."""
        for name, value in signed.headers.items():
            if plain.headers.get(name) != value:
                yield value
                yield value.rpartition(" ")[2]  # without "Bearer"
        known = plain.target.partition("?")[2].split("&")
        for pair in signed.target.partition("?")[2].split("&"):
            if pair not in known:
                yield unquote_plus(pair.partition("=")[2])

    def request_id(self, reply: RawResponse, message: str) -> str | None:
        """By what the provider finds this request; `message` is an error's."""
        return request_id_of(reply.headers)


def need_text(name: str, value: object) -> str:
    """The value, if it is a text that may stand in a header field; else ConfigError."""
    if not isinstance(value, str):
        raise ConfigError(f"{name}: give a text, not {type(value).__name__}")
    if not is_token(value):
        raise ConfigError(
            f"{name}: give ASCII text that is not empty and has no blanks"
        )
    return value


def is_token(value: object) -> TypeGuard[str]:
    """Whether this is a text that may stand in a header field, without blanks."""
    return (
        isinstance(value, str)
        and value.isascii()
        and value.isprintable()
        and " " not in value
        and value != ""
    )
