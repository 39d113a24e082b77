"""Taking in an answer: inflated, and no more of it than the limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from .errors import ProtocolError
from .headers import Headers
from .http_messages import RawResponse

PIECE: Final = 1 << 16
"""How many bytes are inflated before the limit is looked at."""


class ResponseReader:
    """Takes an answer's body in, inflates it, and stops at the limit."""

    def __init__(
        self, status: int, fields: Iterable[tuple[bytes, bytes]], limit: int
    ) -> None:
        self._status = status
        self._headers = Headers(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in fields
        )
        self._chunks: list[bytes] = []
        self._room = limit
        self._limit = limit
        self._inflate: Any = None
        encoding = self._headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            self._inflate = _inflater()
        elif encoding not in ("", "identity"):
            self._refuse(f"the answer has a content encoding not asked for: {encoding}")

    def add(self, chunk: bytes) -> None:
        """Take in what has come; fails with `ProtocolError`."""
        if self._inflate is None:
            self._keep(chunk)
            return
        try:
            while chunk:
                if self._inflate.eof:  # gzip may come in several members
                    self._inflate = _inflater()
                self._keep(self._inflate.decompress(chunk, PIECE))
                chunk = self._inflate.unconsumed_tail or self._inflate.unused_data
        except zlib.error:
            self._refuse("the answer's compression is broken")

    def _keep(self, chunk: bytes) -> None:
        self._room -= len(chunk)
        if self._room < 0:
            self._refuse(f"the answer is longer than {self._limit} bytes")
        self._chunks.append(chunk)

    def response(self) -> RawResponse:
        """The answer, when all of it has come."""
        if self._inflate is not None and self._chunks and not self._inflate.eof:
            self._refuse("the answer's compression is broken")
        return RawResponse(self._status, self._headers, b"".join(self._chunks))

    def _refuse(self, text: str) -> NoReturn:
        raise ProtocolError(
            text,
            status=self._status,
            headers=self._headers,
            content=b"".join(self._chunks),
        )


def _inflater() -> Any:
    return zlib.decompressobj(32 + zlib.MAX_WBITS)  # zlib's header or gzip's
