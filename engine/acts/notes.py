"""What officers write and lay beside a dossier: comments and attachments. No approval covers them."""

from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.officer import AUDITOR, Officer
from engine.outcome import LeafDraft

LONGEST_COMMENT = 4000  # characters


def refuses_note(officer: Officer) -> Refusal | None:
    """Why the officer may not write beside dossiers that they see, or None: an auditor reads."""
    if AUDITOR not in officer.roles:
        return None
    message = f"{officer.id} is an auditor: an auditor reads all and changes nothing"
    return Refusal(
        kind=Kind.FORBIDDEN, code="auditor-changes-nothing", message=message, remedy="leave it to the office"
    )


def refuses_comment(text: str) -> Refusal | None:
    """Why this is no comment, or None."""
    if 0 < len(text.strip()) <= LONGEST_COMMENT:
        return None
    message = f"the comment has {len(text.strip())} characters, expected 1 to {LONGEST_COMMENT}"
    return Refusal(kind=Kind.INVALID, code="comment-length", message=message, remedy="write another one")


def refuses_removal(officer: Officer, id: int, by: str, *, superior: bool) -> Refusal | None:
    """Why the officer may not remove an attachment that `by` added, or None: they or a head may."""
    if officer.id == by or superior:
        return None
    message = f"attachment {id} was added by {by}: they may remove it, or a head of their unit"
    return Refusal(kind=Kind.FORBIDDEN, code="not-head", message=message, remedy="ask them")


def noted(dossier: Dossier, officer: Officer, act: str, task: str | None, told: dict[str, object]) -> LeafDraft:
    """The leaf of a note; `told` holds digests, never a text that may have to be erased."""
    details = {**({"task": task} if task else {}), **told}
    return LeafDraft(actor=officer.id, act=act, subject=dossier.code, dossier=dossier.code, details=details)
