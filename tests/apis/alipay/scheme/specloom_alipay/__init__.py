"""Auth scheme for specloom: signatures of the Alipay Open Platform (RSA2)."""

from __future__ import annotations

from pathlib import Path

from specloom.auth_schemes import (
    Added,
    Argument,
    MockSide,
    SchemeDefinition,
    Texts,
)

_texts = Texts(Path(__file__).with_name("texts"))


def _added(name: str, sample: str) -> Added:
    return Added("form", name, _texts("form", name), sample)


SCHEME = SchemeDefinition(
    name="alipay",
    runtime=f"{__name__}.runtime",
    module="scheme",
    class_name="AlipayRSA2",
    title=_texts("title"),
    arguments=(
        Argument("app_id", "str", _texts("arguments", "app_id"), '"2014072300007148"'),
        Argument(
            "private_key",
            "PrivateKeyLike",
            _texts("arguments", "private_key"),
            'Path("app_private_key.pem")',
        ),
        Argument(
            "alipay_public_key",
            "PublicKeyLike",
            _texts("arguments", "alipay_public_key"),
            'Path("alipay_public_key.pem")',
        ),
    ),
    adds=(
        _added("app_id", "2014072300007148"),
        _added("format", "JSON"),
        _added("charset", "utf-8"),
        _added("sign_type", "RSA2"),
        _added("timestamp", "2014-07-24 03:07:50"),
        _added("version", "1.0"),
        _added("sign", "…"),
    ),
    verifies=True,
    requires=("cryptography>=42",),
    mock=MockSide("mock_side", "AlipayServerAuth"),
)
