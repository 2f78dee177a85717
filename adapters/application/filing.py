"""File a dossier by post: received by law when the record of the hand-over was signed; originals go back.

What is missing does not hold it up: the dossier is told, an officer reads it beside it, and the parcel stays listed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.inbound import RIGHT, Listed, find, leaf, put, shown, shown_document, waiting
from adapters.application.mails import FAILED_MAIL
from adapters.application.sight import dossier_in_sight
from adapters.application.start import Intake, receive
from adapters.application.trail import append
from adapters.database import definitions, dossiers, jobs, notes
from adapters.database import inbound as stored
from adapters.database.store import Transaction
from engine import policy
from engine.acts.notes import noted
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Refusal, not_found
from engine.officer import Officer
from engine.outcome import JobRequest, LeafDraft
from signing.canonical import sha256_hex

Row = Mapping[Any, Any]
CHANNEL = "post"
MISSING = "hoso.originals-missing"
"""The message by which a process may wait to learn that something of its parcel is missing; it brings `missing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """As what a parcel is filed. Without a name of the applicant, who sent it is."""

    process: str
    procedure: str | None = None
    title: str | None = None
    applicant: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    unit: str | None = None


def file(app: Application, officer: Officer, request: Request, id: int, filing: Filing) -> Answer:
    """Start the parcel's dossier, with its scans as documents; it is never filed twice."""

    def act(tx: Transaction) -> Answer:
        row = waiting(tx, officer, id)
        if isinstance(row, Refusal):
            return refuse(row)
        now, listed = app.clock(), stored.documents(tx, id)
        answer = receive(app, tx, officer, _intake(row, filing), documents=_documents(listed), legal=row["signed"])
        if answer.refusal is not None:
            return answer
        code = str((answer.body or {})["code"])
        _own(tx, id, code, [row["paper"], *(each["scan"] for each in listed)], now)
        dossier = dossiers.load(tx, code, part=None)
        assert dossier is not None
        _require(tx, id, dossier, {each["name"] for each in listed}, now)
        lacks = [each for each in stored.documents(tx, id) if each["arrived"] is None]
        after = find(tx, officer, id)
        assert not isinstance(after, Refusal)
        told = leaf(officer, after, "inbound-filed", missing=[each["name"] for each in lacks])
        append(app, tx, [told, *_ask(tx, officer, dossier, lacks, now)], now)
        return Answer(status=answer.status, body={**(answer.body or {}), "parcel": shown(tx, after)}, about=code)

    return once(app, request, act)


def originals(app: Application, officer: Officer, code: str) -> Answer:
    """The originals that came in for a dossier: those that the office holds, and those that it gave back."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        rows = stored.originals(tx, code)
    return Answer(body={"items": [_original(row) for row in rows], "next": None})


def give_back(app: Application, officer: Officer, request: Request, code: str, names: Sequence[str], by: str) -> Answer:
    """Note that originals went back, over the counter or by post; no names: all that the office holds."""

    def act(tx: Transaction) -> Answer:
        dossier = dossier_in_sight(tx, officer, code, lock=True, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        if refusal := policy.refuses(officer, RIGHT):
            return refuse(refusal)
        held = [row for row in stored.originals(tx, code) if row["returned"] is None]
        unknown = sorted(set(names) - {row["name"] for row in held})
        if unknown or not held:
            which = f"{', '.join(unknown)[:200]} of dossier {code}" if unknown else f"of dossier {code}"
            return refuse(not_found("original", which, f"see those that are held: hoso parcel originals {code}"))
        now, gone = app.clock(), [row for row in held if not names or row["name"] in names]
        for row in gone:
            values = {"returned": now, "returned_by": by, "returned_officer": officer.id}
            stored.change_document(tx, row["parcel"], row["name"], **values)
        details = {"documents": [row["name"] for row in gone], "by": by}
        append(app, tx, [_leaf(officer, code, "originals-returned", details)], now)
        return Answer(body={"dossier": code, "items": [_original(row) for row in stored.originals(tx, code)]})

    return once(app, request, act)


def _intake(row: Row, filing: Filing) -> Intake:
    return Intake(
        process=filing.process,
        procedure=filing.procedure,
        title=filing.title or filing.process,
        channel=CHANNEL,
        applicant={"name": row["sender"], **filing.applicant},
        submitter=row["sender"],
        data=filing.data,
        documents=(),
        unit=filing.unit,
    )


def _documents(listed: Sequence[Row]) -> list[Document]:
    return [
        Document(
            name=each["name"],
            media_type=each["media_type"],
            sha256=each["scan"],
            size=each["size"],
            title=each["title"],
        )
        for each in listed
        if each["scan"] is not None
    ]


def _own(tx: Transaction, id: int, code: str, digests: Sequence[str | None], now: datetime) -> None:
    """The parcel's papers are the dossier's now."""
    for digest in digests:
        if digest is not None:
            definitions.put_content(tx, digest, definitions.get_content(tx, digest) or b"", of=code)
    definitions.leave(tx, stored.owner(id))
    stored.change(tx, id, state=stored.FILED, dossier=code, decided=now)


def _require(tx: Transaction, id: int, dossier: Dossier, listed: set[str], now: datetime) -> None:
    """What the procedure requires and nobody listed is missing."""
    row = definitions.find_procedure(tx, dossier.procedure) if dossier.procedure else None
    for each in row["body"].get("required_documents", ()) if row is not None else ():
        if isinstance(each, dict) and (name := str(each.get("name", "")))[:100] and name not in listed:
            title = str(each.get("title") or name)
            put(tx, id, Listed(name=name[:100], title=title, present=False), None, dossier.code, now)
            listed.add(name)


def _ask(tx: Transaction, officer: Officer, dossier: Dossier, lacks: Sequence[Row], now: datetime) -> list[LeafDraft]:
    """Tell the dossier what is missing, and whoever reads it; gives the comment's leaf."""
    if not lacks:
        return []
    titles = "; ".join(each["title"] for each in lacks)[:3500]
    payload = {"message": MISSING, "data": {"missing": titles}}
    jobs.add_job(tx, dossier.code, JobRequest(number=0, element="", type=FAILED_MAIL, payload=payload, due=now))
    text = f"Hồ sơ gửi qua bưu chính còn thiếu: {titles}. Cần yêu cầu bổ sung."
    number = notes.add_comment(tx, dossier.code, None, officer.id, text, now)
    told: dict[str, object] = {"comment": number, "sha256": sha256_hex(text.encode())}
    return [noted(dossier, officer, "comment-added", None, told)]


def _original(row: Row) -> dict[str, Any]:
    return {**shown_document(row), "parcel": row["parcel"], "item": row["item"]}


def _leaf(officer: Officer, code: str, act: str, details: Mapping[str, object]) -> LeafDraft:
    return LeafDraft(actor=officer.id, act=act, subject=code, dossier=code, details=details)
