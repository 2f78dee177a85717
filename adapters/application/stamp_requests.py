"""Ask for time stamps: in the transaction that accepts a signature, so that none is forgotten."""

from datetime import datetime

from adapters.database import acts, jobs
from adapters.database.store import Transaction
from engine.outcome import JobRequest, LeafDraft
from signing.evidence.contents import APPROVER, AUTHOR, PARTS
from signing.evidence.persons import PROPOSAL_APPROVED

STAMP = "stamp"
"""The type of job that has a record's signature stamped. It is of no dossier: suspending one holds up no proof."""
COMPLETED = "task-completed"
APPROVED_BY = "approved_by"  # in the details of an act that two persons signed
_NO_ACT = ("-refused", "-proposed")


def ask(tx: Transaction, record: str, now: datetime) -> None:
    """Ask for the stamp of a record (SHA-256) that is being accepted in this transaction."""
    jobs.add_job(tx, None, JobRequest(number=0, element="", type=STAMP, payload={"record": record}, due=now))


def ask_for_act(tx: Transaction, draft: LeafDraft, leaf: int, now: datetime) -> None:
    """Ask for the stamps of a signed act as its leaf is appended: its author's, and that of who approved it.

    Tasks ask themselves. What was refused proves nothing, and what is only proposed is asked for once it is approved.
    """
    if draft.act == COMPLETED or draft.act.endswith(_NO_ACT):
        return
    _ask_for(tx, draft, leaf, now, whose=AUTHOR, officer=draft.actor, purpose=draft.act[:20])
    if APPROVED_BY in draft.details:
        officer = str(draft.details[APPROVED_BY])
        _ask_for(tx, draft, leaf, now, whose=APPROVER, officer=officer, purpose=PROPOSAL_APPROVED)


def _ask_for(
    tx: Transaction, draft: LeafDraft, leaf: int, now: datetime, *, whose: str, officer: str, purpose: str
) -> None:
    """Ask once for what one person signed, though many leaves may hold it: each change of a signed list does."""
    if f"{whose}record" not in draft.objects:
        return
    record, manifest, signature = (str(draft.objects[f"{whose}{part}"]) for part in PARTS)
    values: dict[str, object] = {
        "sha256": record,
        "dossier": draft.dossier,
        "officer": officer,
        "roles": [],
        "purpose": purpose,
        "manifest": manifest,
        "signature": signature,
        "accepted": now,
        "leaf": leaf,
    }
    if acts.add_act(tx, values):
        ask(tx, record, now)
