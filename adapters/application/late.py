"""When a parcel is late, and since when one waits too long, in the working days of this office."""

from datetime import date, datetime, time

from adapters.application.application import Application
from engine.calendar import VIETNAM, due, waited_since
from engine.parcels import LATE_AFTER, WAITS


def late_after(app: Application, left: datetime) -> datetime:
    """When a parcel that left then should have arrived."""
    year = left.astimezone(VIETNAM).year
    return due(left, LATE_AFTER, cutoff=time.max, days_off=_days_off(app, year, year + 1))


def waits_since(app: Application, now: datetime) -> datetime:
    """The moment before which a parcel that was prepared, and has not left, waits for too long."""
    year = now.astimezone(VIETNAM).year
    return waited_since(now, WAITS, days_off=_days_off(app, year - 1, year, year + 1))


def _days_off(app: Application, *years: int) -> frozenset[date]:
    return frozenset(day for year in years for day in app.days_off(year))
