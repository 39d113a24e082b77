"""Uploads: files in request bodies."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from .confidential import Confidential
from .encode_errors import EncodeError, wrong_type
from .headers import is_field_value
from .public_names import public
from .scalars import is_encodable


@public()
class Upload(Confidential, frozen=True):
    """A file to upload: content, file name and media type.

    Without `media` the file name determines the media type.
    """

    content: bytes
    filename: str = "file"
    media: str | None = None

    def __repr__(self) -> str:
        size = len(self.content)
        return f"Upload({size} bytes, filename={self.filename!r}, media={self.media!r})"


UploadLike: TypeAlias = Upload | Path | bytes
"""A file to upload: an `Upload`, a path, or bytes.

A path is read when the call is created, so later changes to the file have no effect."""


def load(source: object) -> Upload:
    """Convert an argument to an `Upload`; raise `EncodeError` if it is invalid."""
    upload = _read(source)
    # Typed as Any, because callers without a type checker may pass other types.
    untyped: Any = upload
    if not isinstance(untyped.content, bytes):
        raise _with_key("content", wrong_type("bytes", untyped.content))
    if not isinstance(untyped.filename, str):
        raise _with_key("filename", wrong_type("str", untyped.filename))
    if not is_encodable(upload.filename):
        raise _with_key("filename", EncodeError("must not contain a lone surrogate"))
    if not isinstance(untyped.media, str | None):
        raise _with_key("media", wrong_type("str", untyped.media))
    if upload.media is not None and not is_field_value(upload.media or " "):
        raise _with_key("media", EncodeError("must be a media type such as image/png"))
    return upload


def _read(source: object) -> Upload:
    if isinstance(source, Upload):
        return source
    if isinstance(source, bytes):
        return Upload(source)
    if isinstance(source, Path):
        try:
            return Upload(source.read_bytes(), source.name)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EncodeError(f"cannot read {source}: {reason}") from None
        except ValueError:
            raise EncodeError("invalid file name") from None
    raise EncodeError(
        f"must be an Upload, a Path or bytes, not {type(source).__name__}"
    )


def _with_key(name: str, error: EncodeError) -> EncodeError:
    error.keys.append(name)
    return error


def check_size(upload: Upload, minimum: int | None, maximum: int | None) -> None:
    """Raise `EncodeError` if the file has fewer or more bytes than allowed."""
    if minimum is not None and len(upload.content) < minimum:
        raise EncodeError(f"must have at least {minimum} bytes")
    if maximum is not None and len(upload.content) > maximum:
        raise EncodeError(f"must have at most {maximum} bytes")
