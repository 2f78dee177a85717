"""The built-in job types: what a program does for a dossier, one function each.

A handler does its work outside any lock and then records it in one transaction, which also ends the job; killed in
between, it is simply done again, and what went out before carries the same key.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from adapters.application import anchoring, countersigning, mails, ordering, work
from adapters.application.application import Application
from adapters.application.repeats import TELL
from adapters.application.stamp_requests import STAMP
from adapters.application.trail import append
from adapters.application.work import Job
from adapters.database import acts, definitions, dossiers, jobs
from adapters.database.store import Transaction
from adapters.jobs import anchors, events, handing, mailbox
from adapters.jobs import ordering as parcel_orders
from adapters.jobs.errors import TryLater
from adapters.jobs.mailing import email
from adapters.jobs.outgoing import counter, post
from adapters.jobs.repeats import tell
from adapters.jobs.stamping import stamp
from adapters.letters.fields import fill_fields, letter_date
from adapters.letters.render import render
from engine.acts.proceed import job_completed, timer_fired
from engine.calendar import VIETNAM
from engine.document import Document
from engine.dossier import Dossier
from engine.outcome import SYSTEM, LeafDraft, Outcome
from engine.process import ProcessDefinition
from signing.canonical import sha256_hex

Handler = Callable[[Application, Job], None]


def timer(app: Application, job: Job) -> None:
    """A timer's time has come."""

    def decide(_tx: Transaction, dossier: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        return timer_fired(dossier, definition, job["number"], job["element"], now=now)

    work.finish(app, job, decide)


def letter(app: Application, job: Job) -> None:
    """Render a letter from the bundle's template: the next revision of a document of the dossier."""
    dossier, definition = work.load(app, job)
    headers = job["payload"]["headers"]
    fields = [name.strip() for name in headers.get("fields", "").split(",") if name.strip()]
    data = _letter_data(app, dossier, job)
    # Where it stands now: a migrated dossier may call the element, and the process around it, otherwise.
    home = definition.home(dossier.state.open_jobs.get(job["number"], job["element"]))
    pdf = render(headers["template"], home.files, data, at=app.clock(), fields=fields)
    _make(app, job, dossier, headers["document"], headers.get("title", ""), pdf, {}, "letter-made")


def number(app: Application, job: Job) -> None:
    """Issue the next number of a register, and fill number and date into the document's fields."""
    headers = job["payload"]["headers"]
    numbered = _issue(app, job, headers["register"])
    if numbered is None:
        return
    issued, day = numbered
    text = f"{issued:02d}"
    data = {"number": text, "date": letter_date(day)}
    dossier, _ = work.load(app, job)
    document = dossier.documents.get(headers.get("document", ""))
    if document is None:
        leaf = _leaf(dossier, "number-taken", {"register": headers["register"], "number": text})
        work.finish(app, job, _completing(job, data, leaf, None))
        return
    with app.store.read() as tx:
        before = definitions.get_content(tx, document.sha256) or b""
    _make(app, job, dossier, document.name, document.title, fill_fields(before, data), data, "number-filled")


def _letter_data(app: Application, dossier: Dossier, job: Job) -> dict[str, object]:
    return {
        "letter": job["payload"]["input"],
        "agency": {"name": app.agency.name, "identifier": app.agency.identifier, "address": app.agency.address},
        "dossier": {"code": dossier.code, "title": dossier.title, "applicant": dict(dossier.applicant)},
    }


def _make(
    app: Application,
    job: Job,
    dossier: Dossier,
    name: str,
    title: str,
    pdf: bytes,
    data: Mapping[str, object],
    act: str,
) -> None:
    known = dossier.documents.get(name)
    document = Document(
        name=name,
        media_type="application/pdf",
        sha256=sha256_hex(pdf),
        size=len(pdf),
        revision=known.revision + 1 if known else 1,
        title=title or (known.title if known else name),
    )
    leaf = replace(
        _leaf(dossier, act, {"document": document.file_name, "revision": document.revision, **data}),
        objects={"document": [{"name": document.file_name, "sha256": document.sha256}]},
    )

    def decide(tx: Transaction, current: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        if current.documents.get(name) != known:  # made over the older one, it would undo what was done meanwhile
            raise TryLater(f"the document {document.file_name} was changed while it was made")
        definitions.put_content(tx, document.sha256, pdf, of=current.code)
        return job_completed(current, definition, job["number"], data, leaf, document=document, now=now)

    work.finish(app, job, decide)


def _issue(app: Application, job: Job, register: str) -> tuple[int, datetime] | None:
    """The number of this job: the same one however often it is tried (NĐ 30/2020 Đ15: from 01 each year, unique).

    None when the lease was lost: the worker that took the job over issues it.
    """
    with app.store.write() as tx:
        # The dossier's lock comes first everywhere, so that no two transactions wait for each other.
        if dossiers.load(tx, job["dossier"], lock=True, part=job["part"]) is None or not jobs.held(tx, job):
            return None
        known = acts.number_of_job(tx, job["id"])
        if known is not None:
            return known["value"], known["issued"].astimezone(VIETNAM)
        now = app.clock()
        day = now.astimezone(VIETNAM)
        value = acts.next_value(tx, f"{acts.REGISTER}{register}/{day.year}")
        row = {"register": register, "year": day.year, "value": value, "dossier": job["dossier"]}
        acts.add_number(tx, {**row, "job": job["id"], "issued": now})
        details = {"job": job["number"], "register": register, "number": f"{value:02d}", "year": day.year}
        draft = LeafDraft(
            actor=SYSTEM, act="number-issued", subject=job["dossier"], dossier=job["dossier"], details=details
        )
        append(app, tx, [draft], now)
        return value, day


def _leaf(dossier: Dossier, act: str, details: Mapping[str, object]) -> LeafDraft:
    return LeafDraft(actor=SYSTEM, act=act, subject=dossier.code, dossier=dossier.code, details=details)


def _completing(job: Job, data: Mapping[str, object], leaf: LeafDraft, document: Document | None) -> work.Decide:
    def decide(_tx: Transaction, dossier: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        return job_completed(dossier, definition, job["number"], data, leaf, document=document, now=now)

    return decide


HANDLERS: Mapping[str, Handler] = {
    "timer": timer,
    **events.HANDLERS,
    STAMP: stamp,
    TELL: tell,
    anchoring.PUBLISH: anchors.publish,
    anchoring.STAMP: anchors.stamp,
    mailbox.READ: mailbox.read,
    mails.FAILED_MAIL: mailbox.tell_failure,
    countersigning.TELLING: handing.tell,
    "hoso.letter": letter,
    "hoso.number": number,
    "hoso.email": email,
    "hoso.post": post,
    "hoso.counter": counter,
    ordering.ORDER: parcel_orders.order,
    ordering.CANCEL: parcel_orders.cancel,
}
