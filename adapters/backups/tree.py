"""The tree of a restored log, computed anew from its leaves: what the proofs are made of is never taken on trust."""

from adapters.backups.errors import BackupRefused
from adapters.database import dump
from adapters.database import trail as stored
from adapters.database.store import Transaction
from signing.errors import SigningError
from signing.trail import tree
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.succession import LogState

PAGE = 200


def rebuild(tx: Transaction, vkey: str, checkpoint: str) -> LogState:
    """Compute the tree of the leaves that are there and keep it; gives how far it goes.

    BackupRefused unless the key signed this checkpoint over that very root, and it is the log's head.
    """
    frontier: tuple[bytes, ...] = ()
    size = 0
    while page := stored.leaves(tx, start=size, limit=PAGE):
        nodes: list[tuple[int, int, bytes]] = []
        for leaf in page:
            if leaf.index != size:
                raise _unfit(f"leaf {size} is missing")
            grown = tree.append(frontier, size, tree.leaf_hash(leaf.encoded))
            frontier, size = grown.frontier, grown.size
            nodes += grown.nodes
        dump.add_nodes(tx, nodes)
    heads = stored.heads(tx)
    if len(heads) != 1 or (heads[0].checkpoint, heads[0].size, heads[0].frontier) != (checkpoint, size, frontier):
        raise _unfit("its head is not that of its leaves")
    try:
        signed = verify_checkpoint(checkpoint, vkey)
    except SigningError as error:
        raise _unfit(error.message) from error
    if (signed.origin, signed.size, signed.root) != (heads[0].origin, size, tree.root(frontier)):
        raise _unfit("its leaves do not give the root that its checkpoint signs")
    return LogState(size=size, root=signed.root)


def root_at(tx: Transaction, size: int) -> bytes:
    """The root of the first leaves."""
    if size == 0:
        return tree.EMPTY_ROOT
    parts, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            parts.append(stored.node(tx, level, start >> level))
            start += 1 << level
    return tree.root(parts)


def _unfit(reason: str) -> BackupRefused:
    return BackupRefused("backup-log-unfit", f"the log in the backup does not hold: {reason}", "take an older backup")
