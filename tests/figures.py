"""What tests have measured: the fixture `figure` takes it, the end of a run prints it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Figure: TypeAlias = Callable[[str], None]
