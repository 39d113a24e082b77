"""URLs of requests that come from responses, such as a `download_url`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from msgspec import Struct

from .encode_errors import EncodeError
from .errors import ConfigError, InvalidRequest
from .hosts import Host, parse_hosts

if TYPE_CHECKING:
    from .calls import Call

_URL = re.compile(r"(https?://[^/?#@\\\s]+)(/[!-~]*)")


class UrlArgument(Struct, frozen=True):
    """Argument with the URL of a request.

    The request goes there, with the path and query as they are, only if the URL is on a
    host of the endpoint and has its path: the request may be signed, or have a token.
    """

    argument: str

    def target(self, values: Mapping[str, Any]) -> str:
        """Return path and query of the URL; raise `EncodeError`."""
        match = _URL.fullmatch(values[self.argument])
        if match is None or "#" in match[2] or "\\" in match[2]:
            raise self._with_name("must be a URL without a fragment")
        return match[2]

    def hosts(self, call: Call[Any], listed: tuple[Host, ...]) -> tuple[Host, ...]:
        """Return the host of the URL, of those listed; raise `InvalidRequest`."""
        url: str = getattr(call.arguments, self.argument)
        match = _URL.fullmatch(url)
        origin, path = match.groups() if match else ("", "")
        path = path.partition("?")[0]
        with suppress(ConfigError):
            (host,) = parse_hosts([origin])
            for each in listed:
                documented = each.prefix, call.endpoint.path
                if each.origin == host.origin and _matches(*documented, path):
                    return (host,)
        raise InvalidRequest(
            f"must be a URL of {' or '.join(each.origin for each in listed)} with the path"
            f" {call.endpoint.path}",
            field=self.argument,
        )

    def _with_name(self, problem: str) -> EncodeError:
        error = EncodeError(problem)
        error.keys.append(self.argument)
        return error


def _matches(prefix: str, template: str, path: str) -> bool:
    """Return whether a path is the documented one, with any values of its variables."""
    parts = re.split(r"(\{[^{}]*\})", prefix + template)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = (".+" if part.startswith("{+") else "[^/]+" for part in parts[1::2])
    pattern = "".join(parts)
    segments = unquote(path).split("/")
    return bool(re.fullmatch(pattern, path)) and not {".", ".."} & set(segments)
