"""Targets: pure functions from a model to files, `Api -> {path: Code}`; paths are relative to the output folder.

One folder each; none knows another. `phrases` is what they share: what the generator itself says of a type.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from ..code import Code
from ..model import Api

Files: TypeAlias = Mapping[PurePosixPath, Code]


def files(api: Api, layout: Literal["project", "package"]) -> Files:
    """All files of a client: the project with its documentation, or what lies inside the import package."""
    from . import python

    if layout == "package":
        return {path.relative_to(api.package): code for path, code in python.package(api).items()}
    from .docs import docs

    return {**python.whole(api), **docs(api)}
