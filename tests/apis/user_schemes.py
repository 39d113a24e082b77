"""Auth schemes that users of these APIs wrote, as if their packages were installed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module

import pytest

from specloom import plugins

_SCHEMES = {
    "aws-sigv4": "tests.apis.s3.scheme.specloom_sigv4",
    "alipay-rsa2": "tests.apis.alipay.scheme.specloom_alipay",
}


@contextmanager
def installed() -> Generator[None]:
    """Provide the schemes while this is open."""
    plain = plugins.load

    def load(group: str, name: str) -> object:
        if group == plugins.SCHEMES and name in _SCHEMES:
            return import_module(_SCHEMES[name]).SCHEME
        return plain(group, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plugins, "load", load)
        yield
