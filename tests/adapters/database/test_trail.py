"""The trail as it is stored: head, leaves and nodes are those of the tree that RFC 6962 describes."""

import random

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from adapters.database import tables
from adapters.database import trail as stored
from adapters.database.store import Store, Transaction
from adapters.database.trail import Head, StoredLeaf
from signing.trail import tree

ORIGIN = "hoso/test"


def grow(tx: Transaction, count: int, dossier: str | None = None) -> None:
    """Append so many leaves, as the application does."""
    head = stored.head(tx, lock=True)
    frontier, size = head.frontier, head.size
    for index in range(size, size + count):
        leaf = StoredLeaf(index=index, encoded=f"leaf {index}".encode(), salt=bytes(16), evidence=b"{}")
        grown = tree.append(frontier, size, tree.leaf_hash(leaf.encoded))
        stored.add_leaf(tx, leaf, dossier, grown.nodes)
        frontier, size = grown.frontier, grown.size
    stored.save_head(tx, Head(origin=ORIGIN, size=size, frontier=frontier, checkpoint=f"of {size}"))


@pytest.fixture
def log(store: Store) -> Store:
    """A store with an empty log."""
    with store.write() as tx:
        stored.create_head(tx, ORIGIN, "of 0")
    return store


def test_the_head_begins_empty(log: Store) -> None:
    """An empty log has a checkpoint, too."""
    with log.read() as tx:
        assert stored.head(tx) == Head(origin=ORIGIN, size=0, frontier=(), checkpoint="of 0")


def test_the_head_is_that_of_the_tree_over_the_stored_leaves(log: Store) -> None:
    """After every size, the frontier kept gives the root that all leaves give, computed anew."""
    for _ in range(9):
        with log.write() as tx:
            grow(tx, 1)
        with log.read() as tx:
            head = stored.head(tx)
            hashes = [tree.leaf_hash(leaf.encoded) for leaf in stored.leaves(tx, start=0, limit=100)]
        assert len(hashes) == head.size
        assert tree.root(head.frontier) == _root(hashes)


def test_stored_nodes_prove_every_leaf_and_every_older_head(log: Store) -> None:
    """Inclusion and consistency proofs come from the node table alone, and verify against the roots."""
    with log.write() as tx:
        grow(tx, 21)
    with log.read() as tx:
        hashes = [tree.leaf_hash(leaf.encoded) for leaf in stored.leaves(tx, start=0, limit=100)]
        for index in range(21):
            proof = tree.inclusion_proof(index, 21, lambda level, at: stored.node(tx, level, at))
            tree.verify_inclusion(index, 21, hashes[index], proof, _root(hashes))
        for old in range(1, 22):
            proof = tree.consistency_proof(old, 21, lambda level, at: stored.node(tx, level, at))
            tree.verify_consistency(old, 21, proof, _root(hashes[:old]), _root(hashes))


def test_one_leaf_per_index(log: Store) -> None:
    """A second leaf of the same index is refused by the database itself: the log cannot fork within it."""
    with log.write() as tx:
        grow(tx, 3)
    again = StoredLeaf(index=2, encoded=b"another", salt=bytes(16), evidence=b"{}")
    with pytest.raises(IntegrityError), log.write() as tx:
        stored.add_leaf(tx, again, None, [(0, 99, bytes(32))])


def test_an_edited_leaf_no_longer_fits_the_head(log: Store) -> None:
    """Whoever edits the database by hand is found by recomputing the root."""
    with log.write() as tx:
        grow(tx, 8)
    index = random.Random(3).randrange(8)
    with log.write() as tx:
        tx.execute(update(tables.leaf).where(tables.leaf.c.index == index).values(encoded=b"leaf of the editor"))
    with log.read() as tx:
        hashes = [tree.leaf_hash(leaf.encoded) for leaf in stored.leaves(tx, start=0, limit=100)]
        assert tree.root(stored.head(tx).frontier) != _root(hashes)


def test_leaves_are_found_by_dossier_and_by_index(log: Store) -> None:
    """In the order of the trail."""
    with log.write() as tx:
        grow(tx, 2, "A")
        grow(tx, 2, "B")
        grow(tx, 1, "A")
        grow(tx, 1)
    with log.read() as tx:
        assert [leaf.index for leaf in stored.leaves_of(tx, "A")] == [0, 1, 4]
        assert [leaf.index for leaf in stored.leaves_at(tx, {5, 3, 77})] == [3, 5]
        assert [leaf.index for leaf in stored.leaves(tx, start=2, limit=2)] == [2, 3]
        assert stored.leaves_at(tx, set()) == []
        assert tx.execute(select(tables.leaf.c.dossier).where(tables.leaf.c.index == 5)).scalar_one() is None


def _root(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, as it is written there."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return tree.node_hash(_root(hashes[:split]), _root(hashes[split:]))
