"""Symbolic links on the way to files that specloom writes."""

from __future__ import annotations

import os
from pathlib import Path


def real(path: Path) -> Path:
    """Where a path leads; the path itself if its links lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def way_out(path: Path, folder: Path) -> Path | None:
    """The link by which a path that is named within a folder leads out of it; None if it does not, or is named elsewhere.

    Links above the folder do not count: it may itself be reached through one.
    """
    inside = [
        place
        for place in reversed((path, *path.parents))
        if Path(os.path.abspath(place)).is_relative_to(os.path.abspath(folder))
    ]
    if not inside or inside[-1] != path or real(path).is_relative_to(real(folder)):
        return None
    links = [place for place in inside if place.is_symlink()]
    return next(
        (link for link in links if not real(link).is_relative_to(real(folder))),
        links[0] if links else path,
    )
