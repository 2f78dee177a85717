"""The days off: Vietnam's public holidays (package `holidays`), and the agency's own file on top.

The file `days-off.json` holds `{"off": ["2026-01-02"], "working": ["2026-01-10"], "decided_by": "…"}`: the days that a
decision of the year adds, and those swapped back into working days.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any


def days_off(year: int, overrides: Path) -> frozenset[date]:
    """The days off of a year but Saturdays and Sundays."""
    import holidays  # a quarter of a second: only those who compute a term pay for it

    known = {day for day in holidays.country_holidays("VN", years=year) if day.year == year}
    own = _read(overrides)
    return frozenset((known | _dates(own, "off")) - _dates(own, "working"))


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    read = json.loads(path.read_text("utf-8"))
    return read if isinstance(read, dict) else {}


def _dates(own: dict[str, Any], name: str) -> set[date]:
    return {date.fromisoformat(day) for day in own.get(name, [])}
