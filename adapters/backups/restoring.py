"""Restore a backup: all of it in one transaction, into an empty database or in place of what is there.

What comes back must be the log that the key signed: its root is computed anew from the leaves. Where the log is known
to have gone further than the backup, it goes on under another name and key, by a statement that says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.application.application import Application
from adapters.application.log_keys import LogKeys
from adapters.application.retention import erase_again, erased_since
from adapters.application.start import codes_of
from adapters.application.succession import Succeeded, state_of, succeed
from adapters.application.trail import append
from adapters.application.unconfirmed import hold
from adapters.backups.archive import Archive
from adapters.backups.errors import BackupRefused
from adapters.backups.known import newest_known
from adapters.backups.last_leaf import take
from adapters.backups.lineage import Lineage
from adapters.backups.tree import rebuild
from adapters.database import acts, dump, successions
from adapters.database import trail as stored
from adapters.database.store import Transaction
from adapters.log_files import LogFiles
from engine.outcome import SYSTEM, LeafDraft
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.note import LogKey
from signing.trail.succession import LogState, check_reason

RESTORED = "log-restored"
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the operator says of a restore.

    `known`: signed checkpoints of the log that was lost. `replace`: what the database holds may be deleted. `numbers`:
    register and year, as `quyet-dinh/2026`, and the number that is to come next there. `erased`: what `hoso retention
    erased` listed, to be erased again.
    """

    reason: str
    known: Sequence[str] = ()
    erased: Sequence[Mapping[str, Any]] = ()
    replace: bool = False
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored. `held`: jobs that stand still; `registers`: the number that comes next in each; `erased`: the
    dossiers that were erased after the backup, and are again.
    """

    kept: LogState
    known: LogState
    succeeded: Succeeded | None
    held: int
    registers: Mapping[str, int]
    rows: int
    erased: int

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "rows": self.rows,
            "log_size": self.kept.size,
            "lost": self.known.size - self.kept.size,
            "log_key": self.succeeded.key.vkey if self.succeeded else None,
            "succession": self.succeeded.note if self.succeeded else None,
            "jobs_held": self.held,
            "erased_again": self.erased,
            "registers": dict(self.registers),
        }


def restore(
    app: Application, files: LogFiles, archive: Archive, lineage: Lineage, asked: Asked, tell: Tell
) -> Restored:
    """Restore, and give the log its next key where leaves were lost. BackupRefused or Invalid: nothing was changed.

    `lineage`: of the key in use. The files are settled by the caller, after this.
    """
    check_reason(asked.reason)
    with app.store.write() as tx:
        dump.lock(tx)
        erasures = [*asked.erased, *_erasures(tx)]
        present = _make_room(tx, asked, lineage)
        rows = sum(_load(tx, archive, name, tell) for name in dump.names())
        dump.go_on_counting(tx)
        kept = rebuild(tx, archive.signed_by, str(archive.manifest["checkpoint"]))
        kept, last = take(tx, archive.leaf, kept, archive.signed_by)
        lineage = _complete(tx, archive, lineage)
        known = newest_known(
            tx, kept, archive.signed_by, lineage, asked.known, [*present, *_kept_here(files, lineage), *last]
        )
        succeeded = _go_on(app, tx, files, lineage, known, asked.reason)
        if succeeded is not None:
            app = replace(app, log_keys=LogKeys(succeeded.key))
        _skip(app, tx, known.size - kept.size, asked.numbers)
        erased = sum(erase_again(app, tx, each) for each in erasures)
        held = hold(app, tx, app.clock())
        registers = acts.next_values(tx, acts.REGISTER)
    app.store.forget_deleted()
    return Restored(
        kept=kept, known=known, succeeded=succeeded, held=held, registers=registers, rows=rows, erased=erased
    )


def _erasures(tx: Transaction) -> list[dict[str, Any]]:
    """What was erased in the database that is replaced."""
    found, after = list[dict[str, Any]](), -1
    while page := erased_since(tx, after):
        found += page
        after = page[-1]["leaf"]
    return found


def _make_room(tx: Transaction, asked: Asked, lineage: Lineage) -> list[str]:
    """Delete what is there, where that was asked for; gives the checkpoint of the log that it held."""
    if dump.is_empty(tx):
        return []
    if not asked.replace:
        message = "the database is not empty"
        raise BackupRefused(
            "database-not-empty", message, "name an empty one, or say --replace to delete what it holds"
        )
    found = [head.checkpoint for head in stored.heads(tx)]
    if not all(map(lineage.had, found)):
        message = "the database holds the log of another installation, of whose keys none is here"
        raise BackupRefused("database-of-another-log", message, "check HOSO_DATABASE_URL and --data")
    dump.clear(tx)
    return found


def _load(tx: Transaction, archive: Archive, name: str, tell: Tell) -> int:
    try:
        count = dump.load(tx, name, archive.lines(name))
    except (ValueError, TypeError, AttributeError) as error:
        message = f"table {name} has a row that is none: {type(error).__name__}"
        raise BackupRefused("backup-malformed", message, "give a file that hoso backup wrote") from error
    tell(name, count)
    return count


def _complete(tx: Transaction, archive: Archive, lineage: Lineage) -> Lineage:
    """Keep the statements that came after the backup, too; gives the whole lineage."""
    for note, _ in lineage.after(archive.signed_by):
        successions.add(tx, note, None)
    return Lineage.trace(lineage.present, successions.notes(tx))


def _kept_here(files: LogFiles, lineage: Lineage) -> list[str]:
    """The last checkpoint that the data directory knows, where it is one of the log's present name."""
    found = files.known()
    return [found] if found is not None and lineage.signed(found) else []


def _go_on(
    app: Application, tx: Transaction, files: LogFiles, lineage: Lineage, known: LogState, reason: str
) -> Succeeded | None:
    kept = state_of(stored.head(tx))
    if known.size > kept.size:
        old: LogKey = app.log_keys.present
        return succeed(app, tx, files.add, old=old, name=lineage.next_name(), known=known, reason=reason)
    details = {"kept": {"size": kept.size, "root": kept.root.hex()}, "reason": reason}
    append(app, tx, [LeafDraft(actor=SYSTEM, act=RESTORED, subject="backup", details=details)], app.clock())
    return None


def _skip(app: Application, tx: Transaction, lost: int, numbers: Mapping[str, int]) -> None:
    """Leave out the codes that lost dossiers of today may have: each began with a leaf. Set the registers as asked."""
    if lost:
        acts.skip_values(tx, codes_of(app, app.clock()), lost)
    known = acts.next_values(tx, acts.REGISTER)
    for register, following in numbers.items():
        if following < known.get(register, 1):
            message = f"register {register} would issue {following} again; {known.get(register, 1)} comes next"
            raise BackupRefused("number-taken", message, "give the number that follows the last one issued")
        acts.skip_values(tx, f"{acts.REGISTER}{register}", following - known.get(register, 1))


def check_fits(archive: Archive, schema: str | None) -> None:
    """Refuse a backup that another version of Hoso wrote."""
    made = archive.manifest.get("schema")
    tables = {name: list(entry.columns) for name, entry in archive.entries.items()}
    if made != schema or tables != {name: dump.columns(name) for name in dump.names()}:
        version = archive.manifest.get("version")
        message = f"the backup's schema is {made} (Hoso {version}), expected {schema}"
        remedy = "restore it with that version of Hoso, then upgrade: hoso db upgrade"
        raise BackupRefused("backup-schema", message, remedy)


def checkpoint_of(archive: Archive) -> LogState:
    """How far the log had gone when the backup was made, as its checkpoint says; Invalid where it is not signed so."""
    found = verify_checkpoint(str(archive.manifest["checkpoint"]), archive.signed_by)
    return LogState(size=found.size, root=found.root)
