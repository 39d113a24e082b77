"""Side effects of a process: files written, sockets opened, processes started, code compiled.

As a program, it imports every module of the packages in the folders of its arguments, and prints the side effects of the imports.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from tests.hostile.fragments import CANARY

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PREFIXES = (
    "socket.",
    "subprocess.",
    "shutil.",
    "ctypes.",
    "ftplib.",
    "smtplib.",
    "urllib.",
    "http.client.",
    "webbrowser.",
    "tempfile.",
    "sqlite3.",
    "pty.",
)
_CALLS = frozenset(
    f"os.{name}"
    for name in (
        "chflags", "chmod", "chown", "exec", "fork", "forkpty", "kill", "killpg", "link", "mkdir", "posix_spawn", "putenv", "remove", "removexattr", "rename", "rmdir",
        "setxattr", "spawn", "startfile", "symlink", "system", "truncate", "unsetenv", "utime",
    )
)  # fmt: skip

_recordings: list[list[str]] = []
_imported_folder = "no folder"


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _recordings:
        return
    if event == "open":
        path, mode, flags = arguments
        written = (isinstance(mode, str) and not set(mode).isdisjoint("wax+")) or (
            isinstance(flags, int) and flags & _WRITING
        )
        if written and path != os.devnull:
            _recordings[-1].append(f"open {path!r} {mode}")
    elif event == "compile":
        source = (
            arguments[0].decode("utf-8", "replace")
            if isinstance(arguments[0], bytes)
            else arguments[0]
        )
        if (
            isinstance(source, str)
            and CANARY in source
            and not str(arguments[1]).startswith(_imported_folder)
        ):
            _recordings[-1].append(f"compile {arguments[1]!r} with the canary")
    elif event in _CALLS or (
        event.startswith(_PREFIXES)
        and event not in ("socket.gethostname", "ctypes.dlopen", "ctypes.dlsym")
    ):
        _recordings[-1].append(f"{event} {arguments!r}"[:200])


sys.addaudithook(_hook)


@contextmanager
def watching() -> Generator[list[str], None, None]:
    """Record the side effects in a `with` block."""
    events: list[str] = []
    _recordings.append(events)
    try:
        yield events
    finally:
        _recordings.remove(events)


def _import_all(project: str) -> None:
    sys.path.insert(0, project)
    importlib.invalidate_caches()
    for package in [
        name
        for name in os.listdir(project)
        if os.path.isfile(os.path.join(project, name, "__init__.py"))
    ]:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            importlib.import_module(module.name)
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
    sys.path.remove(project)


if __name__ == "__main__":
    import httpx  # noqa: F401  imported before, so that its own side effects are not recorded
    import msgspec  # noqa: F401

    sys.dont_write_bytecode = True
    for folder in sys.argv[1:]:
        _imported_folder = folder
        with watching() as events:
            _import_all(folder)
        print(*(f"{folder}: {event}\n" for event in events), sep="", end="")
