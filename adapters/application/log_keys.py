"""The key with which the log's head is signed: it may change while a server runs.

A rotation or a restore gives the log another key and writes that into the head. Who appends compares: a head that
another key signed is continued by that key, read anew from the files, or by nobody here.
"""

from collections.abc import Callable, Iterable, Sequence

from adapters.database.store import StoreUnavailable
from signing.errors import Invalid
from signing.trail.note import Line, LogKey, split_note


class LogKeyUnfit(StoreUnavailable):
    """The log goes on under a key that this server has not; put its log.key in place, no restart is needed."""


class StoredNoteDamaged(Invalid):
    """A note that the database keeps is not what this log wrote: the server's fault, whoever asked."""

    def __init__(self, which: str, why: Invalid) -> None:
        super().__init__("stored-note-damaged", f"{which} does not hold: {why}; keep the database, restore a backup")


def lines_of(note: str, which: str) -> Sequence[Line]:
    """The signature lines of a note that the database keeps; StoredNoteDamaged where it is none."""
    try:
        return split_note(note)[1]
    except Invalid as error:
        raise StoredNoteDamaged(which, error) from error


class LogKeys:
    """The log's key as this server knows it; `read` gives those that lie in its files now."""

    def __init__(self, present: LogKey, read: Callable[[], Iterable[LogKey]] = lambda: ()) -> None:
        self._present = present
        self._read = read

    @property
    def present(self) -> LogKey:
        """The key that was used last."""
        return self._present

    def of(self, checkpoint: str) -> LogKey:
        """The key whose name and ID the log's line of this note gives; LogKeyUnfit where it is not here.

        The signature itself is not verified: the note comes from the head that this installation wrote.
        """
        line = lines_of(checkpoint, "the log's head")[0]
        if (line.name, line.key_id) == (self._present.origin, self._present.key_id):
            return self._present
        for key in self._read():
            if (line.name, line.key_id) == (key.origin, key.key_id):
                self._present = key
                return key
        here = f"{self._present.origin}+{self._present.key_id.hex()}"
        raise LogKeyUnfit(f"the log goes on under the key {line.name}+{line.key_id.hex()}, found here {here}")
