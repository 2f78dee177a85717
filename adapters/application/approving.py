"""Approve, by a signed act, what somebody else proposed: it takes effect now, or is refused because it fits no more.

The act's leaf is its author's, as it was signed, with the approver's signature and the proposal beside it. Both
signatures are verified at the time of the approval, with the revocation data of then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from adapters.application import proposals
from adapters.application.acting import Doing, Enact, SignedAct
from adapters.application.adopting import Adopt
from adapters.application.answer import Answer
from adapters.application.application import Application
from adapters.application.bindings import Bind
from adapters.application.deploy import Deploy
from adapters.application.erasing import Erase
from adapters.application.organising import Organise
from adapters.application.proposals import Approval
from adapters.application.reinstating import Reinstate
from adapters.application.submission import Checked, Submission, refuses_certificate, verify
from adapters.database import definitions, people
from adapters.database import proposals as stored
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.people.proposals import Proposal, deciders
from signing.canonical import canonical, sha256_hex
from signing.certificates import public_key
from signing.evidence.contents import APPROVER, PARTS
from signing.evidence.persons import PROPOSAL_APPROVED
from signing.evidence.proposals import BY_AUTHOR
from signing.record import ActRecord, decode_record

PROPOSED: Mapping[str, type[SignedAct]] = {each.act: each for each in (Deploy, Bind, Reinstate, Organise, Adopt, Erase)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the author of a proposal signed, verified again now."""

    submission: Submission
    checked: Checked | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve(SignedAct):
    """`subject` is the proposal; `body` names it by its digest, and what it would do to what."""

    act: ClassVar[str] = PROPOSAL_APPROVED
    right: ClassVar[str] = "decide proposals"

    ready: SignedAct
    signed: Signed

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """What was proposed is made ready again, and its author's signature verified as of now."""
        with app.store.read() as tx:
            proposal = stored.find(tx, subject)
        if proposal is None:
            return _unknown(subject)
        ready = PROPOSED[proposal.act].of_proposal(app, proposal)
        if isinstance(ready, Refusal):
            return ready
        signed = _of_author(app, proposal, ready)
        return (
            signed
            if isinstance(signed, Refusal)
            else cls(subject=subject, body=facts["body"], ready=ready, signed=signed)
        )

    @classmethod
    def may(cls, app: Application, tx: Transaction, officer: Officer, subject: str) -> Refusal | None:
        """Nobody decides their own; who does must administer all that it is about; both rights are looked up again."""
        found = proposals.approvable(app, tx, officer, subject, lock=False)
        return found if isinstance(found, Refusal) else None

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """It must still wait, be the one that the body names, and fit in its author's name."""
        found = proposals.approvable(app, tx, officer, self.subject, lock=False)
        if isinstance(found, Refusal):
            return found
        if canonical(self.body) != canonical(named(found.proposal)):
            message = f"the body names something else than proposal {self.subject}"
            remedy = f"look at it again: hoso proposal show {self.subject}"
            return Refusal(kind=Kind.INVALID, code="proposal-differs", message=message, remedy=remedy)
        if refusal := self.ready.may(app, tx, found.author, self.ready.subject):
            return _of_the_author(found, refusal)
        enact = self.ready.decide(app, tx, found.author)
        return enact if isinstance(enact, Refusal) else lambda doing: self._approve(tx, found, enact, doing)

    def lock(self, tx: Transaction) -> None:
        """Those of the act itself."""
        self.ready.lock(tx)

    def changed(self) -> frozenset[str]:
        """Those of the act itself."""
        return self.ready.changed()

    @property
    def erases(self) -> bool:
        """As the act itself."""
        return self.ready.erases

    def used(self) -> frozenset[str]:
        """The author's."""
        checked = self.signed.checked
        return frozenset({checked.verified.signature.fingerprint}) if isinstance(checked, Checked) else frozenset()

    def refuses_signature(
        self, app: Application, tx: Transaction, officer: Officer, checked: Checked, now: datetime
    ) -> Refusal | None:
        """Both signatures must count now, and be of two keys; nobody vouches for their own where another could."""
        proposal = stored.find(tx, self.subject)
        assert proposal is not None  # else it was refused
        if self.ready.of_own(tx, officer, checked) and (refusal := _refuses_own(app, tx, proposal, officer, now)):
            return refusal
        if refusal := self.ready.refuses_approver(tx, officer, checked, now):
            return refusal
        found = self.signed.checked
        author = Officer(id=proposal.author, name="", position="", unit="", rights={})
        refusal = found if isinstance(found, Refusal) else refuses_certificate(tx, author, found, now)
        if refusal is None and isinstance(found, Checked):
            return _refuses_one_key(proposal.author, found, checked)
        assert refusal is not None
        remedy = "reject the proposal; its author may sign it again"
        return replace(refusal, message=f"the signature of {proposal.author}: {refusal.message}", remedy=remedy)

    def _approve(self, tx: Transaction, approval: Approval, enact: Enact, doing: Doing) -> Answer:
        assert isinstance(self.signed.checked, Checked)  # else it was refused
        content = canonical(approval.proposal.content())
        definitions.put_content(tx, sha256_hex(content), content)
        own = {**self.signed.submission.objects(), **self.signed.checked.keep(tx), **self.ready.keep(tx)}
        others = {f"{APPROVER}{role}": value for role, value in doing.objects.items()}
        objects = {**own, **others, "proposal": sha256_hex(content)}
        answer = enact(Doing(officer=approval.author, now=doing.now, said=approval.said, objects=objects))
        about = {"act": approval.proposal.act, "subject": approval.proposal.subject}
        told = {**about, **(answer.body or {}), "proposal": proposals.approved(tx, approval)}
        return replace(answer, body=told)


def named(proposal: Proposal) -> dict[str, object]:
    """The body of the act that approves it."""
    return {"proposal": proposals.digest(proposal), "act": proposal.act, "subject": proposal.subject}


def _of_author(app: Application, proposal: Proposal, ready: SignedAct) -> Signed | Refusal:
    """What the author signed, which must be what was proposed; no lock is held."""
    names: Any = proposal.body.get(BY_AUTHOR)
    if not names:
        message = f"proposal {proposal.id} is of an earlier release, and its author signed nothing"
        remedy = "reject it; its author may propose it again"
        return Refusal(kind=Kind.SIGNATURE, code="signature-missing", message=message, remedy=remedy)
    with app.store.read() as tx:
        contents = definitions.get_contents(tx, names.values())
    record, manifest, signature = (contents[names[part]] for part in PARTS)
    told = decode_record(record)
    assert isinstance(told, ActRecord)  # it was accepted as one
    facts = {"act": ready.act, "subject": ready.subject, "body": dict(ready.body), "officer": proposal.author}
    submission = Submission(statement="", record=record, manifest=manifest, signature=signature)
    return Signed(submission=submission, checked=verify(app, submission, {**facts, "time": told.time}, told.nonce))


def _refuses_own(
    app: Application, tx: Transaction, proposal: Proposal, approver: Officer, now: datetime
) -> Refusal | None:
    """Who could decide it and can sign, approves it; only where nobody else can, the certificate's own officer."""
    others = deciders(app.organisations.get(tx), proposal, now) - {approver.id}
    if not (able := sorted(people.who_sign(tx, others, now.replace(microsecond=0)))):
        return None
    message = f"{approver.id} would approve it for a certificate of their own, though {able[0]} could approve it"
    remedy = f"ask {' or '.join(able[:3])} to approve it: hoso proposal approve {proposal.id}"
    return Refusal(kind=Kind.FORBIDDEN, code="approver-own-certificate", message=message, remedy=remedy)


def _refuses_one_key(author: str, *signed: Checked) -> Refusal | None:
    """Whoever has one key under two names is one person."""
    keys = {public_key(each.verified.signature.certificate_der) for each in signed}
    if len(keys) == len(signed):
        return None
    message = f"{author} signed the proposal with the very key of this signature; two persons must"
    remedy = "revoke one of the two certificates; another administrator may approve it"
    return Refusal(kind=Kind.FORBIDDEN, code="approver-is-author", message=message, remedy=remedy)


def _of_the_author(approval: Approval, refusal: Refusal) -> Refusal:
    author = approval.author.id
    remedy = "reject it; somebody who has the right may propose it again"
    return replace(refusal, code="author-lost-right", message=f"of {author}: {refusal.message}", remedy=remedy)


def _unknown(id: str) -> Refusal:
    return not_found("proposal", id, "list them: hoso proposal list")
