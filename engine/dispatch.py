"""Dispatch: whether a result may leave, and what becomes of it. No result leaves unsigned.

Decided is not delivered: a dispatch has states and proof of its own. The procedure record says which approvals the
result needs; the process XML has no say here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import capacities
from engine.addresses import breaks_line, is_address
from engine.consent import Consent, refuses_use
from engine.delivery import State
from engine.document import Document
from engine.errors import Kind, Refusal
from engine.matching import matched
from engine.procedure import ANY, ORGAN, Procedure, RequiredApproval

FIRST_STATE = {"email": State.CREATED, "post": State.PREPARED, "counter": State.READY}
APPROVE = "approve"
UNSIGNED = "result-unsigned"
UNSTAMPED = "result-unstamped"  # everything but time stamps is there


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultApproval:
    """An accepted approval whose signature was verified again just now.

    `covers` are the SHA-256 of the documents it signed; `roles` those in which the officer did the signed step.
    `decision` is what the officer decided; None where the form asks for none (an agency's signature). `capacity` is
    the record's (empty: in their own position), `element` the step of the process that they did. `stamped` is the
    time that its stamp proves; None while it has none.
    """

    purpose: str
    decision: str | None
    officer: str
    roles: frozenset[str]
    covers: frozenset[str]
    capacity: str = ""
    element: str = ""
    stamped: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a process asks to send out: which document, to whom, by which channel, under which consent."""

    dossier: str
    document: Document
    channel: str
    recipient: Mapping[str, str]
    consent: Consent | None  # of post alone
    group: str  # the attempt group: the step of the process that asks; a retry of it is the same dispatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """One sending. `key` is the same for every retry; the same key with other content is an error."""

    key: str
    request: Request
    state: State
    label: str | None = None  # SHA-256 of the address label

    @property
    def code(self) -> str:
        """What a label prints: the dossier's code and eight characters of the key."""
        return f"{self.request.dossier}-{self.key[:8].upper()}"


def dispatch_key(request: Request) -> str:
    """Dossier + result version + recipient + channel + attempt group, as lower hex; written so that none runs over."""
    return key_of(request.dossier, request.document.sha256, request.recipient, request.channel, request.group)


def dispatch_group(element: str, job: int) -> str:
    """The attempt group: the step of the process that asks. Every try of its job is the same dispatch."""
    return f"{element}/{job}"


def key_of(dossier: str, sha256: str, recipient: Mapping[str, str], channel: str, group: str) -> str:
    """The key of what is kept of a dispatch."""
    parts = (dossier, sha256, dict(recipient), channel, group)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def decide(
    request: Request,
    *,
    procedure: Procedure | None,
    approvals: Sequence[ResultApproval],
    earlier: frozenset[str],
) -> Dispatch | Refusal:
    """Decide whether the result may leave. `approvals` come in the order in which they were accepted.

    `earlier` are the SHA-256 of those earlier revisions of the document that are a byte prefix of it, and to which
    nothing was added but fields that their signature permits (checked by the caller over the bytes).
    """
    if procedure is None:
        return without_procedure(request.dossier)
    refusal = refuses_channel(request, procedure) or refuses_unapproved(
        request.document, request.dossier, procedure, approvals, earlier
    )
    if refusal:
        return refusal
    stands = standing(approvals, earlier | {request.document.sha256})
    if not satisfied(procedure.approvals, [each for each in stands if each.stamped is not None]):
        message = f"{request.document.name} of dossier {request.dossier} waits for the time stamps of its approvals"
        return _refuse(UNSTAMPED, message, "wait; the time-stamp authority is asked again until it answers")
    return Dispatch(key=dispatch_key(request), request=request, state=FIRST_STATE[request.channel])


def without_procedure(dossier: str) -> Refusal:
    """Nothing leaves where no procedure says what it needs."""
    return _refuse("procedure-missing", f"dossier {dossier} has no procedure", "adopt its procedure first")


def standing(approvals: Sequence[ResultApproval], covered: frozenset[str]) -> list[ResultApproval]:
    """Those over these bytes that still stand, in order: a later return takes back what its role approved.

    A signed return is a signature over these bytes, too; it approves nothing. Only an agency's needs no decision.
    """
    found: list[ResultApproval] = []
    for approval in approvals:
        if approval.covers.isdisjoint(covered):
            continue
        if approval.decision not in (None, APPROVE):
            same = (approval.purpose, approval.roles)
            found = [old for old in found if old.purpose != same[0] or old.roles.isdisjoint(same[1])]
        elif approval.decision == APPROVE or approval.purpose == ORGAN:
            found.append(approval)
    return _once(found)


def _once(standing: list[ResultApproval]) -> list[ResultApproval]:
    """Without those that say nothing new: of an officer's equal approvals the first, of the agency's the last."""
    places: dict[ResultApproval, int] = {}
    for place, approval in enumerate(standing):
        if approval.purpose == ORGAN or approval not in places:
            places[approval] = place
    return sorted(places, key=places.__getitem__)


def satisfied(wanted: Sequence[RequiredApproval], standing: Sequence[ResultApproval]) -> bool:
    """Whether each required approval finds an officer of its own: two roles in one person are one pair of eyes.

    The agency signs last: what it sealed before the approvals stood is not sealed.
    """
    signed = [required for required in wanted if required.purpose != ORGAN]
    sealed = [required for required in wanted if required.purpose == ORGAN]
    ends = [place for place, approval in enumerate(standing, 1) if approval.purpose != ORGAN]
    return any(
        matched([*by_officers(signed, standing[:end]), *by_officers(sealed, standing[end:])]) == len(wanted)
        for end in (ends if signed else [0])
    )


def by_officers(wanted: Sequence[RequiredApproval], standing: Sequence[ResultApproval]) -> list[frozenset[str]]:
    """Whose approvals would do for each that is required."""
    return [frozenset(each.officer for each in standing if fits(each, required)) for required in wanted]


def fits(approval: ResultApproval, required: RequiredApproval) -> bool:
    """Whether an approval that stands is one that is required; capacities are asked of officers, not of an agency."""
    able = required.purpose == ORGAN or approval.capacity in required.capacities
    return approval.purpose == required.purpose and required.role in approval.roles and able


def told(wanted: Sequence[RequiredApproval]) -> str:
    """What is required, for people: purpose and role of each, and the capacities where not all will do."""
    return ", ".join(
        f"{required.purpose} by {required.role}"
        + ("" if required.capacities == ANY else f" ({capacities.told(required.capacities)})")
        for required in sorted(wanted, key=lambda required: required.purpose == ORGAN)
    )


def refuses_unapproved(
    document: Document,
    dossier: str,
    procedure: Procedure,
    approvals: Sequence[ResultApproval],
    earlier: frozenset[str],
) -> Refusal | None:
    """Why this document is not the procedure's result, signed as it must be; stamps apart."""
    if document.name != procedure.result:
        message = f"document {document.name} is not the result {procedure.result} of procedure {procedure.code}"
        return _refuse("not-the-result", message, "send the result, or correct the procedure record")
    if satisfied(procedure.approvals, standing(approvals, earlier | {document.sha256})):
        return None
    message = f"{document.name} of dossier {dossier} lacks valid approvals over these very bytes"
    remedy = f"it needs, each by another officer and the agency's last: {told(procedure.approvals)}"
    return _refuse(UNSIGNED, message, f"{remedy}; a document changed later must be signed again")


def refuses_channel(request: Request, procedure: Procedure) -> Refusal | None:
    """Why no result may go this way, however well it is signed."""
    channel = request.channel
    if refusal := excludes_channel(channel, procedure):
        return refusal
    if channel == "post":
        return refuses_use(request.consent, request.dossier, request.recipient.get("address", ""))
    return _refuses_address(request.recipient.get("to", "")) if channel == "email" else None


def excludes_channel(channel: str, procedure: Procedure) -> Refusal | None:
    """Why the procedure lets nothing go this way, to whomever."""
    if channel == "post" and procedure.post_excluded:
        message = f"procedure {procedure.code} excludes post: {procedure.post_excluded}"
        return _refuse("post-excluded", message, "hand the result over at the counter")
    if channel not in procedure.channels:
        message = f"procedure {procedure.code} does not allow {channel}"
        return _refuse("channel-excluded", message, f"use one of: {', '.join(sorted(procedure.channels))}")
    return None


def _refuses_address(text: str) -> Refusal | None:
    if breaks_line(text):
        message = "the recipient's email address holds a line break or control character"
        return _refuse("header-injection", message, "correct the address")
    if not is_address(text):
        return _refuse("address-invalid", "the recipient has no valid email address", "correct the address")
    return None


def _refuse(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.FORBIDDEN, code=code, message=message, remedy=remedy)
