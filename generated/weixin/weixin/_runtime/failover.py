"""Which of its hosts a call goes to: the primary, unless that has just failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .hosts import Host

COOL_DOWN: Final = 30.0
"""Seconds for which a host that failed is left alone."""


class Failover:
    """What a client knows of its hosts; all its calls share it.

    A host has failed if it gave no answer, or only its gateway's (502, 503, 504). It is
    left alone for a while, then one call tries it; if that goes well, the others follow.
    There are no locks: each step is one of a dict's, and a race costs one more such call.
    """

    def __init__(self) -> None:
        self._failed: dict[Host, float] = {}

    def pick(self, hosts: Sequence[Host], tried: Sequence[Host], now: float) -> Host:
        """Where the next attempt of a call goes, which has `tried` some hosts already."""
        if len(hosts) == 1:
            return hosts[0]
        left = [host for host in hosts if host not in tried]
        if not left:
            left = [host for host in hosts if host != tried[-1]] or list(hosts)
        return next((host for host in left if self._may_be_tried(host, now)), left[0])

    def _may_be_tried(self, host: Host, now: float) -> bool:
        since = self._failed.get(host)
        if since is not None and now - since >= COOL_DOWN:
            # This call tries it; others wait for what it finds.
            self._failed[host] = now
            return True
        return since is None

    def failed(self, host: Host, now: float) -> None:
        """To be told when a host fails."""
        self._failed[host] = now

    def answered(self, host: Host) -> None:
        """To be told when a host answers."""
        if self._failed:
            self._failed.pop(host, None)
