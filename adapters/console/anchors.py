"""What `hoso doctor` finds of the log's anchors outside: its witnesses, its published checkpoints, their stamps.

A log without an outside witness can be written anew by whoever holds the server and its log key: that is no warning.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from adapters.application import anchoring
from adapters.application.application import Application
from adapters.application.appointing import appointed
from adapters.application.cosigning import cosign_head
from adapters.cli.language import _
from adapters.console.findings import Found, broken, doubtful, well
from adapters.database import checkpoints, jobs
from adapters.database.checkpoints import Published
from adapters.database.store import Transaction
from adapters.witnesses import WitnessRefuses
from signing.errors import Invalid
from signing.record import time_text

LATE = timedelta(hours=2)


def witnesses(app: Application) -> Found:
    """Each witness is asked for a real cosignature of the log as it stands, which is then thrown away."""
    if not app.witnesses:
        message = _("no witness: whoever holds this server can write another history")
        return broken(message, _("set HOSO_WITNESSES"))
    if all(witness.is_here for witness in app.witnesses):
        message = _("every witness runs on this machine, in the same hands as the log")
        return broken(message, _("name one on another: HOSO_WITNESSES"))
    faults = cosign_head(app).failures
    for fault in faults.values():
        if isinstance(fault, WitnessRefuses):
            message = _("{fault}: the log was changed or put back").format(fault=fault)
            return broken(message, _("keep all as it is, ask the auditor"))
    told = "; ".join(map(str, faults.values()))
    remedy = _("ask who runs it; see HOSO_WITNESSES")
    if all(witness.is_here or witness.vkey in faults for witness in app.witnesses):
        return broken(_("no outside witness cosigns: {told}").format(told=told), remedy)
    with app.store.read() as tx:
        known = appointed(tx)
    if known and known.keys() != {witness.vkey for witness in app.witnesses}:
        names = ", ".join(sorted(known.values()))
        message = _("the log tells of other witnesses ({names}) than HOSO_WITNESSES here").format(names=names)
        return doubtful(message, _("give all servers the same, and start them again"))
    if faults:
        return doubtful(told, remedy)
    return well(_("cosigned by {names}").format(names=", ".join(witness.name for witness in app.witnesses)))


def published(app: Application) -> Found:
    """Whether what happened is in a published checkpoint, with its witnesses and its stamp."""
    with app.store.read() as tx:
        last = checkpoints.last(tx)
        if last is None:
            message = _("no checkpoint was published yet")
            return doubtful(message, _("a running hoso serve does so at once, then hourly"))
        try:
            anchoring.verified(app, tx, last)
        except Invalid as error:
            return broken(str(error), _("keep all as it is, ask the auditor"))
        faults = [*_late(app, tx, last), *_bare(app, tx, last)]
    if faults:
        return doubtful("; ".join(faults), _("does hoso serve run? see what is said of witnesses and time stamps"))
    return well(_("{size} leaves published at {time}, stamped").format(size=last.size, time=time_text(last.published)))


def _late(app: Application, tx: Transaction, last: Published) -> Sequence[str]:
    if app.clock() - last.published <= LATE or not anchoring.unpublished(tx, last):
        return []
    message = _("the last one was published at {time}, and more happened since").format(time=time_text(last.published))
    return [message + _why(jobs.newest(tx, anchoring.PUBLISH))]


def _bare(app: Application, tx: Transaction, last: Published) -> Sequence[str]:
    lacking = anchoring.lacking(app, last)
    faults = [_("the last one lacks the cosignature of {name}").format(name=name) for name in lacking]
    job = jobs.newest(tx, anchoring.STAMP)
    if job is None or job["payload"]["size"] != last.size or job["state"] != "done":
        faults.append(_("the last one is not stamped yet") + _why(job))
    return faults


def _why(job: Mapping[Any, Any] | None) -> str:
    return f" ({job['error']})" if job is not None and job["error"] else ""
