"""Conventions: paging and idempotency that parameters and responses suggest. They are guesses, and listed for review."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import cast

_CURSORS = {
    "cursor",
    "page_token",
    "next_token",
    "pagination_token",
    "continuation_token",
    "next_cursor",
    "after",
    "starting_after",
    "page_cursor",
    "start_cursor",
    "marker",
    "offset",
    "after_id",
    "page",
    "continuation",
}
_NEXT = (
    "next_cursor",
    "next_page_token",
    "next_token",
    "next_page_cursor",
    "pagination_token",
    "continuation_token",
    "cursor",
    "next_marker",
    "next_page",
    "next",
    "last_id",
)
_ITEMS = ("data", "items", "results", "values", "entries", "records", "list", "rows", "elements")
_LIMITS = (
    "limit",
    "per_page",
    "page_size",
    "max_results",
    "size",
    "count",
    "pagesize",
    "perpage",
    "top",
)
_TOTALS = {
    "total",
    "total_count",
    "total_items",
    "total_results",
    "count",
    "total_size",
    "totalcount",
}
_MORE = ("has_more", "has_next", "more", "has_next_page", "is_truncated", "hasmore")
_HEADERS = {"idempotency-key", "x-idempotency-key", "x-idempotence-key", "idempotence-key"}
Lookup = Callable[[str], dict[str, object] | None]
"""Fields of a named type."""


def idempotency(endpoint: Mapping[str, object]) -> dict[str, object] | None:
    """Return `idempotency` of an endpoint with a header by which servers recognize a repeated request."""
    if str(endpoint["http"]).startswith(("GET ", "HEAD ")):
        return None
    header = cast("dict[str, object]", endpoint.get("header") or {})
    name = next(
        (key.removesuffix("?") for key in header if key.removesuffix("?").lower() in _HEADERS), None
    )
    return {"key": name} if name else None


def paging(endpoint: Mapping[str, object], lookup: Lookup) -> dict[str, object] | None:
    """Return `paging` of an endpoint whose parameters and response follow a known convention; None for any other."""
    if not str(endpoint["http"]).startswith("GET "):
        return None
    responses = cast("dict[object, object]", endpoint["responses"])
    bodies = [body for body in map(_body, responses.values()) if body is not None]
    if len(bodies) != 1 or any(
        isinstance(each, dict) and ("accept" in each or "stream" in each or "content" in each)
        for each in responses.values()
    ):
        return None
    query = {
        key.removesuffix("?"): value
        for key, value in cast("dict[str, object]", endpoint.get("query") or {}).items()
    }
    folded = {_folded(name): name for name in query}
    limit = next(
        (
            folded[name]
            for name in _LIMITS
            if name in folded and _type(query[folded[name]]).startswith("integer")
        ),
        None,
    )
    limits = {"limit": limit} if limit else {}
    body = bodies[0]
    headers = {
        name.lower().removesuffix("?")
        for each in responses.values()
        if isinstance(each, dict)
        for name in cast("dict[str, dict[str, object]]", each).get("headers") or {}
    }
    if isinstance(body, str) and body.startswith("list<"):
        if "link" in headers and {"page", *_CURSORS} & folded.keys():
            return {"link": "next", "items": ".", **limits}
        if "page" in folded and limit and _type(query[folded["page"]]).startswith("integer"):
            return {"page": folded["page"], "items": ".", **limits}
        return None
    fields = cast("dict[str, object]", body) if isinstance(body, dict) else lookup(str(body))
    if not fields:
        return None
    plain = {key.removesuffix("?"): value for key, value in fields.items()}
    items = _items(plain)
    if items is None:
        return None
    leaves = _leaves(plain, lookup)
    more = next(
        (
            path
            for path in leaves
            if _folded(path.rpartition(".")[2]) in _MORE
            and _type(leaves[path]).startswith("boolean")
        ),
        None,
    )
    mores = {"more": more} if more else {}
    total = next(
        (
            path
            for path in leaves
            if _folded(path.rpartition(".")[2]) in _TOTALS
            and _type(leaves[path]).startswith("integer")
        ),
        None,
    )
    totals = {"total": total} if total and not more else {}
    after = next(
        (folded[name] for name in ("starting_after", "after", "after_id") if name in folded), None
    )
    if after and more and "last_id" not in plain:
        item = _type(plain[items])
        inner = lookup(re.sub(r"^list<(.*)>.*", r"\1", item)) if item.startswith("list<") else None
        inner = inner or _inner(plain[items])
        if inner and any(key.removesuffix("?") == "id" for key in inner):
            return {"cursor": after, "from": f"{items}[-1].id", "items": items, **mores, **limits}
    for name, wire in folded.items():
        if name not in _CURSORS or not _type(query[wire]).startswith("string"):
            continue
        wanted = (f"next_{name}", *(("last_id",) if name.startswith("after") else ()), *_NEXT, name)
        source = next(
            (
                path
                for each in wanted
                for path in leaves
                if _folded(path.rpartition(".")[2]) == each
                and _type(leaves[path]).startswith("string")
            ),
            None,
        )
        if source:
            return {"cursor": wire, "from": source, "items": items, **mores, **limits}
    if "offset" in folded and _type(query[folded["offset"]]).startswith("integer"):
        return {"offset": folded["offset"], "items": items, **mores, **totals, **limits}
    page = next((folded[name] for name in ("page", "page_number") if name in folded), None)
    if page and _type(query[page]).startswith("integer") and (limit or total or more):
        return {"page": page, "items": items, **mores, **totals, **limits}
    return None


def _body(response: object) -> object:
    if isinstance(response, str):
        return response if response not in {"text", "json"} else None
    return cast("dict[str, object]", response).get("body") if isinstance(response, dict) else None


def _items(fields: Mapping[str, object]) -> str | None:
    lists = [name for name, field in fields.items() if _type(field).startswith("list<")]
    named = next((name for name in _ITEMS if name in lists), None)
    return named or (lists[0] if len(lists) == 1 else None)


def _leaves(fields: Mapping[str, object], lookup: Lookup) -> dict[str, object]:
    """Return the fields of an object, and those of the objects in it, by their paths."""
    found: dict[str, object] = {}
    for name, field in fields.items():
        if "." in name or "[" in name or " " in name:
            continue
        found[name] = field
        type_ = _type(field).removesuffix("?")
        inner = _inner(field) if type_ in {"", "object"} else lookup(type_)
        for below, value in (inner or {}).items():
            wire = below.removesuffix("?")
            if "." not in wire and "[" not in wire and " " not in wire:
                found[f"{name}.{wire}"] = value
    return found


def _inner(field: object) -> dict[str, object] | None:
    fields = cast("dict[str, object]", field).get("fields") if isinstance(field, dict) else None
    return cast("dict[str, object]", fields) if isinstance(fields, dict) else None


def _type(field: object) -> str:
    return (
        str(cast("dict[str, object]", field).get("type", ""))
        if isinstance(field, dict)
        else str(field)
    )


def _folded(name: str) -> str:
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).replace("-", "_").lower().strip("[]")
