"""Operations: the common form of what OpenAPI 3.1, 3.0 and Swagger 2.0 say in `paths`."""

from __future__ import annotations

from collections.abc import Hashable

from msgspec import Struct, field

from .documents import At

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Parameter(Struct):
    """A parameter of a request."""

    at: At
    name: str
    place: str
    """path, query, header or cookie."""
    required: bool
    schema: At | None
    style: str = "repeat"
    """Style in the words of a spec; `spread` for an object whose fields are parameters, `unknown:…` for any other."""
    is_json: bool = False
    allows_slashes: bool = False


class Media(Struct):
    """A body of one media type."""

    name: str
    at: At
    schema: At | None
    examples: list[tuple[str, At]] = field(default_factory=list["tuple[str, At]"])
    encoding: At | None = None


class RequestBody(Struct):
    """The body of a request by media type."""

    at: At
    required: bool
    media: list[Media]


class Response(Struct):
    """A response of one status."""

    at: At
    status: str
    description: str
    media: list[Media]
    headers: list[tuple[str, At, At]] = field(default_factory=list["tuple[str, At, At]"])
    """Name, header object and schema."""


class Operation(Struct):
    """An operation."""

    key: Hashable
    at: At
    method: str
    path: str
    parameters: list[Parameter]
    body: RequestBody | None
    responses: list[Response]
    security: At | None
    servers: At | None
    is_named_twice: bool = False
    """True if an earlier operation has the same id."""

    @property
    def id(self) -> str:
        return "" if self.is_named_twice else self.at.text("operationId")

    @property
    def name(self) -> str:
        """Method and path, for reports."""
        return f"{self.method} {self.path}"

    @property
    def tags(self) -> list[str]:
        listed = self.at.get("tags")
        return (
            [
                tag.value
                for tag in listed.items()
                if isinstance(tag.value, str) and tag.value.strip()
            ]
            if listed
            else []
        )
