"""Which endpoint a request is for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from ..api_definition import Service
from ..calls import Endpoint
from . import IncomingRequest, ServerAuth

_VARIABLE = re.compile(r"\{[^{}]+\}")


@dataclass(frozen=True)
class Route:
    """Method and path of an endpoint, and the side whose own one it is."""

    name: str
    method: str
    path: str
    endpoint: Endpoint[Any] | None = None
    side: ServerAuth | None = None

    @cached_property
    def shape(self) -> str:
        """The path with its variables as `{}`, whatever a spec calls them."""
        return _VARIABLE.sub("{}", self.path)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        fixed = map(re.escape, _VARIABLE.split(self.path))
        return re.compile("([^/]+)".join(fixed))

    def texts(self, segments: str) -> tuple[str, ...] | None:
        """The texts of the variables in a path, decoded; None if it is another's."""
        found = self._pattern.fullmatch(segments)
        return None if found is None else tuple(map(unquote, found.groups()))


@dataclass(frozen=True)
class Match:
    """A route that a request may be for, and the texts of the path's variables."""

    route: Route
    texts: tuple[str, ...] = ()


class Routes:
    """All of them. Fixed text goes before variables: `/orders/last`, `/orders/{id}`."""

    def __init__(
        self,
        service: Service,
        endpoints: Iterable[Endpoint[Any]],
        own: Mapping[str, ServerAuth],
    ) -> None:
        routes = [Route(one.name, one.method, one.path, one) for one in endpoints]
        routes += [
            Route(name, *side.own[name], None, side) for name, side in own.items()
        ]
        routes.sort(key=lambda route: route.path.count("{"))
        self._by_depth: defaultdict[int, list[Route]] = defaultdict(list)
        for route in routes:
            self._by_depth[route.path.count("/")].append(route)
        hosts = list(service.parsed_hosts)
        hosts += [
            host for route in routes if route.endpoint for host in route.endpoint.hosts
        ]
        self._prefixes = sorted({host.prefix for host in hosts if host.prefix})

    def find(self, incoming: IncomingRequest) -> list[Match]:
        """The routes of the request's verb and path: one, or several endpoints of the
        spec. A side's own route is there only if the spec has none."""
        found = [
            Match(route, texts)
            for route, texts in self._matching(incoming.path)
            if route.method == incoming.method
        ]
        twins = [
            one
            for one in found
            if one.route.endpoint is not None
            and one.route.shape == found[0].route.shape
        ]
        return twins or found[:1]

    def methods(self, incoming: IncomingRequest) -> list[str]:
        """The methods that this path has."""
        found = {route.method for route, _ in self._matching(incoming.path)}
        return sorted(found)

    def _matching(self, path: str) -> Iterable[tuple[Route, tuple[str, ...]]]:
        shorter = (
            path.removeprefix(one)
            for one in self._prefixes
            if path.startswith(f"{one}/")
        )
        for one in (*shorter, path):
            for route in self._by_depth[one.count("/")]:
                texts = route.texts(one)
                if texts is not None:
                    yield route, texts
