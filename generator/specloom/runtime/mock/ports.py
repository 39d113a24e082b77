"""Servers of a mock, which refuse connections while the primary host is out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ..api_definition import Service
from ..calls import Endpoint
from . import ServerAuth
from .clock import MockClock
from .store import Store


class Port(Protocol):
    """Where a server of a mock listens."""

    primary: bool

    def listen(self, listening: bool) -> None:
        """Listen from now on, or refuse connections."""
        ...


class Ports(MockClock):
    """A mock that tells its servers when to listen."""

    def __init__(
        self,
        service: Service,
        endpoints: Iterable[Endpoint[Any]],
        own: Iterable[str],
        store: Store,
        sender: ServerAuth,
    ) -> None:
        super().__init__(service, endpoints, own, store, sender)
        self._ports: list[Port] = []

    def open(self, port: Port) -> None:
        """To be told when a server begins to listen."""
        with self.lock:
            self._ports.append(port)
            self.told()

    def shut(self, port: Port) -> None:
        """To be told when a server ends."""
        with self.lock:
            self._ports.remove(port)
            self.told()

    def told(self) -> None:
        # Where there is no other port, connections are taken and reset: somebody has to
        # hear when the outage is over.
        is_shut = self.is_out and not all(port.primary for port in self._ports)
        for port in self._ports:
            port.listen(not (port.primary and is_shut))
