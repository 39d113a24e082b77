"""API, resources and authentication schemes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from .endpoints import Endpoint, ErrorCode, ErrorShape, Host, Link
from .events import Envelope, Event
from .texts import Text
from .types import Field, Named, NamedType, TypeName, innermost, is_constant


class Resource(Struct, frozen=True):
    """A resource: one YAML file, which becomes a module, a class and a folder of pages.

    `endpoints` may be empty if it only groups other resources.
    """

    path: tuple[str, ...]
    title: Text = Text()
    description: Text = Text()
    endpoints: tuple[Endpoint, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    events: tuple[Event, ...] = ()
    resources: tuple[Resource, ...] = ()
    notes: Text = Text()
    source: str = ""
    """The file it was read from, relative to the spec folder; '' for a folder without a file of its own."""

    @property
    def name(self) -> str:
        return self.path[-1]

    def walk(self) -> Iterator[Resource]:
        """Yield this resource, then its descendants, depth first."""
        yield self
        for child in self.resources:
            yield from child.walk()


class Scheme(Struct, frozen=True):
    """An authentication scheme: its name in the spec, its kind (one of `specloom.auth_schemes`) and its options."""

    name: str
    kind: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])


class Api(Struct, frozen=True, dict=True):
    """A whole API."""

    name: str
    """The name of the spec folder."""
    package: str
    version: str
    client: str
    title: Text
    languages: tuple[str, ...]
    hosts: tuple[Host, ...]
    host_variables: tuple[Field, ...] = ()
    """Variables in the URLs of hosts, also of endpoints: arguments of clients. One with a default is not required; the client uses the default."""
    description: Text = Text()
    schemes: tuple[Scheme, ...] = ()
    auth: tuple[tuple[str, ...], ...] = ()
    """Default for endpoints without their own."""
    header: tuple[Field, ...] = ()
    """Headers of every request; the client sends the constant ones itself."""
    error_shape: ErrorShape = ErrorShape()
    """Default for endpoints without a nearer error shape."""
    unprocessed: tuple[int, ...] = ()
    """Default for endpoints without their own."""
    errors: tuple[ErrorCode, ...] = ()
    envelope: Envelope | None = None
    """Envelope of events; None without events, or if the scheme defines it."""
    links: tuple[Link, ...] = ()
    resources: tuple[Resource, ...] = ()
    types: Mapping[TypeName, NamedType] = field(default_factory=dict[TypeName, NamedType])
    """Named types in the order of their files and positions."""
    notes: Text = Text()
    source: str = ""
    """The spec folder as the user named it, with forward slashes."""

    @cached_property
    def ambiguous(self) -> frozenset[str]:
        """Type names that several modules declare."""
        count = Counter(name.name for name in self.types)
        return frozenset(name for name, times in count.items() if times > 1)

    def all_resources(self) -> Iterator[Resource]:
        for resource in self.resources:
            yield from resource.walk()

    def all_endpoints(self) -> Iterator[Endpoint]:
        for resource in self.all_resources():
            yield from resource.endpoints

    def all_events(self) -> Iterator[Event]:
        for resource in self.all_resources():
            yield from resource.events

    @cached_property
    def has_streams(self) -> bool:
        """Whether an endpoint streams its response."""
        return any(endpoint.stream for endpoint in self.all_endpoints())

    def lineage(self, path: tuple[str, ...]) -> tuple[Resource, ...]:
        """Return the resource at a path and its ancestors, the innermost first."""
        lineage: list[Resource] = []
        level = self.resources
        for depth in range(len(path)):
            lineage.insert(
                0, next(resource for resource in level if resource.path == path[: depth + 1])
            )
            level = lineage[0].resources
        return tuple(lineage)

    def endpoint(self, qualified: str) -> Endpoint | None:
        """Return the endpoint with a qualified name (`resource.endpoint`), or None."""
        *path, name = qualified.split(".")
        resource = self.lineage(tuple(path))[0]
        return next((endpoint for endpoint in resource.endpoints if endpoint.name == name), None)

    def meaning_of(self, field: Field) -> tuple[Text, Text]:
        """Return title and description of a field, or else those of its named type."""
        if (
            not field.title
            and not field.description
            and isinstance(inner := innermost(field.type), Named)
        ):
            named = self.types[inner.to]
            return named.title, named.description
        return field.title, field.description

    def is_undocumented(self, field: Field) -> bool:
        """Return whether a field has neither title nor description; a constant needs none."""
        return not any(self.meaning_of(field)) and not is_constant(field.type)

    def errors_of(self, endpoint: Endpoint) -> tuple[ErrorCode, ...]:
        """Return all error rows of an endpoint, the most specific first: its own, its resources', the API's."""
        inherited = (row for resource in self.lineage(endpoint.resource) for row in resource.errors)
        return (*endpoint.errors, *inherited, *self.errors)
