"""What is told of a parcel before it is handed over: the carrier's code on it, and the papers in it that exist once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.sight import dossier_in_sight
from adapters.application.tracking import OFFICE
from adapters.application.trail import append
from adapters.database import handovers, jobs, parcels
from adapters.database.store import Transaction
from engine import policy
from engine.delivery import State
from engine.errors import Kind, Refusal, not_found
from engine.handing import place_of, read_item, refuses_marking
from engine.officer import Officer
from engine.ordering import STANDS
from engine.outcome import LeafDraft
from signing.canonical import canonical, sha256_hex

RIGHT = "hand over parcels"
Json = dict[str, Any]
Row = Mapping[Any, Any]


def set_item(app: Application, officer: Officer, request: Request, id: str, carrier: str, text: str) -> Answer:
    """Give the parcel its carrier and that carrier's code; another one than before replaces it."""
    item = read_item(carrier, text)
    if isinstance(item, Refusal):
        return refuse(item)
    if unknown := _unknown(app, carrier):
        return refuse(unknown)

    def act(tx: Transaction, row: Row) -> Answer:
        parcel = parcels.find(tx, row["key"])
        assert parcel is not None
        if (parcel["carrier"], parcel["item"]) != (carrier, item) and parcel["ordering"] in STANDS:
            return refuse(_ordered(row["code"], parcel))
        if parcels.key_of_item(tx, carrier, item) not in (None, row["key"]):
            message = f"the item {item} of {carrier} is another parcel's"
            remedy = "read it from the label again; see: hoso dispatch list"
            return refuse(Refusal(kind=Kind.CONFLICT, code="item-code-taken", message=message, remedy=remedy))
        parcels.change(tx, row["key"], carrier=carrier, item=item)
        told = {"dispatch": row["code"], "carrier": carrier, "item": item}
        _tell(app, tx, officer, row, "parcel-item-set", told)
        return Answer(body={"id": row["code"], "dossier": row["dossier"], "carrier": carrier, "item": item})

    return _marked(app, officer, request, id, act)


def set_originals(app: Application, officer: Officer, request: Request, id: str, titles: Sequence[str]) -> Answer:
    """Tell which papers lie in the parcel that exist once; its leaf tells how many, and the hash of their titles."""

    def act(tx: Transaction, row: Row) -> Answer:
        parcels.change(tx, row["key"], originals=list(titles))
        told = {"dispatch": row["code"], "count": len(titles), "titles": sha256_hex(canonical(list(titles)))}
        _tell(app, tx, officer, row, "parcel-originals-set", told)
        return Answer(body={"id": row["code"], "dossier": row["dossier"], "originals": list(titles)})

    return _marked(app, officer, request, id, act)


def list_originals(app: Application, officer: Officer, after: str, limit: int) -> Answer:
    """A page of the parcels that hold papers which exist once, and where these lie."""
    with app.store.read() as tx:
        rows = handovers.with_originals(tx, officer, after=after, limit=limit)
    items = [
        {
            **{name: row[name] for name in ("dossier", "state", "carrier", "item", "originals")},
            "id": row["code"],
            "place": place_of(State(row["state"])).value,
        }
        for row in rows
    ]
    return Answer(body={"items": items, "next": items[-1]["id"] if len(items) == limit else None})


def _marked(
    app: Application, officer: Officer, request: Request, id: str, act: Callable[[Transaction, Row], Answer]
) -> Answer:
    """Do it to a parcel that the officer may hand over, and that was not handed over yet."""

    def acting(tx: Transaction) -> Answer:
        found = parcel_in_sight(tx, officer, id)
        return refuse(found) if isinstance(found, Refusal) else act(tx, found)

    return once(app, request, acting)


def parcel_in_sight(tx: Transaction, officer: Officer, id: str) -> Row | Refusal:
    """The parcel's dispatch, locked, while it may be marked."""
    found = jobs.find_dispatch(tx, id)
    dossier = dossier_in_sight(tx, officer, found["dossier"], lock=True, part=None) if found else None
    if found is None or dossier is None or isinstance(dossier, Refusal) or found["channel"] != "post":
        return not_found("dispatch", id, "list them: hoso dispatch list")
    if refusal := policy.refuses(officer, RIGHT, dossier.unit):
        return refusal
    row = jobs.find_dispatch(tx, found["key"], lock=True)
    [beside] = handovers.named(tx, officer, [found["code"]])
    assert row is not None
    return refuses_marking(row["code"], State(row["state"]), beside["signed"]) or row


def _ordered(code: str, parcel: Row) -> Refusal:
    message = f"the order of {code} at {parcel['carrier']} is {parcel['ordering']}; expected that none stands there"
    remedy = f"decide what waits: hoso dispatch order {code}; what stands ends with: hoso dispatch cancel {code}"
    return Refusal(kind=Kind.CONFLICT, code="order-stands", message=message, remedy=remedy)


def _unknown(app: Application, carrier: str) -> Refusal | None:
    """Why no parcel goes by that carrier; any may be named where carriers.json names none."""
    if carrier == OFFICE:
        message, remedy = f"{OFFICE!r} names the office itself, not a carrier", "name the carrier with --carrier"
        return Refusal(kind=Kind.INVALID, code="carrier-own", message=message, remedy=remedy)
    known = app.carriers.by_name
    if not known or carrier in known:
        return None
    message = f"{carrier!r} is not in carriers.json; expected one of {', '.join(sorted(known))}"
    remedy = "see: hoso carrier list; one without an interface is added with the profile csv"
    return Refusal(kind=Kind.INVALID, code="carrier-unknown", message=message, remedy=remedy)


def _tell(app: Application, tx: Transaction, officer: Officer, row: Row, act: str, told: Mapping[str, object]) -> None:
    draft = LeafDraft(
        actor=officer.id, act=act, subject=row["dossier"], dossier=row["dossier"], details={**told}, objects={}
    )
    append(app, tx, [draft], app.clock())
