"""Witnesses come and go with the settings; each coming and going is a leaf, so that nobody drops one quietly.

A server tells its settings once. Where the trail tells of others later, another server runs with other settings: were
each to tell its own again, they would appoint and dismiss one another's witnesses for ever. So none does, until the
one that is behind is started again with the settings of the other.
"""

from collections.abc import Callable, Collection, Mapping

from adapters.application.application import Application
from adapters.application.foundations import opened
from adapters.application.trail import append
from adapters.database import trail as stored
from adapters.database.store import Transaction
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import sha256_hex
from signing.errors import SigningError
from signing.trail.leaf import decode_leaf

APPOINTED, DISMISSED = "witness-appointed", "witness-dismissed"
WITNESS = "witness"
"""The kind under which the leaves of witnesses are found (`adapters.database.trail.keep_about`)."""


class WitnessesDisputed(SigningError):
    """Another server names other witnesses than this one: nothing is published until their settings agree."""

    def __init__(self, here: Collection[str], there: Collection[str]) -> None:
        named = f"here {', '.join(sorted(here)) or 'none'}; there {', '.join(sorted(there)) or 'none'}"
        message = (
            f"another server runs with other witnesses ({named}); give all the same HOSO_WITNESSES, start them again"
        )
        super().__init__("witnesses-disputed", message)


def appoint(app: Application, still: Callable[[Transaction], bool] = lambda _tx: True) -> None:
    """Tell the trail of witnesses that are new in the settings, and of those that left them; once in a server's life,
    after which WitnessesDisputed tells of another server that differs. Nothing where who tells it is not to any more
    (`still`).
    """
    wanted = _wanted(app)
    with app.store.read() as tx:
        known = appointed(tx)
    if known == wanted or _tell(app, wanted, still):
        app.told.witnesses = wanted


def disputed(app: Application, tx: Transaction) -> bool:
    """Whether another server told of other witnesses since this one told of its own."""
    return _disputes(app, appointed(tx))


def _disputes(app: Application, known: Mapping[str, str]) -> bool:
    wanted = _wanted(app)
    return app.told.witnesses == wanted != known


def _tell(app: Application, wanted: Mapping[str, str], still: Callable[[Transaction], bool]) -> bool:
    with app.store.write() as tx:
        if not still(tx):
            return False
        stored.head(tx, lock=True)  # two servers that start at once tell it once
        known = appointed(tx)
        if _disputes(app, known):
            raise WitnessesDisputed(wanted.values(), known.values())
        drafts = [_draft(APPOINTED, key, name) for key, name in wanted.items() if key not in known]
        drafts += [_draft(DISMISSED, key, name) for key, name in known.items() if key not in wanted]
        if drafts:
            leaves = append(app, tx, drafts, app.clock())
            told = zip(drafts, leaves, strict=True)
            stored.keep_about(tx, [(WITNESS, _id(str(draft.details["vkey"])), leaf.index) for draft, leaf in told])
    return True


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
