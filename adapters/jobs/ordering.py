"""Order a parcel at its carrier, and take such an order back.

That the order is about to be sent is committed before it is: whoever finds it so, without an outcome, knows that the
carrier may have it. Then the carrier is asked by our own reference; one that cannot be asked leaves it to people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.application import ordering
from adapters.application.application import Application
from adapters.application.carriers import told
from adapters.application.work import Job
from adapters.database import dossiers, jobs, parcels
from adapters.database.store import Transaction
from adapters.dispatch.post import carrier as post
from adapters.dispatch.post.carrier import Answered, Carrier, Outcome
from adapters.jobs.errors import TryLater
from engine.delivery import State
from engine.ordering import Ordering, Step, next_of_cancelling, next_step, settled

Row = Mapping[Any, Any]
Recorded = Callable[[Transaction, Row, Row], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is to be done about a parcel's order, as it stood under its locks."""

    step: Step
    name: str
    carrier: Carrier
    row: Row
    parcel: Row


def order(app: Application, job: Job) -> None:
    """Order it, unless it is ordered, was called off, or waits for people."""
    begun = _begin(app, job)
    if begun is None:
        return
    if begun.step is Step.ASK:
        answer = post.ask(begun.carrier, begun.row["key"])
        if answer.outcome is not Outcome.NONE or not settled(begun.parcel["asked"], app.clock()):
            _asked(app, job, begun, answer)
            return
        if not _send_again(app, job):
            return
    _ordered(app, job, begun, post.order(begun.carrier, told(app, begun.row, begun.parcel)))


def _begin(app: Application, job: Job) -> Begun | None:
    """Look what is to be done; that an order is about to be sent is committed here."""
    with app.store.write() as tx:
        found = _held(tx, job)
        if found is None:
            return None
        row, parcel = found
        name = parcel["carrier"] or app.carriers.ordering
        carrier = app.carriers.named(name)
        step = next_step(
            Ordering(parcel["ordering"]),
            prepared=row["state"] == State.PREPARED,
            has_item=parcel["item"] is not None,
            askable=carrier is None or carrier.ask is not None,
        )
        if step is Step.STOP:
            ordering.stop(app, tx, row, parcel, Ordering.UNCLEAR, "")
        if step in (Step.NOTHING, Step.STOP):
            jobs.finish(tx, job["id"], "done")
            return None
        if carrier is None:
            raise TryLater(f"carrier {name} is not in carriers.json")
        if step is Step.ORDER:
            parcels.change(tx, row["key"], carrier=name, ordering=Ordering.ASKED.value, asked=app.clock())
        return Begun(step=step, name=str(name), carrier=carrier, row=row, parcel=parcel)


def _send_again(app: Application, job: Job) -> bool:
    """The carrier does not know the order that was sent: it is sent once more, from now on, unless that is over."""
    with app.store.write() as tx:
        found = _held(tx, job)
        if found is None:
            return False
        row, parcel = found
        wanted = parcel["ordering"] == Ordering.ASKED and parcel["item"] is None
        if wanted and row["state"] == State.PREPARED:
            parcels.change(tx, row["key"], asked=app.clock())
            return True
        if wanted:  # it has left, or was called off: no order stands, and none is wanted
            parcels.change(tx, row["key"], ordering=Ordering.NONE.value, asked=None)
        jobs.finish(tx, job["id"], "done")
        return False


def _ordered(app: Application, job: Job, begun: Begun, answer: Answered) -> None:
    """Record what came of an order that was sent."""
    if answer.outcome is Outcome.UNCLEAR and begun.carrier.ask is not None:
        raise TryLater(f"carrier {begun.name} gave no clear answer; it is asked for the order   [order-unclear]")

    def record(tx: Transaction, row: Row, parcel: Row) -> None:
        if answer.outcome is Outcome.DONE and answer.item is not None:
            if not ordering.adopt(app, tx, row, parcel, answer.item, "answer"):
                ordering.stop(app, tx, row, parcel, Ordering.UNCLEAR, f"it names {answer.item} beside another")
        elif parcel["ordering"] != Ordering.ASKED:  # a callback, or who called it off, was quicker
            return
        elif answer.outcome is Outcome.LATER:
            parcels.change(tx, row["key"], ordering=Ordering.NONE.value, asked=None)
        else:
            stands = Ordering.REFUSED if answer.outcome is Outcome.REFUSED else Ordering.UNCLEAR
            ordering.stop(app, tx, row, parcel, stands, answer.reason)

    later = answer.outcome is Outcome.LATER
    if _record(app, job, record, over=not later) and later:
        raise TryLater(f"carrier {begun.name} takes no orders now   [order-later]")


def _asked(app: Application, job: Job, begun: Begun, answer: Answered) -> None:
    """Record what the carrier knows of an order that was sent before."""
    item = answer.item
    if answer.outcome is not Outcome.DONE or item is None:
        raise TryLater(f"carrier {begun.name} was asked for the order: {answer.outcome}   [order-unclear]")

    def record(tx: Transaction, row: Row, parcel: Row) -> None:
        if not ordering.adopt(app, tx, row, parcel, item, "asked"):
            ordering.stop(app, tx, row, parcel, Ordering.UNCLEAR, f"it names {item} beside another")

    _record(app, job, record)


# Taking back


def cancel(app: Application, job: Job) -> None:
    """The parcel was called off: its carrier is told, and what it says is recorded. To be told twice harms nothing."""
    with app.store.write() as tx:
        found = _held(tx, job)
        if found is None:
            return
        row, parcel = found
        if parcel["ordering"] != Ordering.CANCELLING:
            jobs.finish(tx, job["id"], "done")
            return
    carrier = app.carriers.named(parcel["carrier"])
    if carrier is None:
        raise TryLater(f"carrier {parcel['carrier']} is not in carriers.json")
    answer = _cancelled(app, carrier, row, parcel)

    def record(tx: Transaction, row: Row, parcel: Row) -> None:
        if parcel["ordering"] != Ordering.CANCELLING:
            return
        if answer.item is not None and parcel["item"] is None:
            ordering.adopt(app, tx, row, parcel, answer.item, "asked")
        if answer.outcome in (Outcome.DONE, Outcome.NONE):
            ordering.cancelled(app, tx, row, {**parcel, "item": answer.item or parcel["item"]})
        else:
            refused = answer.outcome is Outcome.REFUSED
            stands = Ordering.CANCEL_REFUSED if refused else Ordering.CANCEL_UNCLEAR
            ordering.stop(app, tx, row, parcel, stands, answer.reason)

    _record(app, job, record)


def _cancelled(app: Application, carrier: Carrier, row: Row, parcel: Row) -> Answered:
    """What the carrier says; raises TryLater where it may say more later."""
    step = next_of_cancelling(
        has_item=parcel["item"] is not None, asked=parcel["asked"], askable=carrier.ask is not None, now=app.clock()
    )
    if step is None:
        raise TryLater("its order is under way still")
    if step is Step.STOP:
        return Answered(outcome=Outcome.UNCLEAR)
    item = parcel["item"]
    if step is Step.ASK:
        answer = post.ask(carrier, row["key"])
        if answer.outcome is Outcome.NONE:
            return answer
        item = answer.item
    answer = post.cancel(carrier, item) if item is not None else Answered(outcome=Outcome.LATER, reason="not found")
    if answer.outcome in (Outcome.LATER, Outcome.UNCLEAR):
        raise TryLater(f"carrier {parcel['carrier']} does not say that it took the order back   [cancel-unclear]")
    return Answered(outcome=answer.outcome, item=item, reason=answer.reason)


# What both need


def _held(tx: Transaction, job: Job) -> tuple[Row, Row] | None:
    """The dispatch and its parcel under their locks, while the lease stands and the dossier goes on."""
    found = ordering.locked(tx, job["payload"]["dispatch"])
    if not jobs.held(tx, job):
        return None
    dossier = dossiers.load(tx, job["dossier"], part=None)
    if dossier is not None and dossier.suspended is not None:
        jobs.finish(tx, job["id"], "suspended")
        return None
    if found is None:
        jobs.finish(tx, job["id"], "cancelled", "its parcel is gone")
    return found


def _record(app: Application, job: Job, record: Recorded, *, over: bool = True) -> bool:
    """Record an answer, and with it the job's end where it is over; False where another has the job."""
    with app.store.write() as tx:
        found = ordering.locked(tx, job["payload"]["dispatch"])
        if found is None or not jobs.held(tx, job):
            return False
        record(tx, *found)
        if over:
            jobs.finish(tx, job["id"], "done")
        return True
