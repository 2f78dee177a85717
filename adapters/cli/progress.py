"""How far a long reading has come: one line that moves on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable

from adapters.cli.language import _
from adapters.cli.terminal import say

WIDTH = 24
EVERY = 5.0  # seconds between plain lines
MOVES = 0.2


class Progress:
    """Tells of `total` leaves, of which `start` were read before; with `words` of its own, of anything else. `clock`:
    seconds that only grow.

    `words` has `count`, `size`, `rate` and `left`.
    """

    def __init__(
        self, total: int, start: int, clock: Callable[[], float] = time.monotonic, *, words: str | None = None
    ) -> None:
        self._words = words or _("{count} of {size} leaves, {rate} a second, {left} left")
        self._total, self._start, self._clock = total, start, clock
        self._began = self._told = clock()
        self._moving = sys.stderr.isatty()

    def at(self, done: int) -> None:
        """Tell that so many are read, if it is time to."""
        now = self._clock()
        if now - self._told < (MOVES if self._moving else EVERY):
            return
        self._told = now
        line = self._line(done, now)
        if self._moving:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
        else:
            say(line)

    def end(self) -> None:
        """Clear the moving line."""
        if self._moving:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _line(self, done: int, now: float) -> str:
        rate = (done - self._start) / max(now - self._began, 0.001)
        seconds = round((self._total - done) / rate) if rate > 0 else 0
        left = f"{seconds // 60}:{seconds % 60:02d}"
        text = self._words.format(count=done, size=self._total, rate=round(rate), left=left)
        if not self._moving:
            return text
        full = WIDTH * done // max(self._total, 1)
        return f"[{'#' * full}{'.' * (WIDTH - full)}] {text}"
