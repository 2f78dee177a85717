"""Visits at the counter: when somebody comes for a result. A visit is moved, never overwritten.

Moving a whole day keeps the order of those who come, and gives each the time of day that they had where it is free.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from engine.calendar import VIETNAM, YEARS

APPOINTMENT_MOVED = "appointment-moved"
"""The message by which a process may wait for a visit to be moved; it brings `appointment`."""
LONGEST_AHEAD = timedelta(days=366)
MOST_AT_ONCE = 100


class State(StrEnum):
    """What is known of a visit."""

    SET = "set"
    MOVED = "moved"  # another one took its place
    KEPT = "kept"  # they came, and took the result
    MISSED = "missed"  # nobody came


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """When a counter is open, and how many it sees in each slot of so many minutes."""

    minutes: int = 15
    at_once: int = 1
    hours: tuple[tuple[time, time], ...] = ((time(7, 30), time(11, 30)), (time(13), time(17)))

    def of(self, day: date) -> list[datetime]:
        """The beginnings of the slots of a day; each ends within the hours."""
        found, step = [], timedelta(minutes=self.minutes)
        for opens, closes in self.hours:
            at, end = datetime.combine(day, opens, VIETNAM), datetime.combine(day, closes, VIETNAM)
            while at + step <= end:
                found.append(at)
                at += step
        return found


def read_time(text: str) -> datetime | None:
    """The time of an appointment as a process gives it (ISO 8601; without a zone, Vietnam's); None where it is none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if found.year not in YEARS or ("T" not in text.strip().upper() and ":" not in text):
        return None  # at a day without a time nobody can come
    return found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)


def spread(
    visits: Sequence[datetime],
    taken: Iterable[datetime],
    day: date,
    slots: Slots,
    *,
    after: datetime | None = None,
) -> list[datetime | None]:
    """A time on that day for each visit, which come in their order; None where no slot is left.

    `taken` are the visits of that day already; slots that begin by `after` are over. Each keeps its time of day, or
    gets the next free slot after it; where some would find none so, all are drawn together from the morning on.
    Asked again after some were moved, the others get the same times.
    """
    starts = [start for start in slots.of(day) if after is None or start > after]
    used = Counter(slot for at in taken if (slot := _slot(at, starts, slots)) is not None)
    kept = _fill(visits, starts, Counter(used), slots, keep=True)
    return kept if None not in kept else _fill(visits, starts, Counter(used), slots, keep=False)


def _fill(
    visits: Sequence[datetime], starts: Sequence[datetime], used: Counter[datetime], slots: Slots, *, keep: bool
) -> list[datetime | None]:
    found: list[datetime | None] = []
    at = 0  # slots before it are over for all who come later
    for visit in visits:
        wanted = visit.astimezone(VIETNAM).time() if keep else time.min
        place = at
        while place < len(starts) and (starts[place].time() < wanted or used[starts[place]] >= slots.at_once):
            place += 1
        if place == len(starts):
            found.append(None)
            continue
        used[starts[place]] += 1
        found.append(starts[place])
        at = place
    return found


def _slot(at: datetime, starts: Sequence[datetime], slots: Slots) -> datetime | None:
    step = timedelta(minutes=slots.minutes)
    return next((start for start in starts if start <= at < start + step), None)
