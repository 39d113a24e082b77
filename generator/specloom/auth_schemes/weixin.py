"""`weixin-access-token`: the interface credential of Weixin."""

from __future__ import annotations

from .definitions import Added, Argument, MockSide, SchemeDefinition, text

WEIXIN = SchemeDefinition(
    "weixin",
    "WeixinAccessToken",
    text("a Weixin access token", "微信接口调用凭证 access_token"),
    arguments=(
        Argument(
            "access_token",
            "TokenLike",
            text(
                "access_token or authorizer_access_token, or a function (plain or async) that returns one; instead of what follows.",
                "access_token 或 authorizer_access_token，或返回它的函数（可为异步）；与以下参数二选一。",
            ),
            required=False,
        ),
        Argument(
            "appid",
            "str",
            text(
                "The account's AppID, to have the access_token fetched.",
                "账号的 AppID，用于自动获取 access_token。",
            ),
            '"wx…"',
            required=False,
        ),
        Argument(
            "secret",
            "str",
            text("The account's AppSecret.", "账号的 AppSecret。"),
            '"…"',
            required=False,
        ),
        Argument(
            "token_store",
            "TokenStore",
            text(
                "Where several processes share the token: a `FileTokenStore`, or an object like it.",
                "多进程共享 access_token 的存储：`FileTokenStore`，或具有相同方法的对象。",
            ),
            required=False,
        ),
    ),
    adds=(
        Added(
            "query",
            "access_token",
            text(
                "Credential for calling the interface: access_token or authorizer_access_token.",
                "接口调用凭证：access_token 或 authorizer_access_token。",
            ),
            "ACCESS_TOKEN",
        ),
    ),
    advice=(
        text(
            "One process: give `appid` and `secret`. The token is fetched with stable_token when it is first needed, kept until shortly before"
            " it expires, and fetched again, once for all calls that wait, when the server refuses it.",
            "单进程：提供 `appid` 与 `secret`。首次需要时通过 stable_token 获取，缓存至临近过期；被服务端拒绝时，等待中的调用共用一次重新获取。",
        ),
        text(
            "Several processes: give each the same `token_store` too, such as `FileTokenStore('/var/lib/app/tokens')`; one fetches for all.",
            "多进程：各进程再提供相同的 `token_store`，例如 `FileTokenStore('/var/lib/app/tokens')`，由其中一个进程获取。",
        ),
        text(
            "A third-party platform, or a token service of your own: give `access_token=` a function that returns the token. It is called for"
            " each attempt, so it should keep the token; it is called once more when the server refuses the token.",
            "第三方平台或自有的凭证服务：以返回凭证的函数作为 `access_token=`。每次发送前都会调用，因此函数应自行缓存；凭证被拒绝时会再调用一次。",
        ),
        text(
            "Codes 40013, 40125 and 40164 are about appid, secret and the list of allowed addresses: a new token does not help; correct the settings.",
            "40013、40125、40164 分别与 AppID、AppSecret、IP 白名单有关：更换凭证无效，请修正配置。",
        ),
    ),
    exports=("FileTokenStore", "TokenStore"),
    mock=MockSide("weixin", "WeixinServerAuth"),
)
