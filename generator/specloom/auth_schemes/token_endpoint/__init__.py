"""`token-endpoint`: access tokens from an endpoint of the spec."""

from __future__ import annotations

from pathlib import Path

from ..definitions import Added, Argument, MockSide, Option, SchemeDefinition
from ..texts import Texts

_texts = Texts(Path(__file__).with_name("texts"))

SCHEME = SchemeDefinition(
    "token_endpoint",
    f"{__name__}.runtime",
    "scheme",
    "TokenEndpoint",
    _texts("title"),
    arguments=(
        Argument(
            "token_call", "TokenCall", _texts("arguments", "token_call"), sample_of="endpoint"
        ),
        Argument("token_store", "TokenStore", _texts("arguments", "token_store"), required=False),
    ),
    options={
        "endpoint": Option(
            "Endpoint that returns a token, such as auth.token.", "endpoint", required=True
        ),
        "token": Option(
            "Location of the token in its response.", "location", default="access_token"
        ),
        "expires_in": Option(
            "Location of the seconds for which it is valid.", "location", default="expires_in"
        ),
        "header": Option(
            "Name of the header that carries the token (Authorization if no option is set).", "name"
        ),
        "query": Option("Name of the query parameter that carries the token.", "name"),
    },
    adds=(
        Added("header", "{header}", _texts("token"), "…"),
        Added("query", "{query}", _texts("token"), "…"),
    ),
    default_header="Authorization",
    mock=MockSide("mock_side", "TokenEndpointServerAuth"),
    advice=_texts.list_at("advice"),
    exports=("FileTokenStore", "TokenStore"),
)
