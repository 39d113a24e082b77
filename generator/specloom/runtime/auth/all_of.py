"""Several auth schemes that a request needs together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..effects import Steps
from ..errors import Error
from ..http_messages import RawResponse, Request
from .base import Scheme
from .side_channel import SideChannel


def all_of(*schemes: Scheme | None) -> Scheme | None:
    """Return the schemes as one; None if one of them is missing."""
    given: tuple[Any, ...] = schemes
    present = [scheme for scheme in given if isinstance(scheme, Scheme)]
    return _AllOf(present) if len(present) == len(schemes) else None


class _AllOf(Scheme):
    """Auth scheme that authenticates with each of several schemes, in their order."""

    def __init__(self, schemes: list[Scheme]) -> None:
        self._schemes = schemes
        self.only_async = any(scheme.only_async for scheme in schemes)

    def prepare(self, channel: SideChannel, until: float) -> Steps[Scheme]:
        prepared: list[Scheme] = []
        for scheme in self._schemes:
            prepared.append((yield from scheme.prepare(channel, until)))
        return _AllOf(prepared)

    def authenticate(self, request: Request, until: float) -> Steps[Request]:
        for scheme in self._schemes:
            request = yield from scheme.authenticate(request, until)
        return request

    def refresh(self, until: float) -> Steps[bool]:
        """Refresh all: a response does not say whose credential was rejected."""
        refreshed = False
        for scheme in self._schemes:
            refreshed = (yield from scheme.refresh(until)) or refreshed
        return refreshed

    def rejects_token(self, error: Error) -> bool:
        return any(scheme.rejects_token(error) for scheme in self._schemes)

    def verify(self, response: RawResponse, until: float) -> Steps[None]:
        for scheme in self._schemes:
            yield from scheme.verify(response, until)

    def encrypt(self, text: str) -> str:
        return self._with_key("encrypt").encrypt(text)

    def decrypt(self, text: str) -> str:
        return self._with_key("decrypt").decrypt(text)

    def _with_key(self, method: str) -> Scheme:
        """Return the first scheme that has its own method, else one without keys."""
        base = getattr(Scheme, method)
        own = (
            each for each in self._schemes if getattr(type(each), method) is not base
        )
        return next(own, self._schemes[0])

    def secrets(self, plain: Request, signed: Request) -> Iterator[str]:
        for scheme in self._schemes:
            yield from scheme.secrets(plain, signed)

    def request_id(self, response: RawResponse, message: str) -> str | None:
        ids = (scheme.request_id(response, message) for scheme in self._schemes)
        return next(filter(None, ids), None)
