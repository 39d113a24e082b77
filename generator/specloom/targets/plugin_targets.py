"""Targets of other packages: functions `Api -> {path: Code}` in the entry point group `specloom.targets`.

Their output is checked: types of paths and texts, UTF-8, and no file that another target writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TypeGuard

from .. import plugins
from ..code import Code
from ..diagnostics import UsageError
from ..model import Api
from . import Files


def with_target(files: Files, name: str, api: Api) -> Files:
    """Return the files with those of one more target; raise `UsageError` if its output is invalid."""
    source = f"target {name}, {plugins.origin(plugins.TARGETS, name)}"
    target = plugins.load(plugins.TARGETS, name)
    if not callable(target):
        raise UsageError(
            f"{source}: invalid target of type {type(target).__name__}; expected a function from Api to files"
        )
    with plugins.faults(source):
        output = target(api)
    if not _is_mapping(output):
        raise UsageError(
            f"{source}: invalid result of type {type(output).__name__}; expected a mapping of paths to Code"
        )
    merged = dict(files)
    for path, code in output.items():
        if not isinstance(path, PurePosixPath):
            raise UsageError(
                f"{source}: invalid path {path!r} of type {type(path).__name__}; expected a PurePosixPath, relative to the output folder"
            )
        if type(code) is Code or not isinstance(code, Code):
            raise UsageError(
                f"{source}: invalid content of type {type(code).__name__} for {path}; expected a subclass of Code"
            )
        if not _is_utf8(code):
            raise UsageError(f"{source}: {path} cannot be encoded as UTF-8")
        if path in files:
            raise UsageError(f"{source}: duplicate file {path}; another target writes it")
        merged[path] = code
    return merged


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
