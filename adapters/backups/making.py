"""Make a backup: one snapshot of all tables, documents among them, while the servers go on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from adapters.application.application import Application
from adapters.application.trail import append
from adapters.backups.archive import file_sha256, writing
from adapters.backups.errors import BackupRefused
from adapters.backups.last_leaf import written
from adapters.database import dump, successions
from adapters.database import trail as stored
from adapters.database.migrate import newest
from adapters.database.trail import StoredLeaf
from adapters.log_files import LogFiles
from engine.outcome import SYSTEM, LeafDraft
from signing.record import time_text

MADE = "backup-made"
TELL_EVERY = 5000
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that is on the disk: what is in it, and the leaf that tells of it."""

    file: Path
    sha256: str
    size: int
    rows: int
    log_size: int
    leaf: int

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "file": str(self.file),
            "sha256": self.sha256,
            "size": self.size,
            "rows": self.rows,
            "log_size": self.log_size,
            "leaf": self.leaf,
        }


def make(app: Application, files: LogFiles, path: Path, tell: Tell) -> Made:
    """Write the backup, and tell the trail. `tell` hears of each table how many rows are written.

    BackupRefused where the file is there already: no backup takes another one's place.
    """
    if path.exists():
        raise BackupRefused("backup-exists", f"{path} exists", "give each backup a name of its own, such as its day")
    with writing(path) as archive:
        with app.store.read() as tx:
            head = stored.head(tx)
            for name in dump.names():
                archive.add(name, dump.columns(name), _telling(dump.lines(tx, name), name, tell))
        manifest = archive.sign(_told(app, head.checkpoint), app.log_keys.of(head.checkpoint))
        counts = {name: entry.rows for name, entry in archive.entries.items() if entry.rows}
        leaf, checkpoint = _tell(app, {"manifest": manifest, "log_size": head.size, "rows": counts})
        archive.add_leaf(written(leaf, checkpoint))
    with app.store.write() as tx:
        successions.note_backup(tx, leaf.index, app.clock())
    files.know(checkpoint)
    return Made(
        file=path,
        sha256=file_sha256(path),
        size=path.stat().st_size,
        rows=sum(counts.values()),
        log_size=head.size,
        leaf=leaf.index,
    )


def _told(app: Application, checkpoint: str) -> dict[str, object]:
    return {
        "agency": app.agency.identifier,
        "checkpoint": checkpoint,
        "made": time_text(app.clock()),
        "schema": newest(),
        "version": version("hoso"),
    }


def _tell(app: Application, details: dict[str, object]) -> tuple[StoredLeaf, str]:
    """Tell the trail; gives the leaf and the checkpoint after it. It stands in the file, too: so a database that only
    moves from one place to another loses nothing.
    """
    with app.store.write() as tx:
        draft = LeafDraft(actor=SYSTEM, act=MADE, subject="backup", details=details)
        [leaf] = append(app, tx, [draft], app.clock())
        return leaf, stored.head(tx).checkpoint


def _telling(lines: Iterable[bytes], name: str, tell: Tell) -> Iterator[bytes]:
    count = 0
    for count, line in enumerate(lines, 1):
        if count % TELL_EVERY == 0:
            tell(name, count)
        yield line
    tell(name, count)
