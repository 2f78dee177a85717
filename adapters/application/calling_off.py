"""What has not left when its job is called off goes out no more; of a mail that may have gone, nobody claims to know.

A copy is counted before its final dot, by a worker whose job still stands: once its job is cancelled, none leaves.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.database import handovers, jobs, parcels
from adapters.database.store import Transaction
from engine.delivery import Event, State, moved
from engine.dispatch import dispatch_group, key_of
from engine.dossier import Dossier
from engine.outcome import SYSTEM, LeafDraft, Outcome

CALLED_OFF, PERHAPS_LEFT = "dispatch-called-off", "dispatch-perhaps-left"
NOT_LEFT = "it was called off before it left"
UNKNOWN = "it was called off while it was sent; whether it left is not known"


def settle(tx: Transaction, dossier: Dossier, outcome: Outcome, now: datetime) -> tuple[LeafDraft, ...]:
    """Settle the dispatches that nobody sends any more; gives their leaves. The jobs are cancelled before, and locked.

    Those of the jobs that the outcome cancels, or all of the dossier where it is called off. A parcel that both sides
    signed for has left.
    """
    if not outcome.called_off and not outcome.cancelled_jobs:
        return ()
    rows = jobs.unsettled(tx, dossier.code)
    if rows and not outcome.called_off:
        asked = jobs.numbered(tx, dossier.code, outcome.cancelled_jobs)
        groups = [dispatch_group(job["element"], job["number"]) for job in asked]
        rows = [row for row in rows if any(row["key"] == _key(row, group) for group in groups)]
    left = handovers.signed_over(tx, [row["key"] for row in rows])
    return tuple(_settled(tx, dossier, [row for row in rows if row["key"] not in left], now))


def _key(row: Mapping[Any, Any], group: str) -> str:
    return key_of(row["dossier"], row["sha256"], row["recipient"], row["channel"], group)


def _settled(tx: Transaction, dossier: Dossier, rows: list[Mapping[Any, Any]], now: datetime) -> Iterator[LeafDraft]:
    for row in rows:
        if row["copies"] == 0:
            note = f"{NOT_LEFT}   [{CALLED_OFF}]"
            jobs.change_dispatch(tx, row["key"], state=State.CANCELLED.value, updated=now, note=note)
            if row["channel"] == "post":
                parcels.call_off(tx, row["key"], now)
            yield _leaf(dossier, row, CALLED_OFF)
            continue
        before = State(row["state"])
        after = moved(before, Event.UNCONFIRMED)
        note = f"{UNKNOWN}   [{PERHAPS_LEFT}]"
        jobs.change_dispatch(tx, row["key"], state=after.value, handed=None, updated=now, note=note)
        if before != after or row["handed"] is not None:  # else it was told before
            told = {"copies": row["copies"], "code": PERHAPS_LEFT, "message": UNKNOWN}
            yield _leaf(dossier, row, "dispatch-unconfirmed", **told)


def _leaf(dossier: Dossier, row: Mapping[Any, Any], act: str, **details: object) -> LeafDraft:
    document = dossier.documents.get(row["document"])
    name = document.file_name if document is not None else row["document"]
    return LeafDraft(
        actor=SYSTEM,
        act=act,
        subject=dossier.code,
        dossier=dossier.code,
        details={"channel": row["channel"], "document": name, "dispatch": row["code"], **details},
        objects={"document": [{"name": name, "sha256": row["sha256"]}]},
    )
