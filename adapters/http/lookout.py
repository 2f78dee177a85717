"""Look at what may hang, without hanging: one look at a time, in a thread of its own, waited for at most so long."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Lookout(Generic[T]):
    """Whoever asks while a look is under way gets what that one finds: looks that hang do not pile up."""

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._running: Future[T] | None = None

    async def within(self, seconds: float) -> T:
        """What is found; TimeoutError where it takes longer. What the look raises is raised here."""
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._begun())), seconds)

    def _begun(self) -> Future[T]:
        with self._lock:
            if self._running is None or self._running.done():
                self._running = Future()
                threading.Thread(target=self._run, args=(self._running,), name="lookout", daemon=True).start()
            return self._running

    def _run(self, future: Future[T]) -> None:
        try:
            future.set_result(self._look())
        except BaseException as error:  # it is raised where somebody waits for it
            future.set_exception(error)
