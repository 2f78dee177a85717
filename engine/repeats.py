"""What the trail tells once an hour, however often it is done: an officer's same refusal, an auditor's same question.

The first is a leaf at once, with all that it sent; repeats are counted, and told by one leaf when the hour has passed
or the task has ended. What is refused for another reason, or asked otherwise, is no repeat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.outcome import SYSTEM, LeafDraft
from signing.evidence.contents import COUNTED
from signing.record import time_text

WINDOW = timedelta(hours=1)
READ = "trail-read"
_REFUSED = "-refused"
_STEP = ("task", "element", "name")  # which step a refusal is about, for whoever reads its number


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How often the same came again: `told` is what tells it from others of its act and subject."""

    told: Mapping[str, object]
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """What one actor did again and again to one subject, after its first leaf; `step`: where a task is the subject."""

    actor: str
    act: str
    subject: str
    dossier: str | None
    step: Mapping[str, object]
    repeats: Sequence[Repeat]


def told_by(draft: LeafDraft) -> Mapping[str, object] | None:
    """By what a repeat is known beside actor, act and subject; None: it is a leaf each time.

    Reasons are codes of ours, so that nobody makes new ones. What a program was refused is never counted.
    """
    if draft.actor == SYSTEM:
        return None
    if draft.act == READ:
        return {"asked": draft.details["asked"]}
    if draft.act.endswith(_REFUSED):
        return {name: draft.details[name] for name in ("act", "code") if name in draft.details}
    return None


def step_of(draft: LeafDraft) -> Mapping[str, object]:
    """The step that a refusal is about, where it is about one."""
    return {name: draft.details[name] for name in _STEP if name in draft.details and draft.act.endswith(_REFUSED)}


def leaf(of: Repeated) -> LeafDraft:
    """The one leaf of all these repeats: how many, and of each kind its number, first and last time."""
    repeats = [
        {**each.told, "count": each.count, "first": time_text(each.first), "last": time_text(each.last)}
        for each in of.repeats
    ]
    counted = {"count": sum(each.count for each in of.repeats), "repeats": repeats}
    details = counted if of.act == READ else {"of": of.act, **of.step, **counted}
    act = READ if of.act == READ else COUNTED
    return LeafDraft(actor=of.actor, act=act, subject=of.subject, dossier=of.dossier, details=details)
