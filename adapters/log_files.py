"""What of the log lies outside its database: the key, the statements of succession, the last checkpoint known.

A new key gets a file of its own before the transaction that begins to use it commits, and takes the place of the old
one after it. Both happen under the lock of the log's head, so whatever is killed in between, the key that fits the head
is there.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from signing.errors import SigningError
from signing.trail.note import LogKey, read_vkey, split_note
from signing.trail.succession import verify_succession


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFiles:
    """The log's files in the data directory."""

    folder: Path

    @property
    def key(self) -> Path:
        """The key in use."""
        return self.folder / "log.key"

    @property
    def vkey(self) -> Path:
        """Its verifier key, for auditors."""
        return self.folder / "log.vkey"

    @property
    def checkpoint(self) -> Path:
        """How far the log had gone when it was last backed up, restored or given another key."""
        return self.folder / "log.checkpoint"

    @property
    def successions(self) -> Path:
        """The statements by which the log's keys followed one another."""
        return self.folder / "successions"

    def keys(self) -> Iterator[LogKey]:
        """The keys that lie here: the one in use first, then those that may be about to follow it."""
        for path in (self.key, *self._waiting()):
            try:
                yield LogKey.load(path.read_text("utf-8"))
            except (OSError, ValueError, SigningError):
                continue  # a file that is being written, or no key: then it is not the one that is looked for

    def add(self, key: LogKey) -> None:
        """Keep a key that is about to follow; it is on the disk when this returns. OSError where it cannot be kept."""
        path = self._of(key)
        try:
            _write(path, key.dump().encode(), new=True)
        except OSError:
            path.unlink(missing_ok=True)
            raise

    def notes(self) -> list[str]:
        """The statements kept here, in no order."""
        return [path.read_text("utf-8") for path in sorted(self.successions.glob("*.note"))]

    def known(self) -> str | None:
        """The last checkpoint kept here."""
        try:
            return self.checkpoint.read_text("utf-8")
        except FileNotFoundError:
            return None

    def settled(self, head: str, notes: Iterable[str]) -> bool:
        """Whether the key in use is the one that signed this head, and every statement is kept."""
        present = next(self.keys(), None)
        return present is not None and _signed(head, present) and set(notes) <= set(self.notes())

    def settle(self, head: str, notes: Iterable[str]) -> None:
        """Put the key that signed this head in use, drop the others, keep the statements. Under the head's lock."""
        kept = set(self.notes())
        self.successions.mkdir(mode=0o700, parents=True, exist_ok=True)
        for note in notes:
            if note not in kept:
                after = read_vkey(verify_succession(note).after)
                _write(self.successions / f"{after.key_id.hex()}.note", note.encode())
        found = next((key for key in self.keys() if _signed(head, key)), None)
        if found is None:
            return  # `LogKeys.of` says which is missing
        _write(self.vkey, f"{found.vkey}\n".encode())
        if self._of(found).exists():
            self._of(found).replace(self.key)
        for path in self._waiting():
            path.unlink()
        _sync(self.folder)

    def know(self, checkpoint: str) -> None:
        """Keep a checkpoint as the last one known."""
        _write(self.checkpoint, checkpoint.encode())

    def _of(self, key: LogKey) -> Path:
        return self.folder / f"log.key.{key.key_id.hex()}"

    def _waiting(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("log.key.*") if not path.name.endswith(".new"))


def _signed(head: str, key: LogKey) -> bool:
    line = split_note(head)[1][0]
    return (line.name, line.key_id) == (key.origin, key.key_id)


def _write(path: Path, content: bytes, *, new: bool = False) -> None:
    """Put a file of its owner's alone in place at once, durable before this returns."""
    fresh = path if new else path.with_name(f".{path.name}.new")
    flags = os.O_EXCL if new else os.O_TRUNC
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if not new:
        fresh.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
