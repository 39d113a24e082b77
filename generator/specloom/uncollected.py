"""Work without Python's collector of cycles.

What is imported, read and made here has next to no cycles, and the collector would walk all of it again and again, more often the more
there is.
"""

from __future__ import annotations

import gc


class Uncollected:
    """A `with` block in which the collector rests."""

    def __enter__(self) -> None:
        self._enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._enabled:
            gc.enable()
