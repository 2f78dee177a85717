"""Time zones by name: how far a place's clocks stand from UTC.

The rules come from the package `tzdata` and never from the machine, so that a replay gives the same everywhere. Only
names of its list are ever opened, which also bounds the cache.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from engine.feel.errors import Undefined
from engine.feel.temporal import Date, Time, Zone

_LONGEST_NAME = 40

# Python knows the years 1 to 9999; a day's margin keeps what is converted within them.
_FIRST_YEAR, _LAST_YEAR = 2, 9998
_CYCLE = 400


@cache
def names() -> frozenset[str]:
    """The names of all zones, such as `Asia/Ho_Chi_Minh`; upper and lower case count."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def named(name: str) -> Zone:
    """The zone of this name; Undefined if the IANA database has none."""
    rules(name)
    return Zone(name=name)


def rules(name: str) -> ZoneInfo:
    """The rules of the zone of this name; Undefined if there is none."""
    if len(name) > _LONGEST_NAME or name not in names():
        raise Undefined("the time zone is not in the IANA database; expected a name such as Asia/Ho_Chi_Minh")
    return _load(name)


@cache
def _load(name: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def offset_at(zone: Zone, date: Date, time: Time) -> int:
    """Seconds that clocks of the zone which show this date and time stand ahead of UTC; Undefined if it is unknown.

    Of an hour that is repeated the first pass counts, unless the zone says otherwise; an hour that is left out is
    counted as if it were not.
    """
    if zone.name is None:
        return zone.offset or 0
    shown = _as_python(date, time, rules(zone.name))
    # An offset that does not fit a second pass here was read on another day, as of the time taken from a date and time.
    if zone.offset is not None and _seconds(again := shown.replace(fold=1)) == zone.offset:
        return _seconds(again)
    return _seconds(shown)


def offset_since(name: str, date: Date, time: Time) -> int:
    """Seconds that clocks of the zone of this name stand ahead of UTC when it is this date and time in UTC."""
    return _seconds(_as_python(date, time, UTC).astimezone(rules(name)))


def _as_python(date: Date, time: Time, zone: tzinfo) -> datetime:
    return datetime(_year(date.year), date.month, date.day, time.hour, time.minute, time.second, tzinfo=zone)


def _seconds(shown: datetime) -> int:
    return (shown.utcoffset() or timedelta()) // timedelta(seconds=1)


def _year(year: int) -> int:
    """A year with the same calendar for which the first or the last known rules hold as they do for this one."""
    if year < _FIRST_YEAR:
        return _FIRST_YEAR + (year - _FIRST_YEAR) % _CYCLE
    if year > _LAST_YEAR:
        return _LAST_YEAR - (_LAST_YEAR - year) % _CYCLE
    return year
