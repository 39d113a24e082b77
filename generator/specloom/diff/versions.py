"""Version bumps by the rules of https://semver.org for the classes of changes.

Before 1.0.0, a breaking change increases the minor part, any other change the patch.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from .rules import Class

Bump: TypeAlias = Literal["major", "minor", "patch"]

_RELEASE = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?![\d.])")


def bump_for(worst: Class, version: str) -> Bump:
    """Return the part of the version to increase for the worst change."""
    numbers = _numbers(version)
    if numbers is not None and numbers[0] == 0:
        return "minor" if worst == "breaking" else "patch"
    steps: dict[Class, Bump] = {
        "breaking": "major",
        "compatible": "minor",
        "documentation": "patch",
    }
    return steps[worst]


def bumped_version(version: str, bump: Bump) -> str | None:
    """Return the increased version; None if the version is not numeric."""
    numbers = _numbers(version)
    if numbers is None:
        return None
    major, minor, patch = numbers
    stepped = {
        "major": (major + 1, 0, 0),
        "minor": (major, minor + 1, 0),
        "patch": (major, minor, patch + 1),
    }[bump]
    return ".".join(str(number) for number in stepped)


def is_at_least(version: str, minimum: str) -> bool:
    """Return whether a version is at least another one; False if either is not numeric."""
    numbers, minimum_numbers = _numbers(version), _numbers(minimum)
    return numbers is not None and minimum_numbers is not None and numbers >= minimum_numbers


def _numbers(version: str) -> tuple[int, int, int] | None:
    match = _RELEASE.match(version)
    return (int(match[1]), int(match[2] or 0), int(match[3] or 0)) if match else None
