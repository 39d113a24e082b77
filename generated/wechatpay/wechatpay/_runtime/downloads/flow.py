"""Flow of the call of a download; without any I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..auth.base import Scheme
from ..call_flow import CallState
from ..calls import Call, check_call
from ..effects import Steps, UseTransport
from ..endpoint_metadata import BinaryContent, Response
from ..errors import ConfigError, Error
from ..headers import is_media_of, merge
from ..hosts import Host
from ..http_messages import RawResponse, Request
from ..responses import report_mismatches
from ..settings import Settings
from .errors import DownloadBroken
from .receivers import Receiver
from .transfer import Progress, Transfer


class DownloadState(CallState[Any]):
    """State of the call of a download.

    With a receiver, an attempt includes the transfer. Without one, it ends with the
    head of the response, and `connection` is open.
    """

    def __init__(
        self,
        call: Call[Any],
        settings: Settings,
        receiver: Receiver | None = None,
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        check_call(call)
        super().__init__(call, settings)
        if not any(isinstance(each, BinaryContent) for each in self._responses()):
            raise ConfigError(
                f"{call.endpoint.name} has no file in its response; use client.send(call)"
            )
        self.connection: Any = None
        self.transfer: Transfer | None = None
        self._receiver = receiver
        self._limit = limit
        self._progress = progress
        self._received_head: RawResponse | None = None
        """Head of the last response with the file or its rest."""
        self._resumable: Transfer | None = None
        """Transfer that broke, of which the next attempt requests the rest."""

    @property
    def silence(self) -> float:
        """Maximum seconds without data."""
        return self._settings.deadline

    def steps(self) -> Steps[Response[Any]]:
        self._until = self._settings.clock() + self._settings.deadline
        return (yield from super().steps())

    def fail(self, error: Error) -> None:
        """Complete an error that ends the transfer of an open response."""
        self._redact(error)
        self._record_outcome(error)
        self._complete(error)

    def end(self) -> None:
        """Verify the complete file."""
        assert self.transfer is not None
        if mismatches := self.transfer.end():
            head = self.transfer.head
            report_mismatches(self._endpoint, head, mismatches, self._settings)

    def _responses(self) -> list[Any]:
        return list(self._endpoint.responses.values())

    def _default_headers(self) -> Mapping[str, str]:
        # Its size and its hash are those of the file as it is.
        return merge(super()._default_headers(), {"Accept-Encoding": "identity"})

    def _at(self, draft: Request, host: Host) -> Request:
        request, broken = super()._at(draft, host), self._resumable
        validator = None if broken is None else broken.validator
        names = {name.lower() for name in request.headers}
        if (
            broken is None
            or validator is None
            or request.method != "GET"
            or self._tried[-1:] != [host]  # another one may have another file
            or not names.isdisjoint({"range", "if-range"})
        ):
            self._resumable = None
            return request
        added = {"Range": f"bytes={broken.delivered}-", "If-Range": validator}
        return request.with_headers(added)

    def _is_file(self, head: RawResponse) -> bool:
        status = self._endpoint.documented(head.status)
        if not head.successful or (status is None and head.status == 204):
            return False
        shape = self._settings.service.error_shape_of(self._endpoint)
        media = head.headers.get("Content-Type", "")
        # An error may be JSON with a 2xx status.
        return shape.success is None or not is_media_of(media, ("application/json",))

    def _kind(self, head: RawResponse) -> BinaryContent:
        documented = self._endpoint.documented(head.status)
        kind = self._endpoint.responses.get(documented) if documented else None
        return kind if isinstance(kind, BinaryContent) else self._responses()[0]

    def _send(self, request: Request, now: float) -> Steps[RawResponse]:
        from ..streaming.connections import connect, connect_async

        scheme, action = self._attempted[0], self._send_action(request, now)
        if self._endpoint.verified and scheme.verifies_responses:
            # Verified before a byte of it is used.
            return (yield from super()._send(request, now))
        opened: Any = yield from UseTransport(
            lambda transport: connect(transport, action, self._is_file),
            lambda transport: connect_async(transport, action, self._is_file),
        )
        broken, self._resumable = self._resumable, None
        if isinstance(opened, RawResponse):
            if broken is not None and opened.status == 416:
                raise broken.broken("the server does not send the rest")
            return opened
        head: RawResponse = opened.head
        self._received_head = head
        if broken is not None and head.status == 206:
            transfer = self.transfer = broken
            transfer.resumed = True
            if not transfer.continues_with(head):
                yield from UseTransport(
                    lambda _: opened.close(), lambda _: opened.close()
                )
                raise transfer.broken("the server sent another part than the rest")
        else:
            transfer = self._begin(head)
        if self._receiver is None:
            self.connection = opened
            return head
        yield from self._transfer(opened, transfer, self._receiver)
        return head

    def _begin(self, head: RawResponse) -> Transfer:
        self.transfer = Transfer(
            self._call, self._kind(head), head, self._limit, self._progress
        )
        return self.transfer

    def _transfer(self, opened: Any, transfer: Transfer, to: Receiver) -> Steps[None]:
        from .receiving import receive, receive_async

        left = self._until - self._settings.clock()
        try:
            yield from UseTransport(
                lambda _: receive(opened, transfer, to, self.silence),
                lambda _: receive_async(opened, transfer, to, self.silence),
            )
        except DownloadBroken as error:
            self._resumable = transfer if error.retry != "never" else None
            raise
        else:
            self.end()
        finally:
            # The deadline of a transfer is that of each silence in it.
            self._until = self._settings.clock() + max(left, 0)

    def _decode(self, response: RawResponse, scheme: Scheme) -> Response[Any]:
        if self.transfer is None or self._received_head is not response:
            super()._decode(response, scheme)  # raises an error, unless it is the file
            transfer = self._begin(response)
            if self._receiver is not None:
                self._receiver.restart()
                transfer.store(self._receiver, response.content)
        request_id = scheme.request_id(response, "")
        return Response(None, response.status, response.headers, request_id, b"")
