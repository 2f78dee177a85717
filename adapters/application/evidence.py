"""Gather a dossier's evidence: its leaves, and those of the acts outside it that it rests on, under one checkpoint."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.application.application import Application
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import definitions, people
from adapters.database import trail as stored
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from signing.canonical import parse_canonical, sha256_hex
from signing.evidence.pack import PackContents, PackEntry, build_pack
from signing.evidence.running import MIGRATED, STARTED
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
    for leaf in stored.leaves_at(tx, _foundations(tx, dossier, own)):
        leaves[leaf.index] = leaf
    entries = tuple(_entry(tx, leaves[index], size) for index in sorted(leaves))
    digests = {digest for leaf in leaves.values() for digest in _digests(_opened(leaf)["objects"])}
    return PackContents(
        dossier=dossier.code,
        entries=entries,
        checkpoint=checkpoint,
        objects=definitions.get_contents(tx, digests),
    )


def _entry(tx: Transaction, leaf: StoredLeaf, size: int) -> PackEntry:
    proof = tree.inclusion_proof(leaf.index, size, lambda level, index: stored.node(tx, level, index))
    return PackEntry(leaf=leaf.encoded, salt=leaf.salt, evidence=leaf.evidence, proof=tuple(proof))


def _foundations(tx: Transaction, dossier: Dossier, own: list[StoredLeaf]) -> set[int]:
    """The leaves of deployment, procedure and certificate bindings that the dossier's own leaves rest on."""
    ran = {(dossier.process_key, dossier.process_version), *_bundles(own)}
    processes = [definitions.find_process(tx, key, version) for key, version in sorted(ran)]
    found = {process["leaf"] for process in processes if process is not None}
    signers = set(_signers(own))
    procedure = definitions.find_procedure(tx, dossier.procedure) if dossier.procedure else None
    if procedure is not None:
        found.add(procedure["leaf"])
        signers |= set(_signers(stored.leaves_at(tx, {procedure["leaf"]})))
    return found | _bindings(tx, signers)


def _bundles(leaves: list[StoredLeaf]) -> Iterator[tuple[str, int]]:
    """The processes under which the dossier ran, as its leaves tell: its own, what they call, later versions."""
    for leaf in leaves:
        opened = _opened(leaf)
        for told in opened["details"].get("bundles", ()) if opened["act"] in (STARTED, MIGRATED) else ():
            yield told["key"], told["version"]


def _bindings(tx: Transaction, signers: set[str]) -> set[int]:
    """The leaves that bound or revoked these certificates, and those of the certificates that signed them."""
    found: set[int] = set()
    known: set[str] = set()
    while signers - known:
        fingerprint = min(signers - known)
        known.add(fingerprint)
        row = people.find_certificate(tx, fingerprint)
        if row is None:
            continue
        leaves = {row["bound_leaf"], row["revoked_leaf"]} - {None}
        found |= leaves
        signers |= set(_signers(stored.leaves_at(tx, leaves)))
    return found


def _signers(leaves: list[StoredLeaf]) -> Iterator[str]:
    for leaf in leaves:
        fingerprint = _opened(leaf)["objects"].get("certificate")
        if isinstance(fingerprint, str):
            yield fingerprint


def _opened(leaf: StoredLeaf) -> Mapping[str, Any]:
    opened = parse_canonical(leaf.evidence)
    assert isinstance(opened, dict)
    return opened


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
