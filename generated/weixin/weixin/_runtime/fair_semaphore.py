"""Places for requests under way, in plain code: who comes first is served first."""

from __future__ import annotations

from collections import deque
from threading import Event, Lock


class FairSemaphore:
    """A number of places; threads that find none free wait in a queue.

    `threading.Semaphore` has no queue: of many threads that ask again at once, some would
    wait until their deadline. Asyncio's semaphore has one.
    """

    def __init__(self, count: int) -> None:
        self._lock = Lock()
        self._free = count
        self._waiting: deque[Event] = deque()

    def acquire(self, seconds: float) -> bool:
        """Take a place, if there is one within this time."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return True
            turn = Event()
            self._waiting.append(turn)
        try:
            return turn.wait(seconds) or not self._leave(turn)
        except BaseException:  # the thread is interrupted
            if not self._leave(turn):
                self.release()
            raise

    def _leave(self, turn: Event) -> bool:
        """Leave the queue; false if the place has been given in this very moment."""
        with self._lock:
            if turn.is_set():
                return False
            self._waiting.remove(turn)
            return True

    def release(self) -> None:
        """Give a place back, to the first who waits."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
