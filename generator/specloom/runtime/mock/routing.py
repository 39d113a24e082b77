"""Routing of requests to endpoints by method and path."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any
from urllib.parse import unquote

from ..api_definition import Service
from ..calls import Endpoint
from . import IncomingRequest, ServerAuth

_VARIABLE = re.compile(r"\{(\+?)[^{}]+\}")


def _pattern(template: str, value: str, several: str = "") -> str:
    """Return the pattern of a text with variables; `value` is that of each variable, and
    `several` that of one which may have slashes."""
    pieces = _VARIABLE.split(template)
    pattern = re.escape(pieces[0])
    for catch_all, after in zip(pieces[1::2], pieces[2::2], strict=True):
        pattern += (several if catch_all else value) + re.escape(after)
    return pattern


def authority_pattern(url: str) -> re.Pattern[str]:
    """Return the pattern of name and port of a host, whose URL may have variables."""
    authority = url.partition("://")[2].partition("/")[0]
    return re.compile(_pattern(authority, "[^/:]+"), re.IGNORECASE)


@dataclass(frozen=True)
class Route:
    """Method and path of an endpoint; `auth` is set for endpoints of an auth scheme."""

    name: str
    method: str
    path: str
    endpoint: Endpoint[Any] | None = None
    auth: ServerAuth | None = None
    has_example: bool = True
    """False for a media type without the documented example."""

    @cached_property
    def shape(self) -> str:
        """The path with its variables as `{}`."""
        return _VARIABLE.sub("{}", self.path)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_pattern(self.path, "([^/]+)", "(.+)"))

    @property
    def catch_all(self) -> bool:
        """True if a variable may have several segments."""
        return "{+" in self.path

    def match(self, path: str) -> tuple[str, ...] | None:
        """Return the decoded values of the variables in a path; None for another path."""
        match = self._pattern.fullmatch(path)
        return None if match is None else tuple(map(unquote, match.groups()))


@dataclass(frozen=True)
class Match:
    """Route that matches a request, with the values of the path variables."""

    route: Route
    values: tuple[str, ...] = ()


class Routes:
    """All routes. Fixed text takes precedence over variables: `/orders/last` before
    `/orders/{id}`."""

    def __init__(
        self,
        service: Service,
        endpoints: Iterable[Endpoint[Any]],
        scheme_endpoints: Mapping[str, ServerAuth],
    ) -> None:
        routes = [Route(each.name, each.method, each.path, each) for each in endpoints]
        routes += [
            Route(name, *auth.endpoints[name], None, auth)
            for name, auth in scheme_endpoints.items()
        ]
        routes.sort(key=lambda route: route.path.count("{"))
        self._by_depth: defaultdict[int, list[Route]] = defaultdict(list)
        self._catch_all: list[Route] = []
        for route in routes:
            self.add(route)
        urls = list(service.hosts)
        urls += [
            url
            for route in routes
            if route.endpoint
            for url in route.endpoint.host_urls
        ]
        prefixes = {
            url.partition("://")[2].partition("/")[2].rstrip("/") for url in urls
        }
        self._prefixes = [
            re.compile(f"/{_pattern(prefix, '[^/]+')}(?=/)")
            for prefix in sorted(filter(None, prefixes))
        ]

    def add(self, route: Route) -> None:
        """Add a route, which comes after those that are there."""
        if route.catch_all:
            self._catch_all.append(route)
        else:
            self._by_depth[route.path.count("/")].append(route)

    def __iter__(self) -> Iterator[Route]:
        return chain(*self._by_depth.values(), self._catch_all)

    def find(self, incoming: IncomingRequest) -> list[Match]:
        """Return the routes of a request's method and path: one, or several of the spec.

        A route of an auth scheme is returned only if the spec has none.
        """
        matches = [
            Match(route, values)
            for route, values in self._matching(incoming.path)
            if route.method == incoming.method
        ]
        same_shape = [
            match
            for match in matches
            if match.route.endpoint is not None
            and match.route.shape == matches[0].route.shape
        ]
        return same_shape or matches[:1]

    def methods(self, incoming: IncomingRequest) -> list[str]:
        """Return the methods of the request's path."""
        return sorted({route.method for route, _ in self._matching(incoming.path)})

    def _matching(self, path: str) -> Iterable[tuple[Route, tuple[str, ...]]]:
        without_prefix = (
            path[match.end() :]
            for prefix in self._prefixes
            if (match := prefix.match(path))
        )
        for candidate in (*without_prefix, path):
            routes = self._by_depth[candidate.count("/")]
            for route in (*routes, *self._catch_all):
                values = route.match(candidate)
                if values is not None:
                    yield route, values
