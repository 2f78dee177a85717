"""Terms in working days. The days off are data with their source; they are passed in, never known here."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
YEARS = range(2000, 3000)
"""Years that somebody may name: a time in them is one in every zone."""
SATURDAY = 5
END_OF_DAY = time(17, 0)


def is_working_day(day: date, days_off: Collection[date]) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < SATURDAY and day not in days_off


def due(received: datetime, working_days: int, *, cutoff: time, days_off: Collection[date]) -> datetime:
    """When a term of so many working days ends: 17:00 local of the last day.

    What arrives after the cut-off (15:00, NĐ 61/2018), or on a day off, counts as received on the next working day;
    the day of receipt itself is not counted.
    """
    local = received.astimezone(VIETNAM)
    day = local.date()
    if local.time() > cutoff:
        day += timedelta(days=1)
    while not is_working_day(day, days_off):
        day += timedelta(days=1)
    for _ in range(working_days):
        day += timedelta(days=1)
        while not is_working_day(day, days_off):
            day += timedelta(days=1)
    return datetime.combine(day, END_OF_DAY, VIETNAM)


def waited_since(now: datetime, working_days: int, *, days_off: Collection[date]) -> datetime:
    """The moment before which whatever was received is past a term of so many whole working days now."""
    day = now.astimezone(VIETNAM).date()
    while due(datetime.combine(day, time(), VIETNAM), working_days, cutoff=time.max, days_off=days_off) >= now:
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)
