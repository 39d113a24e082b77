"""Fair semaphore: threads acquire it in the order in which they came."""

from __future__ import annotations

from collections import deque
from threading import Event, Lock


class FairSemaphore:
    """Semaphore for threads with a queue, as asyncio's has.

    `threading.Semaphore` has no queue: with many threads some would wait until their
    deadline.
    """

    def __init__(self, count: int) -> None:
        self._lock = Lock()
        self._free = count
        self._waiting: deque[Event] = deque()

    def acquire(self, seconds: float) -> bool:
        """Acquire a slot; return whether one was free within this time."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return True
            turn = Event()
            self._waiting.append(turn)
        try:
            return turn.wait(seconds) or not self._leave(turn)
        except BaseException:  # the thread was interrupted
            if not self._leave(turn):
                self.release()
            raise

    def _leave(self, turn: Event) -> bool:
        """Leave the queue; return false if the slot was just assigned."""
        with self._lock:
            if turn.is_set():
                return False
            self._waiting.remove(turn)
            return True

    def release(self) -> None:
        """Release a slot to the first waiting thread."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
