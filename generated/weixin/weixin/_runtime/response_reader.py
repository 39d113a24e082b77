"""Reader of a response body: decompresses it within a size limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, NoReturn

from .errors import ProtocolError
from .headers import Headers
from .http_messages import RawResponse

PIECE: Final = 1 << 16
"""Bytes decompressed between two checks of the limit."""


_CORRUPT: Final = "the compressed response is corrupt or incomplete"


class Decompressor:
    """Decompressor of a body, by its Content-Encoding; its ValueErrors say what is wrong."""

    def __init__(self, headers: Headers) -> None:
        self._inner: Any = None
        encoding = headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            self._inner = _new_decompressor()
        elif encoding not in ("", "identity"):
            raise ValueError(
                f"unsupported content encoding of the response: {encoding}"
            )

    @property
    def plain(self) -> bool:
        """True if the body is not compressed."""
        return self._inner is None

    @property
    def complete(self) -> bool:
        """True if the compressed data, if any, has ended."""
        return self._inner is None or bool(self._inner.eof)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the decompressed content of a chunk; a compressed one piece by piece."""
        if self._inner is None:
            yield chunk
            return
        while chunk:
            if self._inner.eof:  # gzip data may have several members
                self._inner = _new_decompressor()
            try:
                piece = self._inner.decompress(chunk, PIECE)
            except zlib.error:
                raise ValueError(_CORRUPT) from None
            yield piece
            chunk = self._inner.unconsumed_tail or self._inner.unused_data


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
        try:
            self._decompressor = Decompressor(self._headers)
        except ValueError as error:
            self._fail(str(error))

    def add(self, chunk: bytes) -> None:
        """Add received bytes; raise `ProtocolError`."""
        try:
            for piece in self._decompressor.pieces(chunk):
                self._append(piece)
        except ValueError as error:
            self._fail(str(error))

    def _append(self, chunk: bytes) -> None:
        self._remaining -= len(chunk)
        if self._remaining < 0:
            self._fail(f"the response is longer than {self._limit} bytes")
        self._chunks.append(chunk)

    def response(self) -> RawResponse:
        """Return the response, when all bytes have been added."""
        if self._chunks and not self._decompressor.complete:
            self._fail(_CORRUPT)
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
