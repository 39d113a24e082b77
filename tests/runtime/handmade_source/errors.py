"""The errors of this API."""

from ._runtime.auth.wechatpay.scheme import SignatureProbe as SignatureProbe
from ._runtime.errors import ApiError as ApiError
from ._runtime.errors import ConfigError as ConfigError
from ._runtime.errors import ConnectionFailed as ConnectionFailed
from ._runtime.errors import DeadlineExceeded as DeadlineExceeded
from ._runtime.errors import Error as Error
from ._runtime.errors import InvalidRequest as InvalidRequest
from ._runtime.errors import ProtocolError as ProtocolError
from ._runtime.errors import SignatureError as SignatureError


class NoAuth(ApiError):
    """403 NO_AUTH."""


class OrderNotFound(ApiError):
    """404 ORDER_NOT_FOUND."""


class Missing(ApiError):
    """404, with any code."""


class InvalidCredential(ApiError):
    """40001, with any status."""


class Unprocessable(ApiError):
    """422."""


class Busy(ApiError):
    """SYSTEM_BUSY; the outcome is unknown."""


class SystemFailure(ApiError):
    """500 SYSTEM_ERROR."""
