"""Witnesses come and go with the settings; each coming and going is a leaf, so that nobody drops one quietly."""

from adapters.application.application import Application
from adapters.application.foundations import opened
from adapters.application.trail import append
from adapters.database import trail as stored
from adapters.database.store import Transaction
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import sha256_hex
from signing.trail.leaf import decode_leaf

APPOINTED, DISMISSED = "witness-appointed", "witness-dismissed"
WITNESS = "witness"
"""The kind under which the leaves of witnesses are found (`adapters.database.trail.keep_about`)."""


def appoint(app: Application) -> None:
    """Tell the trail of witnesses that are new in the settings, and of those that left them."""
    with app.store.read() as tx:
        if not changed(app, tx):
            return
    wanted = _wanted(app)
    with app.store.write() as tx:
        stored.head(tx, lock=True)  # two servers that start at once tell it once
        known = appointed(tx)
        drafts = [_draft(APPOINTED, key, name) for key, name in wanted.items() if key not in known]
        drafts += [_draft(DISMISSED, key, name) for key, name in known.items() if key not in wanted]
        if drafts:
            leaves = append(app, tx, drafts, app.clock())
            told = zip(drafts, leaves, strict=True)
            stored.keep_about(tx, [(WITNESS, _id(str(draft.details["vkey"])), leaf.index) for draft, leaf in told])


def changed(app: Application, tx: Transaction) -> bool:
    """Whether the settings name other witnesses than the trail tells of."""
    return appointed(tx) != _wanted(app)


def appointed(tx: Transaction) -> dict[str, str]:
    """The witnesses of this log as its trail tells: verifier key → name."""
    found: dict[str, str] = {}
    for stored_leaf in stored.leaves_at(tx, stored.leaves_about(tx, WITNESS)):
        leaf, vkey = decode_leaf(stored_leaf.encoded), opened(stored_leaf)["details"]["vkey"]
        if leaf.act == APPOINTED:
            found[vkey] = leaf.subject
        else:
            found.pop(vkey, None)
    return found


def _wanted(app: Application) -> dict[str, str]:
    return {witness.vkey: witness.name for witness in app.witnesses}


def _draft(act: str, vkey: str, name: str) -> LeafDraft:
    return LeafDraft(actor=SYSTEM, act=act, subject=name, details={"vkey": vkey})


def _id(vkey: str) -> str:
    return sha256_hex(vkey.encode())
