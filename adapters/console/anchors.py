"""What `hoso doctor` finds of the log's anchors outside: its witnesses, its published checkpoints, their stamps.

A log without an outside witness can be written anew by whoever holds the server and its log key: that is no warning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.application import anchoring
from adapters.application.application import Application
from adapters.application.cosigning import cosign_head
from adapters.database import checkpoints, jobs
from adapters.database.checkpoints import Published
from adapters.database.store import Transaction
from adapters.witnesses import WitnessRefuses
from signing.errors import Invalid
from signing.record import time_text

LATE = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A verdict (ok, warning or failed) and what it rests on."""

    verdict: str
    message: str


def witnesses(app: Application) -> Found:
    """Each witness is asked for a real cosignature of the log as it stands, which is then thrown away."""
    if not app.witnesses:
        message = "no witness: whoever holds this server can write another history; set HOSO_WITNESSES"
        return Found(verdict="failed", message=message)
    if all(witness.is_here for witness in app.witnesses):
        message = (
            "every witness runs on this machine, in the same hands as the log; name one on another: HOSO_WITNESSES"
        )
        return Found(verdict="failed", message=message)
    faults = cosign_head(app).failures
    for fault in faults.values():
        if isinstance(fault, WitnessRefuses):
            return Found(
                verdict="failed", message=f"{fault}: the log was changed or put back; keep all, ask the auditor"
            )
    told = "; ".join(map(str, faults.values()))
    if all(witness.is_here or witness.vkey in faults for witness in app.witnesses):
        return Found(verdict="failed", message=f"no outside witness cosigns: {told}")
    if faults:
        return Found(verdict="warning", message=told)
    return Found(verdict="ok", message=f"cosigned by {', '.join(witness.name for witness in app.witnesses)}")


def published(app: Application) -> Found:
    """Whether what happened is in a published checkpoint, with its witnesses and its stamp."""
    with app.store.read() as tx:
        last = checkpoints.last(tx)
        if last is None:
            message = "no checkpoint was published yet; a running hoso serve does so at once, then hourly"
            return Found(verdict="warning", message=message)
        try:
            anchoring.verified(app, tx, last)
        except Invalid as error:
            return Found(verdict="failed", message=str(error))
        faults = [*_late(app, tx, last), *_bare(app, tx, last)]
    if faults:
        return Found(verdict="warning", message="; ".join(faults))
    return Found(verdict="ok", message=f"{last.size} leaves published at {time_text(last.published)}, stamped")


def _late(app: Application, tx: Transaction, last: Published) -> Sequence[str]:
    if app.clock() - last.published <= LATE or not anchoring.unpublished(tx, last):
        return []
    job = jobs.newest(tx, anchoring.PUBLISH)
    why = f" ({job['error']})" if job is not None and job["error"] else ""
    message = f"the last one was published at {time_text(last.published)}, and more happened since{why}"
    return [f"{message}; does hoso serve run?"]


def _bare(app: Application, tx: Transaction, last: Published) -> Sequence[str]:
    faults = [f"the last one lacks the cosignature of {name}" for name in anchoring.lacking(app, last)]
    job = jobs.newest(tx, anchoring.STAMP)
    if job is None or job["payload"]["size"] != last.size or job["state"] != "done":
        why = f" ({job['error']})" if job is not None and job["error"] else ""
        faults.append(f"the last one is not stamped yet{why}")
    return faults
