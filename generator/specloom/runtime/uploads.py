"""Uploads: files in request bodies, streamed while the request is sent."""

from __future__ import annotations

import os
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Callable,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from msgspec.structs import replace

from .confidential import Confidential
from .encode_errors import EncodeError, wrong_type
from .headers import is_field_value
from .http_messages import BodyError, BodyStream
from .json_types import is_list
from .public_names import public
from .scalars import is_encodable

PIECE: Final = 1 << 18
"""Bytes that are read and sent at a time."""

Progress: TypeAlias = Callable[[int, int | None], object]
"""Function of the bytes done and of all bytes, None if their number is unknown."""
Content: TypeAlias = bytes | Path | IO[bytes] | Iterable[bytes] | AsyncIterable[bytes]
"""Content of an upload: bytes, a path, a file opened in binary mode, or an iterable of
bytes; an async iterable in async clients only."""


@public()
class Upload(Confidential, frozen=True):
    """A file to upload: content, file name and media type.

    The content is read while it is sent, never as a whole. Bytes, paths, seekable files
    and iterables can be read again, so that a request with them can be retried; an
    iterator or a pipe cannot. Without `filename` it is the name of the path. Without
    `media` the file name determines the media type. `progress` is called with the bytes
    sent and the size, which is None if it is unknown; a retry begins with 0 again.
    """

    content: Content
    filename: str | None = None
    media: str | None = None
    progress: Progress | None = None

    def __repr__(self) -> str:
        size = f"{len(self.content)} bytes, " if isinstance(self.content, bytes) else ""
        return f"Upload({size}filename={self.filename!r}, media={self.media!r})"


UploadLike: TypeAlias = Upload | Content
"""A file to upload: an `Upload`, or its content alone.

The size of a file is determined when the call is created."""


class Source(Confidential, frozen=True):
    """A checked upload, with its size; None if that is unknown."""

    content: Any
    filename: str
    media: str | None
    size: int | None
    progress: Progress | None
    min_length: int = 0
    max_length: int | None = None

    @property
    def segment(self) -> bytes | Source:
        """The content if it is bytes, without any progress to report; else this."""
        is_whole = isinstance(self.content, bytes) and self.progress is None
        return self.content if is_whole else self

    def check_size(self, size: int, *, ended: bool = True) -> None:
        """Raise `EncodeError` if the number of bytes, so far or at the end, is wrong."""
        if ended and size < self.min_length:
            raise EncodeError(f"must have at least {self.min_length} bytes")
        if self.max_length is not None and size > self.max_length:
            raise EncodeError(f"must have at most {self.max_length} bytes")


def load(value: object) -> Source:
    """Check an upload and determine its size; raise `EncodeError`."""
    if isinstance(value, Source):
        return value
    upload = value if isinstance(value, Upload) else Upload(_as_content(value))
    # Typed as Any, because callers without a type checker may pass other types.
    untyped: Any = upload
    filename, media = untyped.filename, untyped.media
    try:
        content, size = _with_size(_as_content(untyped.content))
    except EncodeError as error:
        if upload is value:
            error.keys.append("content")
        raise
    if filename is None:
        filename = upload.content.name if isinstance(upload.content, Path) else "file"
    if not isinstance(filename, str):
        raise _with_key("filename", wrong_type("str", filename))
    if not is_encodable(filename):
        raise _with_key("filename", EncodeError("must not contain a lone surrogate"))
    if not isinstance(media, str | None):
        raise _with_key("media", wrong_type("str", media))
    if media is not None and not is_field_value(media or " "):
        raise _with_key("media", EncodeError("must be a media type such as image/png"))
    is_function = callable(untyped.progress) and not isinstance(untyped.progress, type)
    if untyped.progress is not None and not is_function:
        raise _with_key("progress", wrong_type("function", untyped.progress))
    return Source(content, filename, media, size, untyped.progress)


def _as_content(value: Any) -> Any:
    is_content = _is_list_of_bytes if _is_collection(value) else _is_readable
    if not isinstance(value, bytes | Path) and not is_content(value):
        raise EncodeError(
            "must be an Upload, a Path, a binary file, bytes, or an iterable of bytes,"
            f" not {type(value).__name__}"
        )
    return value


def _is_collection(value: object) -> bool:
    return isinstance(value, Collection)


def _is_list_of_bytes(value: Any) -> bool:
    pieces = value if is_list(value) else []
    return bool(pieces) and all(isinstance(piece, bytes) for piece in pieces)


def _is_readable(value: object) -> bool:
    return any(hasattr(value, name) for name in ("read", "__iter__", "__aiter__"))


def _with_size(content: Any) -> tuple[Any, int | None]:
    if isinstance(content, bytes):
        return content, len(content)
    if isinstance(content, Path):
        try:
            with content.open("rb") as opened:
                return content, os.fstat(opened.fileno()).st_size
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EncodeError(f"cannot read {content}: {reason}") from None
        except ValueError:
            raise EncodeError("invalid file name") from None
    if hasattr(content, "read"):
        file = _OpenFile(content)
        return file, file.size
    if isinstance(content, AsyncIterable) or iter(content) is content:
        return _Once(content), None
    return content, None


def limit(source: Source, minimum: int | None, maximum: int | None) -> Source:
    """Return the source with limits in bytes; raise `EncodeError` if it exceeds them."""
    limited = replace(source, min_length=minimum or 0, max_length=maximum)
    if source.size is not None:
        limited.check_size(source.size)
    return limited


def _with_key(name: str, error: EncodeError) -> EncodeError:
    error.keys.append(name)
    return error


# --- streaming ------------------------------------------------------------------------


class _OpenFile:
    """A file opened by the user, from its present position on."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.used = False
        try:
            self._start = file.tell()
            self.size: int | None = file.seek(0, os.SEEK_END) - self._start
            file.seek(self._start)
        except (OSError, AttributeError, ValueError):  # a pipe, or a closed file
            self._start = self.size = None

    @property
    def reusable(self) -> bool:
        return self._start is not None or not self.used

    def __iter__(self) -> Iterator[bytes]:
        if not self.reusable:
            raise BodyError("it was read already, and cannot be read again")
        self.used = True
        if self._start is not None:
            self._file.seek(self._start)
        while piece := self._file.read(PIECE):
            yield piece


class _Once:
    """An iterator, which can be read only once."""

    def __init__(self, iterator: Any) -> None:
        self.iterator = iterator
        self.reusable = True

    def use(self) -> Any:
        if not self.reusable:
            raise BodyError("it was read already, and cannot be read again")
        self.reusable = False
        return self.iterator


def joined(segments: Sequence[bytes | Source]) -> bytes | Sources:
    """Return a body of these segments, as bytes if all of them are."""
    whole = [each for each in segments if isinstance(each, bytes)]
    return b"".join(whole) if len(whole) == len(segments) else Sources(segments)


class Sources(BodyStream):
    """Request body of bytes and of sources, which are read while it is sent."""

    def __init__(self, segments: Sequence[bytes | Source]) -> None:
        self._segments = segments

    @property
    def length(self) -> int | None:
        total = 0
        for segment in self._segments:
            size = len(segment) if isinstance(segment, bytes) else segment.size
            if size is None:
                return None
            total += size
        return total

    @property
    def reusable(self) -> bool:
        return all(getattr(each.content, "reusable", True) for each in self._sources())

    @property
    def only_async(self) -> bool:
        return any(_is_async(each.content) for each in self._sources())

    def check(self) -> None:
        for source in self._sources():
            if isinstance(source.content, Path):
                try:
                    size = source.content.stat().st_size
                except OSError as error:
                    raise BodyError(f"{error.filename}: {error.strerror}") from error
                if size != source.size:
                    raise BodyError(f"{source.content}: the size has changed")

    def _sources(self) -> Iterator[Source]:
        return (each for each in self._segments if isinstance(each, Source))

    def __iter__(self) -> Iterator[bytes]:
        for segment in self._segments:
            if isinstance(segment, bytes):
                yield segment
            else:
                count = _Counter(segment)
                for piece in _pieces(segment.content):
                    yield count.checked(piece)
                    count.sent()
                count.end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for segment in self._segments:
            if isinstance(segment, bytes):
                yield segment
                continue
            count = _Counter(segment)
            if _is_async(segment.content):
                async for piece in _pieces_async(segment.content):
                    yield count.checked(piece)
                    count.sent()
            elif isinstance(segment.content, Path | _OpenFile):
                from asyncio import to_thread

                with closing(_pieces(segment.content)) as pieces:
                    while piece := await to_thread(next, pieces, b""):
                        yield count.checked(piece)
                        count.sent()
            else:
                for piece in _pieces(segment.content):
                    yield count.checked(piece)
                    count.sent()
            count.end()


class _Counter:
    """Count of the bytes of one source, for its progress, size and limits."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._done = 0
        self._report()

    def checked(self, piece: Any) -> bytes:
        if not isinstance(piece, bytes):
            raise BodyError(f"expected bytes, got {type(piece).__name__}")
        self._done += len(piece)
        self._check(ended=False)
        return piece

    def sent(self) -> None:
        self._report()

    def end(self) -> None:
        self._check(ended=True)

    def _check(self, *, ended: bool) -> None:
        size = self._source.size
        if size is not None and (self._done != size if ended else self._done > size):
            raise BodyError(f"its size changed from {size} to {self._done} bytes")
        try:
            self._source.check_size(self._done, ended=ended)
        except EncodeError as error:
            raise BodyError(error.problem) from None

    def _report(self) -> None:
        if self._source.progress is None:
            return
        try:
            self._source.progress(self._done, self._source.size)
        except Exception as error:
            name = type(error).__name__
            raise BodyError(f"`progress` raised {name}: {error}") from error


def _is_async(content: object) -> bool:
    return isinstance(content, _Once) and isinstance(content.iterator, AsyncIterable)


async def _pieces_async(content: _Once) -> AsyncIterator[bytes]:
    try:
        async for piece in content.use():
            yield piece
    except BodyError:
        raise
    except Exception as error:
        raise BodyError(f"{type(error).__name__}: {error}") from error


def _pieces(content: Any) -> Generator[bytes, None, None]:
    """Yield the pieces of a content; raise `BodyError`, also for errors of users' code."""
    try:
        yield from _read(content)
    except BodyError:
        raise
    except Exception as error:
        raise BodyError(f"{type(error).__name__}: {error}") from error


def _read(content: Any) -> Iterator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]
    elif isinstance(content, Path):
        with content.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    elif isinstance(content, _Once):
        yield from content.use()
    else:
        yield from content
