"""Symbolic links in the paths of files that specloom writes."""

from __future__ import annotations

import os
from pathlib import Path


def resolve(path: Path) -> Path:
    """Return the path with all links resolved; the path itself if its links form a loop."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def escaping_link(path: Path, folder: Path) -> Path | None:
    """Return the link through which a path below a folder leads out of it; None if it does not lead out, or is not below the folder.

    Links above the folder do not count: the folder itself may be reached through one.
    """
    inside = [
        parent
        for parent in reversed((path, *path.parents))
        if Path(os.path.abspath(parent)).is_relative_to(os.path.abspath(folder))
    ]
    if not inside or inside[-1] != path or resolve(path).is_relative_to(resolve(folder)):
        return None
    links = [parent for parent in inside if parent.is_symlink()]
    return next(
        (link for link in links if not resolve(link).is_relative_to(resolve(folder))),
        links[0] if links else path,
    )
