"""Calls of user functions that a request depends on, such as token functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .effects import CallFunction, Steps
from .errors import ConfigError, Error


def call_user_function(
    name: str, function: Callable[[], Any], until: float = math.inf
) -> Steps[Any]:
    """Steps that return the result of a user function; `name` is its argument's name.

    An exception of the function becomes the cause of a `ConfigError`, whose message
    does not quote it, because it may contain hosts and passwords.
    """
    try:
        return (yield from CallFunction(function, until))
    except Error:
        raise
    except Exception as error:
        kind = type(error).__name__
        text = f"{name}: the function raised {kind}; see the cause of this error"
        raise ConfigError(text, retry="same") from error
