"""Functions of the user's that decide about a call: what they raise becomes our error."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .effects import CallFunction, Steps
from .errors import ConfigError, Error


def call_user_function(
    name: str, function: Callable[[], Any], until: float = math.inf
) -> Steps[Any]:
    """Steps to what a function of the user's returns, as with `CallFunction`; `name` is the
    argument that it was given as.

    What it raises is the cause of a `ConfigError`, whose text does not quote it: it may
    hold hosts and passwords.
    """
    try:
        return (yield from CallFunction(function, until))
    except Error:
        raise
    except Exception as error:
        kind = type(error).__name__
        text = f"{name}: the function raised {kind}, which is the cause of this error"
        raise ConfigError(text, retry="same") from error
