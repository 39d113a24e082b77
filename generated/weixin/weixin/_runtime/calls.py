"""Endpoints, and calls of them as values.

A call is checked when it is made. It can be looked at, kept, queued, pickled, and sent by
any client, plain or async, any number of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, Generic, TypeGuard, TypeVar

import msgspec

from .bodies import Binary, Body, Form, Json, to_text
from .confidential import Confidential
from .drafts import RequestDraft
from .encode_errors import EncodeError, Encoder
from .encoding import encoder_for
from .endpoint_metadata import (
    BINARY,
    BinaryContent,
    ErrorCode,
    Idempotency,
    Keyed,
    Response,
)
from .error_shape import ErrorShape
from .errors import ConfigError, InvalidRequest
from .headers import is_field_value
from .hosts import Host, parse_hosts
from .json_types import is_list
from .models import Model
from .public_names import public
from .url_encoding import NotASegment, Parameter, Path, query_parameters

T = TypeVar("T")

__all__ = [
    "BINARY",
    "Binary",
    "BinaryContent",
    "Call",
    "Endpoint",
    "ErrorCode",
    "ErrorShape",
    "Form",
    "Idempotency",
    "Json",
    "Keyed",
    "Parameter",
    "Response",
]


@public()
class Call(Confidential, Generic[T], frozen=True):
    """A call of an endpoint, ready to be sent with `client.send(call)`.

    Its `repr` hides what is confidential; its pickle is its data, all of it.
    """

    endpoint: Endpoint[T]
    arguments: msgspec.Struct | None
    """Path, query and header parameters."""
    body: object
    """The body; None if there is none."""
    draft: RequestDraft

    def __reduce__(self) -> tuple[object, ...]:
        return _call, (self.endpoint, self.arguments, self.body)

    def __repr__(self) -> str:
        shown = [
            f"{name}={value!r}"
            for part in (self.arguments, self.body)
            if isinstance(part, Model)
            for name, value in part.__rich_repr__()
            if value is not None and value is not msgspec.UNSET
        ]
        if self.body is not None and not isinstance(self.body, Model):
            shown.append("body=…")
        return f"<Call {self.endpoint.name}({', '.join(shown)})>"


def check_call(given: object) -> None:
    """Fails with `ConfigError` unless this is a call of this package."""
    if isinstance(given, Call):
        return
    kind = type(given)
    if kind.__name__ == Call.__name__ and hasattr(kind, "draft"):
        raise ConfigError(
            f"this is a call of {kind.__module__}; send it with a client of that package"
        )
    ours = __name__.partition("._runtime.")[0]
    raise ConfigError(
        f"give a call, which a function of {ours}.calls makes, not {kind.__name__}"
    )


class Endpoint(Generic[T]):
    """One endpoint, as data: what it takes, what it answers.

    `query`, `path` and `header` name the arguments that go there; a path variable that is
    named like its argument need not be listed. `fixed` holds constants. `error_shape`,
    `unprocessed`, `auth` and `hosts` replace the service's, `auth=()` is none;
    `verified=False` says that its answers carry no signature.
    """

    def __init__(
        self,
        name: str,
        method: str,
        path_template: str,
        *,
        arguments: type[msgspec.Struct] | None = None,
        path: Sequence[str | Parameter] = (),
        query: Sequence[str | Parameter] = (),
        header: Sequence[str | Parameter] = (),
        fixed: Mapping[str, Mapping[str, str]] | None = None,
        body: Body | None = None,
        responses: Mapping[int, Any] | None = None,
        errors: tuple[ErrorCode, ...] = (),
        error_shape: ErrorShape | None = None,
        unprocessed: tuple[int, ...] | None = None,
        idempotency: Idempotency = "none",
        auth: tuple[str, ...] | None = None,
        hosts: Sequence[str] = (),
        verified: bool = True,
    ) -> None:
        self.name = name
        self.method = method
        self.path = path_template
        self.responses: Mapping[int, Any] = responses or {}
        self.errors = errors
        self.error_shape = error_shape
        self.unprocessed = unprocessed
        self.idempotency: Idempotency = idempotency
        self.auth = auth
        self.verified = verified
        self._arguments = arguments
        self._places = {"path": path, "query": query, "header": header}
        self._fixed = fixed or {}
        self._body = body
        self._hosts = hosts

    @property
    def body(self) -> Body | None:
        """The kind of body that it takes; None for none."""
        return self._body

    @property
    def arguments(self) -> type[msgspec.Struct] | None:
        """The class of its path, query and header arguments; None for none."""
        return self._arguments

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the path's variables, in their order."""
        return self._path.variables

    @property
    def fixed(self) -> Mapping[str, Mapping[str, str]]:
        """Constants by place (path, query, header) and name on the wire."""
        return self._fixed

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """Its own hosts; empty if it has the service's."""
        return parse_hosts(self._hosts) if self._hosts else ()

    @property
    def inquiry(self) -> str | None:
        """Which endpoint tells what became of a request whose answer was lost."""
        return self.idempotency.inquiry if isinstance(self.idempotency, Keyed) else None

    def call(
        self, arguments: msgspec.Struct | None = None, body: object = None
    ) -> Call[T]:
        """A call with these arguments; fails with `InvalidRequest`."""
        try:
            return self._call(arguments, body)
        except EncodeError as error:
            invalid = InvalidRequest(error.problem, field=error.field())
        invalid.endpoint = self.name
        del arguments, body  # and here, so that it holds nothing of where it was found
        raise invalid

    def _call(self, arguments: msgspec.Struct | None, body: object) -> Call[T]:
        if self._body is None:
            return Call(self, arguments, None, self._draft(arguments, None))
        owned = self._body.own(body)
        checked = self._body.check(owned)
        return Call(self, arguments, owned, self._draft(arguments, checked))

    @cached_property
    def _path(self) -> Path:
        return Path(self.path)

    @cached_property
    def _encoder(self) -> Encoder:
        return encoder_for(self._arguments)

    @cached_property
    def parameters(self) -> Mapping[str, Sequence[Parameter]]:
        """The parameters that arguments become, by place; a constant is none of them."""
        placed = {
            place: [
                (
                    Parameter(entry, entry)
                    if isinstance(entry, str)
                    else Parameter(
                        entry.wire, entry.argument or entry.wire, entry.style
                    )
                )
                for entry in entries
            ]
            for place, entries in self._places.items()
        }
        listed = {parameter.wire for parameter in placed["path"]}
        listed |= self._fixed.get("path", {}).keys()
        placed["path"] += [
            Parameter(name, name) for name in self._path.variables if name not in listed
        ]
        return placed

    def _draft(self, arguments: msgspec.Struct | None, body: object) -> RequestDraft:
        given: Any = self._encoder.encode(arguments) if arguments is not None else {}
        return RequestDraft(
            self._fill_path(given),
            tuple(self._query(given)),
            {**self._fixed.get("header", {}), **dict(self._texts("header", given))},
            body,
        )

    def _fill_path(self, given: Mapping[str, Any]) -> str:
        try:
            texts = dict(self._texts("path", given))
            return self._path.fill({**self._fixed.get("path", {}), **texts})
        except NotASegment as error:
            names = {one.wire: one.argument for one in self.parameters["path"]}
            error.keys.append(names[error.variable])
            raise

    def _texts(self, place: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for parameter in self.parameters[place]:
            value = given.get(parameter.argument)
            if value is None:
                continue
            try:
                text = ",".join(
                    to_text(one, _cannot_encrypt)
                    for one in (value if is_list(value) else [value])
                )
                if place == "header" and not is_field_value(text):
                    raise EncodeError(
                        "must be ASCII in one line, without blanks around it"
                    )
            except EncodeError as error:
                error.keys.append(parameter.argument)
                raise
            yield parameter.wire, text

    def _query(
        self, given: Mapping[str, Any]
    ) -> Iterator[tuple[str, tuple[object, ...]]]:
        for name, constant in self._fixed.get("query", {}).items():
            yield name, (constant,)
        for parameter in self.parameters["query"]:
            value = given.get(parameter.argument)
            if value is None:
                continue
            try:
                yield from query_parameters(parameter.wire, value, parameter.style)
            except EncodeError as error:
                error.keys.append(parameter.argument)
                raise

    def __reduce__(self) -> tuple[object, ...]:
        return endpoint, (self.name,)

    def __repr__(self) -> str:
        return f"<Endpoint {self.name}: {self.method} {self.path}>"


def endpoint(name: str) -> Endpoint[Any]:
    """The endpoint of this name, `resource.endpoint`, in this package."""
    package = __name__.rpartition("._runtime.")[0]
    module = import_module(f"{package}.calls.{name.rpartition('.')[0]}")
    for value in vars(module).values():
        if _is_endpoint(value) and value.name == name:
            return value
    raise LookupError(f"there is no endpoint {name} in {package}")


def _is_endpoint(value: object) -> TypeGuard[Endpoint[Any]]:
    return isinstance(value, Endpoint)


def _call(
    endpoint: Endpoint[T], arguments: msgspec.Struct | None, body: object
) -> Call[T]:
    return endpoint.call(arguments, body)


def _cannot_encrypt(text: str) -> str:
    raise EncodeError("cannot be encrypted in a path or a header field")
