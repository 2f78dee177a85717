"""The clock: the one place that reads the time."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present time, aware, UTC."""
    return datetime.now(UTC)
