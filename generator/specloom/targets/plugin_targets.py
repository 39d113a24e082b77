"""Other people's targets: functions `Api -> {path: Code}` that installed packages give in the entry point group `specloom.targets`.

What they give back is looked at, because it was made elsewhere: paths, kinds, and that no file of another target is meant.
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


def added(found: Files, name: str, api: Api) -> Files:
    """The files so far and those of one more target; raises `UsageError` if it gives what none may give."""
    whose = f"the target {name}, {plugins.origin(plugins.TARGETS, name)}"
    target = plugins.load(plugins.TARGETS, name)
    if not callable(target):
        raise UsageError(
            f"{whose}, is a {type(target).__name__}; a target is a function from an Api to files"
        )
    with plugins.faults(whose):
        made = target(api)
    if not _is_mapping(made):
        raise UsageError(
            f"{whose}, gave a {type(made).__name__}; a target gives a mapping of paths to Code"
        )
    both = dict(found)
    for path, code in made.items():
        if not isinstance(path, PurePosixPath):
            raise UsageError(
                f"{whose}, names {path!r} with a {type(path).__name__}; paths are PurePosixPath, relative to the output folder"
            )
        if type(code) is Code or not isinstance(code, Code):
            raise UsageError(
                f"{whose}, made a {type(code).__name__} for {path}; texts are of a kind of Code, which says their language"
            )
        if not _is_utf8(code):
            raise UsageError(f"{whose}, made a text for {path} that UTF-8 cannot hold")
        if path in found:
            raise UsageError(f"{whose}, would overwrite {path}, which another target writes")
        both[path] = code
    return both


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
