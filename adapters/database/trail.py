"""The trail's leaves, tree and head. A leaf is appended last in the act's own transaction, under the head's lock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import leaf, log_head, organisation_leaf, tree_node

Row = Mapping[Any, Any]
HASH_BYTES = 32

# Made once: an act may append thousands of leaves.
_ADD_LEAF, _ADD_NODE = insert(leaf), insert(tree_node)
# And so is what each act asks.
_HEAD = select(log_head)
_HEAD_LOCKED = _HEAD.with_for_update()
_SAVE_HEAD = update(log_head).where(log_head.c.origin == bindparam("of"))
_NODE = select(tree_node.c.hash).where(tree_node.c.level == bindparam("level"), tree_node.c.index == bindparam("index"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The log's head: its size, the roots of its perfect subtrees (largest first), and its signed checkpoint."""

    origin: str
    size: int
    frontier: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLeaf:
    """A leaf as it lies in the store: its canonical bytes, and salt and evidence that open its hash.

    Both are None where the data that it told of were erased.
    """

    index: int
    encoded: bytes
    salt: bytes | None
    evidence: bytes | None


def create_head(tx: Transaction, origin: str, checkpoint: str) -> None:
    """Begin an empty log."""
    tx.execute(insert(log_head).values(origin=origin, size=0, frontier=b"", checkpoint=checkpoint))


def head(tx: Transaction, *, lock: bool = False) -> Head:
    """The head; `lock` to append."""
    query = _HEAD_LOCKED if lock and lock_rows(tx) else _HEAD
    return _head(tx.execute(query).mappings().one())


def heads(tx: Transaction) -> list[Head]:
    """The head, where a log has begun; a database that was filled otherwise could have several."""
    return [_head(row) for row in tx.execute(select(log_head)).mappings()]


def save_head(tx: Transaction, new: Head) -> None:
    """Save the head."""
    values = {"size": new.size, "frontier": b"".join(new.frontier), "checkpoint": new.checkpoint}
    tx.execute(_SAVE_HEAD, {"of": new.origin, **values})


def rename_head(tx: Transaction, new: Head) -> None:
    """Let the log go on under the name and the checkpoint given; nothing else of its head changes."""
    tx.execute(update(log_head).values(origin=new.origin, checkpoint=new.checkpoint))


def add_leaf(
    tx: Transaction,
    new: StoredLeaf,
    dossier: str | None,
    nodes: Sequence[tuple[int, int, bytes]],
    *,
    revision: int | None = None,
    device: str | None = None,
) -> None:
    """Append a leaf and the subtrees that it finished (level, index, hash); `revision`: of the dossier after it.

    `device`: on which the act was done.
    """
    values = {
        "index": new.index,
        "encoded": new.encoded,
        "salt": new.salt,
        "evidence": new.evidence,
        "dossier": dossier,
        "revision": revision,
        "device": device,
    }
    tx.execute(_ADD_LEAF, values)
    tx.execute(_ADD_NODE, [{"level": level, "index": index, "hash": hash} for level, index, hash in nodes])


def node(tx: Transaction, level: int, index: int) -> bytes:
    """The hash of a complete subtree."""
    found: bytes = tx.execute(_NODE, {"level": level, "index": index}).scalar_one()
    return found


def leaves(tx: Transaction, *, start: int, limit: int) -> list[StoredLeaf]:
    """A page of leaves, by index."""
    query = select(leaf).where(leaf.c.index >= start).order_by(leaf.c.index).limit(limit)
    return [_leaf(row) for row in tx.execute(query).mappings()]


def leaves_of(tx: Transaction, dossier: str) -> list[StoredLeaf]:
    """All leaves of a dossier, by index."""
    query = select(leaf).where(leaf.c.dossier == dossier).order_by(leaf.c.index)
    return [_leaf(row) for row in tx.execute(query).mappings()]


def leaves_since(tx: Transaction, dossier: str, revision: int | None, *, limit: int) -> list[StoredLeaf]:
    """The last leaves of a dossier, by index; with a revision, of what changed it after that."""
    query = select(leaf).where(leaf.c.dossier == dossier)
    if revision is not None:
        query = query.where(leaf.c.revision > revision)
    rows = tx.execute(query.order_by(leaf.c.index.desc()).limit(limit)).mappings().all()
    return [_leaf(row) for row in reversed(rows)]


def last_of(tx: Transaction, dossier: str, *, limit: int) -> list[StoredLeaf]:
    """The last leaves of a dossier, the newest first."""
    query = select(leaf).where(leaf.c.dossier == dossier).order_by(leaf.c.index.desc()).limit(limit)
    return [_leaf(row) for row in tx.execute(query).mappings()]


def leaves_at(tx: Transaction, indexes: set[int]) -> list[StoredLeaf]:
    """These leaves, by index."""
    query = select(leaf).where(leaf.c.index.in_(indexes)).order_by(leaf.c.index)
    return [_leaf(row) for row in tx.execute(query).mappings()]


def keep_about(tx: Transaction, about: Iterable[tuple[str, str, int]]) -> None:
    """Note which leaves say what somebody or something is: kind, id, leaf."""
    rows = [{"kind": kind, "id": id, "leaf": index} for kind, id, index in about]
    if rows:
        tx.execute(insert(organisation_leaf), rows)


def about(tx: Transaction, kind: str, ids: set[str], *, before: int) -> set[int]:
    """The leaves that say what these officers, positions, units, mandates or certificates are, older than that leaf."""
    of = (organisation_leaf.c.kind == kind, organisation_leaf.c.id.in_(ids), organisation_leaf.c.leaf < before)
    return set(tx.execute(select(organisation_leaf.c.leaf).where(*of)).scalars())


def leaves_about(tx: Transaction, kind: str) -> set[int]:
    """All leaves that say what somebody or something of that kind is."""
    return set(tx.execute(select(organisation_leaf.c.leaf).where(organisation_leaf.c.kind == kind)).scalars())


def _head(row: Row) -> Head:
    joined = row["frontier"]
    frontier = tuple(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))
    return Head(origin=row["origin"], size=row["size"], frontier=frontier, checkpoint=row["checkpoint"])


def _leaf(row: Row) -> StoredLeaf:
    return StoredLeaf(index=row["index"], encoded=row["encoded"], salt=row["salt"], evidence=row["evidence"])
