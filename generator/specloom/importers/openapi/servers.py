"""Servers to hosts. Only the first server is a host: hosts stand in for each other after failures, and a sandbox must not."""

from __future__ import annotations

import re
from typing import cast

from ... import naming
from ...spec.api_file import host_error
from .context import Context
from .documents import At
from .scalars import quoted
from .texts import clean, labels

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_VALUE = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]*[0-9A-Za-z])?", re.ASCII)


def hosts(servers: At | None, context: Context) -> list[object]:
    """Return `hosts` of the API."""
    listed = [each for each in servers.items() if each.is_map] if servers else []
    if not listed:
        at = context.documents.root
        context.note(at, "repaired", "no server", "the host became an argument of the client")
        return [_unknown_host("")]
    first = listed[0]
    for other in listed[1:]:
        context.note(
            other,
            "left out",
            "further server",
            f"`{other.text('url')[:100]}`: hosts stand in for each other after failures; pass it as `hosts=` where it is meant",
        )
    url, variables = _url(first, context, keep=True)
    if url.startswith("/") or "://" not in url:
        context.note(
            first,
            "repaired",
            "relative server",
            f"`{url[:100]}`: the host became an argument of the client",
        )
        prefix = "/" + url.strip("/") if url.strip("/") else ""
        return [_unknown_host("" if host_error(f"https://x{prefix}") or "{" in prefix else prefix)]
    if host_error(url):
        context.note(
            first,
            "repaired",
            "invalid server",
            f"`{url[:100]}`: {host_error(url)}; the host became an argument of the client",
        )
        return [_unknown_host("")]
    if not variables:
        return [url]
    return [{"url": url, "variables": variables}]


def host_of_endpoint(servers: At | None, context: Context) -> list[str] | None:
    """Return the hosts of an endpoint with servers of its own, their variables replaced by defaults."""
    listed = [each for each in servers.items() if each.is_map] if servers else []
    if not listed:
        return None
    url, _ = _url(listed[0], context, keep=False)
    if "://" not in url or host_error(url):
        context.note(
            listed[0],
            "left out",
            "server of an operation",
            f"`{url[:100]}` is no host of an endpoint",
        )
        return None
    for other in listed[1:]:
        context.note(other, "left out", "further server", f"`{other.text('url')[:100]}`")
    return [url]


def _unknown_host(prefix: str) -> dict[str, object]:
    return {
        "url": "https://{host}" + prefix,
        "variables": {
            "host": {
                "type": "string",
                "title": "Host name of the API",
                "example": "api.example.com",
            }
        },
    }


def _url(at: At, context: Context, *, keep: bool) -> tuple[str, dict[str, object]]:
    """Return the URL of a server and its variables; those that a host cannot have are replaced by their defaults."""
    written = at.text("url").strip().rstrip("/")
    if written.startswith("//"):
        written = f"https:{written}"
    url = re.sub(r"^http://(?!localhost|127\.|\[::1\])", "https://", written)
    if url != written:
        context.note(at, "repaired", "http server", "became https")
    described = at.get("variables")
    variables: dict[str, object] = {}
    for match in _VARIABLE.finditer(url):
        name = match[1]
        variable = described.get(name) if described else None
        default = variable.raw("default") if variable else None
        before = url[: url.index(match[0])] if match[0] in url else ""
        is_part = ("://" in before and not before.endswith(":")) or "://" not in url
        listed = variable.raw("enum") if variable else None
        values = (
            [str(each) for each in cast("list[object]", listed)] if isinstance(listed, list) else []
        )
        can_be = (
            keep
            and is_part
            and re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name)
            and all(_VALUE.fullmatch(value) and ".." not in value for value in values)
        )
        if not can_be:
            plain = str(default if default is not None else name)
            url = url.replace(match[0], re.sub(r"[^A-Za-z0-9./:-]", "", plain) or "x")
            continue
        keys: dict[str, object] = {
            "type": (
                f"string({' | '.join(map(quoted, dict.fromkeys(values)))})" if values else "string"
            )
        }
        if (
            default is not None
            and _VALUE.fullmatch(str(default))
            and (not values or str(default) in values)
        ):
            keys["default"] = str(default)
        if variable is not None:
            keys |= labels("", clean(variable.text("description"), variable, context))
        if (naming.snake(name) or "") in naming.RESERVED_OPTIONS:
            keys["as"] = f"host_{naming.snake(name)}"
        variables[name] = keys if len(keys) > 1 else keys["type"]
    return url.rstrip("/"), variables
