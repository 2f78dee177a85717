"""The organisation in memory: read once per revision, however many requests ask."""

import threading

from adapters.database import organisation as stored
from adapters.database.store import Transaction, writes
from engine.people.organisation import Organisation


class Organisations:
    """The newest organisation that was read."""

    def __init__(self) -> None:
        self._kept: tuple[int, Organisation] | None = None
        self._lock = threading.Lock()

    def get(self, tx: Transaction) -> Organisation:
        """The organisation as the transaction sees it."""
        revision = stored.revision(tx)
        with self._lock:
            if self._kept is not None and self._kept[0] == revision:
                return self._kept[1]
        found = stored.load(tx)
        if not writes(tx):  # what a transaction changes itself may yet be undone
            with self._lock:
                self._kept = (revision, found)
        return found
