"""The days off: Vietnam's public holidays (package `holidays`), and the agency's own file on top.

The file `days-off.json` holds the days that a decision of the year adds, and those swapped back into working days, each
with the deciding document: `{"off": {"2026-01-02": "…"}, "working": {"2026-01-10": "…"}}`; or, where one document
decides them all, `{"off": ["2026-01-02"], "working": ["2026-01-10"], "decided_by": "…"}`. It is read strictly: a day
that is misspelt would be counted as another.
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

LISTS = ("off", "working")
LONGEST = 300  # characters of a document's name


class CalendarUnfit(ValueError):
    """The file of days off cannot be used as it is; says what is wrong in it."""


def days_off(year: int, overrides: Path) -> frozenset[date]:
    """The days off of a year but Saturdays and Sundays. Raises CalendarUnfit."""
    own = read(overrides)
    return frozenset((_public(year) | own["off"].keys()) - own["working"].keys())


@cache
def _public(year: int) -> frozenset[date]:
    import holidays  # a quarter of a second: only those who compute a term pay for it

    return frozenset(day for day in holidays.country_holidays("VN", years=year) if day.year == year)


def read(path: Path) -> Mapping[str, Mapping[date, str]]:
    """The agency's days, `off` and `working`, each with the document that decides it. Raises CalendarUnfit."""
    if not path.exists():
        return {name: {} for name in LISTS}
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CalendarUnfit(f"{path} cannot be read: {type(error).__name__}; expected JSON in UTF-8") from None
    if not isinstance(told, dict) or (unknown := sorted({*told} - {*LISTS, "decided_by"})):
        found = ", ".join(unknown) if isinstance(told, dict) else type(told).__name__
        raise CalendarUnfit(f"{path}: found {found}; expected an object with off, working and decided_by alone")
    days = {name: _days(path, name, told.get(name, {}), told.get("decided_by")) for name in LISTS}
    if both := sorted(days["off"].keys() & days["working"].keys()):
        raise CalendarUnfit(f"{path}: {both[0]} is both off and working")
    return days


def _days(path: Path, name: str, told: object, document: object) -> Mapping[date, str]:
    if isinstance(told, list):
        told = dict.fromkeys((str(day) for day in told), document)
    if not isinstance(told, dict):
        raise CalendarUnfit(f"{path}: {name} is {type(told).__name__}; expected days, each with its deciding document")
    return {_day(path, name, day): _document(path, day, given) for day, given in told.items()}


def _day(path: Path, name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CalendarUnfit(f"{path}: {name} has the day {text[:20]!r}; expected one as 2026-01-02") from None


def _document(path: Path, day: str, given: object) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST:
        raise CalendarUnfit(f"{path}: {day} has no deciding document; name it beside the day, or in decided_by")
    return given
