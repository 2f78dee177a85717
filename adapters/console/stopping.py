"""Stop a server or worker: the first signal lets it finish what it has in hand, the second ends it at once."""

import os
import signal
import time
from collections.abc import Callable
from types import FrameType

AT_ONCE = 1  # exit code: what was in hand is done again by who takes it over
LOOK = 0.2


class Stopping:
    """What the signals asked for."""

    def __init__(self) -> None:
        self.asked = False

    def watch(self) -> None:
        """Listen to SIGTERM and SIGINT from now on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.signalled)

    def signalled(self, _number: int, _frame: FrameType | None) -> None:
        """Note the first; at the second, end the process as it stands."""
        if self.asked:
            os._exit(AT_ONCE)
        self.asked = True

    def wait(self, going: Callable[[], bool]) -> None:
        """Wait for the first signal, or until it does not go on by itself."""
        while not self.asked and going():
            time.sleep(LOOK)
