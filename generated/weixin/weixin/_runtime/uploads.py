"""Files to upload."""

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
    """The content of a file, and what the server is told of it.

    `media` is its media type; left out, the name decides.
    """

    content: bytes
    filename: str = "file"
    media: str | None = None

    def __repr__(self) -> str:
        size = len(self.content)
        return f"Upload({size} bytes, filename={self.filename!r}, media={self.media!r})"


UploadLike: TypeAlias = Upload | Path | bytes
"""A file to upload: with name and media type, from a path, or its bytes alone.

A path is read when the call is made, so that a call is a value of its own."""


def load(source: object) -> Upload:
    """The file that an argument means; fails with `EncodeError`."""
    upload = _read(source)
    given: Any = upload
    if not isinstance(given.content, bytes):
        raise _part("content", wrong_type("bytes", given.content))
    if not isinstance(given.filename, str):
        raise _part("filename", wrong_type("str", given.filename))
    if not is_encodable(upload.filename):
        raise _part("filename", EncodeError("has half of a surrogate pair"))
    if not isinstance(given.media, str | None):
        raise _part("media", wrong_type("str", given.media))
    if upload.media is not None and not is_field_value(upload.media or " "):
        raise _part("media", EncodeError("must be a media type such as image/png"))
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
            raise EncodeError("no file can have this name") from None
    raise EncodeError(
        f"must be an Upload, a Path or bytes, not {type(source).__name__}"
    )


def _part(name: str, error: EncodeError) -> EncodeError:
    error.keys.append(name)
    return error


def check_size(upload: Upload, least: int | None, most: int | None) -> None:
    """Fails with `EncodeError` if the file is shorter or longer than allowed, in bytes."""
    if least is not None and len(upload.content) < least:
        raise EncodeError(f"at least {least} bytes")
    if most is not None and len(upload.content) > most:
        raise EncodeError(f"at most {most} bytes")
