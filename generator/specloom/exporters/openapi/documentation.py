"""What specs document about endpoints and errors beyond OpenAPI, as extensions in the form of the keys of specs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ... import model
from ...model import Api, Endpoint, ErrorCode, ErrorShape, Json, Link
from .nodes import Format, Node, extensions
from .schemas import Schemas


def documentation(api: Api, endpoint: Endpoint, format: Format, schemas: Schemas) -> Node:
    """Return the extensions of an operation."""
    own: Node = {}
    if endpoint.unprocessed != api.unprocessed:
        own["x-specloom-unprocessed"] = [*endpoint.unprocessed]
    if endpoint.error_shape != api.error_shape:
        own["x-specloom-error-shape"] = error_shape(endpoint.error_shape)
    return own | extensions(
        {
            "deprecated": (
                format.localized(endpoint.deprecated)
                if isinstance(endpoint.deprecated, model.Text)
                else None
            ),
            "facts": [
                {
                    "title": format.localized(fact.title),
                    "value": [format.localized(value) for value in fact.values],
                }
                for fact in endpoint.facts
            ],
            "links": links(endpoint.links[1:], format),
            "name-on-site": endpoint.name_on_site,
            "updated": endpoint.updated,
            "notes": format.localized(endpoint.notes) if endpoint.notes else None,
            "unverified": not endpoint.verified,
            "idempotency": _idempotency(endpoint.idempotency),
            "paging": _paging(endpoint.paging),
            "poll": _poll(endpoint.poll),
            "from-url": argument(endpoint.url) if endpoint.url else None,
            "errors": errors(endpoint.errors, schemas),
            "examples": [_example(each, format) for each in endpoint.examples],
        }
    )


def argument(field: model.Field) -> str:
    """Return the name of an argument as specs write it."""
    return field.wire if field.required else f"{field.wire}?"


def links(found: Iterable[Link], format: Format) -> list[Json]:
    return [{"title": format.localized(link.title), "url": link.url} for link in found]


def errors(rows: Iterable[ErrorCode], schemas: Schemas) -> list[Json]:
    """Return error rows, with the class that a client raises."""
    format = schemas.format
    return [
        _without_none(
            {
                "status": row.status,
                "code": row.code,
                "as": row.class_name,
                "reason": format.localized(row.reason) if row.reason else None,
                "remedy": format.localized(row.remedy) if row.remedy else None,
                "retry": row.retry if row.retry != "never" or _is_retried(row.status) else None,
                "outcome": row.outcome,
                "body": schemas.of(row.body) if row.body is not None else None,
            }
        )
        for row in rows
    ]


def _is_retried(status: model.ErrorStatus) -> bool:
    """Return whether a client may send a request again after a status, unless a row says otherwise."""
    return isinstance(status, str) or status == 429 or (status or 0) >= 500


def error_shape(shape: ErrorShape) -> Node:
    return _without_none(
        {
            "code": shape.code,
            "message": shape.message,
            "detail": shape.detail,
            "success": shape.success,
        }
    )


def _without_none(values: Mapping[str, Json]) -> Node:
    return {key: value for key, value in values.items() if value is not None}


def _idempotency(found: model.Idempotency) -> Json:
    if found.kind != "key" and found.ask is None:
        return found.kind
    key: list[Json] = [*found.key]
    return _without_none({"key": key or None, "ask": found.ask})


def _paging(found: model.Paging | None) -> Json:
    if found is None:
        return None
    return _without_none(
        {
            found.form: found.by,
            "from": found.next,
            "items": found.items,
            "more": found.more,
            "total": found.total,
            "limit": found.limit,
        }
    )


def _poll(found: model.Poll | None) -> Json:
    if found is None:
        return None
    states: list[Json] = [*found.states]
    return {
        "until": found.until,
        "is": states,
        "every": _time(found.every),
        "deadline": _time(found.deadline),
    }


def _time(seconds: float) -> str:
    """Return a time in the largest unit that it has a whole number of."""
    milliseconds = round(seconds * 1000)
    units = {"h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
    unit = next(name for name, length in units.items() if milliseconds % length == 0)
    return f"{milliseconds // units[unit]}{unit}"


def _example(example: model.Example, format: Format) -> Node:
    request: dict[str, Json] = {
        part: dict(values)
        for part, values in (
            ("path", example.path),
            ("query", example.query),
            ("header", example.header),
            ("cookie", example.cookie),
        )
        if values
    }
    if example.body is not None:
        request["body"] = example.body.json
    node: Node = {"title": format.localized(example.title)} if example.title else {}
    node |= {"request": request} if request else {}
    if example.status is not None:
        response: Node = {"status": example.status}
        response |= {"body": example.response.json} if example.response is not None else {}
        node["response"] = response
    return node
