"""Erase a dossier's data: what is left is its code, procedure, dates and status, and its leaves without their opening.

Bytes go when nothing else keeps them: no other dossier, and none of what is kept for good (`content_use`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update

from adapters.database import inbound, mails, scope, search
from adapters.database.acts import ERASED
from adapters.database.jobs import WAITING
from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import (
    address,
    attachment,
    comment,
    consent,
    consent_revocation,
    content,
    content_use,
    counter_receipt,
    dispatch,
    document,
    dossier,
    dossier_part,
    dossier_word,
    handover,
    idempotency,
    inbound_document,
    inbound_parcel,
    incident,
    job,
    leaf,
    message,
    parcel,
    parcel_event,
    record,
    signature_image,
    statement,
    subscription,
    task,
    task_candidate,
    upload,
    visit,
)
from engine.bpmn.state import State
from engine.delivery import State as Dispatched
from engine.dossier import Dossier, Status
from engine.officer import Officer
from engine.parcels import ON_THE_WAY
from engine.words import words

Row = Mapping[Any, Any]
UNDER_WAY = [state.value for state in (Dispatched.CREATED, Dispatched.SENDING, Dispatched.READY, *ON_THE_WAY)]
STAMPING = "stamp"
PAGE = 500  # of values in one question
# Every row of these that is the dossier's goes; task candidates, statements and answers go by themselves.
_OF_DOSSIER = (
    attachment, comment, consent_revocation, consent, content_use, visit, counter_receipt, dispatch, document,
    dossier_part, dossier_word, incident, message, record, subscription, task,
)  # fmt: skip
_OF_PARCEL = (parcel_event, parcel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went: leaves that lost salt and evidence, documents with all their revisions, objects of any kind."""

    leaves: int
    documents: int
    objects: int


# Before


def lock(tx: Transaction, code: str) -> None:
    """Lock the dossier's bytes: whoever else begins to keep the same ones is seen, or waits."""
    if lock_rows(tx):
        for part in _pages(_bytes_of(tx, code)):
            query = select(content.c.sha256).where(content.c.sha256.in_(part))
            tx.execute(query.order_by(content.c.sha256).with_for_update())


def open_jobs(tx: Transaction, code: str, *, stamps: bool) -> int:
    """How many of its jobs are not over; `stamps`: also those that stamp what was signed in it."""
    own = select(func.count()).select_from(job).where(job.c.dossier == code, job.c.state.in_(WAITING))
    found = tx.execute(own).scalar_one()
    signed = tx.execute(select(record.c.sha256).where(record.c.dossier == code, record.c.stamp.is_(None))).scalars()
    wanted = [{"record": sha256} for sha256 in signed] if stamps else []
    if wanted:
        waits = (job.c.type == STAMPING, job.c.state == "open", job.c.dossier.is_(None), job.c.payload.in_(wanted))
        found += tx.execute(select(func.count()).select_from(job).where(*waits)).scalar_one()
    return found


def dispatches_under_way(tx: Transaction, code: str) -> int:
    """How many of its dispatches have neither left nor failed."""
    this = (dispatch.c.dossier == code, dispatch.c.state.in_(UNDER_WAY))
    return tx.execute(select(func.count()).select_from(dispatch).where(*this)).scalar_one()


def relying(tx: Transaction, code: str, approved: Collection[str]) -> str | None:
    """An open dossier that holds a document of these bytes, which were approved in this one."""
    for part in _pages(sorted(approved)):
        query = select(document.c.dossier).join(dossier, dossier.c.code == document.c.dossier)
        query = query.where(document.c.sha256.in_(part), document.c.dossier != code, dossier.c.finished.is_(None))
        if found := tx.execute(query.order_by(document.c.dossier).limit(1)).scalar():
            return str(found)
    return None


# Erasing


def erase(tx: Transaction, of: Dossier, beside: Collection[int]) -> Erased:
    """Erase the dossier's data, in the transaction of the act. `beside`: leaves outside its trail that tell of them."""
    code = of.code
    digests = _bytes_of(tx, code)
    leaves = _close_leaves(tx, leaf.c.dossier == code)
    for part in _pages(sorted(beside)):
        leaves += _close_leaves(tx, and_(leaf.c.index.in_(part), leaf.c.dossier.is_(None)))
    documents = tx.execute(select(func.count()).where(document.c.dossier == code)).scalar_one()
    _forget_requests(tx, code)
    _empty_jobs(tx, code)
    mails.forget(tx, code)
    inbound.forget(tx, code)
    parcels = select(dispatch.c.key).where(dispatch.c.dossier == code)
    for table in _OF_PARCEL:
        tx.execute(delete(table).where(table.c.key.in_(parcels)))
    tx.execute(delete(address).where(address.c.consent.in_(select(consent.c.id).where(consent.c.dossier == code))))
    for table in _OF_DOSSIER:
        tx.execute(delete(table).where(table.c.dossier == code))
    objects = sum(_drop(tx, part) for part in _pages(digests))
    _empty(tx, of)
    return Erased(leaves=leaves, documents=documents, objects=objects)


def disown(tx: Transaction, owner: str) -> None:
    """What was kept for that owner, who is no dossier, is no more; bytes that nothing else keeps go."""
    lock(tx, owner)
    digests = list(tx.execute(select(content_use.c.sha256).where(content_use.c.dossier == owner)).scalars())
    tx.execute(delete(content_use).where(content_use.c.dossier == owner))
    for part in _pages(digests):
        _drop(tx, part)


def mark(tx: Transaction, code: str, at: datetime, leaf: int) -> None:
    """Keep when it was erased, and which leaf tells of it; what ran still, in a restored database, ends."""
    this = update(dossier).where(dossier.c.code == code)
    tx.execute(this.where(dossier.c.finished.is_(None)).values(finished=at, status=int(Status.STOPPED)))
    tx.execute(this.values(erased=at, erased_leaf=leaf, suspended=None))


def leaf_of(tx: Transaction, code: str) -> int | None:
    """The leaf that tells of the dossier's erasure."""
    return tx.execute(select(dossier.c.erased_leaf).where(dossier.c.code == code)).scalar()


def _close_leaves(tx: Transaction, these: ColumnElement[bool]) -> int:
    open_ = (these, leaf.c.evidence.is_not(None))
    return tx.execute(update(leaf).where(*open_).values(salt=None, evidence=None)).rowcount


def _forget_requests(tx: Transaction, code: str) -> None:
    """What was offered to be signed, and what was answered; a request that comes again is refused."""
    tasks = list(tx.execute(select(task.c.id).where(task.c.dossier == code)).scalars())
    for part in _pages([code, *tasks]):
        tx.execute(delete(statement).where(statement.c.subject.in_(part)))
        tx.execute(delete(task_candidate).where(task_candidate.c.task.in_(part)))
    answered = update(idempotency).where(idempotency.c.dossier == code)
    tx.execute(answered.values(fingerprint="", status=ERASED, body={}))


def _empty_jobs(tx: Transaction, code: str) -> None:
    """Their rows stay: SQLite would give the number of the last one again, by which issued numbers are known."""
    own = update(job).where(job.c.dossier == code)
    tx.execute(own.where(job.c.state.in_([*WAITING, "failed"])).values(state="cancelled", lease_until=None))
    tx.execute(own.values(payload={}, error=None))


def _empty(tx: Transaction, of: Dossier) -> None:
    told = {"title": "", "applicant": {}, "submitter": "", "performers": {}}
    state = State(process=of.process_key).to_json()
    tx.execute(update(dossier).where(dossier.c.code == of.code).values(**told, state=state))
    search.learn(tx, of.code, words(of.code))


# Bytes

_OWN = (content_use.c.sha256, document.c.sha256, attachment.c.sha256, dispatch.c.sha256, dispatch.c.label)
_HANDED = (handover.c.paper, handover.c.listing, handover.c.countersignature)
_RECEIVED = (inbound_parcel.c.paper, inbound_document.c.scan)
_GIVEN = (counter_receipt.c.record, counter_receipt.c.scan, counter_receipt.c.authority)
_KEEPS = (*_OWN, parcel.c.proof, parcel_event.c.raw, *_HANDED, *_RECEIVED, *_GIVEN)


def _bytes_of(tx: Transaction, code: str) -> list[str]:
    """The bytes that the dossier keeps, whoever else does."""
    own = (select(column).where(column.table.c.dossier == code) for column in _OWN)
    found = {each for query in own for each in tx.execute(query).scalars()}
    return sorted(each for each in found if each is not None)


def _drop(tx: Transaction, digests: Sequence[str]) -> int:
    """Delete those of these bytes that nobody keeps any more, and who uploaded them."""
    kept = [exists(select(1).where(column == content.c.sha256)) for column in (*_KEEPS, signature_image.c.sha256)]
    query = select(content.c.sha256).where(content.c.sha256.in_(digests), ~or_(*kept))
    gone = list(tx.execute(query).scalars())
    tx.execute(delete(upload).where(upload.c.sha256.in_(gone)))
    tx.execute(delete(content).where(content.c.sha256.in_(gone)))
    return len(gone)


def _pages(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + PAGE] for start in range(0, len(values), PAGE)]


# What is due


def ended(tx: Transaction, officer: Officer, before: Mapping[str, datetime], *, after: str, limit: int) -> list[Row]:
    """A page, by code, of the dossiers in the officer's sight that ended before a moment, by their procedure record.

    Those that were erased are not among them.
    """
    if not before:
        return []
    over = [and_(dossier.c.procedure == sha256, dossier.c.finished < at) for sha256, at in sorted(before.items())]
    columns = ("code", "process_key", "procedure", "unit", "status", "started", "finished")
    query = select(*(dossier.c[name] for name in columns)).where(or_(*over), dossier.c.erased.is_(None))
    query = query.where(dossier.c.code > after, scope.seen(officer, dossier.c.code))
    return [dict(row) for row in tx.execute(query.order_by(dossier.c.code).limit(limit)).mappings()]


def erasures(tx: Transaction, *, after: int, limit: int) -> list[Row]:
    """A page of the erasures, by their leaf: code, when, leaf."""
    query = select(dossier.c.code, dossier.c.erased, dossier.c.erased_leaf).where(dossier.c.erased_leaf > after)
    return [dict(row) for row in tx.execute(query.order_by(dossier.c.erased_leaf).limit(limit)).mappings()]
