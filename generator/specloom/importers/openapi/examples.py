"""Examples of requests and responses; those that do not fit their types are removed later, by the language's own check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from .context import Context
from .documents import At
from .media_types import kind_of
from .operations import Media, Operation
from .texts import clean
from .values import plain_value

MAX_EXAMPLES = 3


def examples_of(
    operation: Operation, keys: Mapping[str, object], context: Context
) -> list[dict[str, object]]:
    """Return the examples of an endpoint: of its responses, with the examples of requests of the same name."""
    responses = cast("Mapping[object, object]", keys["responses"])
    requests: dict[str, At] = {}
    if operation.body is not None and ("body" in keys and keys["body"] != "text"):
        requests = {
            title: at
            for media in operation.body.media
            if kind_of(media.name) == "JSON"
            for title, at in media.examples
        }
    found: list[dict[str, object]] = []
    for response in operation.responses:
        status = int(response.status) if response.status.isdecimal() else 0
        own = responses.get(status)
        body = cast("dict[str, object]", own).get("body") if isinstance(own, dict) else own
        if not 200 <= status < 300 or body is None or body == "text":
            continue
        media = next((each for each in response.media if kind_of(each.name) == "JSON"), None)
        for title, at in _of_media(media, context) if media else ():
            body = plain_value(at.value)
            if body is None:
                context.note(at, "left out", "example", "null, or a text that cannot be in a spec")
                continue
            example: dict[str, object] = {}
            label = " ".join(clean(title, at, context).split())
            if label and label not in {"default", "response", "example"}:
                example["title"] = label[:200]
            request = requests.get(title)
            if (
                request is not None
                and (sent := plain_value(request.value)) is not None
                and not _needs_more(keys)
            ):
                example["request"] = {"body": sent}
            example["response"] = {"status": status, "body": body}
            found.append(example)
    for extra in found[MAX_EXAMPLES:]:
        context.note(
            operation.at, "left out", "further example", f"an endpoint gets {MAX_EXAMPLES}"
        )
        del extra
    return found[:MAX_EXAMPLES]


def _needs_more(keys: Mapping[str, object]) -> bool:
    """Return whether a request has required parameters, which no example of a body has."""
    return any(
        not name.endswith("?")
        for part in ("path", "query", "header", "cookie")
        for name in cast("Mapping[str, object]", keys.get(part) or {})
    )


def _of_media(media: Media, context: Context) -> list[tuple[str, At]]:
    if media.examples:
        return media.examples
    target = context.documents.follow(media.schema) if media.schema is not None else None
    example = target.get("example") if target else None
    return [("", example)] if example is not None and isinstance(example.value, dict | list) else []
