"""How far a lost log is known to have gone: by checkpoints that its key signed, wherever they were kept."""

from collections.abc import Iterable, Iterator, Sequence

from adapters.backups.errors import BackupRefused
from adapters.backups.lineage import Lineage
from adapters.backups.tree import root_at
from adapters.database.store import Transaction
from signing.errors import SigningError
from signing.trail.succession import LogState


def newest_known(
    tx: Transaction, kept: LogState, signed_by: str, lineage: Lineage, given: Sequence[str], found: Iterable[str]
) -> LogState:
    """The furthest state of the log, at least what the backup kept.

    `given`: checkpoints from the operator, each of which must be the log's; `found`: those that lie here. Every one
    that is older than the backup must be in it: else the backup is of another history.
    """
    _check_history(kept, signed_by, lineage)
    states = [*_given(lineage, given), *(lineage.state(note) for note in found if lineage.signed(note))]
    states += [step.known for _, step in lineage.after(signed_by) if not step.lost]
    for state in states:
        if state.size <= kept.size and root_at(tx, state.size) != state.root:
            message = f"at {state.size} leaves the backup's log is not the one that the key signed"
            raise BackupRefused(
                "backup-of-other-history", message, "take a backup of the log that the checkpoint is of"
            )
    newest = max([kept, *states], key=lambda state: state.size)
    if signed_by != lineage.present and newest.size == kept.size:
        message = f"the log has had another key since the backup, and how far {lineage.name} went is not known"
        remedy = "give its newest checkpoint (--known-checkpoint), e.g. of a witness or of a client's profile"
        raise BackupRefused("known-checkpoint-missing", message, remedy)
    return newest


def _check_history(kept: LogState, signed_by: str, lineage: Lineage) -> None:
    """The backup must hold no more than each restore since has kept: what is behind that is another history."""
    for _, step in lineage.after(signed_by):
        if step.lost and kept.size > step.kept.size:
            message = f"the backup has {kept.size} leaves, of which a restore since kept {step.kept.size}"
            raise BackupRefused("backup-of-other-history", message, "take a backup that was made after that restore")


def _given(lineage: Lineage, notes: Iterable[str]) -> Iterator[LogState]:
    for note in notes:
        try:
            yield lineage.state(note)
        except SigningError as error:
            message = f"a known checkpoint does not hold: {error.message}"
            remedy = f"give signed checkpoints of {lineage.name}"
            raise BackupRefused("known-checkpoint-wrong", message, remedy) from error
