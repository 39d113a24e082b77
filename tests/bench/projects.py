"""Folders that a user would have: a pyproject.toml, specs, and no output yet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def empty() -> Generator[Path, None, None]:
    """A folder with nothing in it."""
    with tempfile.TemporaryDirectory(prefix="specloom-bench-") as folder:
        yield Path(folder)


@contextmanager
def three_endpoints() -> Generator[Path, None, None]:
    """The specs of this repository, copied, with the settings that they have here."""
    with empty() as folder:
        for api in ("wechatpay", "weixin"):
            shutil.copytree(ROOT / "specs" / api, folder / "specs" / api)
        _configure(folder, wechatpay='mock = "specs/wechatpay/mock.py"\n', weixin="")
        yield folder


@contextmanager
def made(api: str, files: Mapping[str, str]) -> Generator[Path, None, None]:
    """One spec, from texts by path."""
    with empty() as folder:
        for path, text in files.items():
            file = folder / "specs" / api / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", newline="\n")
        _configure(folder, **{api: ""})
        yield folder


def _configure(folder: Path, **apis: str) -> None:
    """A table for each API, with further lines."""
    tables = (
        f'[tool.specloom.clients.{api}]\nspec = "specs/{api}"\nout = "generated/{api}"\n{further}'
        for api, further in apis.items()
    )
    (folder / "pyproject.toml").write_text("\n".join(tables), "utf-8")
