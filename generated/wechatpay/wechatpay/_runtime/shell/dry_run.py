"""Dry runs of the shell: the request of a call, as a command of curl."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

import httpx

_OWN = frozenset({"host", "connection", "accept-encoding", "content-length"})
"""Headers that curl sets itself."""


class Recorder(httpx.BaseTransport):
    """Transport that keeps the first request and sends nothing."""

    def __init__(self) -> None:
        self.request: httpx.Request | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.request is None:
            request.read()
            self.request = request
        raise httpx.ConnectError("dry run: nothing was sent")


def as_curl(request: httpx.Request, secrets: Iterable[tuple[str, str]]) -> str:
    """Return the request as a shell command; secrets are its variables."""
    known = sorted(secrets, key=lambda pair: -len(pair[0]))
    words = ["curl", "--request", request.method, _quoted(str(request.url), known)]
    for name, value in request.headers.multi_items():
        if name.lower() not in _OWN:
            words += ["\\\n  --header", _quoted(f"{name}: {value}", known)]
    if request.content:
        try:
            body = request.content.decode("utf-8")
        except UnicodeDecodeError:
            words += ["\\\n  --data-binary", f"<{len(request.content)} bytes>"]
        else:
            words += ["\\\n  --data-raw", _quoted(body, known)]
    return " ".join(words)


def _quoted(text: str, secrets: Iterable[tuple[str, str]]) -> str:
    """Quote a word of a POSIX shell; each secret in it becomes `"$VARIABLE"`."""
    variables = {secret: variable for secret, variable in secrets if secret}
    if not variables:
        return shlex.quote(text)
    pattern = "|".join(map(re.escape, variables))
    pieces = re.split(f"({pattern})", text)
    return "".join(
        f'"${variables[piece]}"' if piece in variables else shlex.quote(piece)
        for piece in pieces
        if piece
    )
