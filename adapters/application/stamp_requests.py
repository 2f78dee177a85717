"""Ask for time stamps: in the transaction that accepts a signature, so that none is forgotten."""

from datetime import datetime

from adapters.database import acts, jobs
from adapters.database.store import Transaction
from engine.outcome import JobRequest, LeafDraft

STAMP = "stamp"
"""The type of job that has a record's signature stamped. It is of no dossier: suspending one holds up no proof."""
COMPLETED = "task-completed"
_NO_ACT = ("-refused", "-proposed")


def ask(tx: Transaction, record: str, now: datetime) -> None:
    """Ask for the stamp of a record (SHA-256) that is being accepted in this transaction."""
    jobs.add_job(tx, None, JobRequest(number=0, element="", type=STAMP, payload={"record": record}, due=now))


def ask_for_act(tx: Transaction, draft: LeafDraft, leaf: int, now: datetime) -> None:
    """Ask for the stamp of a signed act as its leaf is appended. Tasks ask themselves; one record may have many leaves.

    What was refused proves nothing, and what is only proposed is signed anew in time by its acceptance.
    """
    record = draft.objects.get("record")
    if not isinstance(record, str) or draft.act == COMPLETED or draft.act.endswith(_NO_ACT):
        return
    values = {
        "sha256": record,
        "dossier": draft.dossier,
        "officer": draft.actor,
        "roles": [],
        "purpose": draft.act[:20],
        "manifest": draft.objects["manifest"],
        "signature": draft.objects["signature"],
        "accepted": now,
        "leaf": leaf,
    }
    if acts.add_act(tx, values):
        ask(tx, record, now)
