"""The papers of parcels for an officer: label, slip, the day's manifest; drawn when asked for, and not kept."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from adapters.application.application import Application
from adapters.application.sight import dossier_in_sight
from adapters.database import definitions, jobs, parcels
from adapters.database.store import Transaction
from adapters.letters.errors import LetterError
from adapters.letters.label import address_label
from adapters.letters.papers import manifest, slip
from engine.calendar import VIETNAM
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer

Json = dict[str, Any]
Row = Mapping[Any, Any]


def label(app: Application, officer: Officer, id: str) -> bytes | Refusal:
    """The address label of a parcel, as it was made; with its item code once that is known."""
    with app.store.read() as tx:
        found = _parcel(tx, officer, id)
        if isinstance(found, Refusal):
            return found
        row, beside = found
        kept = definitions.get_content(tx, row["label"]) if row["label"] else None
    if kept is None:
        return not_found("label", id, "only parcels have labels")
    return kept if beside is None or beside["item"] is None else _drawn_label(app, row, beside)


def _drawn_label(app: Application, row: Row, beside: Row) -> bytes | Refusal:
    sender = {"name": app.agency.name, "address": app.agency.address}
    told = {"code": row["code"], "item": beside["item"], "dossier": row["dossier"]}
    try:
        return address_label({**told, "sender": sender, "recipient": row["recipient"]}, at=row["created"])
    except LetterError as error:
        return _undrawn(error)


def slip_of(app: Application, officer: Officer, id: str) -> bytes | Refusal:
    """The slip that lies in a parcel (phiếu gửi hồ sơ)."""
    with app.store.read() as tx:
        found = _parcel(tx, officer, id)
        if isinstance(found, Refusal):
            return found
        row, beside = found
        if beside is None:
            return not_found("slip", id, "only parcels have slips")
        dossier = dossier_in_sight(tx, officer, row["dossier"], part=None)
        assert not isinstance(dossier, Refusal)  # the parcel is in sight
        record = definitions.find_procedure(tx, dossier.procedure) if dossier.procedure else None
    told = {**{name: row[name] for name in ("code", "dossier", "recipient", "consent", "document")}, **beside}
    procedure = f"{record['body']['name']} ({record['code']})" if record else dossier.title
    agency = app.agency
    sender = {"name": agency.name, "address": agency.address, "email": agency.email}
    try:
        return slip({**told, "procedure": procedure, "sender": sender}, at=app.clock())
    except LetterError as error:
        return _undrawn(error)


def parcels_of_day(app: Application, officer: Officer, day: date, carrier: str | None) -> list[Row]:
    """The parcels of a day (local), perhaps of one carrier alone, for the manifest."""
    start = datetime.combine(day, time(), VIETNAM)
    with app.store.read() as tx:
        return parcels.of_day(tx, officer, start, start + timedelta(days=1), carrier)


def manifest_pdf(app: Application, officer: Officer, day: date, carrier: str | None) -> bytes | Refusal:
    """The day's manifest to be printed."""
    rows = parcels_of_day(app, officer, day, carrier)
    try:
        return manifest(app.agency.name, f"{day:%d/%m/%Y}", carrier or "", rows, at=app.clock())
    except LetterError as error:
        return _undrawn(error)


def _parcel(tx: Transaction, officer: Officer, id: str) -> tuple[Row, Row | None] | Refusal:
    row = jobs.find_dispatch(tx, id)
    if row is None or isinstance(dossier_in_sight(tx, officer, row["dossier"], part=None), Refusal):
        return not_found("dispatch", id, "list them: hoso dispatch list")
    return row, parcels.find(tx, row["key"])


def _undrawn(error: LetterError) -> Refusal:
    remedy = "let an administrator look at the dispatch: hoso dispatch show"
    return Refusal(kind=Kind.INVALID, code=error.code, message=error.message, remedy=remedy)
