"""Reading one file: only a regular one, only UTF-8, only of a sane size."""

from __future__ import annotations

import errno
from pathlib import Path

from .. import bounded
from ..model import SourceLocation
from . import secret_scanner
from .collector import DiagnosticCollector
from .nodes import Source


def read(path: Path, shown: str, diagnostics: DiagnosticCollector) -> Source | None:
    """The file's text with `\\n` line ends and plain spaces for U+00A0, or None with a problem reported."""
    start = SourceLocation(shown, 1, 1)
    try:
        content = bounded.read(path, bounded.TEXT)
    except OSError as error:
        if error.errno == errno.EFBIG:
            diagnostics.add_at(start, "too-large", str(error.strerror), "split it into several")
        else:
            diagnostics.add_at(
                start, "unreadable", f"the file cannot be read: {error.strerror or error}"
            )
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        diagnostics.add_at(start, "encoding", "the file is UTF-16; expected UTF-8")
        return None
    if content.startswith(b"\xef\xbb\xbf"):
        diagnostics.add_at(
            start,
            "encoding",
            "the file begins with a byte order mark",
            "save it as UTF-8 without one",
        )
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        diagnostics.sources[shown] = content.decode("utf-8", "replace")
        diagnostics.add_at(
            SourceLocation(shown, line, column),
            "encoding",
            f"byte 0x{content[error.start]:02X} is not UTF-8 here",
            "save the file as UTF-8",
        )
        return None
    source = diagnostics.source(shown, text.replace("\r\n", "\n").replace("\u00a0", " "))
    _refuse_keys(source, diagnostics)
    return source


def _refuse_keys(source: Source, diagnostics: DiagnosticCollector) -> None:
    """What would be published with everything that is woven from it."""
    found = secret_scanner.find_secret(source.text)
    if found:
        at = found.at
        line, column = (
            source.text.count("\n", 0, at) + 1,
            at - (source.text.rfind("\n", 0, at) + 1) + 1,
        )
        diagnostics.add_at(
            SourceLocation(source.path, line, column),
            "secret",
            secret_scanner.secret_message(found),
            secret_scanner.SECRET_HINT,
            length=len("-----BEGIN"),
        )
