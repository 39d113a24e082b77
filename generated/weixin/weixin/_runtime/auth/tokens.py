"""Tokens, fixed or from a user function, and schemes that send them."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from ..callbacks import call_user_function
from ..confidential import Opaque
from ..effects import Steps, is_async
from ..errors import ConfigError
from ..http_messages import Request
from .base import Scheme, need_text
from .side_channel import SideChannel

TokenLike: TypeAlias = str | Callable[[], str] | Callable[[], Awaitable[str]]
"""A token, or a sync or async function that returns one.

The function is called before each attempt, from several threads or tasks, so it should
cache the token. In an async client a sync function must not block. If the server rejects
the token, the function is called again; if it returns another token, the request is
retried. An async function is cancelled at the deadline of the call; a sync function cannot
be interrupted."""


class Token(Opaque):
    """A token as obtained; two tokens with the same text are different objects.

    It may be used until `fresh_until`, a time of `time.time()`.
    """

    __slots__ = ("fresh_until", "text")

    def __init__(self, text: str, fresh_until: float = math.inf) -> None:
        self.text = text
        self.fresh_until = fresh_until


class TokenSource(Opaque, ABC):
    """Source of the tokens of a scheme."""

    only_async = False
    """True if it works in async clients only."""

    @abstractmethod
    def current(self, channel: SideChannel, until: float) -> Steps[Token]:
        """Return the current token."""

    @abstractmethod
    def after(
        self, refused: Token, channel: SideChannel, until: float
    ) -> Steps[Token | None]:
        """Return another token after the server rejected one; None without another."""


class TokenScheme(Scheme, ABC):
    """Auth scheme that sends a token."""

    _channel: SideChannel
    _used: Token | None = None
    _refreshed: Token | None = None

    def __init__(self, source: TokenSource) -> None:
        self._source = source
        self.only_async = source.only_async

    @abstractmethod
    def carry(self, request: Request, token: str) -> Request:
        """Return the request with the token."""

    def prepare(self, channel: SideChannel, until: float) -> Steps[Scheme]:
        yield from ()
        fresh = self.for_one_call()
        fresh._channel = channel
        return fresh

    def authenticate(self, request: Request, until: float) -> Steps[Request]:
        token, self._refreshed = self._refreshed, None
        if token is None:
            token = yield from self._source.current(self._channel, until)
        self._used = token
        return self.carry(request, token.text)

    def refresh(self, until: float) -> Steps[bool]:
        if self._used is None:
            return False
        self._refreshed = yield from self._source.after(
            self._used, self._channel, until
        )
        return self._refreshed is not None


def source_of(name: str, token: TokenLike) -> TokenSource:
    """Return the token source of an argument; `name` is its name in messages."""
    if callable(token):
        return _Function(name, token)
    return _Fixed(need_text(name, token))


class _Fixed(TokenSource):
    def __init__(self, text: str) -> None:
        self._token = Token(text)

    def current(self, channel: SideChannel, until: float) -> Steps[Token]:
        yield from ()
        return self._token

    def after(
        self, refused: Token, channel: SideChannel, until: float
    ) -> Steps[Token | None]:
        yield from ()
        return None


class _Function(TokenSource):
    def __init__(
        self, name: str, function: Callable[[], str] | Callable[[], Awaitable[str]]
    ) -> None:
        self._name = name
        self._function = function
        self.only_async = is_async(function)

    def current(self, channel: SideChannel, until: float) -> Steps[Token]:
        token = yield from call_user_function(self._name, self._function, until)
        try:
            return Token(need_text(self._name, token))
        except ConfigError as error:
            error.message += ": the function for it gave something else"
            raise

    def after(
        self, refused: Token, channel: SideChannel, until: float
    ) -> Steps[Token | None]:
        token = yield from self.current(channel, until)
        return None if token.text == refused.text else token
