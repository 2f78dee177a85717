"""Decide a list of changes: all of them fit, one after the other, and the officer may do each, or none is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.errors import Refusal
from engine.people import changes as to
from engine.people.applying import apply
from engine.people.organisation import Organisation, day_of
from engine.people.refusals import invalid
from engine.people.rights import refuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A change that fits; `subject` is what it is about, `number` that of the appointment, grant or absence."""

    change: to.Change
    subject: str
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The organisation after all of them."""

    after: Organisation
    made: tuple[Made, ...]

    @property
    def needs_approval(self) -> bool:
        """Whether somebody else must approve any of them."""
        return any(to.needs_approval(each.change) for each in self.made)


def decide(
    organisation: Organisation, officer: str | None, changes: Sequence[to.Change], now: datetime
) -> Decided | Refusal:
    """What the changes make of the organisation. Without an officer it is a program that may do all."""
    if not changes:
        return invalid("change-missing", "no change is given", "give at least one")
    made: list[Made] = []
    for number, change in enumerate(changes, 1):
        refusal = refuses(organisation, officer, change, now) if officer is not None else None
        after = refusal or apply(organisation, change, today=day_of(now))
        if isinstance(after, Refusal):
            return _of(after, number, change) if len(changes) > 1 else after
        made.append(_made(after, change))
        organisation = after
    return Decided(after=organisation, made=tuple(made))


def _of(refusal: Refusal, number: int, change: to.Change) -> Refusal:
    """The refusal, with which of the changes it is about."""
    told = ({"change": number, "kind": change.kind, "code": refusal.code, "message": refusal.message},)
    return replace(refusal, message=f"change {number}, {change.kind}: {refusal.message}", problems=told)


def _made(after: Organisation, change: to.Change) -> Made:
    match change:
        case to.OfficerAppointed():
            return Made(change=change, subject=change.officer, number=after.appointments[-1].id)
        case to.RoleGranted():
            return Made(change=change, subject=change.officer, number=after.grants[-1].id)
        case to.AbsenceRecorded():
            return Made(change=change, subject=change.officer, number=after.absences[-1].id)
        case to.AppointmentEnded():
            [appointed] = [each for each in after.appointments if each.id == change.appointment]
            return Made(change=change, subject=appointed.officer, number=change.appointment)
        case to.RoleEnded():
            [granted] = [each for each in after.grants if each.id == change.grant]
            return Made(change=change, subject=granted.officer, number=change.grant)
        case to.AbsenceEnded():
            [absence] = [each for each in after.absences if each.id == change.absence]
            return Made(change=change, subject=absence.officer, number=change.absence)
        case _:
            return Made(change=change, subject=change.id)
