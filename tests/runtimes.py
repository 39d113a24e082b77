"""The runtime as clients have it: `specloom.runtime`, and the runtime parts of all built-in auth schemes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

GENERATOR = Path(__file__).parents[1] / "generator" / "specloom"
_UNWANTED = shutil.ignore_patterns("__pycache__")


def copy_runtime(target: Path) -> None:
    """Copy the whole runtime to a folder that does not exist yet."""
    shutil.copytree(GENERATOR / "runtime", target, ignore=_UNWANTED)
    for part in (GENERATOR / "auth_schemes").glob("*/runtime"):
        folder = target / "auth" / part.parent.name
        folder.mkdir()
        for module in part.glob("*.py"):
            text = module.read_text("utf-8")
            copied = re.sub(r"\bfrom specloom\.runtime\b\.?", "from ...", text)
            (folder / module.name).write_text(copied, "utf-8")
