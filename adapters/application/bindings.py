"""Bind a certificate to an officer: at once by who alone administers, else proposed by one and approved by another.

Both sign. The leaf `certificate-bound` is the author's act, as it was signed, with the approver's signature beside it;
both signatures are verified at the time of the approval, with the revocation lists of then.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from adapters.application import proposals, views
from adapters.application.answer import CREATED, Answer
from adapters.application.application import Application
from adapters.application.proposals import Approval
from adapters.application.submission import (
    ORGAN,
    PERSON,
    Checked,
    Submission,
    refuses_certificate,
    refuses_stale,
    verify,
)
from adapters.application.trail import append, receipt
from adapters.database import definitions, people
from adapters.database import proposals as stored
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.proposals import BIND
from signing.canonical import canonical, sha256_hex
from signing.certificates import check_usable, fingerprint, load_certificates, subject_name
from signing.errors import SigningError
from signing.record import ActRecord, decode_record

APPROVE = "binding-approved"
_PARTS = ("record", "manifest", "signature")
_BODY = ("certificate", "fingerprint", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the author of a proposal signed, verified again now."""

    submission: Submission
    checked: Checked | Refusal


def refuses(app: Application, tx: Transaction, subject: str, body: Mapping[str, Any]) -> Refusal | None:
    """Why this certificate cannot be bound to that officer, or None."""
    if app.organisations.get(tx).person(subject) is None:
        return not_found("officer", subject, "list them: hoso officer list")
    try:
        certificates = load_certificates(base64.b64decode(str(body.get("certificate", "")), validate=True))
        check_usable(certificates[0], app.clock())
    except (SigningError, binascii.Error, ValueError) as error:
        code = error.code if isinstance(error, SigningError) else "certificate-unreadable"
        message = error.message if isinstance(error, SigningError) else "this is no certificate"
        return Refusal(kind=Kind.SIGNATURE, code=code, message=message, remedy="give the officer's own certificate")
    print_ = fingerprint(certificates[0])
    named = set(body) == set(_BODY) and body["kind"] in (PERSON, ORGAN)
    if len(certificates) != 1 or body.get("fingerprint") != print_ or not named:
        message = "the body must name the certificate it holds, its fingerprint, and kind person or organ"
        return Refusal(kind=Kind.INVALID, code="certificate-differs", message=message, remedy="prepare it again")
    if people.find_certificate(tx, print_) is not None:
        message = f"certificate {print_[:16]} is or was bound already"
        return Refusal(kind=Kind.CONFLICT, code="certificate-bound", message=message, remedy="use a new certificate")
    return None


def keep(tx: Transaction, body: Mapping[str, Any]) -> dict[str, object]:
    """Store the certificate's bytes, so that an auditor finds them; gives their name."""
    der = base64.b64decode(body["certificate"])
    definitions.put_content(tx, sha256_hex(der), der)
    return {"bound": sha256_hex(der)}


def save(tx: Transaction, subject: str, body: Mapping[str, Any], leaf: int, now: datetime) -> None:
    """Bind it: from now on its signatures are that officer's."""
    der = base64.b64decode(body["certificate"])
    bound = load_certificates(der)[0]
    people.add_certificate(
        tx,
        {
            "fingerprint": body["fingerprint"],
            "officer": subject,
            "kind": body["kind"],
            "der": der,
            "subject": subject_name(bound),
            "issuer": bound.issuer.rfc4514_string(),
            "not_before": bound.not_valid_before_utc,
            "not_after": bound.not_valid_after_utc,
            "bound": now,
            "bound_leaf": leaf,
        },
    )


def details(subject: str, body: Mapping[str, Any]) -> dict[str, object]:
    """What the leaf tells."""
    return {"officer": subject, "fingerprint": body["fingerprint"], "kind": body["kind"]}


def propose(
    app: Application,
    tx: Transaction,
    officer: Officer,
    subject: str,
    body: Mapping[str, Any],
    submission: Submission,
    checked: Checked,
) -> Answer:
    """Keep what the author signed, until another administrator signs that it is right."""
    objects = {**submission.objects(), **checked.keep(tx), **keep(tx, body)}
    signed = {name: objects[name] for name in _PARTS}
    answer = proposals.propose(
        app,
        tx,
        officer,
        BIND,
        subject,
        {**body, "signed": signed},
        None,
        same=("fingerprint", "kind"),
        details=details(subject, body),
        objects=objects,
    )
    return replace(answer, body={"act": BIND, "subject": subject, **(answer.body or {})})


def refuses_approving(
    app: Application, tx: Transaction, officer: Officer, id: str, body: Mapping[str, Any]
) -> Refusal | None:
    """Why this officer cannot approve that proposal with this body, or None. The body names what is approved."""
    found = proposals.approvable(app, tx, officer, id)
    if isinstance(found, Refusal):
        return found
    proposal = found.proposal
    if proposal.act != BIND:
        remedy = f"approve it unsigned: POST /v1/proposals/{id}/approve"
        message = f"proposal {id} is of {proposal.act}, which is approved without a signature"
        return Refusal(kind=Kind.INVALID, code="act-unknown", message=message, remedy=remedy)
    if canonical(body) != canonical(named(found)):
        message = f"the body names something else than proposal {id}"
        remedy = f"look at it again: hoso proposal show {id}"
        return Refusal(kind=Kind.INVALID, code="proposal-differs", message=message, remedy=remedy)
    return refuses(app, tx, proposal.subject, {name: proposal.body[name] for name in _BODY})


def named(approval: Approval) -> dict[str, object]:
    """The body of the act that approves it: the proposal by its digest, and whose which certificate is to be."""
    proposal = approval.proposal
    return {"proposal": proposals.digest(proposal), **details(proposal.subject, proposal.body)}


def of_author(app: Application, id: str) -> Signed | Refusal:
    """What the author signed, verified as of now; no lock is held."""
    with app.store.read() as tx:
        found = stored.find(tx, id)
        names: Any = found.body.get("signed") if found else None
        if not names:
            return not_found("proposal", id, "list them: hoso proposal list")
        contents = definitions.get_contents(tx, names.values())
    record, manifest, signature = (contents[names[part]] for part in _PARTS)
    told = decode_record(record)
    assert isinstance(told, ActRecord)  # it was accepted as one
    facts = {name: getattr(told, name) for name in ("act", "subject", "body", "officer", "time")}
    submission = Submission(statement="", record=record, manifest=manifest, signature=signature)
    return Signed(submission=submission, checked=verify(app, submission, facts, told.nonce))


def refuses_signatures(tx: Transaction, approval: Approval, signed: Signed, checked: Checked) -> Refusal | None:
    """Why one of the two signatures does not count now, or None.

    Who has no certificate yet may approve the first one of their own with itself: one vouches for it, and the other
    shows to have its key.
    """
    now, body = approval.now, approval.proposal.body
    own = approval.proposal.subject == approval.approver.id and body["kind"] == PERSON
    own = own and checked.verified.signature.fingerprint == body["fingerprint"]
    if own and not people.has_certificate(tx, approval.approver.id, PERSON):
        refusal = refuses_stale(checked, now)
    else:
        refusal = refuses_certificate(tx, approval.approver, checked, now)
    if refusal is not None:
        return refusal
    found = signed.checked
    refusal = found if isinstance(found, Refusal) else refuses_certificate(tx, approval.author, found, now)
    if refusal is None:
        return None
    remedy = "reject the proposal; its author may sign it again"
    return replace(refusal, message=f"the signature of {approval.author.id}: {refusal.message}", remedy=remedy)


def approve(
    app: Application, tx: Transaction, approval: Approval, signed: Signed, submission: Submission, checked: Checked
) -> Answer:
    """Bind it, with both signatures in the leaf."""
    assert isinstance(signed.checked, Checked)  # else it was refused
    proposal, now = approval.proposal, approval.now
    body = {name: proposal.body[name] for name in _BODY}
    others = {**submission.objects(), **checked.keep(tx)}
    objects = {**signed.submission.objects(), **signed.checked.keep(tx), **keep(tx, body)}
    draft = LeafDraft(
        actor=approval.author.id,
        act=BIND,
        subject=proposal.subject,
        details={**details(proposal.subject, body), **approval.said},
        objects={**objects, **{f"approval-{role}": value for role, value in others.items()}},
    )
    leaf = append(app, tx, [draft], now)[0]
    save(tx, proposal.subject, body, leaf.index, now)
    told = {"act": BIND, "subject": proposal.subject, "proposal": proposals.approved(tx, approval)}
    return Answer(status=CREATED, body={**told, "receipt": views.receipt(receipt(tx, leaf))})
