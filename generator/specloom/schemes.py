"""The ways to authenticate that a spec may name, as data: what a client is given, and what a request then carries.

`spec` checks names and options against this table, the Python target writes constructors from it, the documentation target the header
tables. The code that signs is `runtime/auth/<module>.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .model import Text


def _text(en: str, zh: str) -> Text:
    return Text((("en", en), ("zh", zh)))


@dataclass(frozen=True, slots=True)
class Argument:
    """A keyword argument of the scheme's class; all are required. `annotation` is a name of `runtime/auth/<module>.py` or a builtin."""

    name: str
    annotation: str
    meaning: Text
    sample: str
    """A Python expression for samples in the documentation."""


@dataclass(frozen=True, slots=True)
class Added:
    """A header or query parameter that the scheme adds to a request; `{option}` in the name stands for that option's value."""

    where: Literal["header", "query"]
    name: str
    meaning: Text
    sample: str


@dataclass(frozen=True, slots=True)
class SchemeKind:
    module: str
    class_name: str
    title: Text
    arguments: tuple[Argument, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """What a spec may set (a text each) and its meaning; options are passed on to the class as keywords."""
    adds: tuple[Added, ...] = ()
    requires: tuple[str, ...] = ()
    """Requirements of generated projects, besides httpx and msgspec."""


SCHEMES: Mapping[str, SchemeKind] = {
    "none": SchemeKind("none", "", _text("no authentication", "无需认证")),
    "api-key": SchemeKind(
        "api_key",
        "ApiKey",
        _text("an API key", "API 密钥"),
        arguments=(Argument("key", "str", _text("The API key.", "API 密钥。"), '"…"'),),
        options={
            "header": "Name of the header that carries the key (X-Api-Key if neither is set).",
            "query": "Name of the query parameter that carries the key, instead of a header.",
        },
        adds=(
            Added("header", "{header}", _text("The API key.", "API 密钥。"), "…"),
            Added("query", "{query}", _text("The API key.", "API 密钥。"), "…"),
        ),
    ),
    "basic": SchemeKind(
        "basic",
        "Basic",
        _text("user name and password (RFC 7617)", "用户名与密码（RFC 7617）"),
        arguments=(
            Argument("username", "str", _text("User name, without a colon.", "用户名，不含冒号。"), '"…"'),
            Argument("password", "str", _text("Password.", "密码。"), '"…"'),
        ),
        adds=(
            Added("header", "Authorization", _text("User name and password, in Base64.", "Base64 编码的用户名与密码。"), "Basic …"),
        ),
    ),
    "bearer": SchemeKind(
        "bearer",
        "Bearer",
        _text("a bearer token (RFC 6750)", "Bearer 令牌（RFC 6750）"),
        arguments=(
            Argument(
                "token",
                "TokenLike",
                _text("The token, or a function (plain or async) that returns it.", "令牌，或返回令牌的函数（可为异步）。"),
                '"…"',
            ),
        ),
        adds=(Added("header", "Authorization", _text("The token.", "令牌。"), "Bearer …"),),
    ),
    "wechatpay-v3": SchemeKind(
        "wechatpay",
        "WechatPayV3",
        _text("WeChat Pay APIv3 signatures (WECHATPAY2-SHA256-RSA2048)", "微信支付 APIv3 签名（WECHATPAY2-SHA256-RSA2048）"),
        arguments=(
            Argument(
                "mchid",
                "str",
                _text("Merchant number that signs; the service provider's in service-provider mode.", "签名所用商户号；服务商模式下为服务商商户号。"),
                '"1900000001"',
            ),
            Argument(
                "serial_no",
                "str",
                _text("Serial number of the merchant's API certificate, 40 hexadecimal digits.", "商户 API 证书序列号，40 位十六进制。"),
                '"…"',
            ),
            Argument(
                "private_key",
                "PrivateKeyLike",
                _text("The merchant's API private key: a path, PEM text or bytes, or a key object.", "商户 API 私钥：路径、PEM 文本或字节、或密钥对象。"),
                'Path("apiclient_key.pem")',
            ),
            Argument(
                "public_key_id",
                "str",
                _text("Id of the WeChat Pay public key, PUB_KEY_ID_ and digits.", "微信支付公钥 ID，以 PUB_KEY_ID_ 开头。"),
                '"PUB_KEY_ID_…"',
            ),
            Argument(
                "public_key",
                "PublicKeyLike",
                _text("The WeChat Pay public key, which verifies answers.", "微信支付公钥，用于验证应答签名。"),
                'Path("pub_key.pem")',
            ),
        ),
        adds=(
            Added(
                "header",
                "Authorization",
                _text("Signature over method, path and query, time, nonce and body.", "对方法、路径与查询串、时间戳、随机串和报文主体的签名。"),
                'WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",signature="…",timestamp="…",serial_no="…"',
            ),
            Added(
                "header",
                "Wechatpay-Serial",
                _text("Which key the answer shall be signed with: the id of the WeChat Pay public key.", "应答签名所用的密钥：微信支付公钥 ID。"),
                "PUB_KEY_ID_…",
            ),
        ),
        requires=("cryptography>=42",),
    ),
    "weixin-access-token": SchemeKind(
        "weixin",
        "WeixinAccessToken",
        _text("a Weixin access token", "微信接口调用凭证 access_token"),
        arguments=(
            Argument(
                "access_token",
                "TokenLike",
                _text(
                    "access_token or authorizer_access_token, or a function (plain or async) that returns one.",
                    "access_token 或 authorizer_access_token，或返回它的函数（可为异步）。",
                ),
                '"…"',
            ),
        ),
        adds=(
            Added(
                "query",
                "access_token",
                _text("Interface credential: access_token or authorizer_access_token.", "接口调用凭证：access_token 或 authorizer_access_token。"),
                "ACCESS_TOKEN",
            ),
        ),
    ),
}

LATER: Mapping[str, str] = {"oauth2-client-credentials": "fetching tokens comes with a later version"}
"""Schemes whose names are reserved."""
