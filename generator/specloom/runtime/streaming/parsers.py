"""Parsers of streams: server-sent events as in the HTML standard (9.2.6), JSON lines.

Both take pieces of any size and yield the name and the data of each value. They buffer
one value; `TooLong` limits its size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Final

_MAX_RETRY_DIGITS: Final = 15


class TooLong(ValueError):
    """A value is longer than the limit."""


class Parser(ABC):
    """Base of both parsers; `limit` is the maximum size of a value in bytes."""

    last_event_id = ""
    """Last event ID of the values so far."""
    reconnection_time: int | None = None
    """Milliseconds of the last `retry` field; None without one."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._unfinished: list[bytes] = []
        self._size = 0

    def single(self, piece: bytes) -> bytes | None:
        """Return the data of a piece that is one whole value without a name.

        Return None for any other piece, which `feed` takes.
        """
        return None

    @abstractmethod
    def feed(self, piece: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the name and the data of the values that this piece completes."""

    def end(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the value that the end of the stream completes, if any."""
        yield from ()

    def _lines(self, piece: bytes) -> list[bytes]:
        """Return the lines that a piece completes; the rest is kept for the next one."""
        lines = piece.split(b"\n")
        rest = lines.pop()
        if lines:
            lines[0] = b"".join((*self._unfinished, lines[0]))
            self._unfinished = []
            self._size = 0
        if rest:
            self._unfinished.append(rest)
            self._size += len(rest)
        return lines

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise TooLong(f"a value is longer than {self._limit} bytes")


class EventParser(Parser):
    """Parser of server-sent events; an event is incomplete without its blank line."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._start: bytes | None = b""
        self._after_return = False
        self._id = b""
        self._name = b""
        self._data: list[bytes] = []
        self._data_size = 0
        self._between = False
        """True between two events; then nothing of the next one has been read."""

    def single(self, piece: bytes) -> bytes | None:
        if not self._between:
            return None
        lines = piece.splitlines()
        if (
            len(lines) == 2  # one line of data and a blank one, as most servers send it
            and lines[0][:6] == b"data: "
            and not lines[1]
            and piece[-1:] == b"\n"  # after a CR, another LF may follow
            and len(piece) <= self._limit
        ):
            return lines[0][6:]
        return None

    def feed(self, piece: bytes) -> Iterator[tuple[bytes, bytes]]:
        for line in self._lines(self._with_newlines(self._without_mark(piece))):
            if line.startswith(b"data:"):
                self._add_data(line[6 if line.startswith(b" ", 5) else 5 :])
            elif line:
                self._field(line)
            else:
                self.last_event_id = self._id.decode("utf-8", "replace")
                if self._data:
                    event = self._name, b"\n".join(self._data)
                    self._reset()
                    yield event
                self._name = b""
        self._check(self._size)
        is_begun = self._unfinished or self._data or self._name or self._after_return
        self._between = not is_begun and self._start is None

    def _reset(self) -> None:
        self._name = b""
        self._data = []
        self._data_size = 0

    def _add_data(self, value: bytes) -> None:
        self._data.append(value)
        self._data_size += len(value) + 1
        self._check(self._data_size - 1)

    def _field(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            self._check(len(value))
            self._name = value
        elif field == b"data":
            self._add_data(value)
        elif field == b"id" and b"\0" not in value:
            self._check(len(value))
            self._id = value
        elif field == b"retry" and value.isdigit() and len(value) <= _MAX_RETRY_DIGITS:
            self.reconnection_time = int(value)

    def _without_mark(self, piece: bytes) -> bytes:
        """Return the piece without the byte order mark at the start of the stream."""
        if self._start is None:
            return piece
        start = self._start + piece
        if len(start) < len(BOM_UTF8) and BOM_UTF8.startswith(start):
            self._start = start
            return b""
        self._start = None
        return start.removeprefix(BOM_UTF8)

    def _with_newlines(self, piece: bytes) -> bytes:
        """Return the piece with all line ends as LF.

        A CR at its end is a line end at once, so that an event is not held back until
        the next byte arrives; if that is the LF of a CRLF, it is skipped.
        """
        if not piece:
            return piece
        if self._after_return:
            piece = piece.removeprefix(b"\n")
        self._after_return = piece.endswith(b"\r")
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return piece


class LineParser(Parser):
    """Parser of JSON lines; the last line needs no line end."""

    def feed(self, piece: bytes) -> Iterator[tuple[bytes, bytes]]:
        for line in self._lines(piece):
            self._check(len(line))
            if line.strip():
                yield b"", line
        self._check(self._size)

    def end(self) -> Iterator[tuple[bytes, bytes]]:
        line = b"".join(self._unfinished)
        if line.strip():
            yield b"", line
