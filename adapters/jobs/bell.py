"""A bell that wakes who waits for work. Rung between a look and the wait after it, it is heard all the same."""

import threading


class Bell:
    """Count the rings: who waits says how many were heard."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.rings = 0

    def ring(self) -> None:
        """Wake all who wait."""
        with self._changed:
            self.rings += 1
            self._changed.notify_all()

    def wait(self, heard: int, seconds: float) -> None:
        """Wait for a ring after those that were heard, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self.rings != heard, seconds)
