"""Failover: selection of a healthy host, with a cool-down for failed ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .hosts import Host

COOL_DOWN: Final = 30.0
"""Cool-down in seconds before a failed host is tried again."""


class Failover:
    """Health of the hosts of a client; all its calls share it.

    A host has failed if it sent no response, or only its gateway did (502, 503, 504).
    After the cool-down one call tries it; if that call succeeds, the others follow.
    There are no locks: each step is atomic in a dict, and a race costs only one more
    such call.
    """

    def __init__(self) -> None:
        self._failed: dict[Host, float] = {}

    def pick(self, hosts: Sequence[Host], tried: Sequence[Host], now: float) -> Host:
        """Return the host for the next attempt of a call that `tried` some hosts."""
        if len(hosts) == 1:
            return hosts[0]
        candidates = [host for host in hosts if host not in tried]
        if not candidates:
            candidates = [host for host in hosts if host != tried[-1]] or list(hosts)
        healthy = (host for host in candidates if self._is_available(host, now))
        return next(healthy, candidates[0])

    def _is_available(self, host: Host, now: float) -> bool:
        since = self._failed.get(host)
        if since is not None and now - since >= COOL_DOWN:
            # This call tries the host; other calls wait for its result.
            self._failed[host] = now
            return True
        return since is None

    def failed(self, host: Host, now: float) -> None:
        """Record that a host failed."""
        self._failed[host] = now

    def responded(self, host: Host) -> None:
        """Record that a host sent a response."""
        if self._failed:
            self._failed.pop(host, None)
