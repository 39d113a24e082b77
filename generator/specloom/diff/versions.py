"""Versions by the rules of https://semver.org: which part of a version has to move for a change of a class.

Before 1.0.0 the second number stands for the first: a breaking change moves the minor part, anything else the patch.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from .rules import Class

Step: TypeAlias = Literal["major", "minor", "patch"]

_RELEASE = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?![\d.])")


def step_for(worst: Class, version: str) -> Step:
    """The part that has to move if this is the worst change."""
    numbers = _numbers(version)
    if numbers is not None and numbers[0] == 0:
        return "minor" if worst == "breaking" else "patch"
    steps: dict[Class, Step] = {
        "breaking": "major",
        "compatible": "minor",
        "documentation": "patch",
    }
    return steps[worst]


def advised(version: str, step: Step) -> str | None:
    """The version after this step; None if this one is not made of numbers."""
    numbers = _numbers(version)
    if numbers is None:
        return None
    major, minor, patch = numbers
    stepped = {
        "major": (major + 1, 0, 0),
        "minor": (major, minor + 1, 0),
        "patch": (major, minor, patch + 1),
    }[step]
    return ".".join(str(number) for number in stepped)


def is_made(version: str, least: str) -> bool:
    """Whether a version is at least another."""
    found, wanted = _numbers(version), _numbers(least)
    return found is not None and wanted is not None and found >= wanted


def _numbers(version: str) -> tuple[int, int, int] | None:
    found = _RELEASE.match(version)
    return (int(found[1]), int(found[2] or 0), int(found[3] or 0)) if found else None
