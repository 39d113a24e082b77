"""The same spec yields the same bytes in every process (robustness A21)."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .runs import KITCHEN_SINK

LOCALES = ["C", "C.UTF-8", "POSIX", "tr_TR.UTF-8", "de_DE.ISO-8859-1", "zh_CN.GBK", ""]
ZONES = ["UTC", "Pacific/Kiritimati", "America/St_Johns", "Asia/Shanghai", "", "XYZ+25:59"]
UMASKS = [0o022, 0o077, 0o000, 0o027]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("runs", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_a_tree_is_the_same_in_every_process(runs: int, tmp_path: Path) -> None:
    """With any hash seed, locale, time zone, umask, working directory, project folder, default encoding and optimization level."""
    trees: list[dict[str, bytes]] = []
    for number in range(runs):
        rng = random.Random(number)
        root = tmp_path / f"{rng.getrandbits(32):x}" / rng.choice(["a", "ü", "x y"])
        subfolder = root / "some" / "folder"
        subfolder.mkdir(parents=True)
        shutil.copytree(KITCHEN_SINK, root / "specs" / "shop")
        (root / "pyproject.toml").write_text(
            '[tool.specloom.clients.shop]\nspec = "specs/shop"\nout = "client"\n', "utf-8"
        )
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "PYTHONHASHSEED": str(rng.getrandbits(32)),
            "PYTHONUTF8": rng.choice(["0", "1"]),
            "PYTHONOPTIMIZE": rng.choice(["", "1", "2"]),
            "LC_ALL": rng.choice(LOCALES),
            "TZ": rng.choice(ZONES),
            "COLUMNS": str(rng.randint(1, 200)),
        }
        umask = rng.choice(UMASKS)
        result = subprocess.run(
            [sys.executable, "-B", "-m", "specloom", "generate"],
            cwd=rng.choice([root, subfolder]), env=environment, umask=umask, capture_output=True, check=False,
        )  # fmt: skip
        assert result.returncode == 0, (environment, result.stderr)
        trees.append(tree(root / "client"))
    assert trees[0]
    assert all(files == trees[0] for files in trees[1:])
