"""Poll resolver: how to wait for the final state that an endpoint tells."""

from __future__ import annotations

import re

from .. import model
from ..model import Endpoint, Poll, Type
from .collector import DiagnosticCollector, did_you_mean
from .endpoints import EndpointResolver
from .localized import child, word, words
from .nodes import MapNode, Node, Scalar
from .response_paths import ResponsePaths, is_json

_TIME = re.compile(r"([0-9]{1,6})(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DEADLINE = 600.0
_BOOLEANS = {"true": True, "false": False}


class PollResolver:
    """Resolves `poll` of endpoints."""

    def __init__(self, endpoints: EndpointResolver, diagnostics: DiagnosticCollector) -> None:
        self.endpoints = endpoints
        self.paths = ResponsePaths(endpoints.fields.built, "poll", diagnostics)
        self.diagnostics = diagnostics

    def poll_of(self, endpoint: Endpoint, node: MapNode) -> Poll | None:
        """Return how an endpoint is polled; None if it is not, or after a problem."""
        poll = node.get("poll")
        if not isinstance(poll, MapNode):
            return None
        self._check_endpoint(endpoint, node, poll)
        bodies = [each.type for each in endpoint.responses if each.type is not None]
        if len(bodies) != 1 or not is_json(endpoint, bodies[0]):
            self._report(
                poll,
                "a polled endpoint needs exactly one response with a JSON body",
                "remove `poll`, or the other responses",
            )
            return None
        every = self._time(poll.get("every"))
        deadline = self._time(poll.get("deadline")) or _DEADLINE
        if every and deadline <= every:
            self._report(
                poll.get("deadline") or poll,
                "the deadline is not longer than the first pause",
                "write a longer one, such as 10m",
            )
        states = self._states(bodies[0], poll)
        if states is None or every is None:
            return None
        return Poll(word(poll.get("until")), states, every, deadline)

    def _check_endpoint(self, endpoint: Endpoint, node: MapNode, poll: MapNode) -> None:
        key = node.entries["poll"].key
        other = node.entries.get("paging")
        if other is not None:
            self._report(
                key,
                "an endpoint has either `paging` or `poll`",
                "remove the one that does not apply",
            )
        safe = word(node.get("idempotency")) == "safe" or (
            endpoint.method in ("GET", "HEAD") and "idempotency" not in node.entries
        )
        if not safe:
            self._report(
                key,
                "polling sends a request many times, but this endpoint is not `idempotency: safe`",
                "move `poll` to the endpoint that reads the state",
            )
        for field in (
            *endpoint.path_fields,
            *endpoint.query,
            *endpoint.header,
            *self.endpoints.request_fields.flat(endpoint),
        ):
            if field.name == "deadline":
                self.diagnostics.add_at(
                    field.location,
                    "poll",
                    f"`{field.wire}` and the total timeout of the wait have the same Python name `deadline`",
                    "give the field another name with `as:`",
                    len(field.wire),
                )

    def _time(self, node: Node | None) -> float | None:
        """Return a time in seconds; report a zero."""
        match = _TIME.fullmatch(word(node))
        if match is None or not isinstance(node, Scalar):
            return None
        if not int(match[1]):
            self._report(node, "a time must not be zero", "write a time such as 2s")
            return None
        return int(match[1]) * _SECONDS[match[2]]

    def _states(self, body: Type, poll: MapNode) -> tuple[str | int | bool, ...] | None:
        """Return the final states, of the type of the field."""
        until = poll.get("until")
        found = self.paths.find(body, until)
        if found is None or not isinstance(until, Scalar):
            return None
        bare = found.type if isinstance(found, model.Nullable) else found
        named = self.endpoints.fields.built.get(bare.to) if isinstance(bare, model.Named) else None
        kinds = self.paths.kinds(bare)
        if not isinstance(
            bare, model.String | model.Integer | model.Boolean | model.AnyJson
        ) and not isinstance(named, model.Enumeration):
            self._report(
                until,
                f"the value of `{until.text}` cannot be a state",
                "write the path of an enum, a string, an integer or a boolean",
            )
            return None
        known: tuple[str | int, ...] = ()
        if isinstance(named, model.Enumeration):
            known = tuple(each.value for each in named.values)
        elif isinstance(bare, model.String | model.Integer):
            known = bare.literals
        states: list[str | int | bool] = []
        for node in words(child(poll, "is")):
            state = _state(node, kinds)
            if state is None or (known and state not in known):
                self._report(
                    node,
                    f"`{node.text}` is not a value of `{until.text}`",
                    (
                        did_you_mean(node.text, map(str, known))
                        if known
                        else f"write {' or '.join(sorted(kinds))}"
                    ),
                )
            else:
                states.append(state)
        return tuple(states) or None

    def _report(self, at: Node, message: str, hint: str) -> None:
        self.diagnostics.add(at, "poll", message, hint)


def _state(node: Scalar, kinds: frozenset[str]) -> str | int | bool | None:
    """Return a state of one of these kinds; None if it is of another. Any JSON is a text, unless it is bare."""
    if "a boolean" in kinds and node.bare and node.text in _BOOLEANS:
        return _BOOLEANS[node.text]
    if "a number" in kinds and re.fullmatch(r"-?[0-9]{1,15}", node.text):
        return int(node.text)
    return node.text if "a string" in kinds or not kinds else None
