"""Steps that WeChat Pay takes later, on the clock of the mock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

from specloom.auth_schemes.wechatpay.runtime.mock import WechatPayMock
from specloom.runtime.mock import DocumentedError
from specloom.runtime.mock.commands import Command, post_command
from specloom.runtime.mock.stubs import checked_seconds

CHINA_TIME: Final = timezone(timedelta(hours=8))
_DUE: Final = "step due"


class SteppedMock(WechatPayMock):
    """Mock with steps that are scheduled, and run when they are due."""

    _pace: float = 5.0
    _next_due: float = 0.0

    @property
    def pace(self) -> float:
        """Seconds that each step of WeChat Pay, the banks and the tax office takes; default 5."""
        return self._pace

    @pace.setter
    def pace(self, seconds: float) -> None:
        self._pace = checked_seconds(seconds)

    def commands(self) -> Mapping[str, Command]:
        def pace(seconds: float) -> None:
            """Set the seconds that each step takes."""
            self.pace = seconds

        return {**super().commands(), "pace": post_command(pace, seconds=1)}

    def schedule(self, subject: str, name: str, due: float) -> None:
        """Schedule the next step of a subject, such as a refund; it replaces an earlier one."""
        self.store.put(_DUE, f"{subject}\n{name}", due)
        self._next_due = min(self._next_due, due)

    def unschedule(self, subject: str, name: str) -> None:
        """Drop the next step of a subject, if there is one."""
        self.store.drop(_DUE, f"{subject}\n{name}")

    def run_step(self, subject: str, name: str, due: float) -> None:
        """Run a step; each class runs those of its own subjects."""
        raise AssertionError(f"no class runs steps of {subject}")

    def run_due(self) -> None:
        super().run_due()
        if self.now() < self._next_due:
            return
        with self.lock:
            try:
                while (step := self._first_due()) is not None:
                    key, due = step
                    # Removed first, so that a step that fails is not run again.
                    self.store.drop(_DUE, key)
                    subject, _, name = key.partition("\n")
                    self.run_step(subject, name, due)
            finally:
                times = (due for _, due in self.store.items(_DUE))
                self._next_due = min(times, default=math.inf)

    def _first_due(self) -> tuple[str, float] | None:
        """Return key and time of the first step that is due; None if there is none."""
        now = self.now()
        steps = [(key, due) for key, due in self.store.items(_DUE) if due <= now]
        return min(steps, key=lambda step: step[1], default=None)

    def timestamp(self) -> str:
        """Return the time of the mock's clock as WeChat Pay writes it."""
        return datetime.fromtimestamp(self.now(), CHINA_TIME).isoformat("T", "seconds")


def not_allowed(message: str) -> DocumentedError:
    """Return the error for a request that the state does not allow."""
    return DocumentedError(400, "INVALID_REQUEST", message)
