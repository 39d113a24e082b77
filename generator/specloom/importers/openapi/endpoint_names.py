"""Names of resources and endpoints: from tags or paths, and from operation ids or verbs and paths.

An operation id says the same things in many styles: `listPets`, `pets_list`, `pets/list`, `PetsController_list`, `read_pets_pets_get`. What
the resource already says is noise, as long as a name is left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ... import naming
from .operations import Operation

MAX_NAME = 60
_WINDOWS = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
_VERSION = re.compile(r"v\d+([._]\d+)*([ab]\d+|beta|alpha)?|api|rest|\d{4}-\d{2}(-\d{2})?")
_NOISE = {"controller", "api", "service", "handler", "resource", "using", "endpoint"}
_VERBS = {
    "GET": "get",
    "POST": "create",
    "PUT": "replace",
    "PATCH": "update",
    "DELETE": "delete",
    "HEAD": "head",
    "OPTIONS": "options",
    "TRACE": "trace",
}


def words(text: str) -> list[str]:
    """Return the words of a name in any style, in lower case."""
    ascii_text = re.sub(r"[^\x00-\x7f]+", " ", text)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])|([a-z0-9])([A-Z])", r"\1\3 \2\4", ascii_text)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def resource_name(text: str) -> str | None:
    """Return the name of a resource from a tag or a segment of a path."""
    name = naming.snake(re.sub(r"[^\x00-\x7f]+", " ", text).strip())
    if not name:
        return None
    name = name[:MAX_NAME].rstrip("_")
    if (
        name in naming.RESERVED_ON_CLIENT
        or name in naming.RESERVED_RESOURCES
        or name in _WINDOWS
        or not naming.is_snake(name)
    ):
        name = f"{name.rstrip('_')}_resource"
    return name


def resources(operations: Sequence[Operation]) -> dict[object, tuple[str, str]]:
    """Return the resource of each operation by its key: its name, and the tag it comes from."""
    tagged = sum(bool(operation.tags) for operation in operations)
    by_tag = tagged * 2 >= len(operations)
    tags = {operation.tags[0] for operation in operations if operation.tags}
    if len(tags) == 1 and len(operations) > 30 and tagged == len(operations):
        by_tag = False
    shared = _shared_prefix([operation.path for operation in operations])
    found: dict[object, tuple[str, str]] = {}
    for operation in operations:
        tag = operation.tags[0] if by_tag and operation.tags else ""
        name = resource_name(tag) if tag else None
        if name is None:
            name, tag = _by_path(operation.path, shared), ""
        found[operation.key] = (name, tag)
    return found


def _by_path(path: str, shared: int) -> str:
    literals = [part for part in _segments(path)[shared:] if "{" not in part]
    named = [part for part in literals if not _VERSION.fullmatch(part.lower())]
    first = named[0] if named else literals[0] if literals else "root"
    # `chat.postMessage` is a method of `chat`
    return resource_name(first.split(".")[0].split(":")[0]) or resource_name(first) or "root"


def _segments(path: str) -> list[str]:
    return [part for part in re.split(r"[?#]", path, maxsplit=1)[0].split("/") if part]


def _shared_prefix(paths: Sequence[str]) -> int:
    """Return how many segments all paths begin with; at least one of each path is left."""
    split = [_segments(path) for path in paths]
    if len(split) < 2:
        return 0
    count = 0
    while all(len(parts) > count + 1 and parts[count] == split[0][count] for parts in split):
        count += 1
    return count


def endpoint_names(operations: Iterable[Operation], resource: str) -> dict[object, str]:
    """Return the names of the endpoints of a resource, each once."""
    listed = [*operations]
    wanted = {operation.key: candidates(operation, resource) for operation in listed}
    first = Counter(_folded(names[0]) for names in wanted.values())
    found: dict[object, str] = {}
    taken: set[str] = set()
    for operation in listed:
        names = wanted[operation.key]
        # A name that several would have is none of theirs.
        choices = [name for name in names if first[_folded(name)] < 2 or name != names[0]] or names
        name = next((name for name in choices if _folded(name) not in taken), None)
        count = 1
        while name is None:
            count += 1
            wanted_name = f"{choices[-1]}_{count}"
            name = wanted_name if _folded(wanted_name) not in taken else None
        taken.add(_folded(name))
        found[operation.key] = name
    return found


def candidates(operation: Operation, resource: str) -> list[str]:
    """Return names for an endpoint, the shortest first."""
    verb = _by_verb(operation, resource)
    spoken = words(operation.id)
    if not spoken:
        return [*dict.fromkeys(filter(None, (_valid(verb), _valid(_whole_path(operation)))))]
    plain = _without_path(spoken, operation)
    if plain is None:  # generated from method and path
        return [*dict.fromkeys(filter(None, (_valid(verb), _valid("_".join(spoken)))))]
    about = words(resource.removesuffix("_resource"))
    cleaned = _without(plain, about)
    names = (
        _valid("_".join(cleaned)),
        _valid("_".join(plain)),
        _valid("_".join(spoken)),
        _valid(verb),
    )
    return [*dict.fromkeys(name for name in names if name)] or ["call"]


def _without_path(spoken: list[str], operation: Operation) -> list[str] | None:
    """Return an id without the path and the method that a framework adds; None if nothing else is in it."""
    method = operation.method.lower()
    path = words(operation.path)
    tail = [*path, method]
    if len(spoken) > len(tail) and spoken[-len(tail) :] == tail:  # FastAPI
        return spoken[: -len(tail)]
    bare = [word for word in spoken if word not in {"by", "via"}]
    if bare in ([method, *path], [*path, method]):
        return None
    return spoken


def _without(spoken: list[str], about: list[str]) -> list[str]:
    """Return the words of an id without those of its resource."""
    rest = list(spoken)
    while len(rest) > 1 and rest[-1] in {"v1", "v2", "v3"}:
        rest.pop()
    for index, word in enumerate(rest[:-1]):
        if word in _NOISE:
            before = rest[:index]
            if _same(before, about) or word == "controller":
                rest = rest[index + 1 :]
            break
    for length in range(len(about), 0, -1):
        for part in (about[:length], about[-length:]):
            for index in range(len(rest) - len(part) + 1):
                if _same(rest[index : index + len(part)], part) and len(rest) > len(part):
                    shorter = rest[:index] + rest[index + len(part) :]
                    if shorter[0] in {"by", "for", "of", "in", "to", "from", "with"}:
                        break
                    return _without_id(shorter)
    return _without_id(rest)


def _without_id(rest: list[str]) -> list[str]:
    """Return `get` for `get by id`."""
    if len(rest) == 3 and rest[1] == "by" and rest[2] in {"id", "uuid", "key"}:
        return rest[:1]
    return rest


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    return len(one) == len(other) and all(
        _stem(a) == _stem(b) for a, b in zip(one, other, strict=True)
    )


def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _by_verb(operation: Operation, resource: str) -> str:
    """Return a name from the method and the literal segments: `list`, `get`, `list_toys`, `create_toy`."""
    segments = _segments(operation.path)
    literals = [part for part in segments if "{" not in part]
    is_item = bool(segments) and "{" in segments[-1]
    verb = _VERBS.get(operation.method, operation.method.lower())
    if (
        operation.method == "GET"
        and not is_item
        and literals
        and _stem(words(literals[-1])[-1:][0] if words(literals[-1]) else "")
        != (words(literals[-1]) or [""])[-1]
    ):
        verb = "list"
    last = literals[-1] if literals else ""
    if not last or _same(words(last), words(resource)):
        return verb
    return f"{verb}_{'_'.join(words(last))}"


def _whole_path(operation: Operation) -> str:
    return "_".join(
        [
            _VERBS.get(operation.method, operation.method.lower()),
            *words(re.sub(r"\{", " by ", operation.path)),
        ]
    )


def _valid(text: str) -> str | None:
    """Return a valid endpoint name."""
    name = naming.snake(text)
    if not name:
        return None
    name = name[:MAX_NAME].rstrip("_")
    if not naming.is_snake(name) or name == "annotations":
        name = f"{name.rstrip('_')}_call"
    return name if naming.is_snake(name) else None


def _folded(name: str) -> str:
    return (naming.pascal(name) or name).lower()
