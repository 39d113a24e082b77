"""Build id of a package: `__build__` in its `__init__.py`, a hash of the contents of all modules.

Modules that are imported lazily are compared with it, to detect a package that was regenerated while a program runs
(`_runtime/lazy_exports.py`). The same spec gives the same id on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from ...code import Code, python
from ...code.base import join
from ...model import Api


def files(api: Api, output: Mapping[PurePosixPath, Code]) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield `__init__.py` with the build id of all files."""
    content = hashlib.sha256()
    for path in sorted(output):
        content.update(f"{path}\0{output[path]}\0".encode())
    package = PurePosixPath(api.package, "__init__.py")
    name = python.assignment("__build__", python.literal(content.hexdigest()[:16]))
    yield package, join([output[package], python.lines([name, python.empty_file()])], "")
