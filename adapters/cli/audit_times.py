"""The period that an auditor asks for: days of Vietnam, or times with their zone."""

from datetime import UTC, date, datetime, time, timedelta

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.times import VIETNAM, parse_time


def period(since: str | None, until: str | None) -> tuple[str | None, str | None]:
    """Return the first moment and the first that no longer counts, in UTC; a last day counts whole."""
    first, end = _moment(since, last=False), _moment(until, last=True)
    if first is not None and end is not None and first >= end:
        raise CommandFailed("bad-time", _("the period ends before it begins"), exit_code=USAGE)
    return _text(first), _text(end)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str | None, *, last: bool) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == len("2026-11-21"):
            day = datetime.combine(date.fromisoformat(text), time(), VIETNAM).astimezone(UTC)
            return day + timedelta(days=1) if last else day
        return parse_time(text)
    except (ValueError, OverflowError):
        raise CommandFailed(
            "bad-time",
            _("time {text}: expected a day such as 2026-11-21, or ISO 8601 with its zone").format(text=repr(text)),
            exit_code=USAGE,
        ) from None
