"""Server side of Weixin: access tokens that expire, and errors with status 200.

Tokens are specified at https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from specloom.runtime.codec import InvalidJson, parse
from specloom.runtime.json_types import is_object
from specloom.runtime.mock import (
    ArgumentMismatch,
    DocumentedError,
    IncomingRequest,
    MockResponse,
    ServerAuth,
)

APPID: Final = "wx0000000000000001"
SECRET: Final = "secret-of-a-mock"
_LIFETIME: Final = 7200
_OVERLAP: Final = 300
"""Seconds before a token expires from which it is replaced in normal mode."""
_FORCED: Final = 20
"""Forced refreshes a day."""
_SPACING: Final = 30
"""Seconds between two forced refreshes."""
_A_MINUTE: Final = 10_000
_ESCAPED: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9A-Fa-f]{4}")


class WeixinServerAuth(ServerAuth):
    """One account, `APPID` with `SECRET`, with one stable token at a time."""

    endpoints: Mapping[str, tuple[str, str]] = {
        "stable_token": ("POST", "/cgi-bin/stable_token")
    }

    @property
    def credentials(self) -> Mapping[str, Any]:
        return {"appid": APPID, "secret": SECRET}

    def access_token(self) -> str:
        """Return the token that is valid now, as stable_token would."""
        with self._mock.lock:
            return str(self._token(force=False)["text"])

    # --- tokens -----------------------------------------------------------------------

    def serve(self, name: str, incoming: IncomingRequest) -> MockResponse:
        """`POST /cgi-bin/stable_token`."""
        given = _object(incoming)
        if given.get("grant_type") != "client_credential":
            raise _error(40002, "invalid grant_type")
        if given.get("appid") != APPID:
            raise _error(40013, "invalid appid")
        if given.get("secret") != SECRET:
            raise _error(40125, "invalid appsecret")
        with self._mock.lock:
            self._count()
            token = self._token(force=given.get("force_refresh") is True)
        left = int(token["until"] - self._mock.now())
        body = json.dumps({"access_token": token["text"], "expires_in": left}).encode()
        return MockResponse(200, body, (("Content-Type", "application/json"),))

    def _token(self, *, force: bool) -> Mapping[str, Any]:
        now, store = self._mock.now(), self._mock.store
        token: Any = store.get("weixin", "token")
        if force:
            self._force(now)
        elif token is not None and token["until"] - now >= _OVERLAP:
            still: Mapping[str, Any] = token
            return still
        fresh = {"text": f"MOCK_{secrets.token_urlsafe(96)}", "until": now + _LIFETIME}
        if token is not None:
            # A replaced token stays valid until it expires; a forced refresh revokes it.
            state = "stale" if force else token["until"]
            store.put("weixin token", token["text"], state)
        store.put("weixin", "token", fresh)
        return fresh

    def _force(self, now: float) -> None:
        store = self._mock.store
        before: list[float] = store.get("weixin", "forced") or []
        times = [one for one in before if now - one < 86400]
        if len(times) >= _FORCED:
            raise _error(45009, "reach max api daily quota limit")
        if times and now - times[-1] < _SPACING:
            raise _error(
                45011, "api minute-quota reach limit, must slower, retry next minute"
            )
        store.put("weixin", "forced", [*times, now])

    def _count(self) -> None:
        minute = int(self._mock.now() // 60)
        before, count = self._mock.store.get("weixin", "minute") or (minute, 0)
        count = count + 1 if before == minute else 1
        if count > _A_MINUTE:
            raise _error(
                45011, "api minute-quota reach limit, must slower, retry next minute"
            )
        self._mock.store.put("weixin", "minute", (minute, count))

    # --- requests ---------------------------------------------------------------------

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        if incoming.path == self.endpoints["stable_token"][1]:
            return
        given = incoming.query.get("access_token", [""])[0]
        if not given:
            raise _error(41001, "access_token missing")
        store, now = self._mock.store, self._mock.now()
        current: dict[str, Any] = store.get("weixin", "token") or {}
        until: Any = store.get("weixin token", given)
        if current.get("text") == given:
            until = current["until"]
        if until is None or until == "stale":
            raise _error(
                40001, "invalid credential, access_token is invalid or not latest"
            )
        if until <= now:
            raise _error(42001, "access_token expired")

    def check_request(self, incoming: IncomingRequest) -> None:
        if incoming.method == "POST" and not incoming.body:
            raise _error(44002, "empty post data")
        if _ESCAPED.search(incoming.body):
            raise _error(
                40033,
                "invalid charset. please check your request, if include \\uxxxx will"
                " create fail!",
            )

    def argument_error(
        self, mismatches: Sequence[ArgumentMismatch], known_codes: Sequence[str]
    ) -> DocumentedError:
        """Return 47001 for invalid JSON, else the endpoint's code for invalid parameters."""
        first = mismatches[0]
        if not first.field or "72031" not in known_codes:
            return _error(47001, "data format error")
        return _error(72031, f"invalid params: {first.field.lstrip('/')} {first.issue}")

    def adapt_error(self, error: DocumentedError) -> DocumentedError:
        """Errors have status 200, except those of routing."""
        if error.code == "METHOD_NOT_ALLOWED":
            post = "POST" in error.message
            code, method = (43002, "POST") if post else (43001, "GET")
            return _error(code, f"require {method} method")
        if error.code == "PARAM_ERROR":
            return DocumentedError(error.status, "45002", "content size out of limit")
        if not error.code.lstrip("-").isdigit():
            return DocumentedError(error.status, str(error.status), error.message)
        return DocumentedError(
            error.status, error.code, f"{error.message} rid: {_trace()}"
        )


def _trace() -> str:
    name = uuid4().hex
    return f"{name[:8]}-{name[8:16]}-{name[16:24]}"


def _error(code: int, message: str) -> DocumentedError:
    return DocumentedError(200, str(code), message)


def _object(incoming: IncomingRequest) -> Mapping[str, Any]:
    try:
        given = parse(incoming.body)
    except InvalidJson:
        given = None
    if not is_object(given):
        raise _error(47001, "data format error")
    return given
