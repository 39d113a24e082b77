"""Exceptions of the client, in one tree; each has the outcome of the request.

    Error
    ├── ConfigError          the client is configured or used incorrectly
    ├── InvalidRequest       an argument is invalid; nothing was sent
    ├── ConnectionFailed     no connection, or it broke before the response began
    ├── DeadlineExceeded     no complete response in time
    ├── ProtocolError        the response cannot be decoded
    │   └── SignatureError   the signature of the response is missing or invalid
    └── ApiError             the server returned an error; a subclass for each code

Exceptions of libraries, custom transports and user functions never reach the caller
directly; they are the `cause` of one of these.
"""

from __future__ import annotations

from typing import Any, Literal, Self, TypeAlias

from .confidential import Secret
from .headers import Headers, request_id_of
from .public_names import public

Retry: TypeAlias = Literal["never", "same", "later", "token"]
"""When a retry of the same request can succeed:

- `never`: it would fail again;
- `same`: at once, without a change;
- `later`: after a delay;
- `token`: with a new token.
"""
Outcome: TypeAlias = Literal["not_sent", "rejected", "unknown", "done"]
"""Outcome of the request, over all attempts:

- `not_sent`: the server cannot have received all of it, so it was not executed;
- `rejected`: the server rejected it and executed nothing;
- `unknown`: it may have been executed; query the result before you retry;
- `done`: it was executed, but the response does not match the documentation.
"""


@public("errors")
class Error(Exception):
    """Base class of all errors of a call; catch it to catch them all.

    Attributes that do not apply are None or empty. A secret of the request that the
    server repeats in its response is replaced by "…". Only `content` has the bytes
    that the server sent; it is not part of the message or the pickle.
    """

    outcome: Outcome = "not_sent"
    """Outcome of the request; see `Outcome`."""
    retry: Retry = "never"
    """When a retry can succeed; the client already made the retries that are safe."""

    def __init__(
        self,
        message: str = "",
        *,
        outcome: Outcome | None = None,
        retry: Retry | None = None,
        status: int | None = None,
        code: str | None = None,
        detail: object = None,
        request_id: str | None = None,
        reasons: tuple[str, ...] = (),
        remedies: tuple[str, ...] = (),
        content: bytes = b"",
        headers: Headers | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        """Description of the error; the server's own message if it sent one."""
        if outcome is not None:
            self.outcome = outcome
        if retry is not None:
            self.retry = retry
        self.status = status
        """HTTP status of the response."""
        self.code = code
        """Error code of the server, as text."""
        self.detail = detail
        """Error details of the server, as JSON values."""
        self.headers = headers or Headers()
        """Headers of the response."""
        self.request_id = request_id or request_id_of(self.headers)
        """Request ID, for the provider's support."""
        self.reasons = reasons
        """Documented reasons for this error."""
        self.remedies = remedies
        """Documented remedies, one for each of `reasons`; "" if there is none."""
        self._content = Secret(content)
        self.endpoint: str | None = None
        """Name of the endpoint, as `resource.endpoint`."""
        self.inquiry: str | None = None
        """Name of the endpoint to call if the outcome is `unknown`."""
        self.idempotent = False
        """True if a retry of the same request has no further effect."""
        self.hosts: tuple[str, ...] = ()
        """Host of each attempt, such as `https://api.example.com`."""

    @property
    def content(self) -> bytes:
        """Body of the response, decompressed."""
        return self._content.reveal()

    @content.setter
    def content(self, content: bytes) -> None:
        self._content = Secret(content)

    @property
    def attempts(self) -> int:
        """Number of attempts."""
        return len(self.hosts)

    @property
    def cause(self) -> BaseException | None:
        """The exception that caused this one, if any."""
        return self.__cause__

    def __reduce__(self) -> tuple[object, ...]:
        state = {k: v for k, v in vars(self).items() if k != "_content"}
        return type(self), self.args, state

    def __copy__(self) -> Self:
        copied = type(self)(*self.args)
        vars(copied).update(vars(self))
        return copied

    def headline(self) -> str:
        """Return the error in one line."""
        return self.message

    def _next_step(self) -> str:
        """Return the advice for a request that may have been executed."""
        executed = "The request may have been executed"
        if self.idempotent and self.inquiry:
            return f"{executed}: call {self.inquiry}, or retry with the same arguments."
        if self.idempotent:
            return "The request is idempotent: you can retry it."
        inquiry = f"call {self.inquiry}" if self.inquiry else "check whether it was"
        return f"{executed}: {inquiry} before you retry."

    def __str__(self) -> str:
        lines = [
            f"{self.endpoint}: {self.headline()}" if self.endpoint else self.headline()
        ]
        remedies = self.remedies or ("",) * len(self.reasons)
        for reason, remedy in zip(self.reasons, remedies, strict=True):
            lines.append("- " + " Remedy: ".join(filter(None, (reason, remedy))))
        if self.outcome == "unknown":
            lines.append(self._next_step())
        if self.attempts > 1:
            lines.append(f"Attempts: {self.attempts}, at {', '.join(self.hosts)}")
        if self.request_id:
            lines.append(f"Request ID: {self.request_id}")
        return "\n".join(lines)


@public("errors")
class ConfigError(Error):
    """The client is configured or used incorrectly; the message says what to do."""


@public("errors")
class InvalidRequest(Error):
    """An argument is invalid; nothing was sent."""

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        """Path of the argument, such as `fapiao_information[0].fapiao_id`."""


@public("errors")
class ConnectionFailed(Error):
    """No connection was established, or it broke before the response began."""

    retry = "same"


@public("errors")
class DeadlineExceeded(Error):
    """No complete response within the deadline or the timeout of an attempt."""

    retry = "same"


@public("errors")
class ProtocolError(Error):
    """The response cannot be decoded; `content` has the bytes received."""

    outcome = "unknown"


@public("errors")
class SignatureError(ProtocolError):
    """The signature of the response is missing or invalid; do not use the response."""


@public("errors")
class ApiError(Error):
    """The server returned an error; undocumented codes raise this class itself."""

    outcome = "rejected"

    body: Any = None
    """Body of the error, decoded, if its type is documented."""

    def headline(self) -> str:
        parts = (str(self.status) if self.status else "", self.code or "")
        return ": ".join(filter(None, (" ".join(filter(None, parts)), self.message)))
