"""Signed acts outside any task: an administrator binds or revokes a certificate, or adopts a procedure record.

The very first binding is made by an administrator for their own certificate, signed with that certificate: it shows
possession of the key, and an auditor pins it. Every later act needs a bound certificate. Where several administer, a
later binding is kept as a proposal until another of them approves it, by a signed act as well (`bindings`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.application import bindings, proposals, statement, views
from adapters.application import people as offices
from adapters.application.answer import CREATED, Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.submission import (
    PERSON,
    Checked,
    Submission,
    refuses_certificate,
    refuses_stale,
    verify,
)
from adapters.application.trail import append, receipt
from adapters.database import acts, definitions, devices, people, trail
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.proposals import BIND
from engine.procedure import ProcedureError, read_procedure
from signing.canonical import canonical, sha256_hex

REVOKE, ADOPT = "certificate-revoked", "procedure-adopted"
_RIGHT = {BIND: "bind certificates", REVOKE: "revoke certificates", ADOPT: "adopt procedures"}


def prepare(
    app: Application, officer: Officer, request: Request, act: str, subject: str, body: Mapping[str, Any]
) -> Answer:
    """The statement for a signed act, refused when it could not be done."""

    def prepared(tx: Transaction) -> Answer:
        refusal = _may(app, tx, officer, act, subject) or _refuses(app, tx, officer, act, subject, body)
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
    if offered is None or offered["officer"] != officer.id or offered["act"] not in _ACTS:
        return refuse(not_found("statement", submission.statement, "prepare and sign again"))
    checked = verify(app, submission, offered["facts"], offered["nonce"])
    signed = bindings.of_author(app, offered["subject"]) if offered["act"] == bindings.APPROVE else None
    if isinstance(signed, Refusal):
        return refuse(signed)
    return once(app, request, lambda tx: _act(app, tx, officer, submission, offered, checked, signed))


def _act(
    app: Application,
    tx: Transaction,
    officer: Officer,
    submission: Submission,
    offered: Mapping[str, Any],
    checked: Checked | Refusal,
    signed: bindings.Signed | None,
) -> Answer:
    now = app.clock()
    act, subject = offered["act"], offered["subject"]
    _lock(tx, act, subject, checked, signed.checked if signed else None)
    submission.keep(tx)
    if isinstance(checked, Checked):
        refusal = _refuses_now(app, tx, officer, offered, checked, signed, now)
        if refusal is None:
            return _accept(app, tx, officer, offered, submission, checked, signed)
    else:
        refusal = checked
    details = {"act": act, "subject": subject, "code": refusal.code, "message": refusal.message}
    objects = submission.objects()
    draft = LeafDraft(actor=officer.id, act="act-refused", subject=subject, details=details, objects=objects)
    append(app, tx, [draft], now)
    return refuse(refusal)


def _may(app: Application, tx: Transaction, officer: Officer, act: str, subject: str) -> Refusal | None:
    """Why the officer may not do the act to that subject: certificates belong to their officer's unit, procedures to
    the top one.
    """
    whose = subject if act == BIND else ""
    if act == REVOKE and (found := people.find_certificate(tx, subject)) is not None:
        whose = found["officer"]
    unit = offices.unit_of(app, tx, whose)
    return policy.refuses(officer, _RIGHT.get(act, "do signed acts"), unit)


def _accept(
    app: Application,
    tx: Transaction,
    officer: Officer,
    offered: Mapping[str, Any],
    submission: Submission,
    checked: Checked,
    signed: bindings.Signed | None,
) -> Answer:
    answer = _accepted(app, tx, officer, offered, submission, checked, signed)
    if app.device is not None:  # after it: who has none yet approves with the very certificate that it binds
        devices.signed_on(tx, app.device, checked.verified.signature.fingerprint)
    return answer


def _accepted(
    app: Application,
    tx: Transaction,
    officer: Officer,
    offered: Mapping[str, Any],
    submission: Submission,
    checked: Checked,
    signed: bindings.Signed | None,
) -> Answer:
    now = app.clock()
    act, subject, body = offered["act"], offered["subject"], offered["facts"]["body"]
    if signed is not None:
        approval = proposals.approvable(app, tx, officer, subject)
        assert not isinstance(approval, Refusal)  # else it was refused
        return bindings.approve(app, tx, approval, signed, submission, checked)
    alone = act != BIND or not proposals.needs_another(app, tx, officer, BIND, subject)
    if act == BIND and not alone and not _bootstraps(tx, officer, offered, checked):
        return bindings.propose(app, tx, officer, subject, body, submission, checked)
    objects = {**submission.objects(), **checked.keep(tx), **_keep_subject(tx, act, body)}
    details = {**_details(act, subject, body), **({"sole": True} if act == BIND and alone else {})}
    draft = LeafDraft(actor=officer.id, act=act, subject=subject, details=details, objects=objects)
    leaf = append(app, tx, [draft], now)[0]
    _SAVE[act](tx, subject, body, leaf.index, now)
    return Answer(status=CREATED, body={"act": act, "subject": subject, "receipt": views.receipt(receipt(tx, leaf))})


def _lock(tx: Transaction, act: str, subject: str, *signatures: Checked | Refusal | None) -> None:
    """One such act at a time. Certificates come before the head, as in a completion, so that none waits crosswise."""
    changed = {subject} if act == REVOKE else set[str]()
    used = {each.verified.signature.fingerprint for each in signatures if isinstance(each, Checked)}
    for print_ in sorted(changed | used):  # in one order: of two who revoke each other's, one is first
        people.find_certificate(tx, print_, lock="change" if print_ in changed else "use")
    trail.head(tx, lock=True)


def _keep_subject(tx: Transaction, act: str, body: Mapping[str, Any]) -> dict[str, object]:
    """Store what the act is about, so that an auditor finds its bytes: the procedure record, the bound certificate."""
    if act == ADOPT:
        record = canonical(body)
        definitions.put_content(tx, sha256_hex(record), record)
        return {"procedure": sha256_hex(record)}
    return bindings.keep(tx, body) if act == BIND else {}


def _refuses_now(
    app: Application,
    tx: Transaction,
    officer: Officer,
    offered: Mapping[str, Any],
    checked: Checked,
    signed: bindings.Signed | None,
    now: datetime,
) -> Refusal | None:
    refusal = _may(app, tx, officer, offered["act"], offered["subject"])
    if refusal:
        return refusal
    refusal = _refuses(app, tx, officer, offered["act"], offered["subject"], offered["facts"]["body"])
    if refusal is None:
        refusal = _refuses_signature(app, tx, officer, offered, checked, signed, now)
    if refusal is None and (now >= offered["expires"] or not acts.use_statement(tx, offered["id"], now)):
        message = f"the statement {offered['id']} was used before or has expired"
        return Refusal(kind=Kind.CONFLICT, code="statement-used", message=message, remedy="prepare and sign again")
    return refusal


def _refuses_signature(
    app: Application,
    tx: Transaction,
    officer: Officer,
    offered: Mapping[str, Any],
    checked: Checked,
    signed: bindings.Signed | None,
    now: datetime,
) -> Refusal | None:
    if signed is not None:
        approval = proposals.approvable(app, tx, officer, offered["subject"])
        if isinstance(approval, Refusal):
            return approval
        return bindings.refuses_signatures(tx, approval, signed, checked)
    if _bootstraps(tx, officer, offered, checked):
        return refuses_stale(checked, now)
    return refuses_certificate(tx, officer, checked, now)


def _bootstraps(tx: Transaction, officer: Officer, offered: Mapping[str, Any], checked: Checked) -> bool:
    """Whether this is the first binding of all: an administrator's own certificate, signed with it."""
    body = offered["facts"]["body"]
    own = offered["act"] == BIND and offered["subject"] == officer.id and body.get("kind") == PERSON
    same = body.get("fingerprint") == checked.verified.signature.fingerprint
    return own and same and not people.any_certificate(tx)


def _refuses(
    app: Application, tx: Transaction, officer: Officer, act: str, subject: str, body: Mapping[str, Any]
) -> Refusal | None:
    if act == BIND:
        return bindings.refuses(app, tx, subject, body)
    if act == bindings.APPROVE:
        return bindings.refuses_approving(app, tx, officer, subject, body)
    if act == REVOKE:
        found = people.find_certificate(tx, subject)
        if found is None or found["revoked"] is not None:
            return not_found("certificate", subject, "list the bound ones: hoso certificate list")
        return None
    if act == ADOPT:
        return _refuses_procedure(subject, body)
    return Refusal(
        kind=Kind.INVALID, code="act-unknown", message=f"no signed act {act}", remedy=f"one of {sorted(_ACTS)}"
    )


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
        return bindings.details(subject, body)
    if act == REVOKE:
        return {"fingerprint": subject, "reason": body.get("reason", "")}
    return {"code": subject, "name": body["name"], "valid_from": body["valid_from"]}


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


_SAVE = {BIND: bindings.save, REVOKE: _save_revocation, ADOPT: _save_procedure}
_ACTS = {*_SAVE, bindings.APPROVE}
