"""Schemes with static credentials: `api-key`, `basic` and `bearer`."""

from __future__ import annotations

from pathlib import Path

from ..definitions import Added, Argument, MockSide, Option, SchemeDefinition
from ..texts import Texts

_texts = Texts(Path(__file__).with_name("texts"))
_NAME = "static"
_RUNTIME = f"{__name__}.runtime"

API_KEY = SchemeDefinition(
    _NAME,
    _RUNTIME,
    "api_key",
    "ApiKey",
    _texts("api_key", "title"),
    arguments=(Argument("key", "str", _texts("api_key", "key"), '"…"'),),
    options={
        "header": Option(
            "Name of the header that carries the key (X-Api-Key if no option is set).", "name"
        ),
        "query": Option("Name of the query parameter that carries the key.", "name"),
        "cookie": Option("Name of the cookie that carries the key.", "name"),
    },
    adds=(
        Added("header", "{header}", _texts("api_key", "key"), "…"),
        Added("query", "{query}", _texts("api_key", "key"), "…"),
        Added("cookie", "{cookie}", _texts("api_key", "key"), "…"),
    ),
    default_header="X-Api-Key",
    mock=MockSide("mock_sides", "ApiKeyServerAuth"),
)

BASIC = SchemeDefinition(
    _NAME,
    _RUNTIME,
    "basic",
    "Basic",
    _texts("basic", "title"),
    arguments=(
        Argument("username", "str", _texts("basic", "username"), '"…"'),
        Argument("password", "str", _texts("basic", "password"), '"…"'),
    ),
    adds=(Added("header", "Authorization", _texts("basic", "header"), "Basic …"),),
    mock=MockSide("mock_sides", "BasicServerAuth"),
)

BEARER = SchemeDefinition(
    _NAME,
    _RUNTIME,
    "bearer",
    "Bearer",
    _texts("bearer", "title"),
    arguments=(Argument("token", "TokenLike", _texts("bearer", "token"), '"…"'),),
    adds=(Added("header", "Authorization", _texts("bearer", "header"), "Bearer …"),),
    mock=MockSide("mock_sides", "BearerServerAuth"),
)
