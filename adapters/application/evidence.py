"""Gather a dossier's evidence: its leaves, and those of the acts outside it that it rests on, under one checkpoint."""

from collections.abc import Iterable, Iterator

from adapters.application.application import Application
from adapters.application.foundations import foundations, opened
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import acts, definitions
from adapters.database import trail as stored
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from signing.canonical import sha256_hex
from signing.evidence.pack import PackContents, PackEntry, build_pack
from signing.record import HEX256
from signing.trail import tree
from signing.trail.checkpoint import verify_checkpoint


def pack(app: Application, officer: Officer, code: str) -> bytes | Refusal:
    """The dossier's evidence pack; that it was exported is itself a leaf, which the pack does not hold."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return dossier
        contents = _contents(app, tx, dossier)
    packed = build_pack(contents)
    with app.store.write() as tx:
        details = {"sha256": sha256_hex(packed), "leaves": len(contents.entries)}
        append(
            app, tx, [LeafDraft(actor=officer.id, act="evidence-exported", subject=code, details=details)], app.clock()
        )
    return packed


def _contents(app: Application, tx: Transaction, dossier: Dossier) -> PackContents:
    checkpoint = stored.head(tx).checkpoint
    size = verify_checkpoint(checkpoint, app.log_key.vkey).size
    own = stored.leaves_of(tx, dossier.code)
    leaves = {leaf.index: leaf for leaf in own}
    leaves |= {leaf.index: leaf for leaf in foundations(tx, dossier, own)}
    stamps = stored.leaves_at(tx, acts.stamp_leaves(tx, _records(leaves.values())))
    leaves |= {leaf.index: leaf for leaf in stamps}
    entries = tuple(_entry(tx, leaves[index], size) for index in sorted(leaves))
    digests = {digest for leaf in leaves.values() for digest in _digests(opened(leaf)["objects"])}
    return PackContents(
        dossier=dossier.code,
        entries=entries,
        checkpoint=checkpoint,
        objects=definitions.get_contents(tx, digests),
    )


def _entry(tx: Transaction, leaf: StoredLeaf, size: int) -> PackEntry:
    proof = tree.inclusion_proof(leaf.index, size, lambda level, index: stored.node(tx, level, index))
    return PackEntry(leaf=leaf.encoded, salt=leaf.salt, evidence=leaf.evidence, proof=tuple(proof))


def _records(leaves: Iterable[StoredLeaf]) -> Iterator[str]:
    for leaf in leaves:
        record = opened(leaf)["objects"].get("record")
        if isinstance(record, str):
            yield record


def _digests(value: object) -> Iterator[str]:
    """Every SHA-256 that the evidence's objects name."""
    if isinstance(value, str):
        if HEX256.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _digests(item)
    elif isinstance(value, list):
        for item in value:
            yield from _digests(item)
