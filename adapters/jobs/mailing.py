"""Send a result by email: the dispatch is recorded, the mail goes, and what came of it is recorded with the job's end.

No transaction covers the relay: a copy is counted before its final dot, by a worker whose lease still stands. Whoever
finds such a copy without an outcome, or hears no answer after the dot, knows that it may have gone, and says so.
"""

from collections.abc import Mapping
from datetime import datetime

import structlog

from adapters.application import dispatching, work
from adapters.application.application import Application
from adapters.application.save import save
from adapters.application.work import Job
from adapters.database import definitions, dossiers, jobs
from adapters.database.store import Transaction
from adapters.dispatch.email.compose import Enclosed, Heading, compose, heading
from adapters.dispatch.email.envelope import Envelope, return_path
from adapters.dispatch.email.errors import Away, MailError, MailUnfit, PutOff, Refused, Unconfirmed
from adapters.dispatch.email.relay import hand_over
from adapters.jobs.errors import JobFault, TryLater
from adapters.jobs.outgoing import asked, leaving, refused, result
from adapters.jobs.tries import LeaseLost, Try
from engine.acts.proceed import dispatched, job_completed
from engine.delivery import Event, State, moved
from engine.dispatch import Dispatch, Request, dispatch_key
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.outcome import Outcome
from engine.process import ProcessDefinition

log = structlog.get_logger()


def email(app: Application, job: Job) -> None:
    """Send it, unless it may not leave, cannot be written as it is asked for, or went already."""
    dossier, request = asked(app, job, "email")
    headed = None
    if not dispatching.goes_nowhere(app, dossier, request):
        headed = _heading(app, job, dossier, request)
        request = leaving(app, job, dossier, request)
    proof = dispatching.prove(app, dossier, request.document)  # anew before each try: days may lie between
    if not _prepare(app, job, request, proof):
        return
    assert headed is not None  # what goes nowhere was refused just now
    if app.mail is None:
        raise TryLater("no mail server is configured; set HOSO_SMTP_URL")
    trying = Try(app=app, job=job, request=request)
    state = trying.begin()
    if state is None:
        return
    if state in (State.SENT, State.DELIVERED):  # a report of a copy came before its answer
        _done(trying)
        return
    _send(trying, headed)


def _send(trying: Try, headed: Heading) -> None:
    app = trying.app
    assert app.mail is not None
    try:
        envelope, mail = _written(trying, headed)
        hand_over(app.mail, envelope, mail, trying.before_dot)
    except LeaseLost:  # whoever has it now sends it
        return
    except Away as error:
        trying.note(error)
        raise TryLater(f"{error.message}   [{error.code}]") from error
    except PutOff as error:
        log.info("mail put off", **_told(trying, error))
        trying.put_off(error)
    except Refused as error:
        trying.failed(Event.BROKEN if error.ours else Event.REFUSED, error)
    except Unconfirmed as error:
        log.warning("mail unconfirmed", **_told(trying, error))
        trying.unconfirmed(error)
    except MailUnfit as error:
        trying.failed(Event.BROKEN, error)
    else:
        _done(trying)


def _told(trying: Try, error: MailError) -> Mapping[str, object]:
    job = trying.job
    return {"job": job["id"], "type": job["type"], "dossier": job["dossier"], "code": error.code}


def _heading(app: Application, job: Job, dossier: Dossier, request: Request) -> Heading:
    given = job["payload"]["input"]
    try:
        return heading(
            agency=app.agency.name,
            sender=app.agency.email,
            reply_to=app.sender.reply_to,
            name=request.recipient.get("recipient", ""),
            to=request.recipient["to"],
            subject=str(given.get("subject") or dossier.title),
            language=str(given.get("language") or "vi"),
            file=request.document.file_name,
        )
    except MailUnfit as error:
        raise JobFault(error.code, error.message) from error


def _written(trying: Try, headed: Heading) -> tuple[Envelope, bytes]:
    """The envelope and the whole mail: the same at every try."""
    app, request, row = trying.app, trying.request, trying.row
    if app.sender.smime is not None:
        app.sender.smime.demand_current(app.clock())
    with app.store.read() as tx:
        content = definitions.get_content(tx, request.document.sha256)
    assert content is not None  # a document of the dossier
    given = trying.job["payload"]["input"]
    enclosed = Enclosed(text=str(given.get("text") or ""), file=request.document.file_name, content=content)
    known = {"key": row["key"], "code": request.dossier, "at": row["created"]}
    mail = compose(headed, enclosed, **known, signer=app.sender.smime)
    back = return_path(app.sender.return_path, agency=headed.sender, code=row["code"], key=row["key"])
    return Envelope(sender=back, to=headed.to, key=row["key"], wide=not mail.isascii()), mail


def _done(trying: Try) -> None:
    """The relay has it: recorded with the job's end, in one transaction."""
    job, request = trying.job, trying.request

    def decide(tx: Transaction, current: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        row = trying.locked(tx)
        state = moved(State(row["state"]), Event.TAKEN)
        jobs.change_dispatch(tx, row["key"], state=state.value, handed=None, updated=now, note=None)
        leaf = dispatching.leaf("dispatch-sent", request, dispatch=row["code"], copies=row["copies"])
        return job_completed(current, definition, job["number"], result(job, "accepted"), leaf, now=now)

    work.finish(trying.app, job, decide)


def _prepare(app: Application, job: Job, request: Request, proof: dispatching.Proof) -> bool:
    """Record the dispatch before the mail goes, once; False when it was refused, and the job is over."""
    with app.store.write() as tx:
        dossier = dossiers.load(tx, job["dossier"], lock=True, part=job["part"])
        if dossier is None or not jobs.held(tx, job):
            return False
        found = dispatching.decided(tx, dossier, request, proof)
        if isinstance(found, Dispatch):
            if jobs.find_dispatch(tx, dispatch_key(request)) is None:
                leaf = dispatching.leaf("dispatch-prepared", request, dispatch=found.code)
                outcome = dispatched(Outcome(dossier=dossier, leaves=(leaf,)), found)
                save(app, tx, dossier, outcome, app.clock())
            return True
    refusal: Refusal = found

    def decide(_tx: Transaction, current: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        return refused(job, current, definition, request, refusal, now)

    work.finish(app, job, decide)
    return False
