"""A mock: the server's side of an API, without any I/O of its own.

    a door ─▶ Incoming ─▶ Mock.handle ─▶ Answer ─▶ the door

What comes in is checked as the real server checks it. `ServerAuth` is what a way to authenticate
means to the server; behaviours of single services stand in modules of their own.
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
"""How an answer is withheld: no connection, a reset, an end in the middle of the body."""

_NAME: Final = re.compile(rb'\bname="([^"]*)"')


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """One request, as it came: `target` is path and query as in the request line."""

    method: str
    target: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)
    primary: bool = True
    """Whether it came to the primary host."""
    root: str = ""
    """Below which path the mock stands, if another application holds it."""

    @property
    def path(self) -> str:
        """The path below `root`, percent-encoded."""
        return self.target.partition("?")[0].removeprefix(self.root)

    @property
    def query(self) -> dict[str, list[str]]:
        """The texts in the query by name; what is not UTF-8 shows as U+FFFD."""
        return texts_of(self.target.partition("?")[2])

    @property
    def parts(self) -> dict[str, bytes]:
        """The parts of a multipart body by name; none if it is none."""
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


def texts_of(encoded: str) -> dict[str, list[str]]:
    """The texts in a query or a form, by name."""
    texts: dict[str, list[str]] = {}
    for pair in encoded.split("&") if encoded else ():
        name, _, value = pair.partition("=")
        texts.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return texts


@dataclass(frozen=True, slots=True)
class MockResponse:
    """One answer, and what the door does to it: wait so many seconds, or cut it."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    cut: Cut | None = None
    execution: int | None = None
    """Number of the execution in the ledger that it comes of."""

    def with_headers(self, *added: tuple[str, str]) -> MockResponse:
        """The same with these header fields as well."""
        return replace(self, headers=(*self.headers, *added))


@dataclass(frozen=True, slots=True)
class ExampleResponse:
    """An endpoint's documented answer; no status: there is none."""

    status: int | None = None
    body: Any = None


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request that a mock has answered."""

    endpoint: str | None
    """Name of the endpoint; None if there is no such one."""
    status: int
    """Status of the answer."""
    arguments: Mapping[str, Any] = field(repr=False)
    """Path, query and header parameters, by the name of their argument."""
    body: Any = field(repr=False)
    """The body, typed and decrypted; None if there was none, or if it did not fit."""
    request: IncomingRequest = field(repr=False)
    """All of it, as it came."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to an answer on purpose, all faults that apply taken together."""

    delay: float = 0.0
    cut: Cut | None = None
    executed: bool = True
    """Whether the request was executed before it happened."""
    signature: Literal["right", "wrong", "missing", "probe"] = "right"
    skew: float = 0.0
    """Seconds by which the answer's time is wrong."""


class DocumentedError(Exception):
    """The server refuses a request with a code of its documentation."""

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
    """An argument that does not fit the spec: where it lies, its name there, what is wrong.

    `where` is path, query, header or body; `field` a JSON pointer for a body.
    """

    where: str
    field: str
    issue: str

    def __str__(self) -> str:
        return f"{self.where} {self.field}".rstrip() + f": {self.issue}"


class ServerAuth:
    """The server's side of a way to authenticate; this one asks for nothing."""

    own: Mapping[str, tuple[str, str]] = {}
    """Endpoints of its own, which no spec describes: name → method and path."""

    refuses_unknown = False
    """Whether arguments that the spec does not have are refused."""

    signs_events = False
    """Whether `stamp` proves anything."""

    needs: Sequence[str] = ()
    """Arguments of clients for which it has no credentials."""

    def join(self, mock: Mock) -> None:
        """Called once, with the mock that it serves."""
        self._mock = mock

    def admit(self, incoming: IncomingRequest, signed: bytes) -> None:
        """Fails with `DocumentedError` if the credentials are wrong; `signed` is what a signature
        covers of the body."""

    def screen(self, incoming: IncomingRequest) -> None:
        """Fails with `DocumentedError` for bytes that the server does not take, whatever the spec."""

    def misplaced(
        self, found: Sequence[ArgumentMismatch], known: Sequence[str]
    ) -> DocumentedError:
        """The refusal of arguments that do not fit; `known` are the endpoint's codes."""
        codes = [code for code in known if not code.lstrip("-").isdigit()]
        return DocumentedError(
            400,
            codes[0] if codes else "BAD_REQUEST",
            str(found[0]),
        )

    def serve(self, name: str, incoming: IncomingRequest) -> MockResponse:
        """The answer of an endpoint of its own."""
        raise LookupError(name)

    def seal(self, text: str, incoming: IncomingRequest) -> str:
        """The cipher text of a text, for the client; this side has no keys."""
        return text

    def unseal(self, text: str, incoming: IncomingRequest) -> str:
        """The plain text of a cipher text from the client; else ValueError."""
        return text

    def pack(self, name: str, event: str, payload: Any) -> bytes:
        """The body of a delivery: an event of this unique name, kind and payload."""
        made = {"id": name, "event": event, "payload": payload}
        return json.dumps(made, ensure_ascii=False).encode()

    def stamp(self, body: bytes, fault: Fault) -> Mapping[str, str]:
        """The header fields that prove where a delivery comes from, or fail to."""
        return {}

    def refused(self, refusal: DocumentedError) -> DocumentedError:
        """A refusal as this server words it."""
        return refusal

    def trace(self, answer: MockResponse) -> MockResponse:
        """The answer with the name by which this server's people find it again."""
        return answer

    def finish(
        self, answer: MockResponse, incoming: IncomingRequest, fault: Fault
    ) -> MockResponse:
        """The answer with its signature."""
        return answer

    @property
    def credentials(self) -> Mapping[str, Any]:
        """What a client is made with, by name of the scheme's argument."""
        return {}
