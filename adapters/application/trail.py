"""Append leaves to the trail, last in the act's own transaction, under the head's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.application import repeats
from adapters.application.application import Application
from adapters.application.log_keys import LogKeyUnfit
from adapters.application.repeats import Ended
from adapters.application.stamp_requests import ask_for_act
from adapters.database import leaf_search
from adapters.database import trail as stored
from adapters.database.store import Transaction
from adapters.database.tallies import Group
from adapters.database.trail import StoredLeaf
from engine.outcome import LeafDraft
from signing.canonical import canonical
from signing.record import time_text
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.leaf import SALT_BYTES, make_leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """The proof that a checkpoint continues an older one, of `old` leaves."""

    old: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an officer takes home: the act's leaf with its opening, the checkpoint after it, and the proofs of both."""

    leaf: StoredLeaf
    checkpoint: str
    inclusion: tuple[bytes, ...]
    continued: Continued | None = None


def append(
    app: Application,
    tx: Transaction,
    drafts: Sequence[LeafDraft],
    now: datetime,
    *,
    revision: int | None = None,
    ended: Ended | None = None,
) -> list[StoredLeaf]:
    """Append the leaves and sign the new checkpoint; gives them as stored. `revision`: of their dossier after them.

    What the trail has told this hour already is counted instead, and no leaf. What was counted of what `ended` follows.
    """
    drafts = [draft for draft in drafts if not repeats.counted(tx, draft, now)]
    if not drafts:
        return []
    growing = _Growing(app, tx, now)
    appended = []
    for draft in drafts:
        if repeats.counted(tx, draft, now):  # another told it, while this one waited for the head
            continue
        for told in repeats.begin(tx, draft, now):
            growing.add(told)
        appended.append(growing.add(draft, revision=revision, device=app.device))
    for told in repeats.ended(tx, ended):
        growing.add(told)
    growing.sign()
    return appended


def tell_passed(app: Application, tx: Transaction, group: Group, now: datetime) -> None:
    """Tell what was counted in an hour that has passed, if anything was."""
    growing = _Growing(app, tx, now)
    for told in repeats.passed(tx, group, now):
        growing.add(told)
    growing.sign()


class _Growing:
    """The log under its head's lock, while leaves are added to it."""

    def __init__(self, app: Application, tx: Transaction, now: datetime) -> None:
        self._app, self._tx, self._now = app, tx, now
        self._head = stored.head(tx, lock=True)
        self._key = app.log_keys.of(self._head.checkpoint)
        self._frontier, self._size = self._head.frontier, self._head.size

    def add(self, draft: LeafDraft, *, revision: int | None = None, device: str | None = None) -> StoredLeaf:
        leaf = _stored(self._app, draft, self._size, self._now)
        grown = tree.append(self._frontier, self._size, tree.leaf_hash(leaf.encoded))
        stored.add_leaf(self._tx, leaf, draft.dossier, grown.nodes, revision=revision, device=device)
        leaf_search.add(self._tx, leaf.index, draft, self._now)
        ask_for_act(self._tx, draft, leaf.index, self._now)
        self._frontier, self._size = grown.frontier, grown.size
        return leaf

    def sign(self) -> None:
        """Sign the checkpoint after them."""
        if self._size == self._head.size:
            return
        origin, frontier, size = self._head.origin, self._frontier, self._size
        checkpoint = Checkpoint(origin=origin, size=size, root=tree.root(frontier)).sign(self._key)
        head = stored.Head(origin=origin, size=size, frontier=frontier, checkpoint=checkpoint)
        stored.save_head(self._tx, head)


def receipt(tx: Transaction, leaf: StoredLeaf, witnessed: int | None = None) -> Receipt:
    """The receipt of a leaf under the present checkpoint, for a client that verified one of `witnessed` leaves."""
    head = stored.head(tx)
    proof = tree.inclusion_proof(leaf.index, head.size, lambda level, index: stored.node(tx, level, index))
    return Receipt(
        leaf=leaf,
        checkpoint=head.checkpoint,
        inclusion=tuple(proof),
        continued=continued(tx, witnessed, head.size),
    )


def continued(tx: Transaction, witnessed: int | None, size: int) -> Continued | None:
    """The proof that the log of `size` leaves continues the checkpoint that the client verified; None where it told
    of none that this log has had.
    """
    if witnessed is None or not 0 < witnessed <= size:
        return None
    return Continued(old=witnessed, proof=consistency(tx, witnessed, size))


def consistency(tx: Transaction, old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the tree of `old` leaves is the beginning of that of `new`."""
    return tuple(tree.consistency_proof(old, new, lambda level, index: stored.node(tx, level, index)))


def begin(app: Application, tx: Transaction) -> None:
    """Begin the empty log of a new installation."""
    empty = Checkpoint(origin=app.log_key.origin, size=0, root=tree.EMPTY_ROOT)
    stored.create_head(tx, app.log_key.origin, empty.sign(app.log_key))


def belongs(app: Application, tx: Transaction) -> bool:
    """Whether the log in the database goes on under a key of this installation; LogKeyUnfit where it has not that."""
    head = stored.head(tx)
    return verify_checkpoint(head.checkpoint, app.log_keys.of(head.checkpoint).vkey).size == head.size


def key_is_here(app: Application) -> bool:
    """Whether this server has the key under which the log goes on; without it nothing is done here."""
    with app.store.read() as tx:
        head = stored.head(tx)
    try:
        app.log_keys.of(head.checkpoint)
    except LogKeyUnfit:
        return False
    return True


def _stored(app: Application, draft: LeafDraft, index: int, now: datetime) -> StoredLeaf:
    told = {"act": draft.act, "details": draft.details, "objects": draft.objects}
    if draft.dossier is not None:
        told["dossier"] = draft.dossier
    evidence = canonical(told)
    salt = app.entropy(SALT_BYTES)
    leaf = make_leaf(
        index=index,
        time=time_text(now),
        actor=draft.actor,
        act=draft.act,
        subject=draft.subject,
        evidence=evidence,
        salt=salt,
    )
    return StoredLeaf(index=index, encoded=leaf.encode(), salt=salt, evidence=evidence)
