"""Another key for the log: because the old one has served its time, or because leaves were lost.

The statement that both keys sign is kept with a leaf, the first one under the new key. `keep` puts the new key on the
disk before the transaction commits; the files are settled after it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from adapters.application.application import Application
from adapters.application.foundations import LOG
from adapters.application.log_keys import LogKeys
from adapters.application.trail import append
from adapters.database import successions
from adapters.database import trail as stored
from adapters.database.store import Transaction
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import sha256_hex
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint
from signing.trail.note import LogKey
from signing.trail.succession import LogState, Succession

SUCCEEDED = "log-succeeded"
Keep = Callable[[LogKey], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """The log goes on under `key`, as the statement (a note) says."""

    succession: Succession
    note: str
    key: LogKey


def rotate(app: Application, keep: Keep, reason: str) -> Succeeded:
    """Give the log another key under the same name; no leaf is lost. Invalid where the reason is none."""
    with app.store.write() as tx:
        head = stored.head(tx, lock=True)
        old = app.log_keys.of(head.checkpoint)
        return succeed(app, tx, keep, old=old, name=head.origin, known=state_of(head), reason=reason)


def succeed(
    app: Application, tx: Transaction, keep: Keep, *, old: LogKey, name: str, known: LogState, reason: str
) -> Succeeded:
    """Let the log go on under a new key of that name, from the head that is there; the caller holds its lock."""
    head, now = stored.head(tx), app.clock()
    key = LogKey.generate(name)
    told = Succession(
        before=old.vkey, kept=state_of(head), known=known, after=key.vkey, time=now, reason=reason
    )  # Invalid before anything is written
    note = told.sign(old, key)
    keep(key)
    untold = [sha256_hex(each.encode()) for each, leaf in successions.told(tx) if leaf is None]
    digest = successions.add(tx, note, head.size)
    checkpoint = Checkpoint(origin=name, size=head.size, root=tree.root(head.frontier)).sign(key)
    stored.rename_head(tx, replace(head, origin=name, checkpoint=checkpoint))
    draft = LeafDraft(
        actor=SYSTEM,
        act=SUCCEEDED,
        subject=_id(key),
        details={
            "from": _id(old),
            "kept": _told(told.kept),
            "known": _told(known),
            "lost": len(told.lost),
            "reason": reason,
        },
        objects={"succession": [*untold, digest] if untold else digest},  # with those whose leaves were lost
    )
    [leaf] = append(replace(app, log_keys=LogKeys(key)), tx, [draft], now)
    stored.keep_about(tx, [(LOG, digest, leaf.index)])
    return Succeeded(succession=told, note=note, key=key)


def state_of(head: stored.Head) -> LogState:
    """How far the log has gone."""
    return LogState(size=head.size, root=tree.root(head.frontier))


def _id(key: LogKey) -> str:
    return f"{key.origin}+{key.key_id.hex()}"


def _told(state: LogState) -> dict[str, object]:
    return {"size": state.size, "root": state.root.hex()}
