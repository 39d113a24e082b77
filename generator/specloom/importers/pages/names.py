"""Names of resources and endpoints from paths.

They depend on the operation and those of its resource alone, so that a later page renames nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ... import naming
from .facts import Operation

_VERSION = re.compile(r"v\d+|api|cgi-bin", re.I)
_VERBS = {"GET": "get", "POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}
_LONGEST = 60


def resource_of(path: str) -> str:
    """Return the resource of a path with `/` between folders: literal segments up to the first variable, or to the last noun."""
    literals, rest = _split(path)
    if not rest and len(literals) > 1 and not _is_noun(literals[-1]):
        literals = literals[:-1]
    return "/".join(_resource(each) for each in literals) or "root"


def endpoint_names(operations: Iterable[Operation]) -> dict[str, str]:
    """Return the endpoint name of each operation of a resource by method and path."""
    names: dict[str, str] = {}
    for operation in sorted(operations, key=lambda each: (len(each.path), each.path, each.method)):
        wanted = _candidates(operation)
        taken = {naming.pascal(each) for each in names.values()}
        name = next((each for each in wanted if naming.pascal(each) not in taken), None)
        count = 1
        while name is None:
            count += 1
            numbered = f"{wanted[-1]}_{count}"
            name = numbered if naming.pascal(numbered) not in taken else None
        names[operation.name] = name
    return names


def _candidates(operation: Operation) -> list[str]:
    literals, rest = _split(operation.path)
    verb = _VERBS.get(operation.method, operation.method.lower())
    if not rest and len(literals) > 1 and not _is_noun(literals[-1]):
        words = [literals[-1]]
    else:
        words = [each for each in rest if not each.startswith("{")]
        if not words and not rest and operation.method == "GET":
            verb = "list"
    by = [each[1:-1] for each in rest if each.startswith("{")]
    short = "_".join(words)
    found = [short, f"{verb}_{short}"] if short else [verb]
    if by:
        found.append(f"{found[-1]}_by_{by[-1]}")
    found.append("_".join([verb, *literals[-1:], *(each.strip("{}") for each in rest)]))
    return [name for each in dict.fromkeys(found) if (name := _endpoint(each))] or ["call"]


def _split(path: str) -> tuple[list[str], list[str]]:
    """Return the literal segments before the first variable, and the rest.

    A segment that names the variable after it, as in `/out-trade-no/{out_trade_no}`, is of the rest.
    """
    segments = [each for each in path.split("/") if each]
    while len(segments) > 1 and _VERSION.fullmatch(segments[0]):
        segments.pop(0)
    first = next((at for at, each in enumerate(segments) if "{" in each), len(segments))
    if 1 < first < len(segments) and naming.snake(segments[first - 1]) == naming.snake(
        segments[first]
    ):
        return segments[: first - 1], segments[first:]
    return segments[:first], segments[first:]


def _is_noun(segment: str) -> bool:
    return segment.endswith("s") and not segment.endswith(("ss", "us"))


def _resource(segment: str) -> str:
    name = (naming.snake(segment) or "resource")[:_LONGEST].rstrip("_")
    if (
        name in naming.RESERVED_ON_CLIENT
        or name in naming.RESERVED_RESOURCES
        or not naming.is_snake(name)
    ):
        name = f"{name}_resource"
    return name


def _endpoint(text: str) -> str | None:
    name = (naming.snake(text) or "")[:_LONGEST].rstrip("_")
    if not name:
        return None
    if not naming.is_snake(name) or name in {"annotations", *naming.RESERVED_ON_CLIENT}:
        name = f"{name}_call"
    return name if naming.is_snake(name) else None
