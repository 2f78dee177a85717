"""Append leaves to the trail, last in the act's own transaction, under the head's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.application.application import Application
from adapters.application.stamp_requests import ask_for_act
from adapters.database import trail as stored
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.outcome import LeafDraft
from signing.canonical import canonical
from signing.record import time_text
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.leaf import SALT_BYTES, make_leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an officer takes home: the act's leaf with its opening, the checkpoint after it, and the leaf's proof."""

    leaf: StoredLeaf
    checkpoint: str
    inclusion: tuple[bytes, ...]


def append(
    app: Application, tx: Transaction, drafts: Sequence[LeafDraft], now: datetime, *, revision: int | None = None
) -> list[StoredLeaf]:
    """Append the leaves and sign the new checkpoint; gives them as stored. `revision`: of their dossier after them."""
    head = stored.head(tx, lock=True)
    frontier, size = head.frontier, head.size
    appended = []
    for draft in drafts:
        leaf = _stored(app, draft, size, now)
        grown = tree.append(frontier, size, tree.leaf_hash(leaf.encoded))
        stored.add_leaf(tx, leaf, draft.dossier, grown.nodes, revision=revision, device=app.device)
        ask_for_act(tx, draft, leaf.index, now)
        frontier, size = grown.frontier, grown.size
        appended.append(leaf)
    checkpoint = Checkpoint(origin=head.origin, size=size, root=tree.root(frontier)).sign(app.log_key)
    stored.save_head(tx, stored.Head(origin=head.origin, size=size, frontier=frontier, checkpoint=checkpoint))
    return appended


def receipt(tx: Transaction, leaf: StoredLeaf) -> Receipt:
    """The receipt of a leaf under the present checkpoint."""
    head = stored.head(tx)
    proof = tree.inclusion_proof(leaf.index, head.size, lambda level, index: stored.node(tx, level, index))
    return Receipt(leaf=leaf, checkpoint=head.checkpoint, inclusion=tuple(proof))


def consistency(tx: Transaction, old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the tree of `old` leaves is the beginning of that of `new`."""
    return tuple(tree.consistency_proof(old, new, lambda level, index: stored.node(tx, level, index)))


def begin(app: Application, tx: Transaction) -> None:
    """Begin the empty log of a new installation."""
    empty = Checkpoint(origin=app.log_key.origin, size=0, root=tree.EMPTY_ROOT)
    stored.create_head(tx, app.log_key.origin, empty.sign(app.log_key))


def belongs(app: Application, tx: Transaction) -> bool:
    """Whether the log in the database is the one of this key."""
    head = stored.head(tx)
    return verify_checkpoint(head.checkpoint, app.log_key.vkey).size == head.size


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
