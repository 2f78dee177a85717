"""Send a result out: by email, by post, over the counter. `engine/dispatch` decides whether it may leave."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

from adapters.application import dispatching, extending, work
from adapters.application.application import Application
from adapters.application.save import save
from adapters.application.trail import append
from adapters.application.work import Job
from adapters.database import definitions, dossiers, jobs
from adapters.database.store import Transaction
from adapters.dispatch import smtp
from adapters.dispatch.mail import compose
from adapters.jobs.errors import JobFault, TryLater
from adapters.letters.label import address_label
from engine.acts.proceed import dispatched, job_completed
from engine.dispatch import UNSTAMPED, Dispatch, Request, State, dispatch_key
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.outcome import LeafDraft, Outcome
from engine.process import ProcessDefinition
from signing.canonical import sha256_hex
from signing.errors import Invalid

MAIL_REFUSED, FAILED = "mail-refused", "dispatch-failed"
# What a process may branch on, when its task names a result variable; anything else is an incident.
CHANNEL_REFUSALS = frozenset({"post-excluded", "channel-excluded", "consent-missing"})


def email(app: Application, job: Job) -> None:
    """Send the result by email: first the dispatch is recorded, then the mail goes, then both are done together."""
    dossier, document, request = _leaving(app, job, "email")
    key = dispatch_key(request)
    sent = Dispatch(key=key, request=request, state=State.SENT)
    with app.store.read() as tx:
        row = jobs.find_dispatch(tx, key)
    proof = dispatching.prove(app, dossier, document)  # anew before each try: days may lie between
    if not _prepare_email(app, job, request, proof, known=row is not None):
        return
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        content = definitions.get_content(tx, document.sha256) or b""
        sending = {"state": State.SENDING.value, "attempts": job["attempts"], "updated": app.clock()}
        jobs.change_dispatch(tx, key, **sending)
        prepared = jobs.find_dispatch(tx, key)
        assert prepared is not None
    given = job["payload"]["input"]
    message = compose(
        agency=app.agency.name,
        sender=app.agency.email,
        to=request.recipient["to"],
        recipient=request.recipient.get("recipient", ""),
        subject=str(given.get("subject") or dossier.title),
        text=str(given.get("text") or ""),
        attachment=(document.file_name, content),
        key=key,
        code=dossier.code,
        at=prepared["created"],
    )
    _send(app, job, sent, message)

    def decide(tx: Transaction, current: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        jobs.change_dispatch(tx, key, state=State.SENT.value, updated=now, note=None)
        leaf = dispatching.leaf("dispatch-sent", request, dispatch=sent.code)
        return job_completed(current, definition, job["number"], _result(job, "accepted"), leaf, now=now)

    work.finish(app, job, decide)


def post(app: Application, job: Job) -> None:
    """Prepare a parcel: its label is made, and it stands in the day's manifest."""
    request, proof = _gather(app, job, "post")
    found = Dispatch(key=dispatch_key(request), request=request, state=State.PREPARED)
    label = address_label(_label_data(app, found), at=app.clock())
    _prepare_parcel(app, job, request, proof, label)


def counter(app: Application, job: Job) -> None:
    """Lay the result ready at the counter."""
    request, proof = _gather(app, job, "counter")
    _prepare_parcel(app, job, request, proof, None)


def _gather(app: Application, job: Job, channel: str) -> tuple[Request, dispatching.Proof]:
    dossier, document, request = _leaving(app, job, channel)
    return request, dispatching.prove(app, dossier, document)


def _leaving(app: Application, job: Job, channel: str) -> tuple[Dossier, Document, Request]:
    """The dossier, its document as it may leave, and what is asked for: a signed PDF is extended before."""
    dossier, _ = work.load(app, job)
    document = _document(job, dossier)
    request = dispatching.request_of(job, dossier, document, channel)
    if dispatching.goes_nowhere(app, dossier, request):
        return dossier, document, request
    try:
        leaving = extending.extended(app, job, dossier, document)
    except extending.Waiting as error:
        raise TryLater(str(error)) from error
    except Invalid as error:
        raise JobFault(error.code, f"{document.file_name} may not leave: {error.message}") from error
    return dossier, leaving, replace(request, document=leaving)


def _label_data(app: Application, dispatch: Dispatch) -> dict[str, object]:
    return {
        "code": dispatch.code,
        "sender": {"name": app.agency.name, "address": app.agency.address},
        "recipient": dict(dispatch.request.recipient),
        "dossier": dispatch.request.dossier,
    }


def _prepare_parcel(
    app: Application, job: Job, request: Request, proof: dispatching.Proof, label: bytes | None
) -> None:
    def decide(tx: Transaction, current: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        found = dispatching.decided(tx, current, request, proof)
        if isinstance(found, Refusal):
            return _refused(job, current, definition, request, found, now)
        if label is not None:
            definitions.put_content(tx, sha256_hex(label), label, of=current.code)
            found = replace(found, label=sha256_hex(label))
        leaf = dispatching.leaf("dispatch-prepared", request, dispatch=found.code)
        outcome = job_completed(current, definition, job["number"], _result(job, "accepted"), leaf, now=now)
        return dispatched(outcome, found)

    work.finish(app, job, decide)


def _prepare_email(app: Application, job: Job, request: Request, proof: dispatching.Proof, *, known: bool) -> bool:
    """Record the dispatch before the mail goes, once; False when it was refused, and the job is over."""
    with app.store.write() as tx:
        dossier = dossiers.load(tx, job["dossier"], lock=True, part=job["part"])
        if dossier is None or not jobs.held(tx, job):
            return False
        found = dispatching.decided(tx, dossier, request, proof)
        if isinstance(found, Dispatch) and known:
            return True
        if isinstance(found, Dispatch):
            leaf = dispatching.leaf("dispatch-prepared", request, dispatch=found.code)
            outcome = dispatched(Outcome(dossier=dossier, leaves=(leaf,)), found)
            save(app, tx, dossier, outcome, app.clock())
            return True

    def decide(_tx: Transaction, current: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        return _refused(job, current, definition, request, found, now)

    work.finish(app, job, decide)
    return False


def _refused(
    job: Job, dossier: Dossier, definition: ProcessDefinition, request: Request, refusal: Refusal, now: datetime
) -> Outcome:
    """A channel that is excluded is a fact the process can branch on; an unsigned result is an incident.

    One that lacks nothing but time stamps waits for them.
    """
    if refusal.code in (UNSTAMPED, dispatching.CHANGED):
        raise TryLater(f"{refusal.message}   [{refusal.code}]")
    if refusal.code in CHANNEL_REFUSALS and "resultVariable" in job["payload"]["headers"]:
        leaf = dispatching.leaf("dispatch-refused", request, code=refusal.code, message=refusal.message)
        return job_completed(dossier, definition, job["number"], _result(job, refusal.code), leaf, now=now)
    raise JobFault(refusal.code, refusal.message)


def _result(job: Job, value: str) -> dict[str, object]:
    variable = job["payload"]["headers"].get("resultVariable")
    return {variable: value} if variable else {}


def _document(job: Job, dossier: Dossier) -> Document:
    name = job["payload"]["headers"].get("document", "")
    document = dossier.documents.get(name)
    if document is None:
        raise JobFault("document-missing", f"the dossier has no document {name!r}")
    return document


def _send(app: Application, job: Job, sent: Dispatch, message: EmailMessage) -> None:
    if app.mail is None:
        raise TryLater("no mail server is configured; set HOSO_SMTP_URL")
    try:
        smtp.send(app.mail, message)
    except smtp.TemporaryFailure as error:
        _note(app, job, sent.key, State.SENDING, str(error))
        raise TryLater(str(error)) from error
    except smtp.PermanentFailure as error:
        told = {"dispatch": sent.code, "code": MAIL_REFUSED, "message": str(error)}
        _note(app, job, sent.key, State.PERMANENT_FAILURE, str(error), dispatching.leaf(FAILED, sent.request, **told))
        raise JobFault(MAIL_REFUSED, str(error)) from error


def _note(app: Application, job: Job, key: str, state: State, note: str, leaf: LeafDraft | None = None) -> None:
    with app.store.write() as tx:
        if jobs.held(tx, job):
            now = app.clock()
            jobs.change_dispatch(tx, key, state=state.value, updated=now, note=note)
            if leaf is not None:
                append(app, tx, [leaf], now)
