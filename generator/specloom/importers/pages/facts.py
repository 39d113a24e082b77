"""Facts of a documentation page, each with its lines: the form between readers of pages and the converter to specs.

It is plain data, so that the facts of earlier pages can be kept as JSON.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct, field

from ..report import Outcome

Basis: TypeAlias = Literal["stated", "inferred", "guessed"]
"""Stated by the page, inferred from its examples, or guessed by a rule of the reader."""
Kind: TypeAlias = Literal[
    "string", "integer", "number", "boolean", "datetime", "object", "json", "file"
]


class Value(Struct, omit_defaults=True):
    """A value of an enumeration, and its meaning."""

    value: str
    text: str = ""


class Field(Struct, omit_defaults=True):
    """A parameter or a field. A list of lists has `lists` 2."""

    name: str
    line: int
    kind: Kind = "string"
    required: bool = True
    nullable: bool = False
    lists: int = 0
    shortest: int | None = None
    longest: int | None = None
    values: list[Value] = field(default_factory=list[Value])
    fields: list[Field] = field(default_factory=list["Field"])
    title: str = ""
    description: str = ""
    when: str = ""
    """Condition under which an optional field is required."""
    example: object = None
    unit: str = ""
    encrypted: bool = False
    basis: Basis = "stated"


class Response(Struct, omit_defaults=True):
    """A response of one status; without fields it has no content."""

    status: int
    line: int
    fields: list[Field] = field(default_factory=list[Field])
    is_list: bool = False
    """True if it is a list of objects with these fields."""
    is_json: bool = False
    """True if it is JSON of which nothing more is known."""
    is_file: bool = False
    basis: Basis = "stated"


class ErrorRow(Struct, omit_defaults=True):
    """A row of a table of errors; `status` 0 is any."""

    code: str
    line: int
    status: int = 0
    reason: str = ""
    remedy: str = ""
    retry: str = ""
    """`retry` of a spec, if the site's reader knows it."""


class Link(Struct):
    """A page that the page names."""

    title: str
    url: str
    line: int


class Example(Struct, omit_defaults=True):
    """A request and a response that belong together."""

    line: int
    path: dict[str, object] = field(default_factory=dict[str, object])
    query: dict[str, object] = field(default_factory=dict[str, object])
    body: object = None
    response: object = None
    status: int = 200


class Fact(Struct, omit_defaults=True):
    """A row of the facts of an endpoint: its key, its title, and each value with its meaning."""

    key: str
    title: str
    values: list[Value]
    line: int


class Operation(Struct, omit_defaults=True):
    """An operation: method, path and what the page says about it."""

    method: str
    path: str
    line: int
    title: str = ""
    description: str = ""
    lines: dict[str, int] = field(default_factory=dict[str, int])
    """Lines of title, description and other single facts by the keys of a spec."""
    path_fields: list[Field] = field(default_factory=list[Field])
    query: list[Field] = field(default_factory=list[Field])
    headers: list[Field] = field(default_factory=list[Field])
    body: list[Field] | None = None
    parts: list[Field] | None = None
    text_media: str = ""
    """Media type of request and response if they are texts of a format that specs cannot describe, such as XML."""
    responses: list[Response] = field(default_factory=list[Response])
    errors: list[ErrorRow] = field(default_factory=list[ErrorRow])
    hosts: list[str] = field(default_factory=list[str])
    """Hosts of this operation, if they are not those of the API."""
    is_signed: bool = True
    facts: list[Fact] = field(default_factory=list[Fact])
    links: list[Link] = field(default_factory=list[Link])
    examples: list[Example] = field(default_factory=list[Example])
    updated: str = ""
    name_on_site: str = ""

    @property
    def name(self) -> str:
        """Method and path, for reports."""
        return f"{self.method} {self.path}"

    @property
    def size(self) -> int:
        """Number of parameters, and of fields at the top of bodies."""
        groups = self.path_fields, self.query, self.headers, self.body or [], self.parts or []
        return sum(map(len, groups)) + sum(len(each.fields) for each in self.responses)


class Event(Struct, omit_defaults=True):
    """A webhook event."""

    name: str
    line: int
    title: str = ""
    description: str = ""
    payload: list[Field] = field(default_factory=list[Field])
    example: object = None


class Host(Struct, omit_defaults=True):
    """A host of the API."""

    url: str
    line: int
    description: str = ""


class Remark(Struct, omit_defaults=True):
    """Lines of which a fact was left out, loosened or guessed, and the reason."""

    line: int
    outcome: Outcome
    construct: str
    message: str
    end_line: int = 0


class Site(Struct, omit_defaults=True):
    """What holds for all pages of a site: scheme, hosts, errors."""

    title: str
    auth: str
    hosts: list[Host] = field(default_factory=list[Host])
    error_shape: dict[str, object] = field(default_factory=dict[str, object])
    errors: list[ErrorRow] = field(default_factory=list[ErrorRow])


class PageFacts(Struct, omit_defaults=True):
    """What a reader found on a page."""

    reader: str
    language: str
    site: Site
    operations: list[Operation] = field(default_factory=list[Operation])
    events: list[Event] = field(default_factory=list[Event])
    remarks: list[Remark] = field(default_factory=list[Remark])
    lines_read: list[int] = field(default_factory=list[int])
    """Lines that a fact came from, beside those of the facts themselves."""
