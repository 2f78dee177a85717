"""The leaf that tells of a backup, in the backup: it comes after what is backed up, and yet is not lost with the rest.

Where no other act came between, a restore puts it back as it was; so a log that only moves keeps its name and key.
Nobody signed it but by the checkpoint after it, under which its every byte stands.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from adapters.backups.errors import BackupRefused
from adapters.database import leaf_search, successions
from adapters.database import trail as stored
from adapters.database.store import Transaction
from adapters.database.trail import Head, StoredLeaf
from engine.outcome import LeafDraft
from signing.errors import SigningError
from signing.record import parse_time
from signing.trail import tree
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.leaf import check_evidence, decode_leaf
from signing.trail.succession import LogState


def written(leaf: StoredLeaf, checkpoint: str) -> dict[str, object]:
    """The leaf as the backup keeps it."""
    assert leaf.salt is not None  # it was appended just now, and tells of no person
    assert leaf.evidence is not None
    parts = {"encoded": leaf.encoded, "salt": leaf.salt, "evidence": leaf.evidence}
    return {"checkpoint": checkpoint, **{name: base64.b64encode(part).decode() for name, part in parts.items()}}


def take(tx: Transaction, found: Mapping[str, Any], kept: LogState, vkey: str) -> tuple[LogState, list[str]]:
    """Append the leaf where it is the next one; gives how far the log goes now, and the checkpoint to be known."""
    try:
        leaf, checkpoint = _read(found), str(found["checkpoint"])
    except (SigningError, KeyError, TypeError, binascii.Error, ValueError) as error:
        raise _unfit("it is not well-formed") from error
    if leaf.index != kept.size:
        return kept, [checkpoint]
    head = stored.head(tx)
    grown = tree.append(head.frontier, head.size, tree.leaf_hash(leaf.encoded))
    state = LogState(size=grown.size, root=tree.root(grown.frontier))
    try:
        signed = verify_checkpoint(checkpoint, vkey)
    except SigningError as error:
        raise _unfit(error.message) from error
    if (signed.size, signed.root) != (state.size, state.root):
        raise _unfit("it does not stand under its checkpoint")
    stored.add_leaf(tx, leaf, None, grown.nodes)
    told = decode_leaf(leaf.encoded)
    at = parse_time(told.time)
    leaf_search.add(tx, leaf.index, LeafDraft(actor=told.actor, act=told.act, subject=told.subject), at)
    stored.save_head(tx, Head(origin=head.origin, size=grown.size, frontier=grown.frontier, checkpoint=checkpoint))
    successions.note_backup(tx, leaf.index, at)
    return state, []


def _read(found: Mapping[str, Any]) -> StoredLeaf:
    encoded, salt, evidence = (base64.b64decode(found[name], validate=True) for name in ("encoded", "salt", "evidence"))
    leaf = decode_leaf(encoded)
    check_evidence(leaf, evidence, salt)
    return StoredLeaf(index=leaf.index, encoded=encoded, salt=salt, evidence=evidence)


def _unfit(reason: str) -> BackupRefused:
    message = f"the leaf that tells of the backup does not hold: {reason}"
    return BackupRefused("backup-log-unfit", message, "take an older backup")
