"""Output folder of the site: replaced as a whole, and only if specloom wrote it."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from ..diagnostics import DISK, UsageError, display_path
from ..publish.atomic_exchange import Unsupported, exchange

MARKER = ".specloom-site"


@contextmanager
def staged(out: Path) -> Generator[Path, None, None]:
    """Yield an empty folder beside `out`, whose subfolder `site` takes the place of `out` in the end; an error leaves `out` as it was."""
    out = out.resolve()
    _require_own(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise UsageError(f"cannot write {display_path(out)}: {error.strerror}", DISK) from None
    try:
        (temporary / "site").mkdir()
        yield temporary
        (temporary / "site" / MARKER).write_text("Written by specloom docs.\n", "utf-8")
        _replace(temporary / "site", out)
    except OSError as error:
        raise UsageError(
            f"cannot write {display_path(out)}: {error.strerror or error}", DISK
        ) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace(new: Path, out: Path) -> None:
    if not out.exists():
        new.rename(out)
        return
    try:
        exchange(new, out)
    except Unsupported:  # the site is absent between the two renames
        out.rename(new.parent / "old")
        new.rename(out)


def _require_own(out: Path) -> None:
    """Refuse to replace anything but an earlier site or an empty folder."""
    if not out.exists() or (out / MARKER).is_file():
        return
    if not out.is_dir() or any(out.iterdir()):
        raise UsageError(
            f"{display_path(out)} is not a site that specloom wrote; choose another folder with --out"
        )
