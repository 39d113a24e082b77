"""File reader: regular UTF-8 files within the size limit."""

from __future__ import annotations

import errno
from pathlib import Path

from .. import bounded
from ..model import SourceLocation
from . import secret_scanner
from .collector import DiagnosticCollector
from .nodes import Source


def read(path: Path, display_path: str, diagnostics: DiagnosticCollector) -> Source | None:
    """Return the file's text with `\\n` line ends and spaces for U+00A0, or None after reporting a problem."""
    start = SourceLocation(display_path, 1, 1)
    try:
        content = bounded.read(path, bounded.TEXT)
    except OSError as error:
        if error.errno == errno.EFBIG:
            diagnostics.add_at(
                start, "too-large", str(error.strerror), "split it into several files"
            )
        else:
            diagnostics.add_at(
                start, "unreadable-file", f"cannot read the file: {error.strerror or error}"
            )
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        diagnostics.add_at(
            start, "invalid-encoding", "file is encoded as UTF-16", "save it as UTF-8"
        )
        return None
    if content.startswith(b"\xef\xbb\xbf"):
        diagnostics.add_at(
            start,
            "invalid-encoding",
            "file begins with a byte order mark",
            "save it as UTF-8 without one",
        )
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        diagnostics.sources[display_path] = content.decode("utf-8", "replace")
        diagnostics.add_at(
            SourceLocation(display_path, line, column),
            "invalid-encoding",
            f"byte 0x{content[error.start]:02X} is not valid UTF-8",
            "save the file as UTF-8",
        )
        return None
    source = diagnostics.source(display_path, text.replace("\r\n", "\n").replace("\u00a0", " "))
    _check_secrets(source, diagnostics)
    return source


def _check_secrets(source: Source, diagnostics: DiagnosticCollector) -> None:
    """Report the first secret in a file: it would be published with everything generated from the spec."""
    match = secret_scanner.find_secret(source.text)
    if match:
        at = match.at
        line, column = (
            source.text.count("\n", 0, at) + 1,
            at - (source.text.rfind("\n", 0, at) + 1) + 1,
        )
        diagnostics.add_at(
            SourceLocation(source.path, line, column),
            "secret",
            secret_scanner.secret_message(match),
            secret_scanner.SECRET_HINT,
            length=len("-----BEGIN"),
        )
