"""Transfer of one response: counted, limited and verified."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias

import httpx

from ..calls import Call
from ..endpoint_metadata import BinaryContent
from ..hashes import matches
from ..http_messages import RawResponse
from ..response_reader import Decompressor
from .errors import DownloadBroken, HashMismatch
from .receivers import Receiver

Progress: TypeAlias = Callable[[int, int | None], object]
"""Function of the bytes done and of all bytes, None if their number is unknown."""

_STRONG_TAG: Final = re.compile(r'"[!#-~]*"')


class Transfer:
    """Transfer of the body of one response."""

    def __init__(
        self,
        call: Call[Any],
        kind: BinaryContent,
        head: RawResponse,
        limit: int | None,
        progress: Progress | None = None,
    ) -> None:
        self.head = head
        self.delivered = 0
        self.resumed = False
        """True if another response continues the first one."""
        self._kind = kind
        self._limit = limit
        self._progress = progress
        self._decompressor = Decompressor(head.headers)
        self._expected = self._digest = None
        if kind.hash is not None:
            self._expected = kind.hash.expected(call, head.headers)
            self._digest = kind.hash.new() if self._expected is not None else None
        self.total = self._size()

    @property
    def validator(self) -> str | None:
        """Value of If-Range with which the rest can be requested; None if it cannot.

        It needs a strong validator (RFC 9110, 8.8.1): an ETag, or a Last-Modified that
        is a minute old.
        """
        headers = self.head.headers
        units = headers.get("Accept-Ranges", "").lower().split(",")
        if not self.delivered or self.total is None or self.head.status != 200:
            return None
        if "bytes" not in (unit.strip() for unit in units):
            return None
        tag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
        if tag:
            return tag if _STRONG_TAG.fullmatch(tag) else None
        try:
            since = parsedate_to_datetime(modified)
            age = parsedate_to_datetime(headers.get("Date", "")) - since
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
        return modified if age.total_seconds() >= 60 else None

    def continues_with(self, head: RawResponse) -> bool:
        """Return whether a partial response has exactly the rest of the file."""
        assert self.total is not None
        headers = head.headers
        rest = f"bytes {self.delivered}-{self.total - 1}/{self.total}"
        tags = self.head.headers.get("ETag", ""), headers.get("ETag", "")
        return (
            headers.get("Content-Range", "") == rest
            and headers.get("Content-Encoding", "identity") == "identity"
            and (not tags[1] or tags[0] == tags[1])
        )

    def _size(self) -> int | None:
        text = self.head.headers.get("Content-Length", "")
        is_plain = self.head.headers.get("Content-Encoding", "identity") == "identity"
        return int(text) if is_plain and text.isdecimal() else None

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the content of received bytes; raise `DownloadBroken`."""
        try:
            for piece in self._decompressor.pieces(chunk):
                self.delivered += len(piece)
                if self._limit is not None and self.delivered > self._limit:
                    problem = f"the file is longer than {self._limit} bytes"
                    raise self.broken(problem, retry="never")
                if self._digest is not None:
                    self._digest.update(piece)
                yield piece
        except ValueError as error:
            raise self.broken(str(error)) from error
        self.report()

    def report(self) -> None:
        """Report the progress."""
        if self._progress is not None:
            try:
                self._progress(self.delivered, self.total)
            except Exception as error:
                problem = f"`progress` raised {type(error).__name__}: {error}"
                raise self.broken(problem, retry="never") from error

    def end(self) -> list[str]:
        """Verify the complete file; return how it differs from the documentation."""
        if self.delivered and not self._decompressor.complete:
            raise self.broken("the compressed response is incomplete")
        if self.resumed and self.delivered != self.total:
            raise self.broken("the rest of the file has another size")
        digest, expected = self._digest, self._expected
        if digest is not None and not matches(digest.digest(), expected or ""):
            problem = f"its {digest.name.upper()} is not {expected}"
            raise self.broken(problem, HashMismatch)
        return [
            *self._kind.length_mismatches(self.delivered, "bytes"),
            *self._kind.media_mismatches(self.head),
        ]

    def broken(
        self,
        reason: str,
        kind: type[DownloadBroken] = DownloadBroken,
        **attributes: Any,
    ) -> DownloadBroken:
        """Return the error of a download that broke."""
        of = "" if self.total is None else f" of {self.total}"
        return kind(
            f"the download broke after {self.delivered}{of} bytes: {reason}",
            delivered=self.delivered,
            total=self.total,
            status=self.head.status,
            headers=self.head.headers,
            **attributes,
        )

    def unreadable(self, error: Exception, silence: float) -> DownloadBroken:
        """Return the error for a connection that failed."""
        match error:
            case DownloadBroken():
                return error
            case httpx.TimeoutException() | builtins.TimeoutError():
                return self.broken(f"no data for {silence:g} s")
            case httpx.RemoteProtocolError():
                return self.broken(f"the response is incomplete: {error}")
            case _:
                return self.broken(
                    f"the connection broke: {error or type(error).__name__}"
                )

    def store(self, receiver: Receiver, chunk: bytes) -> None:
        """Write the content of received bytes; raise `DownloadBroken`."""
        for piece in self.pieces(chunk):
            self.write(receiver, piece)

    def write(self, receiver: Receiver, piece: bytes) -> None:
        """Write a piece of the content; raise `DownloadBroken`."""
        try:
            receiver.write(piece)
        except OSError as error:
            problem = f"it cannot be written: {error.strerror}"
            raise self.broken(problem, retry="never") from error
