"""Signed acts outside any task: prepared as a statement, done once it comes back signed.

Where somebody else must approve an act, what its author signed is kept as a proposal, until that person signs
`proposal-approved`. Signatures are verified before any lock is taken; a refusal for anybody's sake is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from adapters.application import people as offices
from adapters.application import proposals
from adapters.application.acting import Doing, Enact, SignedAct, offer
from adapters.application.adopting import Adopt
from adapters.application.answer import Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.approving import Approve
from adapters.application.bindings import Bind, Revoke
from adapters.application.deploy import Deploy
from adapters.application.erasing import Erase
from adapters.application.handover_signed import HandOver
from adapters.application.intervening import SIGNED
from adapters.application.organising import Organise
from adapters.application.reinstating import Reinstate
from adapters.application.submission import Checked, Submission, verify
from adapters.application.trail import append
from adapters.database import acts, devices, people, trail
from adapters.database.definitions import FOR_GOOD
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.proposals import RULES
from engine.policy import refuses_change
from signing.canonical import canonical
from signing.evidence.contents import PARTS
from signing.evidence.proposals import BY_AUTHOR

OFFERED: Mapping[str, type[SignedAct]] = {each.act: each for each in (Bind, Revoke, Adopt, Approve, Erase)}
ACTS: Mapping[str, type[SignedAct]] = {
    **OFFERED,
    **{each.act: each for each in (Deploy, Organise, Reinstate, HandOver)},
    **SIGNED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A signed act as it came in: its statement, what it makes ready, and the verdict on its signature."""

    offered: Mapping[str, Any]
    submission: Submission
    checked: Checked | Refusal
    ready: SignedAct | Refusal


def prepare(
    app: Application, officer: Officer, request: Request, act: str, subject: str, body: Mapping[str, Any]
) -> Answer:
    """The statement for a signed act that needs nothing but a body, refused when it could not be done."""
    kind = OFFERED.get(act)
    if kind is None:
        return refuse(_unknown_act(officer, act))
    with app.store.read() as tx:
        refusal = kind.may(app, tx, officer, subject)
    if refusal:
        return refuse(refusal)
    ready = kind.of_facts(app, subject, {"body": body})
    if isinstance(ready, Refusal):
        return refuse(ready)

    return once(app, request, lambda tx: offer(app, tx, officer, ready))


def perform(app: Application, officer: Officer, request: Request, submission: Submission) -> Answer:
    """Do a signed act; a refusal for the signature's sake is recorded."""
    if known := known_answer(app, request):
        return known
    with app.store.read() as tx:
        offered = acts.find_statement(tx, submission.statement)
    if offered is None or offered["officer"] != officer.id or offered["act"] not in ACTS:
        return refuse(not_found("statement", submission.statement, "prepare and sign again"))
    facts = offered["facts"]
    checked = verify(app, submission, facts, offered["nonce"])
    ready = ACTS[offered["act"]].of_facts(app, offered["subject"], facts)
    sent = Sent(offered=offered, submission=submission, checked=checked, ready=ready)
    answer = once(app, request, lambda tx: _act(app, tx, officer, sent))
    if answer.refusal is None and isinstance(ready, SignedAct) and ready.erases:
        app.store.forget_deleted()
    return answer


def _act(app: Application, tx: Transaction, officer: Officer, sent: Sent) -> Answer:
    now = app.clock()
    _lock(tx, sent)
    enact = _decide(app, tx, officer, sent, now)
    if isinstance(enact, Refusal):
        return _refused(app, tx, officer, sent, enact, now)
    sent.submission.keep(tx, of=_kept_with(sent))
    assert isinstance(sent.ready, SignedAct)  # else it was refused
    assert isinstance(sent.checked, Checked)
    answer = _accept(app, tx, officer, sent.ready, sent.submission, sent.checked, enact)
    if answer.refusal is not None:  # the same was proposed since the statement was asked for
        return _refused(app, tx, officer, sent, answer.refusal, now)
    if app.device is not None:  # after it: who has none yet approves with the very certificate that it binds
        devices.signed_on(tx, app.device, sent.checked.verified.signature.fingerprint)
    return answer


def _lock(tx: Transaction, sent: Sent) -> None:
    """One such act at a time: what it is about, the certificates, the log's head: in the order of a completion, so
    that none waits crosswise.
    """
    changed, used = frozenset[str](), frozenset[str]()
    if isinstance(sent.ready, SignedAct):
        sent.ready.lock(tx)
        changed, used = sent.ready.changed(), sent.ready.used()
    if isinstance(sent.checked, Checked):
        used |= {sent.checked.verified.signature.fingerprint}
    for print_ in sorted(changed | used):  # in one order: of two who revoke each other's, one is first
        people.find_certificate(tx, print_, lock="change" if print_ in changed else "use")
    trail.head(tx, lock=True)


def _decide(app: Application, tx: Transaction, officer: Officer, sent: Sent, now: datetime) -> Enact | Refusal:
    """What to do, after all that may refuse it was asked again under the locks."""
    ready, checked, offered = sent.ready, sent.checked, sent.offered
    if isinstance(checked, Refusal):
        return checked
    if isinstance(ready, Refusal):
        return ready
    if (ready.subject, canonical(ready.body)) != (offered["subject"], canonical(offered["facts"]["body"])):
        message = f"what the server keeps of the statement {offered['id']} is not what was signed"
        return Refusal(kind=Kind.SIGNATURE, code="statement-differs", message=message, remedy="prepare and sign again")
    current = offices.find(app, tx, officer.id)
    if current is None:
        message = f"{officer.id} is no officer any more"
        return Refusal(kind=Kind.FORBIDDEN, code="right-missing", message=message, remedy="ask an administrator")
    if refusal := ready.may(app, tx, current, ready.subject):
        return refusal
    if now >= offered["expires"] or acts.statement_used(tx, offered["id"]):
        return _used(offered["id"])
    enact = ready.decide(app, tx, current)
    if isinstance(enact, Refusal):
        return enact
    if refusal := ready.refuses_signature(app, tx, current, checked, now):
        return refusal
    return enact if acts.use_statement(tx, offered["id"], now) else _used(offered["id"])


def _used(statement: str) -> Refusal:
    message = f"the statement {statement} was used before or has expired"
    return Refusal(kind=Kind.CONFLICT, code="statement-used", message=message, remedy="prepare and sign again")


def _accept(
    app: Application,
    tx: Transaction,
    officer: Officer,
    ready: SignedAct,
    submission: Submission,
    checked: Checked,
    enact: Enact,
) -> Answer:
    objects = {**submission.objects(), **checked.keep(tx), **ready.keep(tx)}
    needs = ready.needs_another(app, tx, officer)
    if needs and not ready.bootstraps(tx, officer, checked):
        answer = _propose(app, tx, officer, ready, objects)
    else:
        said = {"sole": True} if ready.act in RULES and not needs else {}
        answer = enact(Doing(officer=officer, now=app.clock(), said=said, objects=objects))
    return replace(answer, body={"act": ready.act, "subject": ready.subject, **(answer.body or {})})


def _propose(
    app: Application, tx: Transaction, officer: Officer, ready: SignedAct, objects: Mapping[str, object]
) -> Answer:
    """Keep what the author signed, until somebody else signs that it is right."""
    body = {**ready.proposed(), BY_AUTHOR: {part: objects[part] for part in PARTS}}
    reason = ready.body.get("reason")
    return proposals.propose(
        app,
        tx,
        officer,
        ready.act,
        ready.subject,
        body,
        str(reason) if reason is not None else None,
        same=ready.same,
        details=ready.told(),
        objects=objects,
    )


def _refused(
    app: Application, tx: Transaction, officer: Officer, sent: Sent, refusal: Refusal, now: datetime
) -> Answer:
    act, subject = sent.offered["act"], sent.offered["subject"]
    details = {"act": act, "subject": subject, "code": refusal.code, "message": refusal.message}
    dossier = sent.ready.dossier if isinstance(sent.ready, SignedAct) else None
    draft = LeafDraft(
        actor=officer.id,
        act="act-refused",
        subject=subject,
        dossier=dossier,
        details=details,
        objects=sent.submission.objects(),
    )
    if append(app, tx, [draft], now):  # of what is only counted, no leaf names the bytes
        sent.submission.keep(tx, of=_kept_with(sent))
    return replace(refuse(refusal), about=dossier)


def _kept_with(sent: Sent) -> str:
    return sent.ready.kept_with if isinstance(sent.ready, SignedAct) else FOR_GOOD


def _unknown_act(officer: Officer, act: str) -> Refusal:
    remedy = f"one of {', '.join(OFFERED)}; the others are asked for where they are done"
    unknown = Refusal(
        kind=Kind.INVALID, code="act-unknown", message=f"no signed act {act} of a body alone", remedy=remedy
    )
    return refuses_change(officer, "do signed acts") or unknown
