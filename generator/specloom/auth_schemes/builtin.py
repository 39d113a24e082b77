"""The names of the built-in schemes, each with its definition: a module of this package, and a name in it.

They are not entry points: to look those up costs as much time as to read a spec, and most specs need no scheme of another package.
"""

from __future__ import annotations

from collections.abc import Mapping

DEFINITIONS: Mapping[str, tuple[str, str]] = {
    "api-key": ("static", "API_KEY"),
    "basic": ("static", "BASIC"),
    "bearer": ("static", "BEARER"),
    "oauth2": ("oauth2", "SCHEME"),
    "token-endpoint": ("token_endpoint", "SCHEME"),
    "wechatpay-v3": ("wechatpay", "SCHEME"),
    "weixin-access-token": ("weixin", "SCHEME"),
}
