"""What whoever runs the server can do: edit the database and have the server's own key sign what comes of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, event, insert, select, text, update
from sqlalchemy.exc import OperationalError

from adapters.database import tables
from adapters.database import trail as stored
from adapters.database.store import Store, Transaction
from adapters.database.trail import Head, StoredLeaf
from signing.canonical import canonical, parse_canonical
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint
from signing.trail.leaf import decode_leaf, make_leaf
from signing.trail.note import LogKey

Snapshot = Mapping[str, Sequence[Mapping[str, Any]]]
Leaves = list[StoredLeaf]


@dataclass(frozen=True, kw_only=True)
class Forger:
    """Somebody with the database and the log's key."""

    store: Store
    key: LogKey

    def leaves(self) -> Leaves:
        with self.store.read() as tx:
            return stored.leaves(tx, start=0, limit=100_000)

    def snapshot(self) -> Snapshot:
        """The whole database."""
        with self.store.read() as tx:
            return {each.name: [dict(row) for row in tx.execute(select(each)).mappings()] for each in _TABLES}

    def put_back(self, snapshot: Snapshot) -> None:
        """Make the database what it was."""
        with self.store.write() as tx:
            _without_checks(tx)
            for each in reversed(_TABLES):
                tx.execute(delete(each))
            for each in _TABLES:
                if rows := snapshot[each.name]:
                    tx.execute(insert(each), list(rows))

    def rewrite(self, leaves: Leaves, *, signed: bool = True) -> None:
        """Put these leaves in the place of the log's, one after the other, and sign their tree, if `signed`."""
        with self.store.write() as tx:
            _without_checks(tx)
            for index, leaf in enumerate(leaves):
                values = {"encoded": leaf.encoded, "salt": leaf.salt, "evidence": leaf.evidence}
                tx.execute(update(tables.leaf).where(tables.leaf.c.index == index).values(**values))
            tx.execute(delete(tables.leaf).where(tables.leaf.c.index >= len(leaves)))
            tx.execute(delete(tables.leaf_search).where(tables.leaf_search.c.leaf >= len(leaves)))
            if signed:
                self._sign(tx, leaves)

    def _sign(self, tx: Transaction, leaves: Leaves) -> None:
        frontier: tuple[bytes, ...] = ()
        tx.execute(delete(tables.tree_node))
        for index, leaf in enumerate(leaves):
            grown = tree.append(frontier, index, tree.leaf_hash(leaf.encoded))
            frontier = grown.frontier
            rows = [{"level": level, "index": at, "hash": hash} for level, at, hash in grown.nodes]
            tx.execute(insert(tables.tree_node), rows)
        note = Checkpoint(origin=self.key.origin, size=len(leaves), root=tree.root(frontier)).sign(self.key)
        stored.save_head(tx, Head(origin=self.key.origin, size=len(leaves), frontier=frontier, checkpoint=note))


_TABLES = tables.metadata.sorted_tables


def _without_checks(tx: Transaction) -> None:
    postgresql = tx.dialect.name == "postgresql"
    tx.execute(text("SET LOCAL session_replication_role = replica" if postgresql else "PRAGMA defer_foreign_keys = ON"))


def dropped(leaves: Leaves, at: int) -> Leaves:
    """Without that leaf, the later ones renumbered."""
    return _numbered([*leaves[:at], *leaves[at + 1 :]])


def swapped(leaves: Leaves, at: int) -> Leaves:
    """With that leaf and the next in each other's place, renumbered."""
    return _numbered(reordered(leaves, at))


def reordered(leaves: Leaves, at: int) -> Leaves:
    """With that leaf and the next in each other's place, as they are."""
    return [*leaves[:at], leaves[at + 1], leaves[at], *leaves[at + 2 :]]


def edited(leaves: Leaves, at: int) -> Leaves:
    """With that leaf's details changed: all its parts fit each other."""
    leaf = decode_leaf(leaves[at].encoded)
    told = parse_canonical(leaves[at].evidence)
    assert isinstance(told, dict)
    evidence = canonical({**told, "details": {"note": "nothing happened"}})
    names = {name: str(getattr(leaf, name)) for name in ("time", "actor", "act", "subject")}
    made = make_leaf(index=at, evidence=evidence, salt=leaves[at].salt, **names)
    changed = replace(leaves[at], encoded=made.encode(), evidence=evidence)
    return [*leaves[:at], changed, *leaves[at + 1 :]]


def _numbered(leaves: Leaves) -> Leaves:
    return [
        replace(leaf, index=at, encoded=replace(decode_leaf(leaf.encoded), index=at).encode())
        for at, leaf in enumerate(leaves)
    ]


@contextmanager
def crashing(store: Store, wanted: Callable[[Transaction], bool]) -> Iterator[list[int]]:
    """The server's connection breaks at the commit of each transaction that is `wanted`; gives how often it did."""
    crashes = [0]

    def crash(connection: Transaction) -> None:
        if wanted(connection):
            crashes[0] += 1
            raise OperationalError("COMMIT", None, ConnectionError("the server stopped"))

    event.listen(store.engine, "commit", crash)
    try:
        yield crashes
    finally:
        event.remove(store.engine, "commit", crash)
