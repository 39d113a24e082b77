"""What specs document about endpoints and errors beyond OpenAPI, as extensions in the form of the keys of specs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ... import model
from ...model import Api, Endpoint, ErrorCode, ErrorShape, Json, Link
from .nodes import Format, Node, extensions, localized
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
                localized(endpoint.deprecated)
                if isinstance(endpoint.deprecated, model.Text)
                else None
            ),
            "facts": [
                {
                    "title": localized(fact.title),
                    "value": [localized(value) for value in fact.values],
                }
                for fact in endpoint.facts
            ],
            "links": links(endpoint.links[1:]),
            "name-on-site": endpoint.name_on_site,
            "updated": endpoint.updated,
            "notes": localized(endpoint.notes) if endpoint.notes else None,
            "unverified": not endpoint.verified,
            "idempotency": _idempotency(endpoint.idempotency),
            "paging": _paging(endpoint.paging),
            "poll": _poll(endpoint.poll),
            "from-url": endpoint.url.wire if endpoint.url else None,
            "errors": errors(endpoint.errors, schemas),
            "examples": [_example(each) for each in endpoint.examples],
        }
    )


def links(found: Iterable[Link]) -> list[Json]:
    return [{"title": localized(link.title), "url": link.url} for link in found]


def errors(rows: Iterable[ErrorCode], schemas: Schemas) -> list[Json]:
    """Return error rows, with the class that a client raises."""
    return [
        _without_none(
            {
                "status": row.status,
                "code": row.code,
                "as": row.class_name,
                "reason": localized(row.reason) if row.reason else None,
                "remedy": localized(row.remedy) if row.remedy else None,
                "retry": row.retry if row.retry != "never" else None,
                "outcome": row.outcome,
                "body": schemas.of(row.body) if row.body is not None else None,
            }
        )
        for row in rows
    ]


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
        "every": f"{round(found.every * 1000)}ms",
        "deadline": f"{round(found.deadline * 1000)}ms",
    }


def _example(example: model.Example) -> Node:
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
    node: Node = {"title": localized(example.title)} if example.title else {}
    node |= {"request": request} if request else {}
    if example.status is not None:
        response: Node = {"status": example.status}
        response |= {"body": example.response.json} if example.response is not None else {}
        node["response"] = response
    return node
