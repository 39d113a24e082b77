"""Select the endpoint of a request among those of one verb and path.

What differs decides: constants first, then whether the arguments fit, then which endpoint
accounts for most of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from ..mismatches import Decrypt
from . import ArgumentMismatch, DocumentedError, IncomingRequest
from .argument_checks import read
from .constants import count
from .routing import Match, Route
from .values import UNKNOWN

UnsealOf: TypeAlias = Callable[[Route], Decrypt]
"""How a request to a route is decrypted."""


def selected(
    matches: Sequence[Match], incoming: IncomingRequest, unseal_of: UnsealOf
) -> Match:
    """The match that the request is for; fails with `DocumentedError` if it fits none.

    Where the constants leave one endpoint only, its arguments are not looked at: what is
    wrong with them is for that endpoint to say.
    """
    if len(matches) == 1:
        return matches[0]
    tried = [_Tried(match, incoming, unseal_of) for match in matches]
    candidates = [one for one in tried if not one.unmet]
    most = max((one.constants for one in candidates), default=0)
    candidates = [one for one in candidates if one.constants == most]
    if len(candidates) != 1:
        candidates = [one for one in candidates if not one.wrong]
    if not candidates:
        reasons = "; ".join(map(str, tried))
        place = f"{incoming.method} {incoming.path}"
        message = f"no endpoint of {place} takes this request: {reasons}"
        raise DocumentedError(400, "BAD_REQUEST", message)
    return max(candidates, key=lambda one: one.rank).match


class _Tried:
    """A request read as one of an endpoint."""

    def __init__(
        self, match: Match, incoming: IncomingRequest, unseal_of: UnsealOf
    ) -> None:
        endpoint = match.route.endpoint
        assert endpoint is not None, "an endpoint of a side shares its path with none"
        given = read(endpoint, incoming, match.texts, unseal_of(match.route))
        self.match = match
        self.constants = count(endpoint)
        self.unmet = given.unmet
        self.wrong = [one for one in given.misplaced if one.issue != UNKNOWN]
        values = given.arguments.values()
        known = sum(value not in (None, msgspec.UNSET) for value in values)
        self.rank = (len(self.wrong) - len(given.misplaced), known)
        """Of two that fit: fewer unknown names, then more arguments."""

    def __str__(self) -> str:
        issue: ArgumentMismatch = (*self.unmet, *self.wrong)[0]
        return f"{self.match.route.name}: {issue}"
