"""Tokens that are given, or that a function gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import TypeAlias

from ..actions import Ask, Steps
from ..errors import ConfigError
from .scheme import Scheme, need_text

TokenLike: TypeAlias = str | Callable[[], str] | Callable[[], Awaitable[str]]
"""A token, or a function that gives one, plain or async.

The function is called before each attempt to send, from many threads or tasks, so it should
keep the token that it has; a plain one must not block if the client is async."""


class TokenScheme(Scheme):
    """A scheme whose secret is a token."""

    _name = "token"
    """The argument, for messages."""

    def __init__(self, token: TokenLike) -> None:
        if callable(token):
            self._token: TokenLike = token
            self.only_async = iscoroutinefunction(token)
        else:
            self._token = need_text(self._name, token)

    def token(self) -> Steps[str]:
        """Steps to the token as it is now."""
        if isinstance(self._token, str):
            return self._token
        given = yield from Ask(self._token)
        try:
            return need_text(self._name, given)
        except ConfigError as error:
            text = f"{error.message}: the function for it gave something else"
            raise ConfigError(text) from None
