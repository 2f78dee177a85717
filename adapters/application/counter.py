"""Give a result at the counter: who took it, how they were known, what they signed for.

The number of an identity paper never comes here: the officer's own machine keeps four digits and a salted hash of it.
Names stand in the record alone, which is erased with the dossier; the leaf names the record's hash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from adapters.application import procedures, views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.mails import FAILED_MAIL
from adapters.application.sight import dossier_in_sight
from adapters.application.tracking import DELIVERED
from adapters.application.trail import append
from adapters.database import definitions, jobs, visits
from adapters.database.store import Transaction
from adapters.letters.counter_receipt import counter_receipt
from adapters.letters.errors import LetterError
from engine import policy
from engine.delivery import State
from engine.dossier import Dossier
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import JobRequest, LeafDraft
from engine.procedure import Procedure
from signing.canonical import canonical, parse_canonical, sha256_hex
from signing.record import time_text

Row = Mapping[Any, Any]
APPLICANT, AUTHORISED = "applicant", "authorised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A paper that was looked at: its kind, the last four digits of its number, and scrypt(number, salt) in hex."""

    kind: str
    last: str
    salt: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Something that was handed out."""

    title: str
    copies: int = 1
    original: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Who took the result (`to`: applicant | authorised), and what they acknowledged it by.

    `scan`: SHA-256 of the receipt that they signed, uploaded before; else `known`: why none was signed, as the officer
    knows them. `authority`: SHA-256 of the paper by which they take it for the applicant.
    """

    to: str
    name: str
    identity: Identity | None = None
    papers: Sequence[Paper] = ()
    scan: str | None = None
    known: str | None = None
    authority: str | None = None


def at_counter(tx: Transaction, dossier: Dossier) -> tuple[frozenset[str], frozenset[str]]:
    """The documents that a step of the process may hand over; and those of them for which a receipt must come first."""
    ready, given = visits.at_counter(tx, dossier.code)
    procedure = procedures.of(tx, dossier) if ready else None
    demanded = isinstance(procedure, Procedure) and procedure.identity_check
    return ready | given, ready if demanded else frozenset()


def give(app: Application, officer: Officer, request: Request, id: str, given: Given) -> Answer:
    """Record that the result was taken: it is delivered. A step of the process that hands it over stays open."""

    def act(tx: Transaction) -> Answer:
        found = _found(tx, officer, id, lock=True)
        if isinstance(found, Refusal):
            return refuse(found)
        row, dossier = found
        if refusal := _refuses(tx, officer, row, dossier, given):
            return refuse(refusal)
        return _given(app, tx, officer, row, given)

    return once(app, request, act)


def receipt(app: Application, officer: Officer, id: str) -> bytes | Refusal:
    """The receipt as PDF: to be signed before the result is given, or as it was given."""
    with app.store.read() as tx:
        found = _found(tx, officer, id, lock=False)
        if isinstance(found, Refusal):
            return found
        row, dossier = found
        if row["channel"] != "counter":
            return _elsewhere(row)
        kept = visits.receipt(tx, row["key"])
        record = definitions.get_content(tx, kept["record"]) if kept else None
    told = parse_canonical(record) if record is not None else None
    assert told is None or isinstance(told, dict)
    try:
        return counter_receipt(_printed(app, row, dossier, told), at=kept["at"] if kept else app.clock())
    except LetterError as error:
        return Refusal(kind=Kind.CONFLICT, code=error.code, message=error.message, remedy="print it by hand")


def _found(tx: Transaction, officer: Officer, id: str, *, lock: bool) -> tuple[Row, Dossier] | Refusal:
    found = jobs.find_dispatch(tx, id)
    seen = dossier_in_sight(tx, officer, found["dossier"], lock=lock, part=None) if found is not None else None
    row = jobs.find_dispatch(tx, id, lock=lock)
    if row is None or not isinstance(seen, Dossier):
        return seen if isinstance(seen, Refusal) and seen.kind is not Kind.NOT_FOUND else _unknown(id)
    return row, seen


def _refuses(tx: Transaction, officer: Officer, row: Row, dossier: Dossier, given: Given) -> Refusal | None:
    if refusal := policy.refuses(officer, "give results") or dossier.refuses_while_suspended():
        return refusal
    if row["channel"] != "counter" or row["state"] != State.READY.value:
        return _elsewhere(row)
    if given.to == AUTHORISED and given.authority is None:
        message = f"{row['code']} is taken for the applicant by somebody without a paper that lets them"
        return _invalid("authority-missing", message, "give its scan: --authority FILE")
    if given.scan is None and not given.known:
        message = f"nothing says that {row['code']} was acknowledged"
        return _invalid(
            "receipt-unsigned", message, "give the signed receipt: --scan FILE, or why none: --known REASON"
        )
    procedure = procedures.of(tx, dossier)
    if isinstance(procedure, Procedure) and procedure.identity_check and given.identity is None:
        message = f"procedure {procedure.code} demands that the taker's identity is checked"
        remedy = "look at an identity paper: --identity cccd"
        return Refusal(kind=Kind.CONFLICT, code="identity-unchecked", message=message, remedy=remedy)
    for digest in (given.scan, given.authority):
        if digest is not None and not definitions.uploaded(tx, digest, officer.id):
            return not_found("document", digest[:16], "upload it first: PUT /v1/documents/{sha256}")
    return None


def _given(app: Application, tx: Transaction, officer: Officer, row: Row, given: Given) -> Answer:
    now, code = app.clock(), row["dossier"]
    papers = given.papers or (Paper(title=row["document"]),)
    record = canonical({**_record(row, given, papers), "officer": officer.id, "at": time_text(now)})
    digest = sha256_hex(record)
    definitions.put_content(tx, digest, record, of=code)
    for each in (given.scan, given.authority):
        if each is not None:
            definitions.put_content(tx, each, definitions.get_content(tx, each) or b"", of=code)
    kept = {"key": row["key"], "dossier": code, "record": digest, "scan": given.scan, "authority": given.authority}
    visits.add_receipt(tx, {**kept, "officer": officer.id, "at": now})
    jobs.change_dispatch(tx, row["key"], state=State.DELIVERED.value, updated=now)
    visits.keep(tx, code, row["document"])
    append(app, tx, [_leaf(officer, row, given, digest)], now)
    data = {"dispatch": row["code"], "state": State.DELIVERED.value, "channel": "counter"}
    payload = {"message": DELIVERED, "data": data}
    jobs.add_job(tx, code, JobRequest(number=0, element="", type=FAILED_MAIL, payload=payload, due=now))
    body = {"dispatch": row["code"], "dossier": code, "state": State.DELIVERED.value, "at": views.moment(now)}
    return Answer(body={**body, "record": digest})


def _record(row: Row, given: Given, papers: Sequence[Paper]) -> dict[str, Any]:
    told = {"dispatch": row["code"], "document": row["document"], "sha256": row["sha256"]}
    how = {"to": given.to, "name": given.name, "scan": given.scan, "known": given.known, "authority": given.authority}
    identity = asdict(given.identity) if given.identity is not None else None
    return {**told, **how, "identity": identity, "papers": [asdict(paper) for paper in papers]}


def _leaf(officer: Officer, row: Row, given: Given, record: str) -> LeafDraft:
    """It names no person and no number: who it was stands in the record."""
    details = {
        "channel": "counter",
        "document": row["document"],
        "dispatch": row["code"],
        "to": given.to,
        "identity": given.identity.kind if given.identity else "unchecked",
        "means": "signed" if given.scan else "known",
    }
    scans = {name: digest for name, digest in (("scan", given.scan), ("authority", given.authority)) if digest}
    code = row["dossier"]
    objects = {"receipt": record, **scans}
    return LeafDraft(actor=officer.id, act="result-given", subject=code, dossier=code, details=details, objects=objects)


def _printed(app: Application, row: Row, dossier: Dossier, record: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the receipt shows; without a record, what it leaves to be written by hand is None."""
    title = next((each.title for each in dossier.documents.values() if each.name == row["document"]), row["document"])
    told = record or {"papers": [asdict(Paper(title=title or row["document"]))]}
    return {
        "code": row["code"],
        "dossier": dossier.code,
        "title": dossier.title,
        "applicant": str(dossier.applicant.get("name") or row["recipient"].get("recipient", "")),
        "agency": app.agency.name,
        "address": app.agency.address,
        **{name: told.get(name) for name in ("to", "name", "identity", "papers", "known", "authority")},
        "given": record is not None,
    }


def _elsewhere(row: Row) -> Refusal:
    message = (
        f"dispatch {row['code']} does not lie ready at the counter: it goes by {row['channel']}, and is {row['state']}"
    )
    return Refusal(kind=Kind.CONFLICT, code="not-at-counter", message=message, remedy="see: hoso dispatch show")


def _unknown(id: str) -> Refusal:
    return not_found("dispatch", id[:100], "list them: hoso dispatch list")


def _invalid(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.INVALID, code=code, message=message, remedy=remedy)
