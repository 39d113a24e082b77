"""Error shapes: where errors have their parts, which responses are errors, and which statuses mean not processed."""

from __future__ import annotations

from collections.abc import Collection

from ..model import ErrorShape, SourceLocation
from .changes import ANSWER, Changes
from .describing import both, names


def compare(
    changes: Changes, subject: str, old: ErrorShape, new: ErrorShape, place: SourceLocation
) -> None:
    """What the shapes of an API or of an endpoint have that differs."""
    for rule, values in (
        ("success-changed", both(_success, old, new)),
        ("error-shape-changed", both(_parts, old, new)),
    ):
        if values[0] != values[1]:
            changes.add(rule, ANSWER, subject, "", values, place)


def unprocessed(
    changes: Changes,
    subject: str,
    old: Collection[int],
    new: Collection[int],
    place: SourceLocation,
) -> None:
    """The statuses that mean not processed, of an API or of an endpoint."""
    values = both(
        lambda statuses: names(str(status) for status in sorted(statuses)) or "none", old, new
    )
    if values[0] != values[1]:
        changes.add("unprocessed-changed", ANSWER, subject, "", values, place)


def _success(shape: ErrorShape) -> str:
    """Which responses of status 2xx are successes: a code that is looked for elsewhere makes others of them errors."""
    if shape.success is None or shape.code is None:
        return "none"
    return f"{shape.code} {shape.success}" if shape.success else f"{shape.code} absent"


def _parts(shape: ErrorShape) -> str:
    parts = {"code": shape.code, "message": shape.message, "detail": shape.detail}
    return names(f"{name} {part}" for name, part in parts.items() if part is not None) or "none"
