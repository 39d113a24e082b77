"""Selection of an endpoint among several with the same method and path.

The media type of the body decides first, then constants, then whether the arguments match, then whether the request asks
for a stream of events, then the number of arguments that the endpoint knows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec

from ..calls import Endpoint
from ..endpoint_metadata import is_streamed
from ..mismatches import Decrypt
from . import ArgumentMismatch, DocumentedError, IncomingRequest
from .argument_checks import check_arguments
from .body_media import with_media
from .constants import count_constants
from .negotiation import asks_for_events
from .routing import Match, Route
from .values import UNKNOWN

DecryptFor: TypeAlias = Callable[[Route], Decrypt]
"""Returns the function that decrypts the fields of requests to a route."""


def select(
    matches: Sequence[Match], incoming: IncomingRequest, decrypt_for: DecryptFor
) -> Match:
    """Return the match of a request; raise `DocumentedError` if it matches no endpoint.

    If the constants leave a single endpoint, its arguments are not checked here, so that
    their mismatches are reported as errors of that endpoint.
    """
    if len(matches) > 1:
        matches = with_media(matches, incoming.headers.get("Content-Type"))
    if len(matches) == 1:
        return matches[0]
    attempts = [_Candidate(match, incoming, decrypt_for) for match in matches]
    candidates = [each for each in attempts if not each.constant_mismatches]
    most = max((each.constants for each in candidates), default=0)
    candidates = [each for each in candidates if each.constants == most]
    if len(candidates) != 1:
        candidates = [each for each in candidates if not each.mismatches]
    if not candidates:
        reasons = "; ".join(map(str, attempts))
        message = (
            f"no endpoint of {incoming.method} {incoming.path} matches this request:"
            f" {reasons}"
        )
        raise DocumentedError(400, "BAD_REQUEST", message)
    return max(candidates, key=lambda each: each.rank).match


class _Candidate:
    """A request checked against one endpoint."""

    def __init__(
        self, match: Match, incoming: IncomingRequest, decrypt_for: DecryptFor
    ) -> None:
        endpoint = match.route.endpoint
        assert endpoint is not None, "a route of an auth scheme has no alternatives"
        arguments = check_arguments(
            endpoint, incoming, match.values, decrypt_for(match.route)
        )
        self.match = match
        self.constants = count_constants(endpoint)
        self.constant_mismatches = arguments.constant_mismatches
        self.mismatches = [
            each for each in arguments.mismatches if each.issue != UNKNOWN
        ]
        values = arguments.parameters.values()
        known = sum(value not in (None, msgspec.UNSET) for value in values)
        self.rank = (
            _streams_events(endpoint) == asks_for_events(incoming),
            len(self.mismatches) - len(arguments.mismatches),
            known,
        )
        """Responses of the right kind rank highest, then fewer unknown names, then more
        arguments."""

    def __str__(self) -> str:
        mismatch: ArgumentMismatch = (*self.constant_mismatches, *self.mismatches)[0]
        return f"{self.match.route.name}: {mismatch}"


def _streams_events(endpoint: Endpoint[Any]) -> bool:
    kinds = endpoint.responses.values()
    return any(is_streamed(kind) and kind.format == "events" for kind in kinds)
