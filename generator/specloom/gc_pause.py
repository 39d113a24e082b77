"""Context manager that pauses Python's cyclic garbage collector.

A run imports and builds many objects with hardly any cycles. The collector would walk all of them repeatedly, more often the more there
are.
"""

from __future__ import annotations

import gc


class PausedGC:
    """Pause the garbage collector for a `with` block."""

    def __enter__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_enabled:
            gc.enable()
