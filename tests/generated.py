"""What is generated, for tests to use: the committed projects, and packages made from the specs of the cases."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

from specloom.model import Api
from specloom.spec import load
from specloom.targets import files

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
COMMITTED = {"wechatpay": ROOT / "generated" / "wechatpay", "weixin": ROOT / "generated" / "weixin"}


def api_of(name: str) -> Api:
    """The model of one of this repository's own specs."""
    return load(ROOT / "specs" / name, f"specs/{name}").api


def write(spec: Path, out: Path) -> Api:
    """Generate a whole project into an empty folder."""
    api = load(spec, spec.name).api
    for path, code in files(api, "project").items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(code, "utf-8")
    return api


@contextmanager
def imported(project: Path, package: str) -> Iterator[ModuleType]:
    """The package of a project, importable for a while."""
    sys.path.insert(0, str(project))
    invalidate_caches()
    try:
        yield import_module(package)
    finally:
        sys.path.remove(str(project))
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
