"""Behaviour of WeChat Pay in the mock: orders, refunds, bills and fapiao."""

from __future__ import annotations

from .bills import BillsMock
from .fapiao import FapiaoMock


class ServiceMock(BillsMock, FapiaoMock):
    """Mock of WeChat Pay."""
