"""Send a result out by post or over the counter, and what all channels share.

`engine/dispatch` decides whether it may leave.
"""

from dataclasses import replace
from datetime import datetime

from adapters.application import consents, dispatching, extending, ordering, work
from adapters.application.application import Application
from adapters.application.work import Job
from adapters.database import definitions
from adapters.database.store import Transaction
from adapters.jobs.errors import JobFault, TryLater
from adapters.letters.label import address_label
from engine.acts.proceed import dispatched, job_completed
from engine.consent import MISSING, UNCONFIRMED
from engine.delivery import State
from engine.dispatch import UNSTAMPED, Dispatch, Request, dispatch_key
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.outcome import Outcome
from engine.process import ProcessDefinition
from signing.canonical import sha256_hex
from signing.errors import Invalid

# What a process may branch on, when its task names a result variable; anything else is an incident.
CHANNEL_REFUSALS = frozenset({"post-excluded", "channel-excluded", MISSING, UNCONFIRMED})


def post(app: Application, job: Job) -> None:
    """Prepare a parcel: its label is made, and it stands in the day's manifest."""
    request, proof = _gather(app, job, "post")
    found = Dispatch(key=dispatch_key(request), request=request, state=State.PREPARED)
    label = address_label(dispatching.label_data(app, found), at=app.clock())
    _prepare_parcel(app, job, request, proof, label)


def counter(app: Application, job: Job) -> None:
    """Lay the result ready at the counter."""
    request, proof = _gather(app, job, "counter")
    _prepare_parcel(app, job, request, proof, None)


def _gather(app: Application, job: Job, channel: str) -> tuple[Request, dispatching.Proof]:
    dossier, request = asked(app, job, channel)
    if channel == "post":
        consent = consents.of_job(app, job, dossier, request.recipient.get("address", ""))
        request = replace(request, consent=consent)
    if not dispatching.goes_nowhere(app, dossier, request):
        request = leaving(app, job, dossier, request)
    return request, dispatching.prove(app, dossier, request.document)


def asked(app: Application, job: Job, channel: str) -> tuple[Dossier, Request]:
    """The dossier, and what is asked for."""
    dossier, _ = work.load(app, job)
    return dossier, dispatching.request_of(job, dossier, _document(job, dossier), channel)


def leaving(app: Application, job: Job, dossier: Dossier, request: Request) -> Request:
    """The request with its document as it may leave: a signed PDF is extended before."""
    document = request.document
    try:
        extended = extending.extended(app, job, dossier, document)
    except extending.Waiting as error:
        raise TryLater(str(error)) from error
    except Invalid as error:
        raise JobFault(error.code, f"{document.file_name} may not leave: {error.message}") from error
    return replace(request, document=extended)


def _prepare_parcel(
    app: Application, job: Job, request: Request, proof: dispatching.Proof, label: bytes | None
) -> None:
    def decide(tx: Transaction, current: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        if request.channel == "post" and consents.renewed(tx, request) != request:
            raise TryLater("the consent changed just now; it is looked at again")
        found = dispatching.decided(tx, current, request, proof)
        if isinstance(found, Refusal):
            return refused(job, current, definition, request, found, now)
        if label is not None:
            definitions.put_content(tx, sha256_hex(label), label, of=current.code)
            found = replace(found, label=sha256_hex(label))
        if request.channel == "post" and app.carriers.ordering is not None:
            ordering.add_job(app, tx, {"key": found.key, "dossier": current.code}, ordering.ORDER)
        leaf = dispatching.leaf("dispatch-prepared", request, dispatch=found.code)
        outcome = job_completed(current, definition, job["number"], result(job, "accepted"), leaf, now=now)
        return dispatched(outcome, found)

    work.finish(app, job, decide)


def refused(
    job: Job, dossier: Dossier, definition: ProcessDefinition, request: Request, refusal: Refusal, now: datetime
) -> Outcome:
    """A channel that is excluded is a fact the process can branch on; an unsigned result is an incident.

    One that lacks nothing but time stamps waits for them.
    """
    if refusal.code in (UNSTAMPED, dispatching.CHANGED):
        raise TryLater(f"{refusal.message}   [{refusal.code}]")
    if refusal.code in CHANNEL_REFUSALS and "resultVariable" in job["payload"]["headers"]:
        leaf = dispatching.leaf("dispatch-refused", request, code=refusal.code, message=refusal.message)
        return job_completed(dossier, definition, job["number"], result(job, refusal.code), leaf, now=now)
    raise JobFault(refusal.code, refusal.message)


def result(job: Job, value: str) -> dict[str, object]:
    """What the process learns of it, where its task names a variable for it."""
    variable = job["payload"]["headers"].get("resultVariable")
    return {variable: value} if variable else {}


def _document(job: Job, dossier: Dossier) -> Document:
    name = job["payload"]["headers"].get("document", "")
    document = dossier.documents.get(name)
    if document is None:
        raise JobFault("document-missing", f"the dossier has no document {name!r}")
    return document
