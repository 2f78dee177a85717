"""Bind a certificate to an officer, or end its binding: signed acts, checked in the officer's own unit.

The very first binding is made by an administrator for their own certificate, signed with that certificate: it shows
possession of the key, and an auditor pins it. Every later act needs a bound certificate.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from adapters.application import people as offices
from adapters.application import views
from adapters.application.acting import Doing, Enact, SignedAct, names
from adapters.application.answer import CREATED, Answer
from adapters.application.application import Application
from adapters.application.submission import ORGAN, PERSON, Checked, refuses_certificate, refuses_stale
from adapters.application.trail import append, receipt
from adapters.database import definitions, people
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.proposals import BIND, Proposal
from signing.canonical import sha256_hex
from signing.certificates import check_usable, fingerprint, load_certificates, subject_name
from signing.errors import SigningError

_BODY = ("certificate", "fingerprint", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind(SignedAct):
    """From then on the certificate's signatures are that officer's, or the agency's, kept by that officer."""

    act: ClassVar[str] = BIND
    right: ClassVar[str] = "bind certificates"
    same: ClassVar[tuple[str, ...]] = ("fingerprint", "kind")

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """Read strictly: one certificate that could sign now, and its own fingerprint."""
        body = facts["body"]
        return _refuses(app, body) or cls(subject=subject, body=body)

    @classmethod
    def of_proposal(cls, app: Application, proposal: Proposal) -> Self | Refusal:
        """The certificate stands in the proposal."""
        return cls.of_facts(app, proposal.subject, {"body": names(proposal.body, _BODY)})

    @classmethod
    def may(cls, app: Application, tx: Transaction, officer: Officer, subject: str) -> Refusal | None:
        """Who administers the officer's unit may."""
        return policy.refuses(officer, cls.right, offices.unit_of(app, tx, subject))

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """A known officer, and a certificate that was never bound."""
        if app.organisations.get(tx).person(self.subject) is None:
            return not_found("officer", self.subject, "list them: hoso officer list")
        if people.find_certificate(tx, self.body["fingerprint"]) is not None:
            message = f"certificate {self.body['fingerprint'][:16]} is or was bound already"
            return Refusal(
                kind=Kind.CONFLICT, code="certificate-bound", message=message, remedy="use a new certificate"
            )
        return lambda doing: self._bind(app, tx, doing)

    def keep(self, tx: Transaction) -> dict[str, object]:
        """The certificate's bytes."""
        der = base64.b64decode(self.body["certificate"])
        definitions.put_content(tx, sha256_hex(der), der)
        return {"bound": sha256_hex(der)}

    def told(self) -> dict[str, Any]:
        """Whose it is, which, and of which kind."""
        return {"officer": self.subject, "fingerprint": self.body["fingerprint"], "kind": self.body["kind"]}

    def bootstraps(self, tx: Transaction, officer: Officer, checked: Checked) -> bool:
        """Whether this is the first binding of all: an administrator's own certificate, signed with it."""
        return self._own(officer, checked) and not people.any_certificate(tx)

    def refuses_signature(
        self, app: Application, tx: Transaction, officer: Officer, checked: Checked, now: datetime
    ) -> Refusal | None:
        """The first binding of all signs itself."""
        if self.bootstraps(tx, officer, checked):
            return refuses_stale(checked, now)
        return refuses_certificate(tx, officer, checked, now)

    def refuses_approver(self, tx: Transaction, officer: Officer, checked: Checked, now: datetime) -> Refusal | None:
        """Who has no certificate yet may approve the first one of their own with itself, where nobody else could: one
        vouches for it, and the other shows to have its key.
        """
        if self.of_own(tx, officer, checked):
            return refuses_stale(checked, now)
        return refuses_certificate(tx, officer, checked, now)

    def of_own(self, tx: Transaction, officer: Officer, checked: Checked) -> bool:
        """Whether it is the approver's own first certificate, signed with itself."""
        return self._own(officer, checked) and not people.has_certificate(tx, officer.id, PERSON)

    def _own(self, officer: Officer, checked: Checked) -> bool:
        """Whether an officer's own certificate is bound to them, and signed with."""
        own = self.subject == officer.id and self.body["kind"] == PERSON
        return own and bool(self.body["fingerprint"] == checked.verified.signature.fingerprint)

    def _bind(self, app: Application, tx: Transaction, doing: Doing) -> Answer:
        der = base64.b64decode(self.body["certificate"])
        bound = load_certificates(der)[0]
        answer, leaf = _recorded(app, tx, self, {**self.told(), **doing.said}, doing)
        people.add_certificate(
            tx,
            {
                "fingerprint": self.body["fingerprint"],
                "officer": self.subject,
                "kind": self.body["kind"],
                "der": der,
                "subject": subject_name(bound),
                "issuer": bound.issuer.rfc4514_string(),
                "not_before": bound.not_valid_before_utc,
                "not_after": bound.not_valid_after_utc,
                "bound": doing.now,
                "bound_leaf": leaf,
            },
        )
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke(SignedAct):
    """The certificate's later signatures count no more; `subject` is its fingerprint."""

    act: ClassVar[str] = "certificate-revoked"
    right: ClassVar[str] = "revoke certificates"

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """Only the reason is read."""
        return cls(subject=subject, body=facts["body"])

    @classmethod
    def may(cls, app: Application, tx: Transaction, officer: Officer, subject: str) -> Refusal | None:
        """Who administers the unit of its officer may."""
        found = people.find_certificate(tx, subject)
        whose = found["officer"] if found is not None else ""
        return policy.refuses(officer, cls.right, offices.unit_of(app, tx, whose))

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """It must be bound."""
        found = people.find_certificate(tx, self.subject)
        if found is None or found["revoked"] is not None:
            return not_found("certificate", self.subject, "list the bound ones: hoso certificate list")
        return lambda doing: self._revoke(app, tx, doing)

    def changed(self) -> frozenset[str]:
        """This one."""
        return frozenset({self.subject})

    def _revoke(self, app: Application, tx: Transaction, doing: Doing) -> Answer:
        details = {"fingerprint": self.subject, "reason": self.body.get("reason", ""), **doing.said}
        answer, leaf = _recorded(app, tx, self, details, doing)
        people.revoke_certificate(tx, self.subject, doing.now, leaf)
        return answer


def _recorded(
    app: Application, tx: Transaction, act: SignedAct, details: Mapping[str, object], doing: Doing
) -> tuple[Answer, int]:
    """Append the act's leaf; gives the answer with its receipt, and its index."""
    draft = LeafDraft(actor=doing.officer.id, act=act.act, subject=act.subject, details=details, objects=doing.objects)
    leaf = append(app, tx, [draft], doing.now)[0]
    return Answer(status=CREATED, body={"receipt": views.receipt(receipt(tx, leaf, app.witnessed))}), leaf.index


def _refuses(app: Application, body: Mapping[str, Any]) -> Refusal | None:
    """Why that is no binding of a certificate."""
    try:
        certificates = load_certificates(base64.b64decode(str(body.get("certificate", "")), validate=True))
        check_usable(certificates[0], app.clock())
    except (SigningError, binascii.Error, ValueError) as error:
        code = error.code if isinstance(error, SigningError) else "certificate-unreadable"
        message = error.message if isinstance(error, SigningError) else "this is no certificate"
        return Refusal(kind=Kind.SIGNATURE, code=code, message=message, remedy="give the officer's own certificate")
    named = set(body) == set(_BODY) and body["kind"] in (PERSON, ORGAN)
    if len(certificates) == 1 and body.get("fingerprint") == fingerprint(certificates[0]) and named:
        return None
    message = "the body must name the certificate it holds, its fingerprint, and kind person or organ"
    return Refusal(kind=Kind.INVALID, code="certificate-differs", message=message, remedy="prepare it again")
