"""`specloom mock`: the mock server of a spec, with the behaviour that the project's settings name for it.

The client is made in a folder that is gone afterwards; what serves is its `testing.py`, as `python -m <package>.testing` would.
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
    """Serve the spec until Ctrl-C; `options` are those of the server. Returns the exit status."""
    if not spec.is_dir():
        raise UsageError(
            f"there is no folder {display_path(spec)}; name the folder of a spec, such as specs/shop",
            WRONG_INPUT,
        )
    api = load(spec, display_path(spec)).api
    _end_in_order()
    with TemporaryDirectory(prefix="specloom-mock-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        publish(folder / api.package, files(api, "package", mock=_behaviour(spec)))
        sys.path.insert(0, name)
        try:
            testing = import_module(f"{api.package}.testing")
        except ImportError as error:
            raise UsageError(
                f"the mock needs what its client needs: pip install httpx msgspec cryptography ({error})",
                WRONG_INPUT,
            ) from None
        finally:
            sys.path.remove(name)
        status: int = testing.main(options)
        return status


def _behaviour(spec: Path) -> Path | None:
    """The module that the client of this spec names as `mock`; None outside a project."""
    try:
        clients = find(spec.resolve()).clients
    except UsageError:
        return None
    modules = [client.mock for client in clients if client.spec.resolve() == spec.resolve()]
    return next(filter(None, modules), None)


def _end_in_order() -> None:
    """Let a signal that comes before the server is up remove the folder, too; one that is ignored, as under nohup, stays so."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
