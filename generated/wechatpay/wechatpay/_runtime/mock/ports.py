"""Ports of a mock server; the primary one refuses connections during an outage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ..api_definition import Service
from ..calls import Endpoint
from . import ServerAuth
from .clock import MockClock
from .store import Store


class Port(Protocol):
    """One port of a mock server."""

    primary: bool

    def set_listening(self, listening: bool) -> None:
        """Start to listen, or refuse connections."""
        ...


class PortRegistry(MockClock):
    """Part of a mock that opens and closes its ports."""

    def __init__(
        self,
        service: Service,
        endpoints: Iterable[Endpoint[Any]],
        scheme_endpoints: Iterable[str],
        store: Store,
        event_auth: ServerAuth,
    ) -> None:
        super().__init__(service, endpoints, scheme_endpoints, store, event_auth)
        self._ports: list[Port] = []

    def add_port(self, port: Port) -> None:
        """Register a port that begins to listen."""
        with self.lock:
            self._ports.append(port)
            self.stubs_changed()

    def remove_port(self, port: Port) -> None:
        """Remove a port that has stopped."""
        with self.lock:
            self._ports.remove(port)
            self.stubs_changed()

    def stubs_changed(self) -> None:
        # A primary port without a backup port accepts connections and resets them, because
        # the command that ends the outage has to reach some port.
        has_backup = not all(port.primary for port in self._ports)
        is_closed = self.has_outage and has_backup
        for port in self._ports:
            port.set_listening(not (port.primary and is_closed))
