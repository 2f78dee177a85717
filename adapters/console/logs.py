"""Logs: one JSON line each on stderr, and no citizen's data in them."""

import logging
import sys
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

# What a log line may carry; anything else is a mistake of ours, and is left out by name.
ALLOWED = frozenset(
    {"event", "level", "timestamp", "job", "type", "dossier", "code", "reason", "exception", "path", "status"}
)


def configure() -> None:
    """Set up structlog and the standard library's loggers."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Brief("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            brief_exception,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class Brief(logging.Formatter):
    """The standard library's lines, with an exception as its type and places only."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base class's name
        """Tell where it was raised; its message may hold what a citizen wrote."""
        return places(ei[0], ei[2])


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not known to be free of personal data."""
    dropped = sorted(set(event) - ALLOWED)
    for name in dropped:
        del event[name]
    if dropped:
        event["event"] = f"{event.get('event', '')} (left out: {', '.join(dropped)})"
    return event


def brief_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and places only: its message may hold what a citizen wrote."""
    if event.pop("exc_info", None):
        kind, _value, trace = sys.exc_info()
        event["exception"] = places(kind, trace)
    return event


def places(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """The exception's type, and the files and lines that it came through."""
    passed = []
    while trace is not None:
        passed.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{kind.__name__ if kind else '?'} at {' > '.join(passed)}"
