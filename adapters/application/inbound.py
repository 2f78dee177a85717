"""Parcels that come in: recorded with their list and the record of the hand-over, once each; added to, or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.application import views
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.documents import uploaded
from adapters.application.mails import FAILED_MAIL
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import definitions, erasing, jobs, notes
from adapters.database import inbound as stored
from adapters.database.store import Transaction
from adapters.database.trail import keep_about
from engine import policy
from engine.acts.erase import refuses_erased
from engine.document import Document
from engine.errors import Kind, Refusal, not_found
from engine.item_codes import read_item_code
from engine.officer import Officer
from engine.outcome import JobRequest, LeafDraft
from signing.canonical import sha256_hex
from signing.record import time_text

Row = Mapping[Any, Any]
RIGHT = "receive parcels"
COMPLETE = "hoso.originals-complete"
"""The message by which a process may wait until nothing of its parcel is missing any more."""
LONGEST_AGO = timedelta(days=366)
MOST_DOCUMENTS = 100
TOLD_ONCE = frozenset({"sender", "documents", "missing", "reason"})
"""Of an answer to no dossier yet, with which nothing would erase them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A document on a parcel's list. `kind`: None: as it is known, else an original.

    `scan`: its media type and the SHA-256 of bytes uploaded before.
    """

    name: str
    title: str
    kind: str | None = None
    present: bool = True
    scan: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What came in. `signed`: when the record of the hand-over was; `paper`: its PDF or scan, uploaded before."""

    carrier: str
    item: str
    sender: str
    signed: datetime
    paper: str
    documents: Sequence[Listed]


def receive(app: Application, officer: Officer, request: Request, parcel: Parcel) -> Answer:
    """Record a parcel; the same item of a carrier is refused the second time."""

    def act(tx: Transaction) -> Answer:
        now, item = app.clock(), read_item_code(parcel.item)
        if refusal := policy.refuses(officer, RIGHT) or _refuses(tx, officer, parcel, item, now):
            return refuse(refusal)
        scans = _scans(tx, officer, parcel.documents)
        if isinstance(scans, Refusal):
            return refuse(scans)
        id = stored.add(tx, {**_row(officer, parcel, now), "item": item})
        if id is None:
            return refuse(_again(parcel, str(item)))
        _keep(tx, parcel.paper, stored.owner(id))
        for each in parcel.documents:
            put(tx, id, each, scans.get(each.name), stored.owner(id), now)
        row = find(tx, officer, id)
        assert not isinstance(row, Refusal)
        missing = [each.name for each in parcel.documents if not each.present]
        _append(app, tx, row, leaf(officer, row, "inbound-received", missing=missing), now)
        return Answer(status=CREATED, body=shown(tx, row), told_once=TOLD_ONCE)

    return once(app, request, act)


def list_parcels(
    app: Application, officer: Officer, state: str | None, incomplete: bool, after: int, limit: int
) -> Answer:
    """A page of the parcels within the officer's sight; `incomplete`: those of which something is missing."""
    with app.store.read() as tx:
        rows = stored.listed(tx, officer, state=state, incomplete=incomplete, after=after, limit=limit)
        lists: dict[int, list[Row]] = {row["id"]: [] for row in rows}
        for each in stored.documents(tx, *lists):
            lists[each["parcel"]].append(each)
    items = [_told(row, lists[row["id"]]) for row in rows]
    return Answer(body={"items": items, "next": str(items[-1]["id"]) if len(items) == limit else None})


def show_parcel(app: Application, officer: Officer, id: int) -> Answer:
    """A parcel with its list."""
    with app.store.read() as tx:
        row = find(tx, officer, id)
        return refuse(row) if isinstance(row, Refusal) else Answer(body=shown(tx, row))


def paper(app: Application, officer: Officer, id: int) -> bytes | Refusal:
    """The record of the hand-over, as it was signed."""
    with app.store.read() as tx:
        row = find(tx, officer, id)
        if isinstance(row, Refusal):
            return row
        found = definitions.get_content(tx, row["paper"]) if row["paper"] else None
    return found or not_found("paper", f"of parcel {id}", "it was refused, or its dossier's data are erased")


def reject(app: Application, officer: Officer, request: Request, id: int, reason: str) -> Answer:
    """Refuse a parcel that is not for this office: its papers and its list are deleted, that it came and went stays.

    Of the reason, which may name people, the leaf has the hash alone.
    """

    def act(tx: Transaction) -> Answer:
        row = waiting(tx, officer, id)
        if isinstance(row, Refusal):
            return refuse(row)
        now, said = app.clock(), sha256_hex(reason.encode())
        told = leaf(officer, row, "inbound-refused", reason_sha256=said)
        stored.drop_documents(tx, id)
        stored.change(tx, id, state=stored.REFUSED, sender="", paper=None, decided=now)
        erasing.disown(tx, stored.owner(id))
        append(app, tx, [told], now)
        after = find(tx, officer, id)
        assert not isinstance(after, Refusal)
        return Answer(body={**shown(tx, after), "reason": reason}, told_once=TOLD_ONCE)

    return once(app, request, act)


def add(app: Application, officer: Officer, request: Request, id: int, documents: Sequence[Listed]) -> Answer:
    """What came later: it is on the list now; of a dossier, its scans lie beside that, which is told when all is there.

    A document that is there already is refused; one that nobody listed joins the list.
    """

    def act(tx: Transaction) -> Answer:
        row = _open(tx, officer, id)
        if isinstance(row, Refusal):
            return refuse(row)
        known = {each["name"]: each for each in stored.documents(tx, id)}
        scans = _scans(tx, officer, documents)
        refusal = scans if isinstance(scans, Refusal) else _refuses_list(documents, known)
        if isinstance(scans, Refusal) or refusal is not None:
            return refuse(refusal or _invalid("inbound-list", "it cannot be read", "correct the list"))
        now, code = app.clock(), row["dossier"]
        lacked = any(each["arrived"] is None for each in known.values())
        for each in documents:
            _arrive(tx, officer, row, each, scans.get(each.name), each.name in known, now)
        lacks = [each["name"] for each in stored.documents(tx, id) if each["arrived"] is None]
        names = [each.name for each in documents]
        _append(app, tx, row, leaf(officer, row, "inbound-added", documents=names, missing=lacks), now)
        if code is not None and lacked and not lacks:
            payload = {"message": COMPLETE, "data": {}}
            jobs.add_job(tx, code, JobRequest(number=0, element="", type=FAILED_MAIL, payload=payload, due=now))
        return Answer(body=shown(tx, row), told_once=TOLD_ONCE, about=code)

    return once(app, request, act)


# What filing needs, too


def find(tx: Transaction, officer: Officer, id: int, *, lock: bool = False) -> Row | Refusal:
    """The parcel, or a refusal that does not tell whether it exists."""
    return stored.find(tx, officer, id, lock=lock) or not_found(
        "inbound-parcel", str(id), "list those you may see: hoso parcel list"
    )


def waiting(tx: Transaction, officer: Officer, id: int) -> Row | Refusal:
    """The parcel, locked, that was neither filed nor refused."""
    if refusal := policy.refuses(officer, RIGHT):
        return refusal
    row = find(tx, officer, id, lock=True)
    if isinstance(row, Refusal) or row["state"] == stored.RECEIVED:
        return row
    return _conflict("inbound-decided", f"parcel {id} is {row['state']} already", "see: hoso parcel show")


def put(tx: Transaction, id: int, each: Listed, scan: Document | None, owner: str, now: datetime) -> None:
    """Put a document on the list; the bytes of its scan are the owner's."""
    if scan is not None:
        _keep(tx, scan.sha256, owner)
    values = {"parcel": id, "name": each.name, "title": each.title, "kind": each.kind or stored.ORIGINAL}
    stored.add_document(tx, {**values, "arrived": now if each.present else None, **_scanned(scan)})


def leaf(officer: Officer, row: Row, act: str, **told: object) -> LeafDraft:
    """The leaf of a parcel that came in; it names no sender."""
    details: dict[str, object] = {"parcel": row["id"], "carrier": row["carrier"], "item": row["item"]}
    details |= {"signed": time_text(row["signed"]), **told}
    code = row["dossier"]
    objects = {"handover": row["paper"]} if row["paper"] else {}
    return LeafDraft(
        actor=officer.id, act=act, subject=code or stored.owner(row["id"]), dossier=code, details=details,
        objects=objects,
    )  # fmt: skip


def shown(tx: Transaction, row: Row) -> dict[str, Any]:
    """A parcel with its list."""
    listed = stored.documents(tx, row["id"])
    return {**_told(row, listed), "paper": row["paper"], "documents": [shown_document(each) for each in listed]}


def shown_document(row: Row) -> dict[str, Any]:
    """A document of a list."""
    told = {name: row[name] for name in ("name", "title", "kind", "scan", "media_type", "size", "returned_by")}
    return {**told, "arrived": views.moment(row["arrived"]), "returned": views.moment(row["returned"])}


def _told(row: Row, listed: Sequence[Row]) -> dict[str, Any]:
    told = {name: row[name] for name in ("id", "carrier", "item", "unit", "officer", "sender", "state", "dossier")}
    times = {name: views.moment(row[name]) for name in ("signed", "received", "decided")}
    missing = [each["title"] for each in listed if each["arrived"] is None]
    return {**told, **times, "reason": row["reason"], "missing": missing}


def _row(officer: Officer, parcel: Parcel, now: datetime) -> dict[str, Any]:
    return {
        "carrier": parcel.carrier,
        "unit": officer.unit,
        "officer": officer.id,
        "sender": parcel.sender,
        "state": stored.RECEIVED,
        "signed": parcel.signed,
        "received": now,
        "paper": parcel.paper,
    }


def _refuses(tx: Transaction, officer: Officer, parcel: Parcel, item: str | None, now: datetime) -> Refusal | None:
    if item is None:
        message = f"{parcel.item[:60]!r} is no item code, or was misread: its check digit is wrong"
        return _invalid("item-code", message, "read it again, from the barcode")
    if not now - LONGEST_AGO <= parcel.signed <= now:
        message = f"the record of the hand-over cannot have been signed at {time_text(parcel.signed)}"
        remedy = f"name the time in it: not after now, at most {LONGEST_AGO.days} days ago"
        return _invalid("inbound-time", message, remedy)
    if not definitions.uploaded(tx, parcel.paper, officer.id):
        return not_found("document", parcel.paper[:16], "upload it first: PUT /v1/documents/{sha256}")
    return _refuses_list(parcel.documents, {})


def _refuses_list(documents: Sequence[Listed], known: Mapping[str, Row]) -> Refusal | None:
    names = [each.name for each in documents]
    if len(set(names)) != len(names) or len({*names, *known}) > MOST_DOCUMENTS:
        message = f"a list names each of at most {MOST_DOCUMENTS} documents once"
        return _invalid("inbound-list", message, "correct the list")
    if each := next((each for each in documents if each.scan is not None and not each.present), None):
        return _invalid("inbound-list", f"{each.name} is missing, and has a scan", "say that it is present")
    if each := next((each for each in documents if each.name in known and not each.present), None):
        return _invalid("inbound-list", f"{each.name} is on the list already, found missing", "name what came alone")
    there = next((name for name in names if name in known and known[name]["arrived"] is not None), None)
    if there is not None:
        return _conflict("inbound-arrived", f"{there} is there already", "see the list: hoso parcel show")
    return None


def _scans(tx: Transaction, officer: Officer, documents: Sequence[Listed]) -> dict[str, Document] | Refusal:
    """The scans that the officer uploaded, by the name on the list."""
    found: dict[str, Document] = {}
    for each in documents:
        if each.scan is None:
            continue
        document = uploaded(tx, officer, each.name, *each.scan)
        if isinstance(document, Refusal):
            return document
        found[each.name] = document
    return found


def _arrive(
    tx: Transaction, officer: Officer, row: Row, each: Listed, scan: Document | None, known: bool, now: datetime
) -> None:
    owner = row["dossier"] or stored.owner(row["id"])
    if not known:
        put(tx, row["id"], each, scan, owner, now)
    else:
        if scan is not None:
            _keep(tx, scan.sha256, owner)
        kind = {"kind": each.kind} if each.kind is not None else {}
        stored.change_document(tx, row["id"], each.name, arrived=now, **kind, **_scanned(scan))
    if scan is not None and row["dossier"] is not None:
        values = {"dossier": row["dossier"], "task": None, "officer": officer.id, "name": scan.file_name}
        values |= {"media_type": scan.media_type, "sha256": scan.sha256, "size": scan.size, "at": now, "removed": None}
        notes.add_attachment(tx, values)


def _open(tx: Transaction, officer: Officer, id: int) -> Row | Refusal:
    """The parcel that may be added to, locked, and before it its dossier."""
    if refusal := policy.refuses(officer, RIGHT):
        return refusal
    row = find(tx, officer, id)
    if isinstance(row, Refusal):
        return row
    if row["dossier"] is not None:
        dossier = dossier_in_sight(tx, officer, row["dossier"], lock=True, part=None)
        refusal = dossier if isinstance(dossier, Refusal) else refuses_erased(dossier)
        if refusal is not None:
            return refusal
    now = find(tx, officer, id, lock=True)
    if isinstance(now, Refusal) or (now["state"] == row["state"] != stored.REFUSED):
        return now
    return _conflict("inbound-decided", f"parcel {id} is {now['state']}", "see: hoso parcel show")


def _append(app: Application, tx: Transaction, row: Row, told: LeafDraft, now: datetime) -> None:
    """Append the leaf; one of no dossier is noted, so that it is closed when the dossier is erased that gets it."""
    [made] = append(app, tx, [told], now)
    if told.dossier is None:
        keep_about(tx, [(stored.LEAF, str(row["id"]), made.index)])


def _keep(tx: Transaction, digest: str, owner: str) -> None:
    definitions.put_content(tx, digest, definitions.get_content(tx, digest) or b"", of=owner)


def _scanned(scan: Document | None) -> dict[str, object]:
    return {"scan": scan.sha256, "media_type": scan.media_type, "size": scan.size} if scan is not None else {}


def _again(parcel: Parcel, item: str) -> Refusal:
    return _conflict("inbound-again", f"item {item} of {parcel.carrier} was received before", "see: hoso parcel list")


def _invalid(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.INVALID, code=code, message=message, remedy=remedy)


def _conflict(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)
