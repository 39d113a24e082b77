"""Endpoints, and calls as values.

A call is checked when it is created. It can be inspected, stored, queued, pickled, and
sent any number of times by any sync or async client.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, Generic, TypeGuard, TypeVar

import msgspec

from .bodies import BodySource, Form, Json, to_text
from .confidential import Confidential
from .drafts import RequestDraft
from .encode_errors import EncodeError, Encoder
from .encoding import encoder_for
from .endpoint_metadata import (
    BINARY,
    Accepts,
    BinaryContent,
    ErrorCode,
    Idempotency,
    Keyed,
    Response,
    Streamed,
    is_streamed,
    status_range,
)
from .error_shape import ErrorShape
from .errors import ConfigError, InvalidRequest
from .headers import is_cookie_value, is_field_value
from .hosts import Host, parse_hosts
from .json_types import is_list
from .models import Model
from .public_names import public
from .url_encoding import NotASegment, Parameter, Path, query_parameters

T = TypeVar("T")

__all__ = [
    "BINARY",
    "Accepts",
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
    "Streamed",
]


@public()
class Call(Confidential, Generic[T], frozen=True):
    """A call of an endpoint, for `client.send(call)`.

    Its `repr` hides confidential data; its pickle contains all data.
    """

    endpoint: Endpoint[T]
    arguments: msgspec.Struct | None
    """Path, query and header parameters."""
    body: object
    """Request body; None if there is none."""
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


def check_call(value: object) -> None:
    """Raise `ConfigError` unless the value is a call of this package."""
    if isinstance(value, Call):
        return
    kind = type(value)
    if kind.__name__ == Call.__name__ and hasattr(kind, "draft"):
        raise ConfigError(
            f"the call belongs to {kind.__module__}; send it with a client of that package"
        )
    package = __name__.partition("._runtime.")[0]
    raise ConfigError(
        f"expected a call made by a function of {package}.calls, got {kind.__name__}"
    )


class Endpoint(Generic[T]):
    """An endpoint: its parameters, request body, responses, errors and authentication.

    `path`, `query`, `header` and `cookie` list the arguments in each location; a path variable
    with the name of its argument can be left out. `fixed` has constant parameters.
    `error_shape`, `unprocessed`, `auth` and `hosts` override those of the service;
    `auth=()` means no authentication. `verified=False` means that responses are
    unsigned. `url` is the `UrlArgument` of an endpoint whose URL is an argument.
    """

    in_spec = True
    """False for an endpoint that the spec lacks."""

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
        cookie: Sequence[str | Parameter] = (),
        fixed: Mapping[str, Mapping[str, str]] | None = None,
        body: BodySource | None = None,
        responses: Mapping[int | str, Any] | None = None,
        errors: tuple[ErrorCode, ...] = (),
        error_shape: ErrorShape | None = None,
        unprocessed: tuple[int, ...] | None = None,
        idempotency: Idempotency = "none",
        inquiry: str | None = None,
        auth: tuple[str, ...] | None = None,
        hosts: Sequence[str] = (),
        url: Any = None,
        verified: bool = True,
    ) -> None:
        self.name = name
        self.method = method
        self.path = path_template
        self.responses: Mapping[int | str, Any] = responses or {}
        self.errors = errors
        self.error_shape = error_shape
        self.unprocessed = unprocessed
        self.idempotency: Idempotency = idempotency
        self.inquiry = inquiry
        """Name of the endpoint to call if the response to a request was lost."""
        self.auth = auth
        self.verified = verified
        self._arguments = arguments
        self._locations = {
            "path": path,
            "query": query,
            "header": header,
            "cookie": cookie,
        }
        self._fixed = fixed or {}
        self._body = body
        self._hosts = hosts
        self.url = url

    def documented(self, status: int) -> int | str | None:
        """Return the key of a status in `responses`, its own or its range; or None."""
        if status in self.responses:
            return status
        in_range = status_range(status)
        return in_range if in_range in self.responses else None

    @property
    def body(self) -> BodySource | None:
        """Request body, or several to choose from; None if there is none."""
        return self._body

    @property
    def arguments(self) -> type[msgspec.Struct] | None:
        """Class of the path, query and header arguments; None if there are none."""
        return self._arguments

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the path variables, in order."""
        return self._path.variables

    @property
    def fixed(self) -> Mapping[str, Mapping[str, str]]:
        """Constant parameters by location (path, query, header) and wire name."""
        return self._fixed

    @property
    def host_urls(self) -> Sequence[str]:
        """URLs of its hosts, which may have variables; none for those of the service."""
        return self._hosts

    @cached_property
    def stream(self) -> Streamed[Any] | None:
        """The stream of its response; None if it has none."""
        return next(filter(is_streamed, self.responses.values()), None)

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """Hosts of this endpoint; empty if it uses those of the service."""
        return parse_hosts(self._hosts) if self._hosts else ()

    def call(
        self, arguments: msgspec.Struct | None = None, body: object = None
    ) -> Call[T]:
        """Return a call with these arguments; raise `InvalidRequest`."""
        try:
            return self._call(arguments, body)
        except EncodeError as error:
            invalid = InvalidRequest(error.problem, field=error.field())
        invalid.endpoint = self.name
        del arguments, body  # the traceback would show them
        raise invalid

    def _call(self, arguments: msgspec.Struct | None, body: object) -> Call[T]:
        if self._body is None:
            return Call(self, arguments, None, self._draft(arguments, None))
        chosen = self._body.chosen(arguments)
        loaded = chosen.load_files(body)
        checked = chosen.check(loaded)
        return Call(self, arguments, loaded, self._draft(arguments, checked))

    @cached_property
    def _path(self) -> Path:
        return Path(self.path)

    @cached_property
    def _encoder(self) -> Encoder:
        return encoder_for(self._arguments)

    @cached_property
    def parameters(self) -> Mapping[str, Sequence[Parameter]]:
        """Parameters by location, without constants."""
        parameters = {
            location: [
                (
                    Parameter(entry, entry)
                    if isinstance(entry, str)
                    else Parameter(
                        entry.wire, entry.argument or entry.wire, entry.style
                    )
                )
                for entry in entries
            ]
            for location, entries in self._locations.items()
        }
        listed = {parameter.wire for parameter in parameters["path"]}
        listed |= self._fixed.get("path", {}).keys()
        parameters["path"] += [
            Parameter(name, name) for name in self._path.variables if name not in listed
        ]
        return parameters

    def _draft(self, arguments: msgspec.Struct | None, body: object) -> RequestDraft:
        values: Any = self._encoder.encode(arguments) if arguments is not None else {}
        return RequestDraft(
            self._fill_path(values) if self.url is None else self.url.target(values),
            tuple(self._query(values)),
            self._headers(values),
            body,
        )

    def _headers(self, values: Mapping[str, Any]) -> dict[str, str]:
        headers = {
            **self._fixed.get("header", {}),
            **dict(self._texts("header", values)),
        }
        if self._locations["cookie"] or "cookie" in self._fixed:
            cookies = dict(self._fixed.get("cookie", {}))
            cookies.update(self._texts("cookie", values))
            if cookies:
                headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
        return headers

    def _fill_path(self, values: Mapping[str, Any]) -> str:
        try:
            texts = dict(self._texts("path", values))
            return self._path.fill({**self._fixed.get("path", {}), **texts})
        except NotASegment as error:
            names = {p.wire: p.argument for p in self.parameters["path"]}
            error.keys.append(names[error.variable])
            raise

    def _texts(
        self, location: str, values: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        for parameter in self.parameters[location]:
            value = values.get(parameter.argument)
            if value is None:
                continue
            try:
                text = ",".join(
                    to_text(item, _cannot_encrypt)
                    for item in (value if is_list(value) else [value])
                )
                if location == "header" and not is_field_value(text):
                    raise EncodeError(
                        "must be one line of ASCII text without surrounding spaces"
                    )
                if location == "cookie" and not is_cookie_value(text):
                    raise EncodeError(
                        "must be ASCII without spaces, quotes, commas, semicolons and"
                        " backslashes"
                    )
            except EncodeError as error:
                error.keys.append(parameter.argument)
                raise
            yield parameter.wire, text

    def _query(
        self, values: Mapping[str, Any]
    ) -> Iterator[tuple[str, tuple[object, ...]]]:
        for name, constant in self._fixed.get("query", {}).items():
            yield name, (constant,)
        for parameter in self.parameters["query"]:
            value = values.get(parameter.argument)
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
    """Return the endpoint with this name, `resource.endpoint`; raise `LookupError`."""
    package = __name__.rpartition("._runtime.")[0]
    module = import_module(f"{package}.calls.{name.rpartition('.')[0]}")
    for value in vars(module).values():
        if _is_endpoint(value) and value.name == name:
            return value
    raise LookupError(f"unknown endpoint {name!r} in {package}")


def _is_endpoint(value: object) -> TypeGuard[Endpoint[Any]]:
    return isinstance(value, Endpoint)


def _call(
    endpoint: Endpoint[T], arguments: msgspec.Struct | None, body: object
) -> Call[T]:
    return endpoint.call(arguments, body)


def _cannot_encrypt(text: str) -> str:
    raise EncodeError("cannot be encrypted in a path or a header")
