"""`oauth2`: access tokens that the client fetches from an OAuth 2.0 authorization server (RFC 6749)."""

from __future__ import annotations

from pathlib import Path

from ..definitions import Added, Argument, MockSide, Option, SchemeDefinition
from ..texts import Texts

_texts = Texts(Path(__file__).with_name("texts"))
_ANY_CLIENT = ("grant", ("refresh_token", "password"))


def _argument(
    name: str,
    when: tuple[str, tuple[str, ...]] | None,
    sample: str = "",
    *,
    annotation: str = "str",
    required: bool = False,
) -> Argument:
    return Argument(name, annotation, _texts("arguments", name), sample, required, when=when)


SCHEME = SchemeDefinition(
    "oauth2",
    f"{__name__}.runtime",
    "scheme",
    "OAuth2",
    _texts("title"),
    arguments=(
        _argument("username", ("grant", ("password",)), '"…"', required=True),
        _argument("password", ("grant", ("password",)), '"…"', required=True),
        _argument("refresh_token", ("grant", ("refresh_token",)), '"…"', required=True),
        _argument(
            "client_id", ("grant", ("client_credentials", "refresh_token")), '"…"', required=True
        ),
        _argument("client_id", ("grant", ("password",)), '"…"'),
        _argument("client_secret", ("grant", ("client_credentials",)), '"…"', required=True),
        _argument("client_secret", _ANY_CLIENT, '"…"'),
        _argument("scopes", None),
        _argument("token_url", None),
        _argument("token_store", None, annotation="TokenStore"),
    ),
    options={
        "token_url": Option(
            "URL of the token endpoint, or its path on the hosts of the API.", "url", required=True
        ),
        "grant": Option(
            "How the client gets tokens.",
            choices=("client_credentials", "refresh_token", "password"),
            required=True,
        ),
        "scopes": Option("Scopes that the client requests, separated by spaces."),
        "client_auth": Option(
            "How the client sends its id and secret: in the header (`basic`, the default), or in the body.",
            choices=("basic", "post"),
        ),
    },
    adds=(Added("header", "Authorization", _texts("header"), "Bearer …"),),
    advice=_texts.list_at("advice"),
    exports=("FileTokenStore", "TokenStore"),
    mock=MockSide("mock_side", "OAuth2ServerAuth"),
)
