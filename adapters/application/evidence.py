"""Gather a dossier's evidence: its leaves, and those of the acts outside it that it rests on, under one checkpoint.

A pack is a function of dossier and checkpoint: what happened after the checkpoint changes no byte of it.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from adapters.application.anchoring import publish_covering, verified
from adapters.application.application import Application
from adapters.application.foundations import anchors, foundations, opened
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import acts, checkpoints, definitions
from adapters.database import trail as stored
from adapters.database.checkpoints import Published
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.acts.erase import refuses_erased
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from signing.canonical import sha256_hex
from signing.evidence.contents import APPROVER, AUTHOR
from signing.evidence.pack import PackContents, PackEntry, build_pack
from signing.record import HEX256
from signing.trail import tree

Under = int | Literal["latest"] | None
"""The size of a published checkpoint; the newest one; or the first that covers the dossier's last leaf."""
_NAMED = 3  # published checkpoints that a refusal names


def pack(app: Application, officer: Officer, code: str, under: Under = None) -> bytes | Refusal:
    """The dossier's evidence pack under a published checkpoint; where none covers the dossier, one is published.

    That it was exported is itself a leaf, which the pack does not hold.
    """
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return dossier
        if refusal := refuses_erased(dossier):
            return refusal
        last = stored.last_of(tx, code, limit=1)[0].index
    found = _checkpoint(app, under, last)
    if isinstance(found, Refusal):
        return found
    with app.store.read() as tx:
        contents = _contents(tx, dossier, found)
    if isinstance(contents, Refusal):
        return contents
    packed = build_pack(contents)
    with app.store.write() as tx:
        details = {"sha256": sha256_hex(packed), "leaves": len(contents.entries), "checkpoint": found.size}
        append(
            app, tx, [LeafDraft(actor=officer.id, act="evidence-exported", subject=code, details=details)], app.clock()
        )
    return packed


def _checkpoint(app: Application, under: Under, last: int) -> Published | Refusal:
    """The published checkpoint that is meant; `last`: the dossier's last leaf."""
    with app.store.read() as tx:
        found = checkpoints.of_size(tx, under) if isinstance(under, int) else checkpoints.last(tx)
        if isinstance(under, int) and found is None:
            return _unpublished(tx, under)
        if found is not None and (isinstance(under, int) or (under == "latest" and found.size > last)):
            return verified(app, tx, found)
    return publish_covering(app, last)


def _unpublished(tx: Transaction, size: int) -> Refusal:
    following = [str(each.size) for each in checkpoints.page(tx, after=size, limit=_NAMED)]
    message = f"no checkpoint of {size} leaves was published"
    if following:
        message += f"; the next ones have {', '.join(following)}"
    elif (newest := checkpoints.last(tx)) is not None:
        message += f"; the newest has {newest.size}"
    return Refusal(
        kind=Kind.NOT_FOUND,
        code="checkpoint-unpublished",
        message=message,
        remedy="name one of those, or none: then it is the first that covers the dossier's last leaf",
    )


def _contents(tx: Transaction, dossier: Dossier, under: Published) -> PackContents | Refusal:
    own = [leaf for leaf in stored.leaves_of(tx, dossier.code) if leaf.index < under.size]
    if not own:
        message = f"the checkpoint of {under.size} leaves was signed before dossier {dossier.code} was received"
        return Refusal(kind=Kind.CONFLICT, code="checkpoint-early", message=message, remedy="name a later one")
    leaves = {leaf.index: leaf for leaf in own}
    leaves |= {leaf.index: leaf for leaf in foundations(tx, dossier, own)}
    more = {*acts.stamp_leaves(tx, _records(leaves.values())), *anchors(tx)}
    leaves |= {leaf.index: leaf for leaf in stored.leaves_at(tx, {index for index in more if index < under.size})}
    entries = tuple(_entry(tx, leaves[index], under.size) for index in sorted(leaves))
    digests = {digest for leaf in leaves.values() for digest in _digests(opened(leaf)["objects"])}
    return PackContents(
        dossier=dossier.code,
        entries=entries,
        checkpoint=under.note,
        objects=definitions.get_contents(tx, digests),
    )


def _entry(tx: Transaction, leaf: StoredLeaf, size: int) -> PackEntry:
    proof = tree.inclusion_proof(leaf.index, size, lambda level, index: stored.node(tx, level, index))
    assert leaf.salt is not None  # no pack rests on what can be erased but its own dossier's leaves
    assert leaf.evidence is not None
    return PackEntry(leaf=leaf.encoded, salt=leaf.salt, evidence=leaf.evidence, proof=tuple(proof))


def _records(leaves: Iterable[StoredLeaf]) -> Iterator[str]:
    """What was signed in these, by authors and approvers."""
    for leaf in leaves:
        objects = opened(leaf)["objects"]
        yield from (str(objects[name]) for whose in (AUTHOR, APPROVER) if (name := f"{whose}record") in objects)


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
