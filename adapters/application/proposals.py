"""What one officer proposes and another one decides: kept, shown, rejected, withdrawn. Approving is in `approving`.

Every decision takes the lock of the log's head before it reads the proposal: of two at once, one decides.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.application import people, views
from adapters.application.answer import ACCEPTED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.trail import append, receipt
from adapters.database import acts, definitions, trail
from adapters.database import proposals as stored
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal, not_found
from engine.officer import ADMINISTRATOR, AUDITOR, Officer
from engine.outcome import LeafDraft
from engine.people import proposals as rules
from engine.people.proposals import APPROVED, BIND, DEPLOY, LAPSES, REINSTATE, REJECTED, RULES, WITHDRAWN, Proposal
from signing.canonical import canonical, sha256_hex
from signing.certificates import load_certificates, subject_name
from signing.evidence.proposals import BY_AUTHOR

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A proposal that may be approved: both persons as of now."""

    proposal: Proposal
    author: Officer
    approver: Officer
    now: datetime

    @property
    def said(self) -> Json:
        """What the leaf of the act says of the two."""
        return {"author": self.author.id, "approved_by": self.approver.id, "proposal": self.proposal.id}


def needs_another(
    app: Application, tx: Transaction, officer: Officer, act: str, subject: str, body: Mapping[str, Any] | None = None
) -> bool:
    """Whether somebody else must approve what this officer does."""
    now = app.clock()
    new = Proposal(id="", act=act, subject=subject, body=body or {}, author=officer.id, reason=None, proposed=now)
    return rules.needs_another(app.organisations.get(tx), new, now)


def propose(
    app: Application,
    tx: Transaction,
    officer: Officer,
    act: str,
    subject: str,
    body: Mapping[str, Any],
    reason: str | None,
    *,
    same: Sequence[str] = (),
    details: Mapping[str, Any] | None = None,
    objects: Mapping[str, object] | None = None,
) -> Answer:
    """Keep a signed proposal, with its leaf; refused while one that says the same waits."""
    trail.head(tx, lock=True)
    now = app.clock()
    if (found := _same(tx, act, subject, body, same, now)) is not None:
        message = f"the same waits already as proposal {found.id}, of {found.author}"
        remedy = f"see it: hoso proposal show {found.id}"
        return refuse(Refusal(kind=Kind.CONFLICT, code="proposal-waits", message=message, remedy=remedy))
    id = f"p-{acts.next_value(tx, 'proposal'):06d}"
    new = Proposal(id=id, act=act, subject=subject, body=body, author=officer.id, reason=reason, proposed=now)
    stored.add(tx, new)
    told = {"proposal": id, "digest": digest(new), **({} if reason is None else {"reason": reason}), **(details or {})}
    leaf = LeafDraft(
        actor=officer.id, act=RULES[act].proposed, subject=subject, details=told, objects=dict(objects or {})
    )
    appended = append(app, tx, [leaf], now)[0]
    return Answer(
        status=ACCEPTED,
        body={"proposal": shown(new, now), "receipt": views.receipt(receipt(tx, appended, app.witnessed))},
    )


def waiting(
    app: Application, tx: Transaction, act: str, subject: str, body: Mapping[str, Any], same: Sequence[str]
) -> Answer | None:
    """The answer that shows an open proposal which says the same (in the fields `same`, else wholly), or None."""
    now = app.clock()
    found = _same(tx, act, subject, body, same, now)
    return None if found is None else Answer(status=ACCEPTED, body={"proposal": shown(found, now)})


def _same(
    tx: Transaction, act: str, subject: str, body: Mapping[str, Any], same: Sequence[str], now: datetime
) -> Proposal | None:
    for found in stored.undecided(tx, act, subject, since=now - LAPSES):
        names = same or sorted({*body, *found.body} - {BY_AUTHOR})
        if BY_AUTHOR in found.body and all(found.body.get(name) == body.get(name) for name in names):
            return found
    return None


def approvable(
    app: Application, tx: Transaction, officer: Officer, id: str, *, lock: bool = True
) -> Approval | Refusal:
    """The proposal, if this officer may approve it now: their rights and the author's are looked up again."""
    found = _decidable(app, tx, officer, id, lock=lock)
    if isinstance(found, Refusal):
        return found
    proposal, approver = found
    now, organisation = app.clock(), app.organisations.get(tx)
    if refusal := rules.refuses_approval(organisation, proposal, approver, now):
        return refusal
    author = people.find(app, tx, proposal.author)
    assert author is not None  # else it was refused
    return Approval(proposal=proposal, author=author, approver=approver, now=now)


def approved(tx: Transaction, approval: Approval) -> Json:
    """Note that it is approved; gives it as it is shown then."""
    by, now = approval.approver.id, approval.now
    stored.decide(tx, approval.proposal.id, APPROVED, by, now, None)
    after = stored.find(tx, approval.proposal.id)
    assert after is not None
    return shown(after, now)


def reject(app: Application, officer: Officer, request: Request, id: str, reason: str) -> Answer:
    """Say no, with a reason; nothing of it takes effect."""

    def refuses(proposal: Proposal, by: Officer, tx: Transaction) -> Refusal | None:
        return rules.refuses_decision(app.organisations.get(tx), proposal, by, app.clock())

    return _end(app, officer, request, id, (REJECTED, reason), refuses)


def withdraw(app: Application, officer: Officer, request: Request, id: str) -> Answer:
    """Take one's own proposal back."""
    return _end(
        app,
        officer,
        request,
        id,
        (WITHDRAWN, None),
        lambda found, by, _: rules.refuses_withdrawal(found, by, app.clock()),
    )


def _end(
    app: Application,
    officer: Officer,
    request: Request,
    id: str,
    end: tuple[str, str | None],
    refuses: Callable[[Proposal, Officer, Transaction], Refusal | None],
) -> Answer:
    def act(tx: Transaction) -> Answer:
        found = _decidable(app, tx, officer, id)
        if isinstance(found, Refusal):
            return refuse(found)
        proposal, by = found
        if refusal := refuses(proposal, by, tx):
            return refuse(refusal)
        (state, note), now = end, app.clock()
        stored.decide(tx, id, state, by.id, now, note)
        told = {"act": proposal.act, "subject": proposal.subject, "author": proposal.author}
        details = {**told, **({} if note is None else {"reason": note})}
        leaf = append(app, tx, [LeafDraft(actor=by.id, act=f"proposal-{state}", subject=id, details=details)], now)[0]
        after = stored.find(tx, id)
        assert after is not None
        return Answer(body={"proposal": shown(after, now), "receipt": views.receipt(receipt(tx, leaf, app.witnessed))})

    return once(app, request, act)


def _decidable(
    app: Application, tx: Transaction, officer: Officer, id: str, *, lock: bool = True
) -> tuple[Proposal, Officer] | Refusal:
    """The proposal as it is now and the officer as of now, if they may see it."""
    if lock:
        trail.head(tx, lock=True)
    found, now_officer = stored.find(tx, id), people.find(app, tx, officer.id)
    if found is None or now_officer is None or not rules.may_see(now_officer, found):
        return _unknown(id)
    return found, now_officer


def list_proposals(app: Application, officer: Officer, after: str, limit: int, *, everything: bool) -> Answer:
    """A page of those that wait, or of `everything`: of all for administrators and auditors, else of one's own."""
    now = app.clock()
    author = None if officer.roles & {ADMINISTRATOR, AUDITOR} else officer.id
    since = None if everything else now - LAPSES
    with app.store.read() as tx:
        found = stored.page(tx, after=after, limit=limit, author=author, undecided_since=since)
    items = [shown(each, now) for each in found]
    return Answer(body={"items": items, "next": items[-1]["id"] if len(items) == limit else None})


def show_proposal(app: Application, officer: Officer, id: str) -> Answer:
    """All that is needed to decide it: what is signed by its digest, and the same in terms of what it changes."""
    with app.store.read() as tx:
        found = stored.find(tx, id)
        if found is None or not rules.may_see(officer, found):
            return refuse(_unknown(id))
        told = _TELL[found.act](tx, found) if found.act in _TELL else {}
        if found.act in (BIND, REINSTATE):
            whose = found.subject if found.act == BIND else str(found.body["officer"])
            person = app.organisations.get(tx).person(whose)
            told["officer_name"] = person.name if person else None
    body = {**shown(found, app.clock()), "content": found.content(), "digest": digest(found), **told}
    return Answer(body=body)


def file(app: Application, officer: Officer, id: str, path: str) -> bytes | Refusal:
    """The bytes of a file that a proposed deployment brings."""
    with app.store.read() as tx:
        found = stored.find(tx, id)
        if found is None or not rules.may_see(officer, found):
            return _unknown(id)
        files: Any = found.body.get("files") if found.act == DEPLOY else None
        content = definitions.get_content(tx, files[path]) if files and path in files else None
    return content if content is not None else not_found("file", path, f"list them: hoso proposal show {id}")


def digest(proposal: Proposal) -> str:
    """The SHA-256 by which an approval names it."""
    return sha256_hex(canonical(proposal.content()))


def shown(of: Proposal, now: datetime) -> Json:
    """A proposal as a list shows it."""
    return {
        "id": of.id,
        "act": of.act,
        "subject": of.subject,
        "author": of.author,
        "reason": of.reason,
        "proposed": views.moment(of.proposed),
        "lapses": views.moment(of.proposed + LAPSES),
        "state": of.state_at(now),
        "decided": views.moment(of.decided),
        "decided_by": of.decided_by,
        "note": of.note,
    }


def _unknown(id: str) -> Refusal:
    return not_found("proposal", id, "list them: hoso proposal list")


def _tell_deployment(tx: Transaction, of: Proposal) -> Json:
    """Each file with its digest, and what it is to the version deployed now."""
    body: Any = of.body
    latest = definitions.latest_process(tx, of.subject)
    before: Mapping[str, str] = latest["files"] if latest else {}
    after: Mapping[str, str] = body["files"]
    files = [
        {
            "path": path,
            "sha256": after.get(path, before.get(path)),
            "change": _change(before.get(path), after.get(path)),
        }
        for path in sorted({*before, *after})
    ]
    return {"files": files, "warnings": body["warnings"], "replaces": latest["version"] if latest else None}


def _change(before: str | None, after: str | None) -> str:
    if before is None:
        return "new"
    if after is None:
        return "removed"
    return "same" if before == after else "changed"


def _tell_binding(_tx: Transaction, of: Proposal) -> Json:
    """Whose certificate it is by its own words."""
    certificate = load_certificates(base64.b64decode(str(of.body["certificate"])))[0]
    told = {
        "fingerprint": of.body["fingerprint"],
        "kind": of.body["kind"],
        "subject": subject_name(certificate),
        "issuer": certificate.issuer.rfc4514_string(),
        "not_before": views.moment(certificate.not_valid_before_utc),
        "not_after": views.moment(certificate.not_valid_after_utc),
    }
    return {"certificate": told}


_TELL: Mapping[str, Callable[[Transaction, Proposal], Json]] = {DEPLOY: _tell_deployment, BIND: _tell_binding}
