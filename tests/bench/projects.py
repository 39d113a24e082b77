"""Temporary projects for benchmarks: a pyproject.toml, specs, and no output."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def empty() -> Generator[Path, None, None]:
    """Create an empty folder."""
    with tempfile.TemporaryDirectory(prefix="specloom-bench-") as folder:
        yield Path(folder)


@contextmanager
def three_endpoints() -> Generator[Path, None, None]:
    """Create a project with the specs of the first three endpoints, which stay as they are when `specs/` grows."""
    with empty() as folder:
        shutil.copytree(Path(__file__).parent / "three_endpoints", folder / "specs")
        _configure(folder, wechatpay='mock = "specs/wechatpay/mock.py"\n', weixin="")
        yield folder


@contextmanager
def with_spec(api: str, files: Mapping[str, str]) -> Generator[Path, None, None]:
    """Create a project with one spec, given its files by path."""
    with empty() as folder:
        for path, text in files.items():
            file = folder / "specs" / api / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", newline="\n")
        _configure(folder, **{api: ""})
        yield folder


def _configure(folder: Path, **apis: str) -> None:
    """Write a pyproject.toml with a table for each API and its further lines."""
    tables = (
        f'[tool.specloom.clients.{api}]\nspec = "specs/{api}"\nout = "generated/{api}"\n{further}'
        for api, further in apis.items()
    )
    (folder / "pyproject.toml").write_text("\n".join(tables), "utf-8")
