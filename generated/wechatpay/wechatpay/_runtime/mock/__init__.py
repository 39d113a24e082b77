"""Mock of an API: the server side, without I/O of its own.

    adapter ─▶ IncomingRequest ─▶ Mock.handle ─▶ MockResponse ─▶ adapter

Requests are checked as the real server checks them. `ServerAuth` is the server side of an
auth scheme. The behaviour of a single service is a module of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import unquote_plus

from ..headers import Headers

if TYPE_CHECKING:
    from .server_core import Mock

Cut: TypeAlias = Literal["refuse", "reset", "truncate"]
"""Connection failure instead of a response: refused, reset, or closed within the body."""

SEPARATORS: Final[Mapping[str, bytes]] = {
    "text/event-stream": b"\n\n",
    "application/x-ndjson": b"\n",
}
"""End of each value of a stream, by its Content-Type."""
_NAME: Final = re.compile(rb'\bname="([^"]*)"')


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """One received request; `target` is path and query as in the request line."""

    method: str
    target: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)
    primary: bool = True
    """True if the primary host received it."""
    root: str = ""
    """Path prefix of the mock, if it is mounted in another application."""

    @property
    def path(self) -> str:
        """The path below `root`, percent-encoded."""
        return self.target.partition("?")[0].removeprefix(self.root)

    @property
    def query(self) -> dict[str, list[str]]:
        """Query values by name; bytes that are not UTF-8 are replaced by U+FFFD."""
        return parse_form(self.target.partition("?")[2])

    @property
    def cookies(self) -> dict[str, list[str]]:
        """Values of cookies by name."""
        values: dict[str, list[str]] = {}
        for header in self.headers.get_all("Cookie"):
            for pair in header.split(";"):
                name, equals, value = pair.strip(" ").partition("=")
                if equals:
                    values.setdefault(name, []).append(value)
        return values

    @property
    def parts(self) -> dict[str, bytes]:
        """Parts of a multipart body by name; empty for any other body."""
        media = self.headers.get("Content-Type", "")
        boundary = re.search(r'boundary="?([^";]+)', media)
        parts: dict[str, bytes] = {}
        if boundary is None:
            return parts
        for part in self.body.split(b"--" + boundary[1].encode("latin-1", "replace")):
            head, blank, content = part.partition(b"\r\n\r\n")
            name = _NAME.search(head)
            if blank and name is not None:
                parts[name[1].decode("utf-8", "replace")] = content.removesuffix(
                    b"\r\n"
                )
        return parts


def parse_form(encoded: str) -> dict[str, list[str]]:
    """Return the values of a query or a form by name."""
    values: dict[str, list[str]] = {}
    for pair in encoded.split("&") if encoded else ():
        name, _, value = pair.partition("=")
        values.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return values


@dataclass(frozen=True, slots=True)
class MockResponse:
    """One response, with the seconds by which it is delayed and the fault that cuts it."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    cut: Cut | None = None
    execution: int | None = None
    """Number of its execution in the ledger."""
    pace: float = 0.0
    """Seconds between the values of a stream."""

    @property
    def pieces(self) -> Sequence[bytes]:
        """The body as it is sent: at once, or each value of a paced stream by itself."""
        separator = SEPARATORS.get(dict(self.headers).get("Content-Type", ""))
        if not self.pace or separator is None:
            return [self.body]
        *values, rest = self.body.split(separator)
        return [*(value + separator for value in values), *([rest] if rest else [])]

    def with_headers(self, *added: tuple[str, str]) -> MockResponse:
        """Return the response with these headers added."""
        return replace(self, headers=(*self.headers, *added))


@dataclass(frozen=True, slots=True)
class ExampleResponse:
    """Documented response of an endpoint; `status` is None if there is none."""

    status: int | None = None
    body: Any = None


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request that a mock has responded to."""

    endpoint: str | None
    """Name of the endpoint; None if the request matches none."""
    status: int
    """Status of the response."""
    arguments: Mapping[str, Any] = field(repr=False)
    """Path, query and header parameters by argument name."""
    body: Any = field(repr=False)
    """Decoded and decrypted body; None if there is none, or if it does not match its type."""
    request: IncomingRequest = field(repr=False)
    """The request as received."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Fault of one response: the sum of all stub faults that apply to it."""

    delay: float = 0.0
    cut: Cut | None = None
    executed: bool = True
    """True if the request is executed before the fault."""
    signature: Literal["right", "wrong", "missing", "probe"] = "right"
    skew: float = 0.0
    """Seconds by which the server's clock is ahead of the real time."""
    pace: float = 0.0
    """Seconds between the values of a stream."""


class DocumentedError(Exception):
    """Error response with a code of the documentation."""

    def __init__(
        self, status: int, code: str, message: str, detail: object = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail


@dataclass(frozen=True, slots=True)
class ArgumentMismatch:
    """Argument that does not match the spec.

    `location` is path, query, header or body; `field` a name, or a JSON pointer in a body.
    """

    location: str
    field: str
    issue: str

    def __str__(self) -> str:
        return f"{self.location} {self.field}".rstrip() + f": {self.issue}"


class ServerAuth:
    """Server side of an auth scheme; this base class accepts every request."""

    endpoints: Mapping[str, tuple[str, str]] = {}
    """Endpoints of the scheme itself, which no spec describes: name → method and path."""

    rejects_unknown = False
    """True if arguments that the spec does not have are rejected."""

    signs_events = False
    """True if `event_headers` signs events."""

    options: Mapping[str, str] = {}
    """Options of the scheme in the spec; users pass them with the credentials if the client
    takes an object of the scheme."""

    required_arguments: Sequence[str] = ()
    """Arguments of clients for which it has no credentials."""

    def attach(self, mock: Mock) -> None:
        """Set the mock; called once, when the mock is created."""
        self._mock = mock

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        """Raise `DocumentedError` if the credentials are missing or wrong.

        `signed` is the part of the body that a signature covers.
        """

    def observe(self, name: str, response: MockResponse) -> None:
        """Note the response of an endpoint of the spec, such as one that issues tokens."""

    def check_request(self, incoming: IncomingRequest) -> None:
        """Raise `DocumentedError` for requests that the server rejects at every endpoint."""

    def argument_error(
        self, mismatches: Sequence[ArgumentMismatch], known_codes: Sequence[str]
    ) -> DocumentedError:
        """Return the error for mismatches; `known_codes` are those of the endpoint."""
        codes = [code for code in known_codes if not code.lstrip("-").isdigit()]
        return DocumentedError(
            400,
            codes[0] if codes else "BAD_REQUEST",
            str(mismatches[0]),
        )

    def serve(self, name: str, incoming: IncomingRequest) -> MockResponse:
        """Return the response of one of the scheme's own `endpoints`."""
        raise LookupError(name)

    def encrypt(self, text: str, incoming: IncomingRequest) -> str:
        """Return the ciphertext of a text for the client; this base class has no keys."""
        return text

    def decrypt(self, text: str, incoming: IncomingRequest) -> str:
        """Return the plaintext of a ciphertext from the client; raise ValueError if it
        cannot be decrypted."""
        return text

    def event_body(self, id: str, event: str, payload: Any) -> bytes:
        """Return the body of a delivery: an event with this unique id, name and payload."""
        content = {"id": id, "event": event, "payload": payload}
        return json.dumps(content, ensure_ascii=False).encode()

    def event_headers(self, body: bytes, fault: Fault) -> Mapping[str, str]:
        """Return the headers that sign a delivery, as far as the fault allows."""
        return {}

    def adapt_error(self, error: DocumentedError) -> DocumentedError:
        """Return the error with the status, code and message that this server uses."""
        return error

    def add_request_id(self, response: MockResponse) -> MockResponse:
        """Return the response with the provider's request id."""
        return response

    def sign_response(
        self, response: MockResponse, incoming: IncomingRequest, fault: Fault
    ) -> MockResponse:
        """Return the response with its signature."""
        return response

    @property
    def credentials(self) -> Mapping[str, Any]:
        """Credentials of a client, by argument name of the scheme."""
        return {}
