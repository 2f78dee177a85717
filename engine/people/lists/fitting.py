"""Try the steps of a comparison on the organisation: in which order they apply, or which of them do not fit."""

from collections.abc import Sequence
from datetime import date

from engine.errors import Refusal
from engine.people.applying import apply
from engine.people.lists.comparison import Comparison, Step
from engine.people.organisation import Organisation


def fit(organisation: Organisation, found: Comparison, *, today: date) -> tuple[Step, ...]:
    """The steps in an order that applies; those that do not fit are added to the problems.

    The last administrator goes when another one has come. After the first phase with a problem nothing more is tried:
    what stands on it would only repeat it.
    """
    done, late = list[Step](), list[Step]()
    for phase in found.phases:
        for step in phase:
            after = apply(organisation, step.change, today=today)
            if not isinstance(after, Refusal):
                organisation = after
                done.append(step)
            elif after.code == "last-administrator":
                late.append(step)
            else:
                _tell(found, step, after)
        if found.problems.count:
            return tuple(done)
    return (*done, *_late(organisation, found, late, today))


def _late(organisation: Organisation, found: Comparison, late: Sequence[Step], today: date) -> list[Step]:
    done = []
    for step in late:
        after = apply(organisation, step.change, today=today)
        if isinstance(after, Refusal):
            _tell(found, step, after)
        else:
            organisation = after
            done.append(step)
    return done


def _tell(found: Comparison, step: Step, refusal: Refusal) -> None:
    remedy = f"; {refusal.remedy}" if refusal.remedy else ""
    found.problems.add(step.place, refusal.code, f"{step.subject}: {refusal.message}{remedy}")
