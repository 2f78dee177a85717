"""Parcels ordered at carriers: what came of an order is recorded once, with a leaf, whoever learns it first.

The answer to the order, a question for it, a callback that names our reference, or an officer who decides.
"""

from collections.abc import Mapping
from typing import Any

from adapters.application import strays
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import dossiers, jobs, parcels
from adapters.database.store import Transaction
from engine import policy
from engine.delivery import State
from engine.errors import Kind, Refusal, not_found
from engine.item_codes import read_item_code
from engine.officer import Officer
from engine.ordering import LEAVING, WAITING, Ordering
from engine.outcome import SYSTEM, JobRequest, LeafDraft

Row = Mapping[Any, Any]
ORDER, CANCEL = "hoso.parcel-order", "hoso.parcel-cancel"
"""The types of job that order a parcel at its carrier, and take such an order back."""
RIGHT = "order parcels"
ORDERED, REFUSED, UNCLEAR = "parcel-ordered", "parcel-order-refused", "parcel-order-unclear"
CANCELLED, NOT_CANCELLED, DECIDED = "parcel-order-cancelled", "parcel-cancel-refused", "parcel-order-decided"
_NOTES = {
    Ordering.REFUSED: "the carrier refuses the order   [order-refused]",
    Ordering.UNCLEAR: "whether the carrier took the order is not known   [order-unclear]",
    Ordering.CANCEL_REFUSED: "the carrier does not take its order back   [cancel-refused]",
    Ordering.CANCEL_UNCLEAR: "whether an order stands at the carrier is not known   [cancel-unclear]",
}


def locked(tx: Transaction, key: str) -> tuple[Row, Row] | None:
    """A dispatch by post and its parcel, under the locks of its dossier and its own; None where there is none."""
    found = jobs.find_dispatch(tx, key)
    if found is None or found["channel"] != "post":
        return None
    dossiers.load(tx, found["dossier"], lock=True, part=None)
    row, parcel = jobs.find_dispatch(tx, found["key"], lock=True), parcels.find(tx, found["key"])
    assert row is not None
    assert parcel is not None
    return row, parcel


def adopt(app: Application, tx: Transaction, row: Row, parcel: Row, item: str, how: str) -> bool:
    """The parcel is the carrier's item: recorded, with what the carrier told of it before; False where that cannot be.

    `how` it became known: answer | asked | callback. An order of a parcel that was called off is still to be cancelled.
    """
    if parcel["item"] is not None:
        return bool(parcel["item"] == item)
    if parcels.key_of_item(tx, parcel["carrier"], item) is not None:
        return False
    kept = Ordering(parcel["ordering"])
    parcels.change(tx, row["key"], item=item, ordering=(kept if kept in LEAVING else Ordering.ORDERED).value)
    jobs.change_dispatch(tx, row["key"], note=None, updated=app.clock())
    append(app, tx, [_leaf(row, ORDERED, SYSTEM, carrier=parcel["carrier"], item=item, how=how)], app.clock())
    strays.match(app, tx, row["key"], parcel["carrier"], item)
    return True


def stop(app: Application, tx: Transaction, row: Row, parcel: Row, ordering: Ordering, reason: str) -> None:
    """The order waits for people. `reason`: the carrier's own words; they stay with the dossier's data."""
    parcels.change(tx, row["key"], ordering=ordering.value)
    text, _, code = _NOTES[ordering].partition("   [")
    note = f"{text}: {reason}   [{code}" if reason else _NOTES[ordering]
    jobs.change_dispatch(tx, row["key"], note=note, updated=app.clock())
    act = {Ordering.REFUSED: REFUSED, Ordering.UNCLEAR: UNCLEAR}.get(ordering, NOT_CANCELLED)
    append(app, tx, [_leaf(row, act, SYSTEM, carrier=parcel["carrier"], code=code.rstrip("]"))], app.clock())


def cancelled(app: Application, tx: Transaction, row: Row, parcel: Row) -> None:
    """No order stands at the carrier any more."""
    parcels.change(tx, row["key"], ordering=Ordering.CANCELLED.value)
    append(app, tx, [_leaf(row, CANCELLED, SYSTEM, carrier=parcel["carrier"], item=parcel["item"])], app.clock())


def keep_scheduled(app: Application) -> None:
    """Ask for the jobs that cancel the orders of parcels that were called off; and match words with their items, where
    they came while these were being recorded, or were entered by hand.
    """
    with app.store.read() as tx:
        keys, found = parcels.with_ordering(tx, Ordering.CANCEL_ASKED.value), parcels.matchable(tx)
    for key, carrier, item in found:
        with app.store.write() as tx:
            if locked(tx, key) is not None and parcels.key_of_item(tx, carrier, item) == key:
                strays.match(app, tx, key, carrier, item)
    for key in keys:
        with app.store.write() as tx:
            both = locked(tx, key)
            if both is not None and both[1]["ordering"] == Ordering.CANCEL_ASKED:
                parcels.change(tx, key, ordering=Ordering.CANCELLING.value)
                add_job(app, tx, both[0], CANCEL)


def add_job(app: Application, tx: Transaction, row: Row, kind: str) -> None:
    """Ask for a job about that dispatch."""
    payload = {"dispatch": row["key"]}
    jobs.add_job(tx, row["dossier"], JobRequest(number=0, element="", type=kind, payload=payload, due=app.clock()))


# An officer decides


def decide(
    app: Application, officer: Officer, request: Request, id: str, *, item: str | None = None, again: bool = False
) -> Answer:
    """Decide what waits for people: it is this item; it is ordered `again`; or else, no order stands, and none will."""
    code = read_item_code(item) if item is not None else None
    if (item is not None and code is None) or (item is not None and again):
        message = f"{(item or '')[:60]!r} is no item code, or an item was named beside another decision"
        return refuse(Refusal(kind=Kind.INVALID, code="order-item", message=message, remedy="check its last digit"))

    def act(tx: Transaction) -> Answer:
        found = _in_sight(tx, officer, id)
        if isinstance(found, Refusal):
            return refuse(found)
        row, parcel = found
        if refusal := _undecidable(tx, row, parcel, code, again):
            return refuse(refusal)
        _decided(app, tx, officer, row, parcel, code, again)
        after = parcels.find(tx, row["key"])
        assert after is not None
        told = {"id": row["code"], "carrier": after["carrier"], "item": after["item"], "ordering": after["ordering"]}
        return Answer(body=told, about=row["dossier"])

    return once(app, request, act)


def _decided(
    app: Application, tx: Transaction, officer: Officer, row: Row, parcel: Row, item: str | None, again: bool
) -> None:
    found = Ordering.CANCEL_ASKED if row["state"] == State.CANCELLED else Ordering.ORDERED
    ordering = found if item else Ordering.NONE
    decision = "item" if item else "again" if again else "none"
    parcels.change(tx, row["key"], ordering=ordering.value, item=item, asked=None)
    jobs.change_dispatch(tx, row["key"], note=None, updated=app.clock())
    leaf = _leaf(row, DECIDED, officer.id, carrier=parcel["carrier"], decision=decision, item=item)
    append(app, tx, [leaf], app.clock())
    if item is not None:
        strays.match(app, tx, row["key"], parcel["carrier"], item)
    if again:
        add_job(app, tx, row, ORDER)


def _in_sight(tx: Transaction, officer: Officer, id: str) -> tuple[Row, Row] | Refusal:
    unknown = not_found("dispatch", id[:100], "list them: hoso dispatch list")
    found = jobs.find_dispatch(tx, id)
    if found is None or found["channel"] != "post":
        return unknown
    dossier = dossier_in_sight(tx, officer, found["dossier"], lock=True, part=None)
    if isinstance(dossier, Refusal):
        return unknown
    if refusal := policy.refuses(officer, RIGHT, dossier.unit):
        return refusal
    return locked(tx, found["key"]) or unknown


def _undecidable(tx: Transaction, row: Row, parcel: Row, item: str | None, again: bool) -> Refusal | None:
    ordering, code = Ordering(parcel["ordering"]), row["code"]
    if ordering not in WAITING:
        message = f"the order of {code} is {ordering}; expected one that waits for people: {', '.join(sorted(WAITING))}"
        return _conflict("order-decided", message, f"see: hoso dispatch show {code}")
    if again and (row["state"] != State.PREPARED or ordering not in (Ordering.REFUSED, Ordering.UNCLEAR)):
        return _conflict("order-left", f"{code} is {row['state']}: it is not ordered again", "decide --none")
    if item is not None and parcels.key_of_item(tx, parcel["carrier"], item) not in (None, row["key"]):
        return _conflict("item-taken", f"another parcel is {item} already", "look at the label again")
    return None


def _conflict(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)


def _leaf(row: Row, act: str, actor: str, **told: str | None) -> LeafDraft:
    """It names no address and no person: the evidence is kept longer than these."""
    said = {name: value for name, value in told.items() if value is not None}
    details = {"channel": "post", "document": row["document"], "dispatch": row["code"], **said}
    return LeafDraft(actor=actor, act=act, subject=row["dossier"], dossier=row["dossier"], details=details)
