"""What a witness keeps of what it refused: proof that a log shows two histories first, and a few that may become proof.

Anybody who holds a true checkpoint can send it with a false proof; only the log's key can sign two histories. So each
kind has places of its own, in each log: what anybody can send never takes a place of what only the log could have done.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from adapters.witness.keeping import Damaged, Folder, WitnessedLog, write_whole
from signing.trail.checkpoint import Checkpoint
from signing.trail.witnessing import Submission, log_name, proves_fork, submitted

FORK, UNPROVEN = "fork", "unproven"
PLACES = {FORK: 64, UNPROVEN: 16}
"""How many of a log are kept: whoever holds its key could fill the disk otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Of one log, in a witness's folder; the caller holds the folder's lock."""

    folder: Folder
    log: WitnessedLog

    def take(self, submission: Submission, note: str) -> None:
        """Count a checkpoint that the log signed (`note`) and that was not shown to continue what was cosigned; keep it
        with what was cosigned where the two prove a fork, or may do so later.
        """
        self._path.mkdir(exist_ok=True, mode=0o700)
        write_whole(self._counter, f"{self.count + 1}\n")
        checkpoint, held = submitted(submission), self.log.held
        others = [file for file in self._of_size(checkpoint.size) if not _is_of(file, checkpoint)]
        for file in others:  # two roots of one size, both signed
            self._promote(file, note)
        if others or proves_fork(submission, checkpoint, held):
            self._keep(FORK, checkpoint, submission, note)
        elif checkpoint.size > held.size > 0:
            self._keep(UNPROVEN, checkpoint, submission, note)

    def settle(self, checkpoint: Checkpoint) -> None:
        """Now that this one was cosigned, what was kept of its size is proof of a fork, or nothing."""
        for file in self._of_size(checkpoint.size):
            if _is_of(file, checkpoint):
                file.unlink()
            else:
                self._promote(file, self.log.note or "")

    @property
    def count(self) -> int:
        """How many checkpoints were refused that the log signed; raises Damaged."""
        try:
            return int(self._counter.read_text("ascii")) if self._counter.exists() else 0
        except ValueError as error:
            raise Damaged(f"{self._counter} was changed or damaged; remove it: it holds a number alone") from error

    @property
    def forks(self) -> int:
        """How many are kept that prove that the log shows two histories."""
        return len(self._kept(FORK))

    @property
    def _path(self) -> Path:
        return self.folder.path / "refused"

    @property
    def _counter(self) -> Path:
        return self._path / f"{log_name(self.log.origin)}.count"

    def _kept(self, kind: str) -> list[Path]:
        return list(self._path.glob(f"{log_name(self.log.origin)}-{kind}-*.txt"))

    def _of_size(self, size: int) -> list[Path]:
        return list(self._path.glob(f"{log_name(self.log.origin)}-{UNPROVEN}-{size}-*.txt"))

    def _keep(self, kind: str, checkpoint: Checkpoint, submission: Submission, note: str) -> None:
        ours = replace(submission, note=note).write().decode("utf-8")
        self._write(kind, _mark(checkpoint), f"{ours}\n{self.log.note or ''}")

    def _write(self, kind: str, mark: str, text: str) -> bool:
        file = self._path / f"{log_name(self.log.origin)}-{kind}-{mark}.txt"
        if file.exists() or len(self._kept(kind)) >= PLACES[kind]:
            return False
        write_whole(file, text)
        return True

    def _promote(self, file: Path, other: str) -> None:
        """One that might have become proof is proof, with this other note of its size."""
        mark = file.stem.partition(f"-{UNPROVEN}-")[2]
        if self._write(FORK, mark, f"{file.read_text('utf-8')}\n{other}"):
            file.unlink()


def _mark(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.size}-{checkpoint.root.hex()[:16]}"


def _is_of(file: Path, checkpoint: Checkpoint) -> bool:
    return file.stem.endswith(f"-{_mark(checkpoint)}")
