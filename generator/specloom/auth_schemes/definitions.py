"""What is known of a way to authenticate, as data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct, field

from ..model import Text


def text(en: str, zh: str) -> Text:
    """A text in both languages."""
    return Text((("en", en), ("zh", zh)))


class Argument(NamedTuple):
    """A keyword argument of the scheme's class. `annotation` is a name of `runtime/auth/<module>.py` or a builtin; with `several` a
    sequence of it is given. One that is not `required` is None unless given."""

    name: str
    annotation: str
    meaning: Text
    sample: str = ""
    """A Python expression for samples in the documentation; those leave out an argument without."""
    required: bool = True
    several: bool = False


class Added(NamedTuple):
    """A header or query parameter that the scheme adds to a request; `{option}` in the name stands for that option's value."""

    where: Literal["header", "query"]
    name: str
    meaning: Text
    sample: str


class Delivery(NamedTuple):
    """How the events of a provider with this scheme come; `class_name` of `runtime/webhooks/<module>.py` reads them."""

    module: str
    class_name: str
    proof: Text
    """How a receiver knows that they are real, and what the client needs for it."""
    acknowledgement: Text
    redelivery: Text


class MockSide(NamedTuple):
    """The server's side of a scheme: `class_name` of `runtime/mock/<module>.py`, a subclass of `ServerAuth` there. It verifies requests, and has
    the credentials of a mock's clients. Options that a spec sets are passed on to it as keywords.
    """

    module: str
    class_name: str
    source: Path | None = None
    """The file to copy, for schemes of other packages: one module, which imports of specloom only `specloom.runtime`."""
    base: tuple[str, str] | None = None
    """Module (in `runtime/mock`) and name of a subclass of `Mock`, for what a mock of any API with this scheme has besides."""


class SchemeDefinition(Struct, frozen=True):
    """A way to authenticate: its module and class in the runtime, what a client is given, what requests then carry."""

    module: str
    class_name: str
    title: Text
    arguments: tuple[Argument, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """What a spec may set (a text each) and its meaning; options are passed on to the class as keywords."""
    adds: tuple[Added, ...] = ()
    events: Delivery | None = None
    """None: the API says itself how its events come."""
    encrypts: bool = False
    """Whether it seals fields that are `encrypted`."""
    requires: tuple[str, ...] = ()
    """Requirements of generated projects, besides httpx and msgspec."""
    source: Path | None = None
    """The file to copy, for schemes of other packages: one module, which imports of specloom only `specloom.runtime`."""
    advice: tuple[Text, ...] = ()
    """What to give in which case."""
    exports: tuple[str, ...] = ()
    """Names of its module that users need to make the arguments."""
    errors: tuple[str, ...] = ()
    """Exception classes of its module."""
    mock: MockSide | None = None
    """None: mocks accept any request, and their clients must be given credentials."""
