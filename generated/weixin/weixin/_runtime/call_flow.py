"""One call, from its values to its answer, without any I/O of its own."""

from __future__ import annotations

import sys
from logging import DEBUG, INFO, getLogger
from typing import Any, Final, Generic, TypeVar

from . import hooks
from .auth.base import Scheme
from .calls import Call, check_call
from .effects import Send, Sleep, Steps
from .endpoint_metadata import Idempotency, Response
from .errors import ApiError, DeadlineExceeded, Error, Outcome, SignatureError
from .frames import forget_frames
from .headers import merge
from .hosts import Host
from .http_messages import RawResponse, Request
from .idempotency import idempotency_of
from .redaction import Redaction, secrets_of
from .responses import decode_response
from .retry import backoff, may_retry, retry_after
from .settings import Settings

T = TypeVar("T")

_CONNECTING: Final = 10.0
"""Seconds that it may take to get a connection, at the most."""
_TELLING: Final = 0.2
"""Seconds that an async hook has in any case, though the deadline may have passed."""
_GATEWAY: Final = (502, 503, 504)
"""Statuses by which a gateway says that there is nobody behind it."""


def exchange(call: Call[T], settings: Settings) -> Steps[Response[T]]:
    """Steps to the response to a call.

    Fails with one of the errors in `errors`, which then names the endpoint, the hosts that
    were tried, and what became of the request over all attempts.
    """
    check_call(call)
    return _CallState(call, settings).steps()


class _CallState(Generic[T]):
    """One call on its way: where it has been sent, and what became of it so far."""

    def __init__(self, call: Call[T], settings: Settings) -> None:
        self._endpoint = call.endpoint
        self._idempotency: Idempotency = idempotency_of(call)
        self._call = call
        self._settings = settings
        self._until = settings.clock() + settings.deadline
        self._log = getLogger(settings.service.name)
        self._hosts = settings.hosts_of(call.endpoint)
        self._tried: list[Host] = []
        self._outcome: Outcome = "not_sent"
        self._renewed = False
        self._outside = sys.exception()

    def steps(self) -> Steps[Response[T]]:
        settings = self._settings
        try:
            scheme = settings.scheme(self._endpoint)
            scheme = yield from scheme.prepare(settings.side_channel, self._until)
            draft = self._draft(scheme)
            settings.budget.earn()
            while True:
                host = settings.failover.pick(
                    self._hosts, self._tried, settings.clock()
                )
                plain = draft.at(host)
                request = yield from scheme.authorize(plain, self._until)
                if settings.clock() >= self._until:
                    text = f"{settings.deadline:g} s were over before it was sent"
                    raise DeadlineExceeded(text)
                self._carried = scheme, plain, request
                try:
                    return (yield from self._attempt(request, scheme))
                except Error as error:
                    self._keep_secret(error)
                    self._record_outcome(error)
                    seconds = yield from self._next_delay(error, scheme)
                    if seconds is None:
                        raise
                if seconds:
                    yield from Sleep(seconds)
        except Error as error:
            error.endpoint = self._endpoint.name
            error.inquiry = self._endpoint.inquiry
            error.idempotent = self._idempotency != "none"
            error.hosts = tuple(host.origin for host in self._tried)
            # An error between two attempts, as of a scheme that needs a new token, knows
            # nothing of the attempts.
            error.outcome = self._outcome
            raise

    def _keep_secret(self, error: Error) -> None:
        """Take out of an error what its text and its frames have of the request."""
        self._redaction().error(error, self._outside)
        forget_frames(error, self._outside)

    def _redaction(self) -> Redaction:
        scheme, plain, request = self._carried
        return Redaction([*scheme.secrets(plain, request), *secrets_of(self._call)])

    def _draft(self, scheme: Scheme) -> Request:
        """The request before it has a host; all attempts send these bytes, each signed
        afresh."""
        endpoint, draft = self._endpoint, self._call.draft
        headers = merge(self._settings.headers, draft.headers)
        body = signed = b""
        if endpoint.body is not None:
            encoded = endpoint.body.encode(draft.body, scheme.seal)
            headers["Content-Type"] = encoded.media
            body, signed = encoded.content, encoded.signed
        if endpoint.body is not None or endpoint.method not in ("GET", "HEAD"):
            headers["Content-Length"] = str(len(body))
        target = draft.target("", scheme.seal)
        return Request(endpoint.method, self._hosts[0], target, headers, body, signed)

    # --- one attempt ------------------------------------------------------------------

    def _attempt(self, request: Request, scheme: Scheme) -> Steps[Response[T]]:
        settings, host = self._settings, request.host
        self._tried.append(host)
        yield from self._emit(settings.hooks.on_request, hooks.RequestInfo)
        start = settings.clock()
        try:
            response = yield from self._sending(request, start)
        except Error as error:
            # Hooks are told of it before the caller is.
            self._keep_secret(error)
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
            settings.failover.answered(host)
        yield from self._received(response, scheme, settings.clock() - start)
        if response.successful and self._endpoint.verified:
            yield from self._check(response, scheme)
        return decode_response(self._endpoint, response, scheme, settings)

    def _sending(self, request: Request, now: float) -> Send:
        """The action, with its share of the time: what is left for the others that may
        follow must do for them. Without any that may follow, the server has all of it.
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
            yield from scheme.check(response, self._until)
        except SignatureError:
            raise
        except Error as error:
            # What became of the request is not what became of the check.
            raise SignatureError(
                f"the answer cannot be verified: {error.message}",
                status=response.status,
                content=response.content,
                headers=response.headers,
                request_id=scheme.request_id(response, ""),
            ) from error

    # --- between attempts -------------------------------------------------------------

    def _record_outcome(self, error: Error) -> None:
        """An attempt that may have been carried out stays so, whatever is said of the
        next; but what changes nothing is never carried out."""
        lost = self._outcome == "unknown" and self._idempotency != "safe"
        if not lost or error.outcome == "done":
            self._outcome = error.outcome

    def _next_delay(self, error: Error, scheme: Scheme) -> Steps[float | None]:
        """Steps to the seconds until the next attempt; None if this was the last."""
        settings, endpoint = self._settings, self._endpoint
        seconds: float | None = 0.0
        if error.retry == "token" and error.outcome == "rejected":
            if self._renewed:
                return None
            self._renewed = True
            # Also if this call is not repeated: the next ones need it.
            if not (yield from scheme.renew(self._until)) or settings.max_attempts == 1:
                return None
        else:
            most = settings.max_attempts + self._renewed
            if len(self._tried) >= most or not may_retry(self._idempotency, error):
                return None
            seconds = self._pause(error, most)
            if seconds is None:
                return None
            # What never reached a server has been no load to it.
            if error.outcome != "not_sent" and not settings.budget.spend(
                settings.clock()
            ):
                self._log.info("%s: too many repetitions, no more", endpoint.name)
                return None
        if self._log.isEnabledFor(INFO):
            self._log.info(
                "%s: attempt %d at %s failed (%s), next one in %.1f s",
                endpoint.name,
                len(self._tried),
                self._tried[-1].origin,
                _in_short(error),
                seconds,
            )
        yield from self._emit(
            settings.hooks.on_retry, hooks.RetryInfo, error=error, delay=seconds
        )
        return seconds

    def _pause(self, error: Error, most: int) -> float | None:
        """Seconds until the next attempt; None if the server asks for more than is left.

        What chance adds is no more than its share of what is left, so that the attempts
        that may follow have theirs.
        """
        asked = retry_after(error.headers, self._settings.wall_clock())
        left = self._until - self._settings.clock() - asked
        if left <= 0:
            return None
        if error.status is None and not set(self._hosts) <= set(self._tried):
            return 0.0  # another host may be well
        share = left / (most - len(self._tried) + 1)
        return asked + min(share, backoff(len(self._tried), self._settings.chance()))

    # --- telling ----------------------------------------------------------------------

    def _received(
        self, response: RawResponse, scheme: Scheme, seconds: float
    ) -> Steps[None]:
        if self._log.isEnabledFor(DEBUG):
            # The path as documented: the real one, and the query, may hold secrets.
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
                # What the deadline brings about is told after it.
                max(self._until, self._settings.clock() + _TELLING),
            )


def _in_short(error: Error) -> str:
    """What went wrong, without the server's words, which may quote what it was sent."""
    if isinstance(error, ApiError):
        return " ".join(filter(None, (str(error.status), error.code)))
    return error.message
