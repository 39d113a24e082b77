"""Ways to authenticate that many APIs share."""

from __future__ import annotations

from collections.abc import Mapping

from .definitions import Added, Argument, MockSide, SchemeDefinition, text

COMMON: Mapping[str, SchemeDefinition] = {
    "none": SchemeDefinition("none", "", text("no authentication", "无需认证")),
    "api-key": SchemeDefinition(
        "api_key",
        "ApiKey",
        text("an API key", "API 密钥"),
        arguments=(Argument("key", "str", text("The API key.", "API 密钥。"), '"…"'),),
        options={
            "header": "Name of the header that carries the key (X-Api-Key if neither is set).",
            "query": "Name of the query parameter that carries the key, instead of a header.",
        },
        adds=(
            Added("header", "{header}", text("The API key.", "API 密钥。"), "…"),
            Added("query", "{query}", text("The API key.", "API 密钥。"), "…"),
        ),
        mock=MockSide("static_credentials", "ApiKeyServerAuth"),
    ),
    "basic": SchemeDefinition(
        "basic",
        "Basic",
        text("user name and password (RFC 7617)", "用户名与密码（RFC 7617）"),
        arguments=(
            Argument(
                "username", "str", text("User name, without a colon.", "用户名，不含冒号。"), '"…"'
            ),
            Argument("password", "str", text("Password.", "密码。"), '"…"'),
        ),
        adds=(
            Added(
                "header",
                "Authorization",
                text("User name and password, in Base64.", "Base64 编码的用户名与密码。"),
                "Basic …",
            ),
        ),
        mock=MockSide("static_credentials", "BasicServerAuth"),
    ),
    "bearer": SchemeDefinition(
        "bearer",
        "Bearer",
        text("a bearer token (RFC 6750)", "Bearer 令牌（RFC 6750）"),
        arguments=(
            Argument(
                "token",
                "TokenLike",
                text(
                    "The token, or a function (plain or async) that returns it.",
                    "令牌，或返回令牌的函数（可为异步）。",
                ),
                '"…"',
            ),
        ),
        adds=(Added("header", "Authorization", text("The token.", "令牌。"), "Bearer …"),),
        mock=MockSide("static_credentials", "BearerServerAuth"),
    ),
}
