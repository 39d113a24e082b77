"""Endpoints: what is sent, what comes back, and what can go wrong."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from .texts import Json, SourceLocation, Text, Value
from .types import Field, File, Named, Type


class JsonBody(Struct, frozen=True):
    """`flat`: the fields of the structure are arguments of the endpoint, one by one; else the body is one argument, `body`."""

    type: Type
    flat: bool
    media: str = "application/json"


class FormBody(Struct, frozen=True):
    """application/x-www-form-urlencoded; the structure's fields are arguments."""

    type: Named


class MultipartBody(Struct, frozen=True):
    """multipart/form-data, in the order of the structure's fields; `signed_part` is the wire name of the part that is signed."""

    type: Named
    signed_part: str | None = None


class BinaryBody(Struct, frozen=True):
    """Raw bytes, one argument, `content`."""

    file: File
    media: str = "application/octet-stream"


Body: TypeAlias = "JsonBody | FormBody | MultipartBody | BinaryBody"


class Response(Struct, frozen=True):
    """A documented answer that is not an error. `type` is None for no content, a `File` for raw bytes."""

    status: int
    type: Type | None
    title: Text = Text()
    description: Text = Text()
    headers: tuple[Field, ...] = ()


class ErrorCode(Struct, frozen=True):
    """A row of an error table. Rows that share `class_name` are one exception class with several reasons."""

    status: int | None
    """None: any status, also inside HTTP 200."""
    code: str | None
    """None: this status whatever the code."""
    class_name: str
    reason: Text = Text()
    remedy: Text = Text()
    retry: Literal["never", "same", "later", "token"] = "never"
    outcome: Literal["rejected", "unknown"] | None = None
    """None: its status decides; see `outcome_with`."""
    body: Type | None = None
    location: SourceLocation = SourceLocation("", 1, 1)

    def outcome_with(self, unprocessed: Container[int]) -> Literal["rejected", "unknown"]:
        """What becomes of a request that fails so. After 408 and from 500 on it may have been executed, unless the row says
        otherwise, or the status is documented as `unprocessed`. Of a row without a status: what it means with one below 400.
        """
        if self.outcome is not None:
            return self.outcome
        status = self.status or 0
        return (
            "unknown"
            if (status == 408 or status >= 500) and status not in unprocessed
            else "rejected"
        )


class ErrorShape(Struct, frozen=True):
    """Where in an error's JSON its parts lie: dotted paths, in which `*` stands for any characters of a name, and `[0]` for
    the first entry of a list. `success`: the value of `code` that means no error, if responses with a 2xx status may carry
    errors; an absent code is a success too, and "0" is as good as 0."""

    code: str | None = None
    message: str | None = None
    detail: str | None = None
    success: str | None = None


class Idempotency(Struct, frozen=True):
    """What a repeated request does. `key`: by which fields (wire names) the server recognises it, and which of them a request
    may lack (`optional`); `ask`: which endpoint (`resource.endpoint`) tells what became of a request whose answer was lost.
    """

    kind: Literal["safe", "none", "key"]
    key: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    ask: str | None = None


class Fact(Struct, frozen=True):
    """A row of an endpoint's fact list: a title and one or more values."""

    title: Text
    values: tuple[Text, ...]


class Link(Struct, frozen=True):
    title: Text
    url: str


class Host(Struct, frozen=True):
    url: str
    description: Text = Text()


class Example(Struct, frozen=True):
    """A documented example: what is sent (by wire name) and what comes back."""

    title: Text
    path: Mapping[str, Json]
    query: Mapping[str, Json]
    header: Mapping[str, Json]
    body: Value | None
    status: int | None
    """None if the example shows no answer."""
    response: Value | None
    location: SourceLocation = SourceLocation("", 1, 1)


class Endpoint(Struct, frozen=True):
    name: str
    resource: tuple[str, ...]
    method: str
    path: str
    """As in the spec: a final slash stays, variables in braces."""
    path_fields: tuple[Field, ...] = ()
    """In the order in which they appear in the path."""
    query: tuple[Field, ...] = ()
    header: tuple[Field, ...] = ()
    body: Body | None = None
    responses: tuple[Response, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    """This endpoint's own rows; those of its resources and the API apply too."""
    error_shape: ErrorShape = ErrorShape()
    """Its own, or the nearest above."""
    unprocessed: tuple[int, ...] = ()
    """Statuses (408 and 500 to 599) that say that the request was not processed; its own, or the API's."""
    title: Text = Text()
    description: Text = Text()
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    name_on_site: str | None = None
    updated: str | None = None
    deprecated: Text | bool = False
    verified: bool = True
    idempotency: Idempotency = Idempotency("none")
    auth: tuple[str, ...] = ()
    """Names of schemes, any of which will do; empty: none."""
    hosts: tuple[Host, ...] = ()
    """Instead of the API's; empty: the API's."""
    examples: tuple[Example, ...] = ()
    notes: Text = Text()
    """Markdown from the notes beside the spec."""
    location: SourceLocation = SourceLocation("", 1, 1)

    @property
    def qualified(self) -> str:
        """`resource.endpoint`, as `idempotency.ask` and log lines name it."""
        return ".".join((*self.resource, self.name))
