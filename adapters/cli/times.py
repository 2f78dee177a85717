"""Times: UTC in files and on the wire, Vietnam's time for people."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _, current
from adapters.cli.terminal import Alarming, escape

# Asia/Ho_Chi_Minh; without daylight saving since 1975, so no time zone data need be installed.
VIETNAM = timezone(timedelta(hours=7))


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time with its zone; ValueError otherwise."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("no zone")
    return value.astimezone(UTC)


def local(text: object) -> str:
    """Return a server's time as people here read it: 21/11/2026 15:30 (vi), 2026-11-21 15:30 (en)."""
    try:
        value = parse_time(str(text)).astimezone(VIETNAM)
    except (ValueError, OverflowError):
        return escape(text) if text else "-"
    return value.strftime("%d/%m/%Y %H:%M" if current() == "vi" else "%Y-%m-%d %H:%M")


def local_day(text: object) -> str:
    """Return a day as people here read it: 21/11/2026 (vi), 2026-11-21 (en)."""
    try:
        value = date.fromisoformat(str(text))
    except ValueError:
        return escape(text) if text else "-"
    return value.strftime("%d/%m/%Y" if current() == "vi" else "%Y-%m-%d")


def due_words(item: Mapping[str, Any]) -> str:
    """Return by when a task is due, and where it is late, that it is."""
    due = local(item.get("due"))
    return Alarming(_("{due}, overdue").format(due=due)) if item.get("overdue") else due


def asked_time(text: str | None) -> datetime | None:
    """Read the value of `--at`."""
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise CommandFailed(
            "bad-time",
            _("time {text}: expected ISO 8601 with its zone, such as 2026-11-21T08:30:00Z").format(text=repr(text)),
            exit_code=USAGE,
        ) from None


def local_moment(text: str) -> str:
    """Read a time as people here write it: without a zone it is Vietnam's. Gives it in ISO 8601."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or ":" not in text:
        raise CommandFailed(
            "bad-time",
            _("time {text}: expected a day and a time, such as '2026-11-27 09:30'").format(text=repr(text)),
            exit_code=USAGE,
        )
    return (found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)).isoformat()
