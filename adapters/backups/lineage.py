"""The keys that a log has had, as far as an installation can tell: from its present key back, by the statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from signing.errors import Invalid, SigningError
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.cosignature import log_note
from signing.trail.note import read_vkey, split_note
from signing.trail.succession import LogState, Succession, verify_succession


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The present key (verifier key), and the statements that lead to it, the oldest first, each with its note."""

    present: str
    steps: tuple[tuple[str, Succession], ...]

    @classmethod
    def trace(cls, present: str, notes: Iterable[str]) -> Self:
        """Walk back from the present key; statements that do not lead to it are left out. Invalid where one is no
        statement.
        """
        by_after = {found.after: (note, found) for note in notes for found in [verify_succession(note)]}
        steps: list[tuple[str, Succession]] = []
        key = present
        while key in by_after:
            steps.insert(0, by_after.pop(key))
            key = steps[0][1].before
        return cls(present=present, steps=tuple(steps))

    @property
    def keys(self) -> tuple[str, ...]:
        """The verifier keys, the oldest first."""
        return (*(step.before for _, step in self.steps), self.present)

    @property
    def name(self) -> str:
        """The log's present name."""
        return read_vkey(self.present).name

    def after(self, key: str) -> tuple[tuple[str, Succession], ...]:
        """The statements that lead from that key of the log to the present one."""
        return self.steps[self.keys.index(key) :]

    def state(self, note: str) -> LogState:
        """How far the log had gone, by a checkpoint that a key of its present name signed; Invalid otherwise.

        Witnesses' lines under it are passed over.
        """
        found = self._verified(log_note(note))
        return LogState(size=found.size, root=found.root)

    def had(self, note: str) -> bool:
        """Whether the log's line of this note names one of its keys, under whatever name."""
        line = split_note(note)[1][0]
        return any((key.name, key.key_id) == (line.name, line.key_id) for key in map(read_vkey, self.keys))

    def signed(self, note: str) -> bool:
        """Whether a key of the log's present name signed this checkpoint."""
        try:
            self.state(note)
        except SigningError:
            return False
        return True

    def _verified(self, note: str) -> Checkpoint:
        line = split_note(note)[1][0]
        for vkey in self.keys:
            key = read_vkey(vkey)
            if (key.name, key.key_id) == (line.name, line.key_id) and key.name == self.name:
                return verify_checkpoint(note, vkey)
        message = f"the checkpoint is signed by {line.name}+{line.key_id.hex()}, expected a key of {self.name}"
        raise Invalid("note-key", message)

    def next_name(self) -> str:
        """The name under which the log goes on when it lost leaves: its first one and a number, from 2."""
        losses = sum(bool(step.lost) for _, step in self.steps)
        return f"{read_vkey(self.keys[0]).name}/{losses + 2}"
