"""Dates and times as numbers on the time line, and back (DMN 1.5 §10.3.2.3.4-6).

Instants count nanoseconds since 1970-01-01T00:00:00Z. A local value has none of its own; its number is what it would
have in UTC.
"""

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_DOWN, Decimal

from engine.feel import zones
from engine.feel.calendar import day_numbered, from_ordinal, ordinal
from engine.feel.errors import Undefined
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import DAY, MAX_OFFSET, SECOND, Date, DateTime, Time, Zone

_EPOCH = 719_163
"""The ordinal of 1970-01-01."""

_NANOSECOND = Decimal("1e-9")

REFERENCE = Date(2026, 1, 1)
"""The day whose rules hold for a time of day in a named zone: such a time has no date that would tell."""


def time_of(hour: int, minute: int, second: Decimal, zone: Zone | None = None) -> Time:
    """The time of these numbers, its seconds cut after nine places; Undefined if there is none."""
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second < 60):
        raise Undefined("there is no such time of day; expected 00:00:00 to 23:59:59")
    whole, nanosecond = divmod(int(second.quantize(_NANOSECOND, ROUND_DOWN, CONTEXT).scaleb(9, CONTEXT)), SECOND)
    return Time(hour, minute, whole, nanosecond, zone)


def offset_zone(seconds: int) -> Zone:
    """The zone of this offset; Undefined if it is more than 18 hours."""
    if abs(seconds) > MAX_OFFSET:
        raise Undefined("the offset from UTC is more than 18 hours")
    return Zone(offset=seconds)


def since_midnight(time: Time) -> int:
    """Nanoseconds from midnight to the time as the clock shows it."""
    return ((time.hour * 60 + time.minute) * 60 + time.second) * SECOND + time.nanosecond


def time_at(nanoseconds: int, zone: Zone | None = None) -> Time:
    """The time so many nanoseconds after midnight, modulo a day."""
    seconds, nanosecond = divmod(nanoseconds % DAY, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Time(hour, minute, second, nanosecond, zone)


def time_offset(time: Time) -> int:
    """Seconds that the time's zone stands ahead of UTC; of a named zone, on the reference day."""
    return 0 if time.zone is None else zones.offset_at(time.zone, REFERENCE, time)


def shown(value: DateTime) -> int:
    """The number of what calendar and clock show, as if it were UTC."""
    return (ordinal(value.date) - _EPOCH) * DAY + since_midnight(value.time)


def shown_at(nanoseconds: int, zone: Zone | None) -> DateTime:
    """The date and time with this number of `shown`; Undefined outside FEEL's years."""
    days, rest = divmod(nanoseconds, DAY)
    return DateTime(from_ordinal(days + _EPOCH), time_at(rest, zone))


def instant(value: DateTime) -> int:
    """The date and time's place on the time line."""
    if value.time.zone is None:
        return shown(value)
    return shown(value) - zones.offset_at(value.time.zone, value.date, value.time) * SECOND


def date_time_at(nanoseconds: int, zone: Zone | None) -> DateTime:
    """What calendar and clock show at this instant in the zone; Undefined outside FEEL's years.

    The inverse of `instant`, also where a zone's clocks show an hour twice.
    """
    if zone is None or zone.name is None:
        return shown_at(nanoseconds + ((zone.offset or 0) if zone else 0) * SECOND, zone)
    days, rest = divmod(nanoseconds, DAY)
    offset = zones.offset_since(zone.name, day_numbered(days + _EPOCH), time_at(rest))
    plain = Zone(name=zone.name)
    local = shown_at(nanoseconds + offset * SECOND, plain)
    if zones.offset_at(plain, local.date, local.time) == offset:
        return local
    return shown_at(nanoseconds + offset * SECOND, Zone(offset, zone.name))


def from_datetime(moment: datetime) -> DateTime:
    """A `datetime` as FEEL's: with the name of its zone if it has one of the database, else its offset, or local."""
    since = moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC) - (moment.utcoffset() or timedelta())
    return date_time_at(since // timedelta(microseconds=1) * 1000, _zone_of(moment))


def _zone_of(moment: datetime) -> Zone | None:
    if (offset := moment.utcoffset()) is None:
        return None
    name = getattr(moment.tzinfo, "key", None)
    if isinstance(name, str) and name in zones.names():
        return Zone(name=name)
    return Zone(offset=offset // timedelta(seconds=1))


def to_datetime(value: DateTime) -> datetime:
    """The value as Python's, cut to microseconds, naive if it is local; Undefined outside the years 1 to 9999."""
    date, time, zone = value.date, value.time, value.time.zone
    if not 1 <= date.year <= 9999:
        raise Undefined("the year lies outside 1..9999")
    plain = datetime(  # noqa: DTZ001 - a local value stays one
        date.year, date.month, date.day, time.hour, time.minute, time.second, time.nanosecond // 1000
    )
    if zone is None:
        return plain
    if zone.name is None:
        return plain.replace(tzinfo=timezone(timedelta(seconds=zone.offset or 0)))
    return plain.replace(tzinfo=zones.rules(zone.name), fold=int(zone.offset is not None))
