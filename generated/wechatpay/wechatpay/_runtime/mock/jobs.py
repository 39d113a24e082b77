"""Jobs of a mock: polled endpoints, whose state becomes final after some queries."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import Any, Final, Literal, get_args

import msgspec

from ..bodies import to_json
from ..calls import Endpoint
from ..codec import InvalidJson, decode
from ..encoding import encoder_for
from ..field_info import Annotation, origin_of
from ..polling import Poll, is_polled
from ..response_paths import parse_steps, value_at
from . import IncomingRequest, MockResponse
from .argument_checks import CheckedArguments
from .response_parts import members, type_at, with_value
from .server_core import Mock

_MAX_JOBS: Final = 1_000
"""Jobs whose queries are counted; the oldest are forgotten first."""


class PollingMock(Mock):
    """Mock of an API with polled endpoints."""

    pending_queries: int = 1
    """Queries of each job to which the mock responds with a state that is not final."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.final_states: dict[str, str | int | bool] = {}
        """Final states by endpoint (`jobs.query`); by default that of the example, or
        the first one documented."""
        self._queries: dict[tuple[str, str, bytes], int] = {}

    def adapt_example(
        self,
        endpoint: Endpoint[Any],
        response: MockResponse,
        incoming: IncomingRequest,
        arguments: CheckedArguments,
    ) -> MockResponse:
        """Return the documented response with the state of the job."""
        response = super().adapt_example(endpoint, response, incoming, arguments)
        if not is_polled(endpoint) or response.status >= 300:
            return response
        try:
            document, _ = decode(response.body)
        except InvalidJson:
            return response
        key = (endpoint.name, repr(arguments.parameters), _content(arguments, incoming))
        with self.lock:
            number = self._queries.pop(key, 0) + 1
            self._queries[key] = number
            if len(self._queries) > _MAX_JOBS:
                del self._queries[next(iter(self._queries))]
        poll = endpoint.poll
        documented = value_at(document, poll.until)
        state: object = self.final_states.get(endpoint.name)
        if number <= self.pending_queries:
            body_type = endpoint.responses.get(
                endpoint.documented(response.status) or response.status
            )
            state = _pending(poll, documented, body_type)
        elif state is None:
            state = documented if documented in poll.states else poll.states[0]
        steps = [str(step) for step in parse_steps(poll.until)]
        return replace(response, body=to_json(with_value(document, steps, state), str))


def _content(arguments: CheckedArguments, incoming: IncomingRequest) -> bytes:
    """Return the body without what authentication adds to a form in each attempt."""
    body = arguments.body
    if isinstance(body, msgspec.Struct):
        return to_json(encoder_for(type(body)).encode(body), str)
    return incoming.body


def _pending(poll: Poll, documented: object, annotation: Annotation) -> object:
    """Return a state that is not final: that of the example, or one of its type."""
    if documented is not None and documented not in poll.states:
        return documented
    for step in parse_steps(poll.until):
        annotation = type_at(annotation, step)
    for kind in members(annotation):
        values: list[Any] = []
        if isinstance(kind, type) and issubclass(kind, Enum):
            values = [member.value for member in kind]
        elif origin_of(kind) is Literal:
            values = list(get_args(kind))
        elif kind is bool:
            values = [False, True]
        elif kind is int:
            values = list(range(len(poll.states) + 1))
        for value in values:
            if value not in poll.states:
                return value
    return "PENDING"
