"""How long the dossiers of a procedure are kept (thời hạn bảo quản): data with a deciding document, no rule of ours.

A dossier keeps the rule under which it was received. Where its procedure says nothing, it is never erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.bpmn.timers import Duration, TimerError, parse_duration
from engine.calendar import VIETNAM

PERMANENT = "permanent"
IN_VIETNAMESE = "vĩnh viễn"
MOST_YEARS = 200
NAMES = frozenset({"period", "decided_by", "on_decision"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """The rule: an ISO 8601 duration of days, weeks, months or years, or `permanent`; and who decided it.

    `on_decision`: whether a decision of its own may have a dossier erased before that (a lawful request).
    """

    period: str
    decided_by: str
    on_decision: bool = True

    def last_day(self, ended: datetime) -> date | None:
        """The last day, in Vietnam, on which a dossier that ended then is kept; None: there is none."""
        if self.period == PERMANENT:
            return None
        day = datetime.combine(ended.astimezone(VIETNAM).date(), time(), UTC)
        return _period(self.period).after(day).date()

    def is_over(self, ended: datetime, on: date) -> bool:
        """Whether on that day a dossier that ended then need be kept no more."""
        last = self.last_day(ended)
        return last is not None and on > last

    def ended_before(self, on: date) -> datetime | None:
        """A moment before which every dossier ended that need be kept no more on that day; None: all are kept.

        A few that must be kept ended before it, too: it is there for an index, `is_over` decides.
        """
        if self.period == PERMANENT:
            return None
        period = _period(self.period)
        months = on.year * 12 + on.month - 1 - period.months
        if months < 12:
            return datetime.min.replace(tzinfo=UTC)
        # As many months back, and some days more: for the zone, and for months that are shorter.
        first = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
        return first + timedelta(days=on.day + 3) - period.rest


def read_retention(body: Mapping[str, object], decided_by: str) -> Retention:
    """Read the rule from its JSON form; ValueError says what was expected. `decided_by` was read already."""
    period, on_decision = body.get("period"), body.get("on_decision", True)
    if not isinstance(on_decision, bool):
        raise ValueError("on_decision: expected true or false")
    if period in (PERMANENT, IN_VIETNAMESE):
        return Retention(period=PERMANENT, decided_by=decided_by, on_decision=on_decision)
    if not isinstance(period, str):
        raise ValueError(f"period: missing, expected a duration such as P10Y, or {PERMANENT}")
    _period(period)
    return Retention(period=period, decided_by=decided_by, on_decision=on_decision)


def _period(text: str) -> Duration:
    try:
        found = parse_duration(text)
    except TimerError as error:
        raise ValueError(f"period: found {text[:40]!r}, expected a duration such as P10Y, or {PERMANENT}") from error
    if "T" in text:
        raise ValueError("period: expected whole days, weeks, months or years")
    if not timedelta() < timedelta(days=found.months * 31) + found.rest <= timedelta(days=MOST_YEARS * 372):
        raise ValueError(f"period: expected one day to {MOST_YEARS} years")
    return found
