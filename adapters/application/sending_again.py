"""Send again what came back or was lost: the same document, asked of the procedure record anew, as another parcel.

A mail is no parcel: its job is tried again where it failed.
"""

from dataclasses import dataclass, replace

from adapters.application import consents, dispatching, interventions, operating, ordering, parcel_views
from adapters.application.answer import CREATED, Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.dispatching import Proof
from adapters.application.parcel_acts import SEE_TO, Found, locked, refuses_settling, unknown
from adapters.application.save import add_dispatch
from adapters.application.sight import dossier_in_sight
from adapters.application.tracking import note
from adapters.database import definitions, jobs, parcels
from adapters.database.parcels import Row
from adapters.database.store import Transaction
from adapters.letters.label import address_label
from engine import policy
from engine.acts.erase import refuses_erased
from engine.delivery import State
from engine.dispatch import Dispatch, dispatch_group, dispatch_key, key_of
from engine.dispatch import Request as Asked
from engine.dossier import Dossier, Status
from engine.errors import Kind, Refusal
from engine.handing import Place, place_of
from engine.officer import Officer
from signing.canonical import sha256_hex

AGAIN = "parcel-sent-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is found out before any lock is taken: what is asked for, its proof, and the label of the new parcel."""

    asked: Asked
    proof: Proof
    label: bytes


def retry(app: Application, officer: Officer, request: Request, id: str, reason: str) -> Answer:
    """Send again: a parcel that came back or was lost as another one, a mail whose job failed by that job."""
    if answer := known_answer(app, request):
        return answer
    with app.store.read() as tx:
        row = _row(tx, officer, id)
        if isinstance(row, Refusal):
            return refuse(row)
        job = _job(tx, row) if row["channel"] != "post" else None
        asked = _asked(tx, officer, row) if row["channel"] == "post" else None
    if asked is None:
        return _mail(app, officer, request, row, job)
    if isinstance(asked, Refusal):
        return refuse(asked)
    ready = _ready(app, *asked)

    def act(tx: Transaction) -> Answer:
        found = locked(tx, officer, row["code"])
        if isinstance(found, Refusal):
            return refuse(found)
        made = _made(app, tx, found, ready)
        return refuse(made) if isinstance(made, Refusal) else _sent(app, tx, officer, found, made, ready, reason)

    return once(app, request, act)


def _row(tx: Transaction, officer: Officer, id: str) -> Row | Refusal:
    row = jobs.find_dispatch(tx, parcels.find_key(tx, id) or id)
    if row is None or isinstance(dossier_in_sight(tx, officer, row["dossier"], part=None), Refusal):
        return unknown(id)
    return row


def _asked(tx: Transaction, officer: Officer, row: Row) -> tuple[Dossier, Asked] | Refusal:
    """The same document to the same recipient, under an attempt group of its own."""
    dossier, parcel = dossier_in_sight(tx, officer, row["dossier"], part=None), parcels.find(tx, row["key"])
    if isinstance(dossier, Refusal) or parcel is None:
        return unknown(row["code"])
    refusal = policy.refuses(officer, SEE_TO, dossier.unit) or _refuses(Found(dossier=dossier, row=row, parcel=parcel))
    if refusal is not None:
        return refusal
    document = dossier.documents[row["document"]]
    return dossier, Asked(
        dossier=dossier.code,
        document=document,
        channel="post",
        recipient=row["recipient"],
        consent=consents.current(tx, dossier.code, row["recipient"].get("address", "")),
        group=f"again/{row['key']}",
    )


def _refuses(found: Found) -> Refusal | None:
    """Why nothing is sent in the parcel's place, or None."""
    dossier, row = found.dossier, found.row
    called_off = row["state"] == State.CANCELLED.value and found.parcel["again"] is None
    if refusal := refuses_erased(dossier) or (None if called_off else refuses_settling(found)):
        return refusal
    if dossier.status in (Status.STOPPED, Status.WITHDRAWN):
        return _conflict("dossier-finished", f"dossier {dossier.code} was called off", "start a new one")
    document = dossier.documents.get(row["document"])
    if document is None or document.sha256 != row["sha256"]:
        message = f"{row['document']} of dossier {dossier.code} is another one than parcel {row['code']} holds"
        return _conflict(dispatching.CHANGED, message, "its process sends the new one; see to this one: settle it")
    return None


def _ready(app: Application, dossier: Dossier, asked: Asked) -> Ready:
    """The approvals verified again, and the label made: both take long, and need no lock."""
    found = Dispatch(key=dispatch_key(asked), request=asked, state=State.PREPARED)
    label = address_label(dispatching.label_data(app, found), at=app.clock())
    return Ready(asked=asked, proof=dispatching.prove(app, dossier, asked.document), label=label)


def _made(app: Application, tx: Transaction, found: Found, ready: Ready) -> Dispatch | Refusal:
    """What the engine decides of it under the locks."""
    if refusal := _refuses(found):
        return refusal
    if consents.renewed(tx, ready.asked) != ready.asked:
        message = f"the consent to post of dossier {found.dossier.code} changed just now"
        return _conflict(dispatching.CHANGED, message, "look at it: hoso consent list; then try again")
    decided = dispatching.decided(tx, found.dossier, ready.asked, ready.proof)
    if isinstance(decided, Refusal):
        return decided
    return replace(decided, label=sha256_hex(ready.label))


def _sent(
    app: Application, tx: Transaction, officer: Officer, found: Found, made: Dispatch, ready: Ready, reason: str
) -> Answer:
    now = app.clock()
    definitions.put_content(tx, sha256_hex(ready.label), ready.label, of=found.dossier.code)
    add_dispatch(app, tx, made, now)
    if app.carriers.ordering is not None:
        ordering.add_job(app, tx, {"key": made.key, "dossier": found.dossier.code}, ordering.ORDER)
    parcels.change(tx, found.row["key"], again=made.key)
    if place_of(State(found.row["state"])) is Place.OFFICE:  # what was lost is in no other parcel
        parcels.change(tx, made.key, originals=found.parcel["originals"])
    note(app, tx, found.row, AGAIN, officer.id, reason, again=made.code)
    row = jobs.find_dispatch(tx, made.key)
    assert row is not None
    return Answer(status=CREATED, body=parcel_views.whole(app, tx, row))


# Mail


def _job(tx: Transaction, row: Row) -> Row | None:
    """The unfinished job that sends a mail."""
    for job in jobs.jobs_of(tx, row["dossier"]):
        group = dispatch_group(job["element"], job["number"])
        if key_of(row["dossier"], row["sha256"], row["recipient"], row["channel"], group) == row["key"]:
            return job
    return None


def _mail(app: Application, officer: Officer, request: Request, row: Row, job: Row | None) -> Answer:
    if job is None:
        message = f"no job sends {row['code']} any more; it goes by {row['channel']}"
        return refuse(_conflict("dispatch-no-job", message, "its process sends again; see: hoso dossier show"))
    if job["incident"] is not None:
        return interventions.retry(app, officer, request, row["dossier"], job["incident"])
    return operating.retry(app, officer, request, job["id"])


def _conflict(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)
