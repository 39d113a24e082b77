"""Flow of one call: authentication, attempts, retries and hooks; without any I/O."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from logging import DEBUG, INFO, getLogger
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from . import hooks
from .auth.base import Scheme
from .calls import Call, check_call
from .confidential import Secret
from .effects import Send, Sleep, Steps
from .endpoint_metadata import BinaryContent, Idempotency, Response
from .errors import (
    ApiError,
    ConfigError,
    DeadlineExceeded,
    Error,
    InvalidRequest,
    Outcome,
    SignatureError,
)
from .frames import forget_frames
from .headers import check_added, credentials_in, merge
from .hosts import Host
from .http_messages import BodyStream, RawResponse, Request
from .idempotency import idempotency_of
from .redaction import Redaction, secrets_of
from .responses import decode_response
from .retry import backoff, may_retry, retry_after
from .settings import Settings

T = TypeVar("T")

_NO_HEADERS: Final[Secret[Mapping[str, str]]] = Secret(MappingProxyType({}))
_CONNECTING: Final = 10.0
"""Maximum seconds to establish a connection."""
_MIN_HOOK_SECONDS: Final = 0.2
"""Minimum seconds for an async hook, even after the deadline."""
_GATEWAY: Final = (502, 503, 504)
"""Statuses of a gateway that cannot reach its server."""


def exchange(
    call: Call[T],
    settings: Settings,
    headers: Secret[Mapping[str, str]] = _NO_HEADERS,
) -> Steps[Response[T]]:
    """Steps that send a call and return its response.

    `headers` are checked headers that the call itself lacks. Raise an `Error` with the
    endpoint, the hosts of all attempts and the outcome of the request over all of them.
    """
    check_call(call)
    if call.endpoint.stream is not None:
        raise ConfigError(
            f"{call.endpoint.name} streams its response; use client.stream(call)"
        )
    return CallState(call, settings, headers).steps()


def check_headers(
    call: Call[Any], headers: Secret[Mapping[str, str]] | None
) -> Secret[Mapping[str, str]]:
    """Return the headers that a user adds to a call; raise `InvalidRequest`."""
    if headers is None:
        return _NO_HEADERS
    check_call(call)
    try:
        added = Secret[Mapping[str, str]](check_added(headers.reveal()))
        names = {name.lower() for name in added.reveal()}
        if "cookie" in names and "Cookie" in call.draft.headers:
            raise ValueError("Cookie has parameters of the endpoint; pass them")
        for parameter in call.endpoint.parameters["header"]:
            if parameter.wire.lower() in names:
                name = parameter.argument
                raise ValueError(
                    f"{parameter.wire} is a parameter of the endpoint; pass {name}="
                )
    except ValueError as error:
        invalid = InvalidRequest(str(error), field="headers")
    else:
        return added
    invalid.endpoint = call.endpoint.name
    raise invalid


class CallState(Generic[T]):
    """State of one call: its attempts and its outcome so far."""

    def __init__(
        self,
        call: Call[T],
        settings: Settings,
        headers: Secret[Mapping[str, str]] = _NO_HEADERS,
    ) -> None:
        self._endpoint = call.endpoint
        self._headers = headers.reveal()
        self._added = {**settings.added_headers.reveal(), **self._headers}
        self._idempotency: Idempotency = idempotency_of(call)
        self._call = call
        self._settings = settings
        self._until = settings.clock() + settings.deadline
        self._log = getLogger(settings.service.name)
        self._hosts = settings.hosts_of(call.endpoint)
        self._tried: list[Host] = []
        self._outcome: Outcome = "not_sent"
        self._refreshed = False
        self._outside = sys.exception()
        self._stream: BodyStream | None = None

    def steps(self) -> Steps[Response[T]]:
        settings = self._settings
        try:
            if self._endpoint.url is not None:
                self._hosts = self._endpoint.url.hosts(self._call, self._hosts)
            scheme = settings.scheme(self._endpoint)
            scheme = yield from scheme.prepare(settings.side_channel, self._until)
            draft = self._draft(scheme)
            settings.budget.earn()
            while True:
                host = settings.failover.pick(
                    self._hosts, self._tried, settings.clock()
                )
                unsigned = self._at(draft, host)
                request = yield from scheme.authenticate(unsigned, self._until)
                if self._added:
                    self._check_headers(unsigned, request)
                if settings.clock() >= self._until:
                    text = f"the deadline of {settings.deadline:g} s passed before the request was sent"
                    raise DeadlineExceeded(text)
                self._attempted = scheme, unsigned, request
                try:
                    return (yield from self._attempt(request, scheme))
                except Error as error:
                    self._redact(error)
                    self._record_outcome(error)
                    seconds = yield from self._next_delay(error, scheme)
                    if seconds is None:
                        raise
                if seconds:
                    yield from Sleep(seconds)
        except Error as error:
            self._complete(error)
            raise

    def _complete(self, error: Error) -> None:
        """Add what is known of the call to an error that its caller gets."""
        error.endpoint = self._endpoint.name
        error.inquiry = self._endpoint.inquiry
        error.idempotent = self._idempotency != "none"
        error.hosts = tuple(host.origin for host in self._tried)
        # An error between two attempts, such as one of a token request, does not have
        # their outcome.
        error.outcome = self._outcome

    def _redact(self, error: Error) -> None:
        """Remove the secrets of the request from an error and from its frames."""
        self._redaction().error(error, self._outside)
        forget_frames(error, self._outside)

    def _redaction(self) -> Redaction:
        scheme, unsigned, request = self._attempted
        secrets = [*scheme.secrets(unsigned, request), *secrets_of(self._call)]
        return Redaction([*secrets, *credentials_in(self._added)])

    def _draft(self, scheme: Scheme) -> Request:
        """Return the request without a host; each attempt sends and signs its bytes."""
        endpoint, draft = self._endpoint, self._call.draft
        headers = merge(self._default_headers(), draft.headers, self._headers)
        body: bytes | BodyStream = b""
        signed: bytes | None = b""
        if endpoint.body is not None:
            chosen = endpoint.body.chosen(self._call.arguments)
            encoded = chosen.encode(draft.body, scheme.encrypt)
            # A form in parts has its boundary in the media type.
            if "Content-Type" not in draft.headers or chosen is not endpoint.body:
                headers["Content-Type"] = encoded.media
            body, signed = encoded.content, encoded.signed
        if isinstance(body, BodyStream):
            self._stream = body
            length = body.length
        else:
            length = len(body)
        if length is None:
            headers["Transfer-Encoding"] = "chunked"
        elif endpoint.body is not None or endpoint.method not in ("GET", "HEAD"):
            headers["Content-Length"] = str(length)
        target = draft.target("", scheme.encrypt)
        return Request(endpoint.method, self._hosts[0], target, headers, body, signed)

    def _at(self, draft: Request, host: Host) -> Request:
        """Return the unsigned request of the next attempt."""
        return draft.at(host)

    def _check_headers(self, unsigned: Request, request: Request) -> None:
        """Raise an error if the auth scheme sets a header that the user added."""
        for name, value in request.headers.items():
            if unsigned.headers.get(name) == value:
                continue
            for added in self._added:
                if added.lower() == name.lower():
                    text = f"headers: {added} is set by the auth scheme; remove it"
                    is_of_call = added in self._headers
                    raise InvalidRequest(text) if is_of_call else ConfigError(text)

    def _default_headers(self) -> Mapping[str, str]:
        """Return the headers that those of the endpoint can replace."""
        return self._settings.headers

    # --- one attempt ------------------------------------------------------------------

    def _attempt(self, request: Request, scheme: Scheme) -> Steps[Response[T]]:
        settings, host = self._settings, request.host
        self._tried.append(host)
        yield from self._emit(settings.hooks.on_request, hooks.RequestInfo)
        start = settings.clock()
        left = self._until - start
        try:
            try:
                response = yield from self._send(request, start)
            finally:
                if self._stream is not None:
                    # The deadline of a transfer is that of each silence in it.
                    self._until = max(self._until, settings.clock() + left)
        except Error as error:
            # Hooks get the error before the caller does.
            self._redact(error)
            if error.retry != "never":
                settings.failover.failed(host, settings.clock())
            seconds = settings.clock() - start
            self._log.debug("%s: %s", self._endpoint.name, error.message)
            yield from self._emit(
                settings.hooks.on_response,
                hooks.ResponseInfo,
                seconds=seconds,
                error=error,
            )
            raise
        if response.status in _GATEWAY:
            settings.failover.failed(host, settings.clock())
        else:
            settings.failover.responded(host)
        yield from self._received(response, scheme, settings.clock() - start)
        if response.successful and self._endpoint.verified:
            yield from self._check(response, scheme)
        return self._decode(response, scheme)

    def _send(self, request: Request, now: float) -> Steps[RawResponse]:
        return (yield from self._send_action(request, now))

    def _decode(self, response: RawResponse, scheme: Scheme) -> Response[T]:
        kind = self._endpoint.responses.get(response.status)
        if isinstance(kind, BinaryContent) and kind.hash is not None:
            kind.hash.check(self._call, response)
        _, _, request = self._attempted
        accept = request.headers.get("Accept")
        return decode_response(self._endpoint, response, scheme, self._settings, accept)

    def _send_action(self, request: Request, now: float) -> Send:
        """Return the action that sends a request, with the timeouts of this attempt.

        An attempt gets an equal share of the time that is left, so that retries have
        theirs. If the request cannot be retried, the server has all of the time.
        """
        left = self._until - now
        share = left / max(1, self._settings.max_attempts - len(self._tried) + 1)
        return Send(
            request,
            self._until,
            connecting=min(share, _CONNECTING),
            silence=left if self._idempotency == "none" else share,
            limit=self._settings.limit_of(self._endpoint),
        )

    def _check(self, response: RawResponse, scheme: Scheme) -> Steps[None]:
        try:
            yield from scheme.verify(response, self._until)
        except SignatureError:
            raise
        except Error as error:
            # The outcome of the request is not that of a request for a key.
            raise SignatureError(
                f"the response cannot be verified: {error.message}",
                status=response.status,
                content=response.content,
                headers=response.headers,
                request_id=scheme.request_id(response, ""),
            ) from error

    # --- between attempts -------------------------------------------------------------

    def _record_outcome(self, error: Error) -> None:
        """Update the outcome: after an unknown one, a later rejection proves nothing.

        A request without an effect (`safe`) takes the outcome of its last attempt.
        """
        lost = self._outcome == "unknown" and self._idempotency != "safe"
        if not lost or error.outcome == "done":
            self._outcome = error.outcome

    def _next_delay(self, error: Error, scheme: Scheme) -> Steps[float | None]:
        """Steps that return the seconds until the next attempt; None for no retry."""
        settings, endpoint = self._settings, self._endpoint
        seconds: float | None = 0.0
        is_spent = self._stream is not None and not self._stream.reusable
        if scheme.rejects_token(error) and error.outcome == "rejected":
            if self._refreshed:
                return None
            self._refreshed = True
            # Also if this call is not retried: later calls need the new token.
            if (
                not (yield from scheme.refresh(self._until))
                or settings.max_attempts == 1
                or is_spent
            ):
                return None
        else:
            max_attempts = settings.max_attempts + self._refreshed
            if (
                is_spent
                or len(self._tried) >= max_attempts
                or not may_retry(self._idempotency, error)
            ):
                return None
            seconds = self._pause(error, max_attempts)
            if seconds is None:
                return None
            # An attempt that never reached a server put no load on it.
            if error.outcome != "not_sent" and not settings.budget.spend(
                settings.clock()
            ):
                self._log.info(
                    "%s: retry budget exhausted; not retrying", endpoint.name
                )
                return None
        if self._log.isEnabledFor(INFO):
            self._log.info(
                "%s: attempt %d at %s failed (%s); retrying in %.1f s",
                endpoint.name,
                len(self._tried),
                self._tried[-1].origin,
                _summary(error),
                seconds,
            )
        yield from self._emit(
            settings.hooks.on_retry, hooks.RetryInfo, error=error, delay=seconds
        )
        return seconds

    def _pause(self, error: Error, max_attempts: int) -> float | None:
        """Return the seconds until the next attempt, or None if too little time is
        left.

        The random backoff is at most this attempt's share of the time that is left, so
        that further retries have theirs.
        """
        requested = retry_after(error.headers, self._settings.wall_clock())
        left = self._until - self._settings.clock() - requested
        if left <= 0:
            return None
        if error.status is None and not set(self._hosts) <= set(self._tried):
            return 0.0  # another host may be healthy
        share = left / (max_attempts - len(self._tried) + 1)
        return requested + min(
            share, backoff(len(self._tried), self._settings.chance())
        )

    # --- logging and hooks ------------------------------------------------------------

    def _received(
        self, response: RawResponse, scheme: Scheme, seconds: float
    ) -> Steps[None]:
        if self._log.isEnabledFor(DEBUG):
            # The documented path, because the path as sent may hold secrets.
            self._log.debug(
                "%s: %s %s%s -> %d in %.0f ms",
                self._endpoint.name,
                self._endpoint.method,
                self._tried[-1].origin,
                self._endpoint.path,
                response.status,
                seconds * 1000,
            )
        hook = self._settings.hooks.on_response
        if hook is not None:
            request_id = self._redaction().value(scheme.request_id(response, ""))
            yield from self._emit(
                hook,
                hooks.ResponseInfo,
                seconds=seconds,
                status=response.status,
                request_id=request_id,
            )

    def _emit(
        self, hook: Any, kind: type[hooks.RequestInfo], **more: object
    ) -> Steps[None]:
        if hook is not None:
            event: Any = kind
            yield from hooks.call_hook(
                hook,
                event(
                    endpoint=self._endpoint.name,
                    method=self._endpoint.method,
                    host=self._tried[-1].origin,
                    path=self._endpoint.path,
                    attempt=len(self._tried),
                    **more,
                ),
                self._log,
                # The hook for an exceeded deadline runs after the deadline.
                max(self._until, self._settings.clock() + _MIN_HOOK_SECONDS),
            )


def _summary(error: Error) -> str:
    """Return an error without the server message, which may quote the request."""
    if isinstance(error, ApiError):
        return " ".join(filter(None, (str(error.status), error.code)))
    return error.message
