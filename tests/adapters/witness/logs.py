"""A log with real keys and proofs that anybody can grow, and that can show two histories."""

from datetime import UTC, datetime

from signing.trail import tree
from signing.trail.checkpoint import Checkpoint
from signing.trail.note import LogKey
from signing.trail.succession import LogState, Succession
from signing.trail.witnessing import Submission

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


class GrowingLog:
    """Leaves are numbers; `salt` makes another history of the same length."""

    def __init__(self, origin: str = "hoso/H29.5", key: LogKey | None = None) -> None:
        self.key = key or LogKey.generate(origin)
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._frontiers: list[tuple[bytes, ...]] = [()]

    def grow(self, count: int, salt: str = "") -> "GrowingLog":
        for _ in range(count):
            index = len(self._frontiers) - 1
            grown = tree.append(self._frontiers[-1], index, tree.leaf_hash(f"{index}{salt}".encode()))
            self._nodes |= {(level, at): node for level, at, node in grown.nodes}
            self._frontiers.append(grown.frontier)
        return self

    @property
    def size(self) -> int:
        return len(self._frontiers) - 1

    def state(self, size: int | None = None) -> LogState:
        at = self.size if size is None else size
        return LogState(size=at, root=tree.root(self._frontiers[at]))

    def note(self, size: int | None = None, key: LogKey | None = None) -> str:
        state, by = self.state(size), key or self.key
        return Checkpoint(origin=by.origin, size=state.size, root=state.root).sign(by)

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        return tree.consistency_proof(old, new, lambda level, at: self._nodes[level, at])

    def submission(self, old: int, new: int | None = None, **changes: object) -> bytes:
        """What is sent to have `new` leaves cosigned by a witness that saw `old`."""
        size = self.size if new is None else new
        proof = self.proof(old, size) if 0 < old <= size else ()
        values = {"old": old, "proof": proof, "note": self.note(size), **changes}
        return Submission(**values).write()  # type: ignore[arg-type]

    def succeeded(self, to: LogKey, kept: LogState, known: LogState | None = None) -> str:
        """The statement by which the log goes on under another key."""
        told = Succession(
            before=self.key.vkey, kept=kept, known=known or kept, after=to.vkey, time=NOW, reason="Máy chủ hỏng"
        )
        return told.sign(self.key, to)
