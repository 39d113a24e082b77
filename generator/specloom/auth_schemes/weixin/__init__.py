"""`weixin-access-token`: access tokens of Weixin."""

from __future__ import annotations

from pathlib import Path

from ..definitions import Added, Argument, MockSide, SchemeDefinition
from ..texts import Texts

_texts = Texts(Path(__file__).with_name("texts"))


def _argument(
    name: str, annotation: str, sample: str = "", *, conditional: bool = True
) -> Argument:
    return Argument(
        name,
        annotation,
        _texts("arguments", name),
        sample,
        required=False,
        conditional=conditional,
    )


SCHEME = SchemeDefinition(
    "weixin",
    f"{__name__}.runtime",
    "scheme",
    "WeixinAccessToken",
    _texts("title"),
    arguments=(
        _argument("access_token", "TokenLike"),
        _argument("appid", "str", '"wx…"'),
        _argument("secret", "str", '"…"'),
        _argument("token_store", "TokenStore", conditional=False),
    ),
    adds=(Added("query", "access_token", _texts("query", "access_token"), "ACCESS_TOKEN"),),
    advice=_texts.list_at("advice"),
    exports=("FileTokenStore", "TokenStore"),
    mock=MockSide("mock_side", "WeixinServerAuth"),
)
