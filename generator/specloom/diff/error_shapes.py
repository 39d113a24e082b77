"""Comparison of error shapes: paths of the parts of an error, successes, and statuses that mean not processed."""

from __future__ import annotations

from collections.abc import Collection

from ..model import ErrorShape, SourceLocation
from .changes import RESPONSE, Changes
from .describing import comma_list, describe_both


def compare(
    changes: Changes, subject: str, old: ErrorShape, new: ErrorShape, location: SourceLocation
) -> None:
    """Compare the error shapes of an API or of an endpoint."""
    for rule, values in (
        ("success-changed", describe_both(_success, old, new)),
        ("error-shape-changed", describe_both(_parts, old, new)),
    ):
        if values[0] != values[1]:
            changes.add(rule, RESPONSE, subject, "", values, location)


def compare_unprocessed(
    changes: Changes,
    subject: str,
    old: Collection[int],
    new: Collection[int],
    location: SourceLocation,
) -> None:
    """Compare the statuses that mean not processed, of an API or of an endpoint."""
    values = describe_both(
        lambda statuses: comma_list(str(status) for status in sorted(statuses)) or "none", old, new
    )
    if values[0] != values[1]:
        changes.add("unprocessed-changed", RESPONSE, subject, "", values, location)


def _success(shape: ErrorShape) -> str:
    """Return the condition for a success with status 2xx: another path of the code makes other responses errors."""
    if shape.success is None or shape.code is None:
        return "none"
    path = shape.success_path
    return f"{path} {shape.success}" if shape.success else f"{path} absent"


def _parts(shape: ErrorShape) -> str:
    parts = {"code": shape.code, "message": shape.message, "detail": shape.detail}
    return (
        comma_list(f"{name} {part}" for name, part in parts.items() if part is not None) or "none"
    )
