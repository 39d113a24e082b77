"""`__main__.py`: the shell of the client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ...code import Code
from ...model import Api
from . import docstrings
from .imports import Layout, Module


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the module, which runs the part of the runtime that reads the command line."""
    module = Module(layout, ("__main__",))
    module.import_module("sys")
    module.use_own(("_runtime", "shell", "command_line"), "run")
    client = module.use_class(("client",), api.client)
    yield (
        layout.file(module.parts),
        module.render(
            "python/main.py.j2", docstring=docstrings.of_module(api, "main"), client=client
        ),
    )
