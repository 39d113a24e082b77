"""Endpoints: requests, responses, errors and examples."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from .texts import Json, SourceLocation, Text, Value
from .types import Field, File, Named, PlainText, Type

FORM_MEDIA = "application/x-www-form-urlencoded"
MULTIPART_MEDIA = "multipart/form-data"


class JsonBody(Struct, frozen=True):
    """A JSON body. With `flat` the fields of the object are separate arguments; otherwise the body is one argument, `body`.

    With a `choice` its fields can be sent as a form too: these are the media types among which the argument `media` chooses, and `media`
    is the first of them.
    """

    type: Type
    flat: bool
    media: str = "application/json"
    choice: tuple[str, ...] = ()


class FormBody(Struct, frozen=True):
    """An application/x-www-form-urlencoded body; the fields of the object are arguments."""

    type: Named


class MultipartBody(Struct, frozen=True):
    """A multipart/form-data body, in the order of the object's fields; `signed_part` is the wire name of the part to sign."""

    type: Named
    signed_part: str | None = None


class BinaryBody(Struct, frozen=True):
    """A binary body, one argument, `content`."""

    file: File
    media: str = "application/octet-stream"


PagingForm: TypeAlias = Literal["cursor", "offset", "page", "link", "url"]


class TextBody(Struct, frozen=True):
    """A text body in UTF-8, one argument, `body`."""

    type: PlainText
    media: str = "text/plain"


Body: TypeAlias = "JsonBody | FormBody | MultipartBody | BinaryBody | TextBody"


class Stream(Struct, frozen=True):
    """How a response streams its values: as server-sent events, or as JSON lines.

    The event whose data is `end` ends the stream. `name` is the field (wire name) that gets the name of an event, if its data does not
    have it.
    """

    format: Literal["events", "lines"]
    end: str | None = None
    name: str | None = None


class FileHash(Struct, frozen=True):
    """Hash that verifies a file: `header` is the response header with the expected value, or `field` the argument, which is not sent."""

    algorithm: str
    header: str | None = None
    field: Field | None = None


class MediaType(Struct, frozen=True):
    """A media type that a response can have, and the type of its body."""

    name: str
    type: Type


class Response(Struct, frozen=True):
    """A documented response other than an error. `type` is None without a body, a `File` or `PlainText` for one without JSON, and with a
    `stream` the type of each value."""

    status: int | Literal["2XX"]
    """`2XX`: any success without a response of its own."""
    type: Type | None
    title: Text = Text()
    description: Text = Text()
    headers: tuple[Field, ...] = ()
    stream: Stream | None = None
    hash: FileHash | None = None
    accept: tuple[MediaType, ...] = ()
    """Media types among which a request chooses; `type` is that of the first."""

    @property
    def types(self) -> tuple[Type, ...]:
        """Types of the body: that of each media type, or the only one."""
        only = () if self.type is None else (self.type,)
        return tuple(media.type for media in self.accept) or only

    @property
    def is_success(self) -> bool:
        return self.status == "2XX" or self.status < 300


ErrorStatus: TypeAlias = 'int | Literal["4XX", "5XX", "default"] | None'
"""Status of an error row: one, a range, or `default` for all that no other row of the endpoint has. None: any status, including 200."""


class ErrorCode(Struct, frozen=True):
    """A row of an error table. Rows that share `class_name` are one exception class with several reasons."""

    status: ErrorStatus
    code: str | None
    """None: this status with any code."""
    class_name: str
    reason: Text = Text()
    remedy: Text = Text()
    retry: Literal["never", "same", "later", "token"] | None = "never"
    """None: the status decides, in a row for several statuses."""
    outcome: Literal["rejected", "unknown"] | None = None
    """None: the status decides; see `outcome_with`."""
    body: Type | None = None
    location: SourceLocation = SourceLocation("", 1, 1)

    def outcome_with(self, unprocessed: Container[int]) -> Literal["rejected", "unknown"] | None:
        """Return the outcome of a request that fails with this error; None if it depends on the status.

        After 408 and from 500 on the request may have been executed, unless the row sets an outcome or the status is documented as
        `unprocessed`. A row without a status gets the outcome for statuses below 400.
        """
        if self.outcome is not None or isinstance(self.status, str):
            return self.outcome
        status = self.status or 0
        return (
            "unknown"
            if (status == 408 or status >= 500) and status not in unprocessed
            else "rejected"
        )


class ErrorShape(Struct, frozen=True):
    """Dotted paths of the parts of an error's JSON, with `*` for any characters of a name and `[0]` for the first entry of a list. ` | `
    separates several paths of a part, the most specific first.

    `success` is the value of `code` that means no error, if responses with a 2xx status may contain errors; of several codes, the last one
    decides. An absent code is a success too, and "0" equals 0.
    """

    code: str | None = None
    message: str | None = None
    detail: str | None = None
    success: str | None = None

    @property
    def success_path(self) -> str | None:
        """Path of the code that tells a success."""
        return None if self.code is None else alternatives(self.code)[-1]


def alternatives(paths: str) -> list[str]:
    """Return the paths of one part of an error."""
    return paths.split(" | ")


class Idempotency(Struct, frozen=True):
    """Idempotency of an endpoint.

    `key` are the fields (wire names) by which the server recognizes a retry, `optional` those of them that a request may omit. `ask` is the
    endpoint (`resource.endpoint`) that reports the outcome of a request whose response was lost.
    """

    kind: Literal["safe", "none", "key"]
    key: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    ask: str | None = None


class Paging(Struct, frozen=True):
    """How the pages of an endpoint follow each other. Paths are of wire names in the response; `.` is the whole of it."""

    form: PagingForm
    by: str
    """Wire name of the parameter that selects a page, or the relation of a link, or the path of a URL."""
    items: str
    item: Type
    """Type of an item."""
    next: str | None = None
    """Path of the next cursor."""
    limit: str | None = None
    """Wire name of the parameter with the maximum number of items of a page."""
    more: str | None = None
    total: str | None = None


class Poll(Struct, frozen=True):
    """How to wait for a final state: the path of the state in the response (of wire names), and the final values."""

    until: str
    states: tuple[str | int | bool, ...]
    every: float
    """Seconds before the second request."""
    deadline: float = 600.0
    """Total timeout of a wait in seconds."""


class Fact(Struct, frozen=True):
    """A row of an endpoint's fact list: a title and one or more values."""

    title: Text
    values: tuple[Text, ...]


class Link(Struct, frozen=True):
    """A link to a page."""

    title: Text
    url: str


class Host(Struct, frozen=True):
    """A base URL of the API."""

    url: str
    description: Text = Text()


class Example(Struct, frozen=True):
    """A documented example: a request (by wire name) and its response."""

    title: Text
    path: Mapping[str, Json]
    query: Mapping[str, Json]
    header: Mapping[str, Json]
    body: Value | None
    status: int | None
    """None if the example has no response."""
    response: Value | None
    location: SourceLocation = SourceLocation("", 1, 1)
    cookie: Mapping[str, Json] = {}


class Endpoint(Struct, frozen=True):
    """An endpoint: a method and a path, with everything documented about them."""

    name: str
    resource: tuple[str, ...]
    method: str
    path: str
    """As in the spec: with a final slash if there is one, and variables in braces."""
    path_fields: tuple[Field, ...] = ()
    """In the order in which they appear in the path."""
    query: tuple[Field, ...] = ()
    header: tuple[Field, ...] = ()
    cookie: tuple[Field, ...] = ()
    body: Body | None = None
    responses: tuple[Response, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    """Own rows; those of its resources and of the API apply too."""
    error_shape: ErrorShape = ErrorShape()
    """Own error shape, or the nearest one above."""
    unprocessed: tuple[int, ...] = ()
    """Statuses (408 and 500 to 599) that mean that the request was not processed; own ones, or the API's."""
    title: Text = Text()
    description: Text = Text()
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    name_on_site: str | None = None
    updated: str | None = None
    deprecated: Text | bool = False
    verified: bool = True
    idempotency: Idempotency = Idempotency("none")
    auth: tuple[tuple[str, ...], ...] = ()
    """Alternatives, each the names of the schemes that it needs together; empty for no authentication."""
    hosts: tuple[Host, ...] = ()
    """Hosts in place of the API's; empty for the API's."""
    paging: Paging | None = None
    poll: Poll | None = None
    url: Field | None = None
    """Argument with the URL of the request, in place of its path and query; None for an endpoint with a URL of its own."""
    examples: tuple[Example, ...] = ()
    notes: Text = Text()
    """Markdown from the notes beside the spec."""
    location: SourceLocation = SourceLocation("", 1, 1)

    @property
    def stream(self) -> Stream | None:
        """The stream of its response, which is then its only one."""
        return next((each.stream for each in self.responses if each.stream), None)

    @property
    def is_download(self) -> bool:
        """True if all responses are files, which clients stream."""
        return bool(self.responses) and all(
            isinstance(each.type, File) and not each.accept for each in self.responses
        )

    @property
    def unsent(self) -> tuple[Field, ...]:
        """Arguments for the client that are no parameters of the request: its URL, and the expected hash of its response."""
        hashes = (each.hash.field for each in self.responses if each.hash is not None)
        fields = {field.name: field for field in (self.url, *hashes) if field is not None}
        return tuple(fields.values())

    @property
    def qualified(self) -> str:
        """Qualified name `resource.endpoint`, as in `idempotency.ask` and log lines."""
        return ".".join((*self.resource, self.name))

    @property
    def accept(self) -> tuple[str, ...]:
        """Media types among which a request chooses, the default one first; empty without a choice."""
        names = (media.name for response in self.responses for media in response.accept)
        return tuple(dict.fromkeys(names))

    def response_with(self, status: int) -> Response | None:
        """Return the documented response with a status, or that of its range, or None."""
        by_status = {response.status: response for response in self.responses}
        in_range = by_status.get("2XX") if 200 <= status < 300 else None
        return by_status.get(status, in_range)
