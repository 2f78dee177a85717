"""Erase a dossier's personal data: when it may be done, and why not. A signed act of two persons, never done by itself.

Once its retention is over, under the rule of its procedure; before, by a decision of its own with a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.acts.intervene import LONGEST_REASON
from engine.calendar import VIETNAM
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.retention import PERMANENT, Retention

RETENTION, DECISION = "retention", "decision"
BASES = (RETENTION, DECISION)
LONGEST_DOCUMENT = 200  # characters
NAMES = frozenset({"basis", "document", "period", "reason", "unit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What is signed: on which basis and document, under which retention, why, and of which unit's dossier.

    `document`: for `retention` what decided the rule, for `decision` the number of the decision itself.
    """

    basis: str
    document: str
    period: str
    reason: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What hangs on the dossier now: jobs and dispatches that are not over, originals that the office holds.

    `relied_on_by`: an open dossier that relies on it.
    """

    jobs: int = 0
    dispatches: int = 0
    originals: int = 0
    relied_on_by: str | None = None


def read_erasure(body: Mapping[str, object]) -> Erasure | Refusal:
    """Read the body of the act strictly."""
    if set(body) != NAMES or not all(isinstance(value, str) for value in body.values()):
        return _invalid("erasure-invalid", f"the act has other fields than {', '.join(sorted(NAMES))}, each a text")
    wish = Erasure(**{name: str(value) for name, value in body.items()})
    if wish.basis not in BASES:
        return _invalid("erasure-invalid", f"the basis is {wish.basis[:40]!r}, expected {' or '.join(BASES)}")
    if not 0 < len(wish.document.strip()) <= LONGEST_DOCUMENT:
        return _invalid("erasure-invalid", f"the document has no number, or more than {LONGEST_DOCUMENT} characters")
    if not 0 < len(wish.reason.strip()) <= LONGEST_REASON:
        message = f"the reason has {len(wish.reason.strip())} characters, expected 1 to {LONGEST_REASON}"
        return _invalid("reason-missing", message, "say why, without personal data: it is kept")
    return wish


def refuses_erased(dossier: Dossier) -> Refusal | None:
    """Why nothing is done to what is erased, or None."""
    if dossier.erased is None:
        return None
    message = f"the data of dossier {dossier.code} were erased on {dossier.erased.astimezone(VIETNAM):%Y-%m-%d}"
    return _conflict("dossier-erased", message, f"see by whom and why: hoso dossier show {dossier.code}")


def refuses_erasure(
    dossier: Dossier, wish: Erasure, retention: Retention | None, standing: Standing, *, now: datetime
) -> Refusal | None:
    """Why the dossier's data may not be erased now on that basis, or None."""
    return (
        refuses_erased(dossier)
        or _refuses_live(dossier, standing)
        or _refuses_rule(dossier, wish, retention, now.astimezone(VIETNAM).date())
    )


def _refuses_live(dossier: Dossier, standing: Standing) -> Refusal | None:
    code = dossier.code
    if dossier.finished is None:
        return _conflict("dossier-unfinished", f"dossier {code} is not finished", "finish or cancel it first")
    if standing.jobs:
        message = f"{standing.jobs} jobs of dossier {code} are open"
        return _conflict("erasure-jobs-open", message, f"wait until they are done: hoso dossier show {code}")
    if standing.dispatches:
        message = f"{standing.dispatches} dispatches of dossier {code} are under way, or lie ready at the counter"
        return _conflict("erasure-dispatches-open", message, "wait until they have arrived or failed")
    if standing.originals:
        message = f"the office holds {standing.originals} originals of dossier {code}"
        return _conflict("erasure-originals-held", message, f"give them back: hoso parcel return {code}")
    if standing.relied_on_by is not None:
        message = f"dossier {standing.relied_on_by}, which is open, holds a document that was approved in {code}"
        return _conflict("erasure-relied-on", message, f"finish {standing.relied_on_by} first")
    return None


def _refuses_rule(dossier: Dossier, wish: Erasure, retention: Retention | None, today: date) -> Refusal | None:
    assert dossier.finished is not None
    if retention is None:
        message = f"dossier {dossier.code} was received under no rule of retention: it is never erased"
        return _forbidden("retention-missing", message, "a rule that is adopted now governs what is received from then")
    if (wish.unit, wish.period) != (dossier.unit, retention.period):
        message = f"the act names {wish.period} in {wish.unit}, found {retention.period} in {dossier.unit}"
        return _conflict("erasure-differs", message, "look at it again, then sign what it says")
    if wish.basis == DECISION:
        if retention.on_decision:
            return None
        message = f"the retention of dossier {dossier.code} allows no erasure by decision"
        return _forbidden("retention-running", message, "wait until its retention is over")
    if wish.document != retention.decided_by:
        message = f"the act names {wish.document[:80]!r}, the rule was decided by {retention.decided_by!r}"
        return _conflict("erasure-differs", message, "look at it again, then sign what it says")
    if retention.is_over(dossier.finished, today):
        return None
    last = retention.last_day(dossier.finished)
    until = f"until {last}" if retention.period != PERMANENT else "for ever"
    message = f"dossier {dossier.code} is kept {until}, by {retention.decided_by}"
    return _forbidden("retention-running", message, "wait, or name the decision that has it erased: --decision NUMBER")


def _invalid(code: str, message: str, remedy: str = "correct it") -> Refusal:
    return Refusal(kind=Kind.INVALID, code=code, message=message, remedy=remedy)


def _conflict(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)


def _forbidden(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.FORBIDDEN, code=code, message=message, remedy=remedy)
