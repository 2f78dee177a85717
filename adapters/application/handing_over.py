"""The record of a hand-over (biên bản giao nhận): made over parcels that wait, signed by both sides, told to each.

It names codes alone, so that it may be kept for good. What it lists is one SHA-256: the office signs that and the PDF,
so nothing can be put into it afterwards. A parcel stands in one record; until the office signs, another may take it.
"""

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from adapters.application import views
from adapters.application.answer import CREATED, OK, Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.marking import RIGHT
from adapters.application.tracking import OFFICE, office_word
from adapters.application.trail import append
from adapters.database import definitions, handovers
from adapters.database.store import Transaction
from adapters.letters.papers import handover_record
from engine import policy
from engine.calendar import VIETNAM
from engine.delivery import State
from engine.errors import Kind, Refusal, not_found
from engine.officer import CLERK, Officer
from engine.outcome import LeafDraft
from signing.canonical import canonical, sha256_hex

MADE, WITHDRAWN = "handover-made", "handover-withdrawn"
MOST = 5000  # parcels in one record
Json = dict[str, Any]
Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which parcels a carrier is to get: these, or all that wait; of one day (local) where it is named.

    They are of one unit and what lies within it, since who sees that unit sees the record: of `unit`, else of the first
    for which the officer hands over.
    """

    carrier: str
    day: date | None = None
    dispatches: Sequence[str] | None = None
    unit: str | None = None


def create(app: Application, officer: Officer, request: Request, wish: Wish) -> Answer:
    """Make the record and its PDF, which is drawn outside any lock."""
    if known := known_answer(app, request):
        return known
    unit = wish.unit or next((unit for unit, roles in officer.rights.items() if CLERK in roles), None)
    if refusal := policy.refuses(officer, RIGHT, unit):
        return refuse(refusal)
    if unit is None:
        return refuse(_nothing(wish))
    with app.store.read() as tx:
        within = app.organisations.get(tx).within(unit)
        found = _wanted(tx, officer, wish, within)
        others = officer.units - within if wish.dispatches is None else ()
        left_out = len(_waiting(tx, officer, wish, others))
    if isinstance(found, Refusal):
        return refuse(found)
    now = app.clock()
    code = f"BG-{now.astimezone(VIETNAM):%y%m%d}-{base64.b32encode(app.entropy(5)).decode()}"
    listing = list_of(code, wish.carrier, found)
    paper = _drawn(app, code, wish.carrier, found, sha256_hex(listing), now)

    def act(tx: Transaction) -> Answer:
        handovers.lock(tx, [row["key"] for row in found])
        if _keys(_wanted(tx, officer, wish, within)) != _keys(found):
            return refuse(changed(code))
        values = {"code": code, "carrier": wish.carrier, "unit": unit, "officer": officer.id, "created": now}
        digests = {"paper": sha256_hex(paper), "listing": sha256_hex(listing), "parcels": len(found)}
        for content in (paper, listing):
            definitions.put_content(tx, sha256_hex(content), content)
        id = handovers.add(tx, {**values, **digests})
        handovers.take(tx, [row["key"] for row in found], id, wish.carrier)
        told = {"carrier": wish.carrier, "unit": unit, "parcels": len(found)}
        objects = {"paper": digests["paper"], "listing": digests["listing"]}
        append(app, tx, [_leaf(officer, MADE, code, told, objects)], now)
        made = handovers.find(tx, code)
        assert made is not None
        return Answer(status=CREATED, body={**_shown(tx, made), "left_out": left_out})

    return once(app, request, act)


def withdraw(app: Application, officer: Officer, request: Request, code: str, reason: str) -> Answer:
    """Take back a record that the carrier has not signed: its parcels may stand in another one."""

    def act(tx: Transaction) -> Answer:
        row = in_office(tx, officer, code, lock=True)
        if isinstance(row, Refusal):
            return refuse(row)
        if refusal := refuses_over(row):
            return refuse(refusal)
        now = app.clock()
        handovers.release(tx, row["id"])
        handovers.change(tx, row["id"], withdrawn=now)
        raw = office_word(code, officer.id, now, reason=reason)  # it may name people: the leaf has its hash alone
        definitions.put_content(tx, sha256_hex(raw), raw, of=f"handover/{code}")
        append(app, tx, [_leaf(officer, WITHDRAWN, code, {"carrier": row["carrier"]}, {"word": sha256_hex(raw)})], now)
        return shown(tx, {**row, "withdrawn": now})

    return once(app, request, act)


def list_records(app: Application, officer: Officer, after: int, limit: int) -> Answer:
    """A page of the records within the officer's sight."""
    with app.store.read() as tx:
        rows = handovers.listed(tx, officer, after=after, limit=limit)
        items = [_shown(tx, row) for row in rows]
    return Answer(body={"items": items, "next": rows[-1]["id"] if len(rows) == limit else None})


def show(app: Application, officer: Officer, code: str) -> Answer:
    """One record."""
    with app.store.read() as tx:
        row = in_sight(tx, officer, code)
        return refuse(row) if isinstance(row, Refusal) else shown(tx, row)


def parcels_in(app: Application, officer: Officer, code: str, after: str, limit: int) -> Answer:
    """A page of the parcels that stand in it now."""
    with app.store.read() as tx:
        row = in_sight(tx, officer, code)
        if isinstance(row, Refusal):
            return refuse(row)
        rows = handovers.parcels_of(tx, row["id"], after=after, limit=limit)
    items = [{"id": each["code"], **{name: each[name] for name in ("dossier", "state", "item")}} for each in rows]
    return Answer(body={"items": items, "next": items[-1]["id"] if len(items) == limit else None})


def paper(app: Application, officer: Officer, code: str, *, countersigned: bool) -> bytes | Refusal:
    """The record as PDF: as it was made, or as the carrier signed it."""
    with app.store.read() as tx:
        row = in_sight(tx, officer, code)
        if isinstance(row, Refusal):
            return row
        digest = row["countersignature"] if countersigned else row["paper"]
        found = definitions.get_content(tx, digest) if digest else None
    return found or not_found("countersignature", f"of the record {code}", "the carrier has not signed it yet")


def in_sight(tx: Transaction, officer: Officer, code: str, *, lock: bool = False) -> Row | Refusal:
    """The record, where the officer sees its unit."""
    row = handovers.find(tx, code, lock=lock)
    if row is None or not officer.sees(row["unit"]):
        return not_found("handover", code, "list them: hoso dispatch handover list")
    return row


def in_office(tx: Transaction, officer: Officer, code: str, *, lock: bool = False) -> Row | Refusal:
    """The record, where the officer may hand over for its unit."""
    row = in_sight(tx, officer, code, lock=lock)
    return row if isinstance(row, Refusal) else policy.refuses(officer, RIGHT, row["unit"]) or row


def shown(tx: Transaction, row: Row, status: int = OK) -> Answer:
    """The answer that tells a record."""
    return Answer(status=status, body=_shown(tx, row))


def list_of(code: str, carrier: str, rows: Sequence[Row]) -> bytes:
    """What a record lists, as canonical JSON: its code, the carrier, and of each parcel both codes, in order."""
    return canonical({"record": code, "carrier": carrier, "parcels": _codes(rows)})


def changed(code: str) -> Refusal:
    """The parcels are not those that were listed."""
    message = f"the parcels of the record {code} are not those that it lists: some were called off, changed or taken"
    remedy = "make the record anew: hoso dispatch handover create"
    return Refusal(kind=Kind.CONFLICT, code="handover-changed", message=message, remedy=remedy)


def refuses_over(row: Row) -> Refusal | None:
    """Why nothing can be done with a record any more."""
    for end in ("withdrawn", "countersigned"):
        if row[end] is not None:
            message = f"the record {row['code']} was {end} at {views.moment(row[end])}"
            remedy = "see it: hoso dispatch handover show"
            return Refusal(kind=Kind.CONFLICT, code=f"handover-{end}", message=message, remedy=remedy)
    return None


def _wanted(tx: Transaction, officer: Officer, wish: Wish, within: Collection[str]) -> list[Row] | Refusal:
    if wish.dispatches is None:
        found = _waiting(tx, officer, wish, within)
    else:
        found = handovers.named(tx, officer, sorted(set(wish.dispatches)))
        if refusal := _refuses_named(officer, wish, found, within):
            return refusal
    if not found or len(found) > MOST:
        return _nothing(wish, len(found))
    return found


def _waiting(tx: Transaction, officer: Officer, wish: Wish, units: Collection[str]) -> list[Row]:
    """What waits for the carrier in those of the units for which the officer hands over."""
    own = [unit for unit in units if policy.refuses(officer, RIGHT, unit) is None]
    start = None if wish.day is None else datetime.combine(wish.day, time(), VIETNAM)
    end = None if start is None else start + timedelta(days=1)
    return handovers.waiting(tx, own, wish.carrier, start, end) if own else []


def _refuses_named(officer: Officer, wish: Wish, found: Sequence[Row], within: Collection[str]) -> Refusal | None:
    if missing := sorted({*(wish.dispatches or ())} - {row["code"] for row in found}):
        return not_found("parcel", missing[0], "list those you may see: hoso dispatch list")
    for row in found:
        if refusal := policy.refuses(officer, RIGHT, row["unit"]):
            return refusal
        if row["unit"] not in within:
            return _unfit(row, "parcel-of-another-unit", f"is of the unit {row['unit']}, not of the record's")
        if row["state"] != State.PREPARED.value:
            return _unfit(row, "parcel-not-prepared", f"is {row['state']}, expected prepared")
        if row["carrier"] not in (None, wish.carrier):
            return _unfit(row, "parcel-of-another-carrier", f"goes by {row['carrier']}, not by {wish.carrier}")
        if row["signed"] is not None:
            return _unfit(row, "parcel-listed", f"stands in the record {row['record']} already, which is signed")
    return None


def _unfit(row: Row, code: str, what: str) -> Refusal:
    remedy = "leave it out, or make another record (--unit); see: hoso dispatch show"
    return Refusal(kind=Kind.CONFLICT, code=code, message=f"parcel {row['code']} {what}", remedy=remedy)


def _nothing(wish: Wish, found: int = 0) -> Refusal:
    message = f"{found} parcels wait for {wish.carrier}, expected 1 to {MOST}"
    remedy = "see what waits: hoso dispatch list --state prepared; name fewer, or another day"
    return Refusal(kind=Kind.CONFLICT, code="handover-empty", message=message, remedy=remedy)


def _keys(found: list[Row] | Refusal) -> list[tuple[str, str | None]] | Refusal:
    return found if isinstance(found, Refusal) else [(row["key"], row["item"]) for row in found]


def _codes(rows: Sequence[Row]) -> list[Json]:
    return [{"dispatch": row["code"], "item": row["item"] or ""} for row in rows]


def _drawn(app: Application, code: str, carrier: str, rows: Sequence[Row], digest: str, at: datetime) -> bytes:
    agency = {"agency": app.agency.name, "identifier": app.agency.identifier}
    return handover_record(
        {"code": code, "carrier": carrier, "digest": digest, "parcels": _codes(rows), **agency}, at=at
    )


def _leaf(
    officer: Officer, act: str, code: str, told: Mapping[str, object], objects: Mapping[str, object]
) -> LeafDraft:
    return LeafDraft(actor=officer.id, act=act, subject=code, details={**told}, objects={**objects})


def _shown(tx: Transaction, row: Row) -> Json:
    same = ("carrier", "unit", "officer", "parcels", "paper", "listing", "countersigner", "countersignature", "means")
    times = ("created", "signed", "countersigned", "withdrawn")
    left = handovers.left(tx, row["id"], OFFICE) if row["withdrawn"] is None else 0
    return {
        "id": row["code"],
        **{name: row[name] for name in (*same, "certificate")},
        **{name: views.moment(row[name]) for name in times},
        "left": left,
    }
