"""Signed acts outside any task: an administrator binds or revokes a certificate, or adopts a procedure record.

The very first binding is made by an administrator for their own certificate, signed with that certificate: it shows
possession of the key, and an auditor pins it. Every later act needs a bound certificate.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.application import statement, views
from adapters.application.answer import CREATED, Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
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
from adapters.database import acts, definitions, people, trail
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal, not_found
from engine.officer import ADMINISTRATOR, Officer
from engine.outcome import LeafDraft
from engine.procedure import ProcedureError, read_procedure
from signing.canonical import canonical, sha256_hex
from signing.certificates import check_usable, fingerprint, load_certificates, subject_name
from signing.errors import SigningError

BIND, REVOKE, ADOPT = "certificate-bound", "certificate-revoked", "procedure-adopted"


def prepare(
    app: Application, officer: Officer, request: Request, act: str, subject: str, body: Mapping[str, Any]
) -> Answer:
    """The statement for a signed act, refused when it could not be done."""

    def prepared(tx: Transaction) -> Answer:
        refusal = officer.lacks(ADMINISTRATOR, act) or _refuses(app, tx, act, subject, body)
        if refusal:
            return refuse(refusal)
        return statement.issue(app, tx, officer, act, subject, {"act": act, "subject": subject, "body": dict(body)})

    return once(app, request, prepared)


def perform(app: Application, officer: Officer, request: Request, submission: Submission) -> Answer:
    """Do a signed act; a refusal for the signature's sake is recorded."""
    if known := known_answer(app, request):
        return known
    with app.store.read() as tx:
        offered = acts.find_statement(tx, submission.statement)
    if offered is None or offered["officer"] != officer.id or offered["act"] not in _SAVE:
        return refuse(not_found("statement", submission.statement, "prepare and sign again"))
    checked = verify(app, submission, offered["facts"], offered["nonce"])
    return once(app, request, lambda tx: _act(app, tx, officer, submission, offered, checked))


def _act(
    app: Application,
    tx: Transaction,
    officer: Officer,
    submission: Submission,
    offered: Mapping[str, Any],
    checked: Checked | Refusal,
) -> Answer:
    now = app.clock()
    act, subject, body = offered["act"], offered["subject"], offered["facts"]["body"]
    _lock(tx, act, subject, checked)
    submission.keep(tx)
    if isinstance(checked, Checked):
        refusal = _refuses_now(app, tx, officer, offered, checked, now)
        if refusal is None:
            objects = {**submission.objects(), **checked.keep(tx), **_keep_subject(tx, act, body)}
            details = _details(act, subject, body)
            draft = LeafDraft(actor=officer.id, act=act, subject=subject, details=details, objects=objects)
            leaf = append(app, tx, [draft], now)[0]
            _SAVE[act](tx, subject, body, leaf.index, now)
            told = {"act": act, "subject": subject, "receipt": views.receipt(receipt(tx, leaf))}
            return Answer(status=CREATED, body=told)
    else:
        refusal = checked
    details = {"act": act, "subject": subject, "code": refusal.code, "message": refusal.message}
    objects = submission.objects()
    draft = LeafDraft(actor=officer.id, act="act-refused", subject=subject, details=details, objects=objects)
    append(app, tx, [draft], now)
    return refuse(refusal)


def _lock(tx: Transaction, act: str, subject: str, checked: Checked | Refusal) -> None:
    """One such act at a time. Certificates come before the head, as in a completion, so that none waits crosswise."""
    if act == REVOKE:
        people.find_certificate(tx, subject, lock="change")
    if isinstance(checked, Checked):
        people.find_certificate(tx, checked.verified.signature.fingerprint, lock="use")
    trail.head(tx, lock=True)


def _keep_subject(tx: Transaction, act: str, body: Mapping[str, Any]) -> dict[str, object]:
    """Store what the act is about, so that an auditor finds its bytes: the procedure record, the bound certificate."""
    if act == ADOPT:
        record = canonical(body)
        definitions.put_content(tx, sha256_hex(record), record)
        return {"procedure": sha256_hex(record)}
    if act == BIND:
        der = base64.b64decode(body["certificate"])
        definitions.put_content(tx, sha256_hex(der), der)
        return {"bound": sha256_hex(der)}
    return {}


def _refuses_now(
    app: Application,
    tx: Transaction,
    officer: Officer,
    offered: Mapping[str, Any],
    checked: Checked,
    now: datetime,
) -> Refusal | None:
    refusal = officer.lacks(ADMINISTRATOR, offered["act"])
    if refusal:
        return refusal
    refusal = _refuses(app, tx, offered["act"], offered["subject"], offered["facts"]["body"])
    if refusal is None:
        bootstraps = _bootstraps(tx, officer, offered, checked)
        refusal = refuses_stale(checked, now) if bootstraps else refuses_certificate(tx, officer, checked, now)
    if refusal is None and (now >= offered["expires"] or not acts.use_statement(tx, offered["id"], now)):
        message = f"the statement {offered['id']} was used before or has expired"
        return Refusal(kind=Kind.CONFLICT, code="statement-used", message=message, remedy="prepare and sign again")
    return refusal


def _bootstraps(tx: Transaction, officer: Officer, offered: Mapping[str, Any], checked: Checked) -> bool:
    """Whether this is the first binding of all: an administrator's own certificate, signed with it."""
    body = offered["facts"]["body"]
    own = offered["act"] == BIND and offered["subject"] == officer.id and body.get("kind") == PERSON
    same = body.get("fingerprint") == checked.verified.signature.fingerprint
    return own and same and not people.any_certificate(tx)


def _refuses(app: Application, tx: Transaction, act: str, subject: str, body: Mapping[str, Any]) -> Refusal | None:
    if act == BIND:
        return _refuses_binding(app, tx, subject, body)
    if act == REVOKE:
        found = people.find_certificate(tx, subject)
        if found is None or found["revoked"] is not None:
            return not_found("certificate", subject, "list the bound ones: hoso certificate list")
        return None
    if act == ADOPT:
        return _refuses_procedure(subject, body)
    return Refusal(
        kind=Kind.INVALID, code="act-unknown", message=f"no signed act {act}", remedy=f"one of {sorted(_SAVE)}"
    )


def _refuses_binding(app: Application, tx: Transaction, subject: str, body: Mapping[str, Any]) -> Refusal | None:
    if people.find_officer(tx, subject) is None:
        return not_found("officer", subject, "list them: hoso officer list")
    try:
        certificates = load_certificates(base64.b64decode(str(body.get("certificate", "")), validate=True))
        check_usable(certificates[0], app.clock())
    except (SigningError, binascii.Error, ValueError) as error:
        code = error.code if isinstance(error, SigningError) else "certificate-unreadable"
        message = error.message if isinstance(error, SigningError) else "this is no certificate"
        return Refusal(kind=Kind.SIGNATURE, code=code, message=message, remedy="give the officer's own certificate")
    print_ = fingerprint(certificates[0])
    named = set(body) == {"certificate", "fingerprint", "kind"} and body["kind"] in (PERSON, ORGAN)
    if len(certificates) != 1 or body.get("fingerprint") != print_ or not named:
        message = "the body must name the certificate it holds, its fingerprint, and kind person or organ"
        return Refusal(kind=Kind.INVALID, code="certificate-differs", message=message, remedy="prepare it again")
    if people.find_certificate(tx, print_) is not None:
        message = f"certificate {print_[:16]} is or was bound already"
        return Refusal(kind=Kind.CONFLICT, code="certificate-bound", message=message, remedy="use a new certificate")
    return None


def _refuses_procedure(subject: str, body: Mapping[str, Any]) -> Refusal | None:
    try:
        procedure = read_procedure(body)
    except ProcedureError as error:
        remedy = "correct the record; docs/reference/procedure.md tells the fields"
        return Refusal(kind=Kind.INVALID, code="procedure-invalid", message=str(error), remedy=remedy)
    if procedure.code == subject:
        return None
    message = f"the record is of procedure {procedure.code}, not {subject}"
    return Refusal(kind=Kind.INVALID, code="procedure-invalid", message=message, remedy="name its own code")


def _details(act: str, subject: str, body: Mapping[str, Any]) -> dict[str, object]:
    if act == BIND:
        return {"officer": subject, "fingerprint": body["fingerprint"], "kind": body["kind"]}
    if act == REVOKE:
        return {"fingerprint": subject, "reason": body.get("reason", "")}
    return {"code": subject, "name": body["name"], "valid_from": body["valid_from"]}


def _save_binding(tx: Transaction, subject: str, body: Mapping[str, Any], leaf: int, now: datetime) -> None:
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


def _save_revocation(tx: Transaction, subject: str, _body: Mapping[str, Any], leaf: int, now: datetime) -> None:
    people.revoke_certificate(tx, subject, now, leaf)


def _save_procedure(tx: Transaction, _subject: str, body: Mapping[str, Any], leaf: int, now: datetime) -> None:
    procedure = read_procedure(body)
    definitions.add_procedure(
        tx,
        {
            "sha256": sha256_hex(canonical(body)),
            "code": procedure.code,
            "process": procedure.process,
            "valid_from": procedure.valid_from.isoformat(),
            "body": body,
            "adopted": now,
            "leaf": leaf,
        },
    )


_SAVE = {BIND: _save_binding, REVOKE: _save_revocation, ADOPT: _save_procedure}
