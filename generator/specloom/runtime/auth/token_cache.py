"""Tokens that are fetched, reused until shortly before they expire, and shared."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from decimal import Decimal
from logging import getLogger
from typing import Any, Final, TypeGuard, TypeVar

from ..codec import parse
from ..effects import CallFunction, SingleFlight, Sleep, Steps, is_async
from ..errors import ConfigError, Error
from .base import is_token
from .side_channel import SideChannel
from .token_store import TokenStore
from .tokens import Token, TokenSource

T = TypeVar("T")

_MARGIN: Final = 60.0
"""Seconds before a token expires at which it is not used any more."""
_LEASE: Final = 30
"""Seconds after which another process may fetch, should one have died at it."""
_UNSAID: Final = 300.0
"""Seconds for which a token is taken to be valid if its service does not say."""
_LONGEST: Final = 366 * 86400
"""Seconds; no token is valid for that long, and a service that says so is wrong."""
_PAUSE: Final = 0.05
"""Seconds between two looks at what another process has fetched."""


class TokenCache(TokenSource):
    """A token that is fetched when it is needed: once for all who wait, and if there is a
    store, by one of the processes that share it.

    `fetch` gives steps to a token's text and the seconds for which it is valid; `key` is
    its name in the store.
    """

    def __init__(
        self,
        fetch: Callable[[SideChannel], Steps[tuple[str, float]]],
        key: str,
        store: TokenStore | None = None,
    ) -> None:
        self._fetch = fetch
        self._held: Token | None = None
        self._key = key
        self._shared = None if store is None else SharedStore(store)
        self.only_async = self._shared is not None and self._shared.only_async

    def current(self, channel: SideChannel, until: float) -> Steps[Token]:
        held = self._held
        if held is not None and time.time() < held.fresh_until:
            return held
        return (yield from self._refresh_once(None, channel, until))

    def after(
        self, refused: Token, channel: SideChannel, until: float
    ) -> Steps[Token | None]:
        held = self._held
        if held is not None and held is not refused:
            return held  # another call of this process was refused before
        self._held = None
        return (yield from self._refresh_once(refused, channel, until))

    def _refresh_once(
        self, refused: Token | None, channel: SideChannel, until: float
    ) -> Steps[Token]:
        token = yield from SingleFlight(
            self, lambda: self._refresh(refused, channel), until
        )
        return token

    def _refresh(self, refused: Token | None, channel: SideChannel) -> Steps[Token]:
        held = self._held
        if held is None or held.fresh_until <= time.time():
            held = yield from self._obtain(refused, channel)
            self._held = held
        return held

    def _obtain(self, refused: Token | None, channel: SideChannel) -> Steps[Token]:
        shared = self._shared
        if shared is None:
            text, seconds = yield from self._fetch(channel)
            return _token(text, seconds)
        end = time.monotonic() + _LEASE
        while True:
            locked = yield from shared.lock(self._key, channel)
            stored = yield from shared.load(self._key, channel)
            found = None if stored is None else _parse_token(stored)
            if found is not None and (refused is None or found.text != refused.text):
                break
            if locked or time.monotonic() > end:
                try:
                    text, seconds = yield from self._fetch(channel)
                except Error:
                    if locked:
                        yield from shared.unlock(self._key, channel)
                    raise
                found = _token(text, seconds)
                yield from self._save(found, shared, channel)
                break
            yield from Sleep(_PAUSE)
        if locked:
            yield from shared.unlock(self._key, channel)
        return found

    def _save(
        self, token: Token, shared: SharedStore, channel: SideChannel
    ) -> Steps[None]:
        entry = json.dumps({"token": token.text, "fresh_until": token.fresh_until})
        seconds = max(1, int(token.fresh_until - time.time()))
        yield from shared.save(self._key, entry, seconds, channel)


def lifetime(expires_in: object) -> float:
    """Seconds for which a token is valid, from the JSON of `expires_in`: a number, or a
    text of one, as some services write it. Five minutes if it is absent, so that no token
    is used for long past its end. Else ValueError, whose text says what is wrong.
    """
    if expires_in is None:
        return _UNSAID
    try:
        seconds = float(expires_in) if _is_number(expires_in) else math.nan
    except (ValueError, OverflowError):
        seconds = math.nan
    if not 0 < seconds < _LONGEST:
        raise ValueError(f"is not a number of seconds between 0 and {_LONGEST}")
    return seconds


def _is_number(value: object) -> TypeGuard[int | Decimal | str]:
    return isinstance(value, int | Decimal | str) and not isinstance(value, bool)


def _token(text: str, seconds: float) -> Token:
    # For half of its time, if that is short: or it would never be used.
    return Token(text, time.time() + max(seconds - _MARGIN, seconds / 2))


def _parse_token(text: str | bytes) -> Token | None:
    """Return the token in a stored text; None if it is invalid or no longer fresh."""
    try:
        entry = parse(text.encode() if isinstance(text, str) else text)
        token, fresh_until = entry["token"], float(entry["fresh_until"])
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return None
    if not is_token(token) or not time.time() < fresh_until < math.inf:
        return None
    return Token(token, fresh_until)


class SharedStore:
    """Wraps a token store; its failures are logged and ignored."""

    def __init__(self, store: TokenStore) -> None:
        methods: list[Any] = []
        for name in ("load", "save", "lock", "unlock"):
            methods.append(getattr(store, name, None))
            if not callable(methods[-1]):
                raise ConfigError(
                    "token_store: expected a FileTokenStore, or an object with the methods"
                    " load, save, lock and unlock"
                )
        self._store = store
        self.only_async = any(map(is_async, methods))

    def load(self, key: str, channel: SideChannel) -> Steps[str | bytes | None]:
        nothing: str | bytes | None = None
        store = self._store
        return (yield from self._ask(lambda: store.load(key), nothing, channel))

    def save(
        self, key: str, text: str, seconds: int, channel: SideChannel
    ) -> Steps[bool]:
        """Save a text; return whether the store has it now."""

        def save() -> Any:
            return store.save(key, text, seconds)

        store, failed = self._store, object()
        return (yield from self._ask(save, failed, channel)) is not failed

    def lock(self, key: str, channel: SideChannel) -> Steps[bool]:
        """Return whether this process may fetch, also true if the store fails."""
        store = self._store
        return (yield from self._ask(lambda: store.lock(key, _LEASE), True, channel))

    def unlock(self, key: str, channel: SideChannel) -> Steps[None]:
        store = self._store
        yield from self._ask(lambda: store.unlock(key), None, channel)

    def _ask(
        self, function: Callable[[], Any], default: T, channel: SideChannel
    ) -> Steps[T]:
        try:
            ask: CallFunction[T] = CallFunction(function, time.monotonic() + _LEASE)
            return (yield from ask)
        except ConfigError:
            raise
        except Exception as error:  # of whatever library the store uses
            kind = type(error).__name__  # its text may name hosts and passwords
            getLogger(channel.name).warning("the token store failed: %s", kind)
            return default
