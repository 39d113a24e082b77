"""The API as a whole: its resources, and what all of them share."""

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
    """One YAML file: a module, a class, a folder of pages. `endpoints` may be empty if it only holds other resources."""

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
        """This resource, then those below it, depth first."""
        yield self
        for child in self.resources:
            yield from child.walk()


class Scheme(Struct, frozen=True):
    """A way to authenticate: `name` is the spec's, `kind` one of `specloom.auth_schemes`, `options` what the spec sets on it."""

    name: str
    kind: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])


class Api(Struct, frozen=True, dict=True):
    name: str
    """The name of the spec folder."""
    package: str
    version: str
    client: str
    title: Text
    languages: tuple[str, ...]
    hosts: tuple[Host, ...]
    description: Text = Text()
    schemes: tuple[Scheme, ...] = ()
    auth: tuple[str, ...] = ()
    header: tuple[Field, ...] = ()
    """Sent with every request; constants are sent by themselves."""
    error_shape: ErrorShape = ErrorShape()
    """Of the endpoints that have no nearer one."""
    unprocessed: tuple[int, ...] = ()
    """Of the endpoints that have none of their own."""
    errors: tuple[ErrorCode, ...] = ()
    envelope: Envelope | None = None
    """How events are delivered; None where there are none, or where a scheme says it."""
    links: tuple[Link, ...] = ()
    resources: tuple[Resource, ...] = ()
    types: Mapping[TypeName, NamedType] = field(default_factory=dict[TypeName, NamedType])
    """In the order of their files and of their places there."""
    notes: Text = Text()
    source: str = ""
    """The spec folder as the user named it, with forward slashes."""

    @cached_property
    def ambiguous(self) -> frozenset[str]:
        """Names of types that more than one module has."""
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

    def lineage(self, path: tuple[str, ...]) -> tuple[Resource, ...]:
        """The resource at this path and those above it, the innermost first."""
        found: list[Resource] = []
        level = self.resources
        for depth in range(len(path)):
            found.insert(
                0, next(resource for resource in level if resource.path == path[: depth + 1])
            )
            level = found[0].resources
        return tuple(found)

    def endpoint(self, qualified: str) -> Endpoint | None:
        """The endpoint of this qualified name."""
        *path, name = qualified.split(".")
        resource = self.lineage(tuple(path))[0]
        return next((endpoint for endpoint in resource.endpoints if endpoint.name == name), None)

    def meaning_of(self, field: Field) -> tuple[Text, Text]:
        """Title and description of a field, or else those of the named type that it is made of."""
        if (
            not field.title
            and not field.description
            and isinstance(inner := innermost(field.type), Named)
        ):
            named = self.types[inner.to]
            return named.title, named.description
        return field.title, field.description

    def is_undocumented(self, field: Field) -> bool:
        """Whether a reader is told nothing of what a field means; the one value of a constant says it all."""
        return not any(self.meaning_of(field)) and not is_constant(field.type)

    def errors_of(self, endpoint: Endpoint) -> tuple[ErrorCode, ...]:
        """All rows that apply, the most specific first: the endpoint's, its resources', the API's."""
        inherited = (row for resource in self.lineage(endpoint.resource) for row in resource.errors)
        return (*endpoint.errors, *inherited, *self.errors)
