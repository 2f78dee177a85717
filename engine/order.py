"""In which order a document is signed, and by whom: the agency last, over what was approved, and by other eyes.

The process draws the order; here it is enforced over the very bytes, so that what changed after its approval is not
sealed. `engine/dispatch` asks again before a result leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.dispatch import APPROVE, ResultApproval, by_officers, satisfied, standing, told
from engine.errors import Kind, Refusal
from engine.matching import matched
from engine.procedure import APPROVAL, ORGAN, Procedure

SOMEBODY_ELSE = "?"  # no officer's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A document that is about to be signed in a step, and its approvals so far, in the order of their acceptance.

    `covered`: its bytes, and those earlier revisions to which only permitted fields were added. `approval`: what the
    signature would be, of this officer.
    """

    task: str
    document: str
    covered: frozenset[str]
    approval: ResultApproval
    before: Sequence[ResultApproval]


def refuses_order(signing: Signing, procedure: Procedure | None) -> Refusal | None:
    """Why the document may not be signed so now, or None; the procedure says what its result needs."""
    stands = standing(signing.before, signing.covered)
    asks = procedure if procedure is not None and procedure.result == signing.document else None
    if signing.approval.purpose == ORGAN:
        return _refuses_seal(signing, stands, asks)
    if signing.approval.purpose == APPROVAL and signing.approval.decision == APPROVE and asks is not None:
        return _refuses_eyes(signing, stands, asks)
    return None


def _refuses_seal(signing: Signing, stands: list[ResultApproval], asks: Procedure | None) -> Refusal | None:
    approved = [each for each in stands if each.purpose == APPROVAL]
    others = [each for each in approved if each.officer != signing.approval.officer]
    remedy = "let it be approved first; what was changed after its approval is approved again"
    if not approved:
        message = f"task {signing.task}: {signing.document} as it is now has no approval that stands"
        return _refuse("organ-before-approval", message, remedy)
    if not others:
        message = f"task {signing.task}: {signing.approval.officer} approved {signing.document} and may not seal it"
        return _refuse("four-eyes", message, "release it for a colleague: whoever approves does not seal")
    wanted = [each for each in asks.approvals if each.purpose == APPROVAL] if asks else []
    if satisfied(wanted, others) or not wanted:
        return None
    message = f"task {signing.task}: {signing.document} lacks approvals, each by another officer: {told(wanted)}"
    return _refuse("organ-before-approval", message, remedy)


def _refuses_eyes(signing: Signing, stands: list[ResultApproval], asks: Procedure) -> Refusal | None:
    """Two required approvals by one officer are one: said now, not when the result should leave."""
    new = signing.approval
    mine = [each for each in stands if each.officer == new.officer and each.element != new.element]
    if not mine or _reached(stands, new, asks) == _reached(stands, replace(new, officer=SOMEBODY_ELSE), asks):
        return None
    message = f"task {signing.task}: {new.officer} approved {signing.document} in step {mine[0].element} already"
    return _refuse("four-eyes", message, "release it for a colleague: each required approval is another officer's")


def _reached(stands: list[ResultApproval], new: ResultApproval, asks: Procedure) -> int:
    """How many of the required approvals there would be."""
    wanted = [each for each in asks.approvals if each.purpose == APPROVAL]
    return matched(by_officers(wanted, [*stands, new]))


def _refuse(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.FORBIDDEN, code=code, message=message, remedy=remedy)
