"""Runs Material for MkDocs in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ..diagnostics import UsageError

_PACKAGES = ("mkdocs", "material", "jieba")
_WARNING = re.compile(r"^WARNING +-+ +(?:Doc file '(.+?)' )?(.+)$", re.MULTILINE)


def require() -> None:
    """Raise `UsageError` if the packages of `specloom[docs]` are not installed."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"specloom docs needs the package {missing[0]}; run pip install 'specloom[docs]'"
        )


def run_generator(folders: Sequence[Path]) -> list[str]:
    """Build the sites with these folders' mkdocs.yml, all at once, and return the warnings: links that lead nowhere."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "build", "--config-file", "mkdocs.yml"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "NO_MKDOCS_2_WARNING": "1",
                "PYTHONUTF8": "1",
            },
        )
        for folder in folders
    ]
    outputs = [process.communicate()[0].decode("utf-8", "replace") for process in processes]
    for process, output in zip(processes, outputs, strict=True):
        if process.returncode:
            raise UsageError(f"the site generator failed:\n{output.strip()}")
    warnings = [
        f"{folder.name}/{page} {text}"
        for folder, output in zip(folders, outputs, strict=True)
        for page, text in _WARNING.findall(output)
    ]
    return list(dict.fromkeys(warnings))
