"""A small API, written by hand in the shape of generated code.

Tests copy it to a temporary folder, with the runtime as `_runtime` in it.
"""

from typing import TYPE_CHECKING

from ._runtime.lazy_exports import exports

if TYPE_CHECKING:
    from . import calls as calls
    from . import errors as errors
    from . import models as models
    from ._runtime.calls import Call as Call
    from ._runtime.calls import Response as Response
    from .client import AsyncShop as AsyncShop
    from .client import Shop as Shop
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            "AsyncShop": ".client",
            "Call": "._runtime.calls",
            "Response": "._runtime.calls",
            "Shop": ".client",
            "calls": "",
            "errors": "",
            "models": "",
        },
    )

__all__ = ["AsyncShop", "Call", "Response", "Shop", "calls", "errors", "models"]
