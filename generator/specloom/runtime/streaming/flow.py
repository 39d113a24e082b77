"""Flow of a stream: its call, and the decoding of its values; without any I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from logging import getLogger
from typing import Any, Generic, TypeVar

import msgspec

from ..auth.base import Scheme
from ..call_flow import CallState
from ..calls import Call, check_call
from ..codec import InvalidJson, codec
from ..confidential import Secret
from ..effects import Sleep, Steps, UseTransport
from ..endpoint_metadata import Response, Streamed
from ..errors import ConfigError, Error
from ..headers import merge
from ..http_messages import RawResponse, Request
from ..mismatches import Mismatch, summarize
from ..response_reader import Decompressor
from ..responses import api_error, decode_response
from ..settings import Settings
from .errors import StreamBroken
from .parsers import EventParser, LineParser, Parser

T = TypeVar("T")


class StreamState(CallState[None]):
    """State of the call of a stream: until its first value, it may be retried."""

    def __init__(
        self, call: Call[Any], settings: Settings, headers: Secret[Mapping[str, str]]
    ) -> None:
        check_call(call)
        super().__init__(call, settings, headers)
        streamed = call.endpoint.stream
        if streamed is None:
            raise ConfigError(
                f"{call.endpoint.name} does not stream its response; use client.send(call)"
            )
        self.streamed = streamed
        self.connection: Any = None
        """The open connection; None without one."""
        self.silence = settings.deadline
        """Maximum seconds between two values."""

    def steps(self) -> Steps[Response[None]]:
        """Steps that open the stream; the deadline begins now."""
        self._until = self._settings.clock() + self._settings.deadline
        return (yield from super().steps())

    def again(self, error: Error) -> Steps[Response[None]]:
        """Steps that open the stream again after it failed before its first value.

        Raise the error if the request may not be retried.
        """
        settings = self._settings
        self._until = settings.clock() + settings.deadline
        self._record(error)
        seconds = yield from self._next_delay(error, self._attempted[0])
        if seconds is None:
            self._complete(error)
            raise error
        yield from Sleep(seconds)
        return (yield from self.steps())

    def fail(self, error: Error) -> None:
        """Complete an error that ends the stream after its first value."""
        error.outcome = "unknown"  # it has begun, so the server was executing it
        self._record(error)
        self._complete(error)

    def _record(self, error: Error) -> None:
        self._redact(error)
        self._record_outcome(error)

    def _default_headers(self) -> Mapping[str, str]:
        # A compressed stream may be held back until a block is full.
        own = {"Accept": self.streamed.accept, "Accept-Encoding": "identity"}
        added = self._settings.added_headers.reveal()
        return merge(self._settings.headers, own, added)

    def _send(self, request: Request, now: float) -> Steps[RawResponse]:
        from .connections import connect, connect_async

        action, is_stream = self._send_action(request, now), self.streamed.matches
        opened: Any = yield from UseTransport(
            lambda transport: connect(transport, action, is_stream),
            lambda transport: connect_async(transport, action, is_stream),
        )
        if isinstance(opened, RawResponse):
            return opened
        self.connection = opened
        head: RawResponse = opened.head
        return head

    def _decode(self, response: RawResponse, scheme: Scheme) -> Response[None]:
        if self.connection is None:  # an error, or it is no stream
            decode_response(self._endpoint, response, scheme, self._settings)
        request_id = scheme.request_id(response, "")
        return Response(None, response.status, response.headers, request_id, b"")

    def values(self) -> Values[Any]:
        """Return the decoder of the values of the open connection."""
        scheme = self._attempted[0]
        head: RawResponse = self.connection.head
        return Values(self._call, self.streamed, head, scheme, self._settings)


class Values(Generic[T]):
    """Decoder of the values of one response."""

    def __init__(
        self,
        call: Call[Any],
        streamed: Streamed[T],
        head: RawResponse,
        scheme: Scheme,
        settings: Settings,
    ) -> None:
        self._endpoint = call.endpoint
        self._streamed = streamed
        self._head = head
        self._scheme = scheme
        self._settings = settings
        parser = EventParser if streamed.format == "events" else LineParser
        self.parser: Parser = parser(settings.limit_of(call.endpoint))
        self._decompressor = Decompressor(head.headers)
        self._plain = self._decompressor.plain
        self._decode = codec(streamed.type).decode
        self._decrypt = scheme.decrypt
        self._end = None if streamed.end is None else streamed.end.encode()
        self._shape = settings.service.error_shape_of(call.endpoint)
        self._marks = () if self._shape.success is None else self._shape.marks()
        self._name = streamed.name
        self._reported = False
        self.delivered = 0
        """Number of values so far."""
        self.finished = False
        """True after the last value."""

    def feed(self, chunk: bytes) -> Iterator[T]:
        """Return the values that received bytes complete; b"" is the end of the response.

        Raise `StreamBroken`, or `ApiError` for an error in the place of a value; so does
        the iterator.
        """
        data = self.parser.single(chunk) if self._plain else None
        if not data or data == self._end or data.isspace():
            return self._each(chunk)
        return iter((self._value(b"", data),))  # the common case, and faster

    def _each(self, chunk: bytes) -> Iterator[T]:
        try:
            if chunk:
                pieces = (chunk,) if self._plain else self._decompressor.pieces(chunk)
                for piece in pieces:
                    for name, data in self.parser.feed(piece):
                        if data == self._end:
                            self.finished = True
                            return
                        if data and not data.isspace():
                            yield self._value(name, data)
            else:
                for name, data in self.parser.end():
                    yield self._value(name, data)
                if self._end is not None:
                    raise self.broken(f"it ended without {self._streamed.end}")
                self.finished = True
        except ValueError as error:
            raise self.broken(str(error)) from None

    def broken(self, reason: str, **attributes: Any) -> StreamBroken:
        """Return the error for a stream that broke."""
        count = f"{self.delivered} value{'' if self.delivered == 1 else 's'}"
        return StreamBroken(
            f"the stream broke after {count}: {reason}",
            delivered=self.delivered,
            status=self._head.status,
            headers=self._head.headers,
            request_id=self._scheme.request_id(self._head, ""),
            **attributes,
        )

    def _value(self, name: bytes, data: bytes) -> T:
        for mark in self._marks:
            if mark in data:
                self._check_error(data)
                break
        if self._name is not None:
            data = _with_name(data, self._name, name or b"message")
        try:
            value, mismatches = self._decode(data, self._decrypt)
        except InvalidJson as error:
            reason = f"a value is not the documented JSON: {error}"
            raise self.broken(reason, content=data, retry="never") from error
        if mismatches:
            self._report(mismatches, data)
        self.delivered += 1
        typed: T = value
        return typed

    def _check_error(self, data: bytes) -> None:
        """Raise the `ApiError` of an error in the place of a value."""
        try:
            if self._shape.succeeded(data) is not False:
                return
        except InvalidJson as error:
            raise self.broken(str(error), content=data, retry="never") from error
        response = RawResponse(self._head.status, self._head.headers, data)
        raise api_error(self._endpoint, response, self._scheme, self._settings)

    def _report(self, mismatches: Sequence[object], data: bytes) -> None:
        """Log the first value that does not match its type, or raise `StreamBroken`."""
        summary = summarize(mismatches)
        other = any(isinstance(each, Mismatch) and not each.keys for each in mismatches)
        if self._settings.strict or other:
            reason = f"a value does not match the documentation: {summary}"
            raise self.broken(reason, content=data, retry="never")
        if not self._reported:
            self._reported = True
            getLogger(self._settings.service.name).warning(
                "%s: value %d of the stream does not match the documentation: %s",
                self._endpoint.name,
                self.delivered + 1,
                summary,
            )


def _with_name(data: bytes, field: str, name: bytes) -> bytes:
    """Return a JSON object with the name of its event as its first field.

    A later field of the same name replaces it.
    """
    content = data.lstrip()
    if not content.startswith(b"{"):
        return data
    text = name.decode("utf-8", "replace")
    added = msgspec.json.encode({field: text})[:-1]
    rest = content[1:].lstrip()
    return added + (b"" if rest.startswith(b"}") else b",") + rest
