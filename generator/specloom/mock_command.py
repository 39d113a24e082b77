"""`specloom mock`: mock server of a spec, with the behaviour that the project's settings name for it.

The client is generated in a temporary folder, and its `testing.py` serves the mock, as `python -m <package>.testing` does.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import NoReturn

from .config import find
from .diagnostics import WRONG_INPUT, UsageError, display_path
from .publish import publish
from .spec import load
from .targets import files


def serve(spec: Path, options: Sequence[str]) -> int:
    """Serve the mock of a spec until Ctrl-C, with these options of the server; return the exit status."""
    if not spec.is_dir():
        raise UsageError(
            f"no such folder: {display_path(spec)}; give the folder of a spec, such as specs/shop",
            WRONG_INPUT,
        )
    api = load(spec, display_path(spec)).api
    _exit_on_signals()
    with TemporaryDirectory(prefix="specloom-mock-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        publish(folder / api.package, files(api, "package", mock=_behaviour(spec)))
        sys.path.insert(0, name)
        try:
            testing = import_module(f"{api.package}.testing")
        except ImportError as error:
            raise UsageError(
                f"the mock needs the requirements of its client ({error}); run pip install httpx msgspec cryptography",
                WRONG_INPUT,
            ) from None
        finally:
            sys.path.remove(name)
        status: int = testing.main(options)
        return status


def _behaviour(spec: Path) -> Path | None:
    """Return the module that the settings of this spec's client name as `mock`; None outside a project."""
    try:
        clients = find(spec.resolve()).clients
    except UsageError:
        return None
    modules = [client.mock for client in clients if client.spec.resolve() == spec.resolve()]
    return next(filter(None, modules), None)


def _exit_on_signals() -> None:
    """Exit on signals that arrive before the server has its own handlers, so that the temporary folder is removed.

    A signal that is ignored, as under nohup, stays ignored.
    """

    def exit_with_signal(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # missing on Windows
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, exit_with_signal)
