"""Errors: one tree, and each says what became of the request.

    Error
    ├── ConfigError          the client was made or used wrongly
    ├── InvalidRequest       an argument that cannot be sent
    ├── ConnectionFailed     no connection, or it broke before a byte of the answer came
    ├── DeadlineExceeded     no answer in time
    ├── ProtocolError        an answer that cannot be read
    │   └── SignatureError   … or cannot be trusted
    └── ApiError             the server refused: one subclass for each documented code

Exceptions of the libraries beneath never escape, nor do those of a transport or a function
of the user's; they are the `cause`.
"""

from __future__ import annotations

from typing import Any, Literal, Self, TypeAlias

from .confidential import Secret
from .headers import Headers, request_id_of
from .public_names import public

Retry: TypeAlias = Literal["never", "same", "later", "token"]
"""What the same request may hope for if it is sent again:

- `never`: nothing, it would fail in the same way;
- `same`: that it goes well this time;
- `later`: that the server takes it after a while;
- `token`: that it goes well with another token.
"""
Outcome: TypeAlias = Literal["not_sent", "rejected", "unknown", "done"]
"""What became of the request, over all attempts to send it:

- `not_sent`: it cannot have reached the server in whole, so nothing has happened;
- `rejected`: the server refused it and did nothing;
- `unknown`: it may have been carried out; ask before sending it again;
- `done`: it was carried out, only the answer cannot be given back.
"""


@public("errors")
class Error(Exception):
    """Anything that can go wrong with a call; catch this to catch all.

    What does not apply is None or empty. Where the server's text quotes a secret of the
    request, "…" stands instead. Only `content` is what the server sent, byte for byte; no
    output shows it, and a pickle of the error is without it.
    """

    outcome: Outcome = "not_sent"
    """What became of the request; see `Outcome`."""
    retry: Retry = "never"
    """What the same request may hope for; the client has repeated it where it may."""

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
        """What went wrong: the server's own words if it is the server that says so."""
        if outcome is not None:
            self.outcome = outcome
        if retry is not None:
            self.retry = retry
        self.status = status
        """HTTP status of the answer."""
        self.code = code
        """The server's error code, as text."""
        self.detail = detail
        """The server's details, as JSON values."""
        self.headers = headers or Headers()
        """Header fields of the answer."""
        self.request_id = request_id or request_id_of(self.headers)
        """By what the provider's support finds this request."""
        self.reasons = reasons
        """The documented reasons of such an error."""
        self.remedies = remedies
        """The documented remedies, one for each of `reasons`; "" where there is none."""
        self._content = Secret(content)
        self.endpoint: str | None = None
        """Which endpoint was called, as `resource.endpoint`."""
        self.inquiry: str | None = None
        """Which endpoint tells what became of a request whose outcome is `unknown`."""
        self.idempotent = False
        """Whether the same request may be sent again: a repetition does no further harm."""
        self.hosts: tuple[str, ...] = ()
        """Where each attempt went, such as `https://api.example.com`."""

    @property
    def content(self) -> bytes:
        """Body of the answer, as it came."""
        return self._content.reveal()

    @content.setter
    def content(self, content: bytes) -> None:
        self._content = Secret(content)

    @property
    def attempts(self) -> int:
        """How many times it was tried to send the request."""
        return len(self.hosts)

    @property
    def cause(self) -> BaseException | None:
        """The exception beneath this one, if there is one."""
        return self.__cause__

    def __reduce__(self) -> tuple[object, ...]:
        state = {name: at for name, at in vars(self).items() if name != "_content"}
        return type(self), self.args, state

    def __copy__(self) -> Self:
        copied = type(self)(*self.args)
        vars(copied).update(vars(self))
        return copied

    def headline(self) -> str:
        """What went wrong, in one line."""
        return self.message

    def _next_step(self) -> str:
        """What to do about a request that may have been executed."""
        executed = "The request may have been executed"
        if self.idempotent and self.inquiry:
            return f"{executed}: call {self.inquiry}, or retry with the same arguments."
        if self.idempotent:
            return "The request is idempotent: you can retry it."
        inquiry = f"call {self.inquiry}" if self.inquiry else "check"
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
            lines.append(f"Request id: {self.request_id}")
        return "\n".join(lines)


@public("errors")
class ConfigError(Error):
    """A client was made or used wrongly; the message says what to do."""


@public("errors")
class InvalidRequest(Error):
    """An argument that cannot be sent; nothing has been."""

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        """Which argument, such as `fapiao_information[0].fapiao_id`."""


@public("errors")
class ConnectionFailed(Error):
    """No connection could be made, or it broke before a byte of the answer came."""

    retry = "same"


@public("errors")
class DeadlineExceeded(Error):
    """The answer was not there in whole in time; within the deadline, at the latest."""

    retry = "same"


@public("errors")
class ProtocolError(Error):
    """The answer cannot be read; `content` has what came of it."""

    outcome = "unknown"


@public("errors")
class SignatureError(ProtocolError):
    """The answer's signature is missing or does not hold: it must not be believed."""


@public("errors")
class ApiError(Error):
    """The server refused the request; codes without a class of their own end up here."""

    outcome = "rejected"

    body: Any = None
    """The error's body, typed, where the documentation describes it."""

    def headline(self) -> str:
        parts = (str(self.status) if self.status else "", self.code or "")
        return ": ".join(filter(None, (" ".join(filter(None, parts)), self.message)))
