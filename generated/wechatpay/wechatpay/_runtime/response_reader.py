"""Reader of a response body: decompresses it within a size limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from .errors import ProtocolError
from .headers import Headers
from .http_messages import RawResponse

PIECE: Final = 1 << 16
"""Bytes decompressed between two checks of the limit."""


class ResponseReader:
    """Reader of one response: decompresses the body and enforces the size limit."""

    def __init__(
        self, status: int, fields: Iterable[tuple[bytes, bytes]], limit: int
    ) -> None:
        self._status = status
        self._headers = Headers(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in fields
        )
        self._chunks: list[bytes] = []
        self._remaining = limit
        self._limit = limit
        self._decompressor: Any = None
        encoding = self._headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            self._decompressor = _new_decompressor()
        elif encoding not in ("", "identity"):
            self._fail(f"unsupported content encoding of the response: {encoding}")

    def add(self, chunk: bytes) -> None:
        """Add received bytes; raise `ProtocolError`."""
        if self._decompressor is None:
            self._append(chunk)
            return
        try:
            while chunk:
                if self._decompressor.eof:  # gzip data may have several members
                    self._decompressor = _new_decompressor()
                self._append(self._decompressor.decompress(chunk, PIECE))
                chunk = (
                    self._decompressor.unconsumed_tail or self._decompressor.unused_data
                )
        except zlib.error:
            self._fail("the compressed response is corrupt or incomplete")

    def _append(self, chunk: bytes) -> None:
        self._remaining -= len(chunk)
        if self._remaining < 0:
            self._fail(f"the response is longer than {self._limit} bytes")
        self._chunks.append(chunk)

    def response(self) -> RawResponse:
        """Return the response, when all bytes have been added."""
        if (
            self._decompressor is not None
            and self._chunks
            and not self._decompressor.eof
        ):
            self._fail("the compressed response is corrupt or incomplete")
        return RawResponse(self._status, self._headers, b"".join(self._chunks))

    def _fail(self, text: str) -> NoReturn:
        raise ProtocolError(
            text,
            status=self._status,
            headers=self._headers,
            content=b"".join(self._chunks),
        )


def _new_decompressor() -> Any:
    return zlib.decompressobj(32 + zlib.MAX_WBITS)  # accepts zlib and gzip headers
