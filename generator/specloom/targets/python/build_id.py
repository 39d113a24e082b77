"""The build of a package: `__build__` in its `__init__.py`, which says of all of its modules that they belong together.

It follows from what they hold and from nothing else, so the same spec gives the same build everywhere. What is imported late compares it
(`_runtime/lazy_exports.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from ...code import Code, python
from ...code.base import join
from ...model import Api


def files(api: Api, written: Mapping[PurePosixPath, Code]) -> Iterator[tuple[PurePosixPath, Code]]:
    """`__init__.py` with the build of all files written so far."""
    content = hashlib.sha256()
    for path in sorted(written):
        content.update(f"{path}\0{written[path]}\0".encode())
    package = PurePosixPath(api.package, "__init__.py")
    name = python.assignment("__build__", python.literal(content.hexdigest()[:16]))
    yield package, join([written[package], python.lines([name, python.nothing()])], "")
