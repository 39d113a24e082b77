"""The same spec gives the same bytes, whoever generates it, where and when (row A21)."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.bench import projects
from tests.disks import tree

PLACES = ("C", "C.UTF-8", "POSIX", "zh_CN.GBK", "tr_TR.UTF-8")
ZONES = ("UTC", "Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati")


@pytest.mark.parametrize("runs", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_every_run_gives_the_same_tree(runs: int, tmp_path: Path) -> None:
    chance = random.Random(time.time_ns())
    trees: list[dict[str, bytes]] = []
    for number in range(runs):
        with projects.three_endpoints() as folder:
            place = tmp_path / str(number) / "a b" / "项目"
            shutil.copytree(folder, place)
        surroundings = {
            "PYTHONHASHSEED": str(chance.randrange(2**32)),
            "LC_ALL": chance.choice(PLACES),
            "TZ": chance.choice(ZONES),
            "PYTHONUTF8": chance.choice("01"),
            "HOME": str(tmp_path / f"home-{number}"),
        }
        inside = chance.choice((place, place / "specs", place / "specs" / "wechatpay"))
        done = subprocess.run(
            [sys.executable, "-m", "specloom", "generate"],
            cwd=inside, env={**os.environ, **surroundings}, umask=chance.choice((0o002, 0o022, 0o077)), capture_output=True, check=False,
        )
        assert done.returncode == 0, (surroundings, done.stderr.decode())
        trees.append(tree(place / "generated"))
    assert len(trees[0]) > 100
    assert all(found == trees[0] for found in trees)
