"""Definition of an auth scheme, as data."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct, field

from ..model import Text


class Argument(NamedTuple):
    """A keyword argument of the scheme's class. `annotation` is a name of the scheme's module or a builtin; with `several`, the argument is a
    sequence of it. An argument that is not `required` defaults to None."""

    name: str
    annotation: str
    meaning: Text
    sample: str = ""
    """A Python expression for samples in the documentation; those leave out an argument without."""
    required: bool = True
    conditional: bool = False
    """Whether an argument that is not `required` is needed unless others are given; the scheme's `advice` has the cases."""
    several: bool = False
    when: tuple[str, tuple[str, ...]] | None = None
    """An option, and the values of it with which clients have this argument; None: always."""
    sample_of: str = ""
    """An option with the name of an endpoint: its sample is a call of this endpoint."""


class Option(NamedTuple):
    """An option that a spec may set: a text, passed to the scheme's class as a keyword. If an argument has its name, the option is the argument's
    default."""

    meaning: str
    form: Literal["text", "name", "url", "endpoint", "location"] = "text"
    """`name`: of a header, a query parameter or a cookie. `url`: https, or http for loopback; or a path on the hosts of the API. `endpoint`: of
    the spec, such as `auth.token`. `location`: a dotted path in the response of this endpoint."""
    choices: tuple[str, ...] = ()
    """The values that it may have; any if empty."""
    required: bool = False
    default: str = ""
    """Value that the scheme's class takes if the spec sets none."""


class Added(NamedTuple):
    """A header, query parameter, cookie or field of a URL-encoded form that the scheme adds to a request; `{option}` as the name stands for that
    option's value."""

    where: Literal["header", "query", "cookie", "form"]
    name: str
    meaning: Text
    sample: str


class WebhookDefinition(NamedTuple):
    """Webhooks of a provider with this scheme; `class_name` in `module` of the runtime part verifies and decodes them."""

    module: str
    class_name: str
    proof: Text
    """How a receiver verifies deliveries, and what the client needs for it."""
    acknowledgement: Text
    redelivery: Text


class MockSide(NamedTuple):
    """Server side of a scheme, for mocks: `class_name` in `module` of the runtime part, a subclass of `specloom.runtime.mock.ServerAuth`. It verifies
    requests, and has the credentials of a mock's clients. Options that a spec sets are passed to it as keywords.
    """

    module: str
    class_name: str
    base: tuple[str, str] | None = None
    """Module and name of a subclass of `Mock`, with what every mock of an API with this scheme has in addition."""


class SchemeDefinition(Struct, frozen=True):
    """An auth scheme: its runtime part, the arguments of a client, and what requests carry."""

    name: str
    """Name of the scheme's folder in clients, `_runtime/auth/<name>`."""
    runtime: str
    """Import name of the runtime part: a package without subpackages, which is copied into clients. Its modules import of specloom only
    `specloom.runtime…`, and each other by `from .module import …`."""
    module: str
    """Module of the runtime part with the scheme's class, its `exports` and its `errors`."""
    class_name: str
    title: Text
    arguments: tuple[Argument, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])
    adds: tuple[Added, ...] = ()
    default_header: str = ""
    """Header that carries the credential if no option `header`, `query` or `cookie` is set."""
    events: WebhookDefinition | None = None
    """None: the API itself defines the delivery of its events."""
    encrypts: bool = False
    """True if it encrypts fields that are `encrypted`."""
    verifies: bool = False
    """True if it verifies signatures of responses, for which it needs the whole body."""
    requires: tuple[str, ...] = ()
    """Requirements of generated projects, besides httpx and msgspec."""
    advice: tuple[Text, ...] = ()
    """Which arguments to pass in which case."""
    exports: tuple[str, ...] = ()
    """Names of its module that users need to make the arguments."""
    errors: tuple[str, ...] = ()
    """Exception classes of its module."""
    client: tuple[str, str] | None = None
    """Module and name of a class of the runtime part from which both clients inherit further methods. These have no I/O, and find the scheme in
    `self._settings`."""
    mock: MockSide | None = None
    """None: mocks accept any request, and their clients must be given credentials."""

    def home(self, module: str = "") -> tuple[str, ...]:
        """Return the path of a module of the runtime part below `_runtime` in a client; by default that of the scheme's class."""
        return ("auth", self.name, module or self.module)

    def modules(self) -> dict[str, Path]:
        """Return the files of the runtime part by module name; empty if there is no such package."""
        try:
            found = find_spec(self.runtime)
        except ImportError:
            found = None
        folders = found.submodule_search_locations if found is not None else None
        return {path.stem: path for folder in folders or () for path in Path(folder).glob("*.py")}
