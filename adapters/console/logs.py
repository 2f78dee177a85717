"""Logs: one line each on stderr, as JSON or as text (`HOSO_LOG`), and no citizen's data in them.

Everything goes through `redact`: our own lines, and those of libraries (uvicorn, SQLAlchemy, asyncio, warnings). It
knows what a line may carry and of what form each value is; all else is left out by its name. An exception is told by
its type and the places of our own code that it came through: its message may hold what a citizen wrote.
"""

import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

Event = MutableMapping[str, Any]
_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("adapters", "engine", "signing")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}", re.ASCII)
_ROUTE = re.compile(r"(?:/[a-z0-9{}._-]*)+|none", re.ASCII)
_WORDS = re.compile(r"[ -~…–—]{0,500}")  # ours are English; a citizen's name seldom is
_EMAIL = re.compile(r"[^\s<>'\"(),;:]+@[^\s<>'\"(),;:]+")
_DIGITS = re.compile(r"\+?\d(?:[\s.-]?\d){7,}", re.ASCII)
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < 10**12


def _is_route(value: Any) -> bool:
    return isinstance(value, str) and _ROUTE.fullmatch(value) is not None


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and _WORDS.fullmatch(value) is not None


# What a line may carry, and how it looks; anything else is a mistake of ours, and is left out by its name.
ALLOWED: Mapping[str, Callable[[Any], bool]] = {
    "event": _is_words,
    "level": _is_code,
    "timestamp": _is_code,
    "logger": _is_code,
    "request": _is_code,
    "method": _is_code,
    "route": _is_route,
    "status": _is_number,
    "ms": _is_number,
    "officer": _is_code,
    "carrier": _is_code,
    "job": _is_number,
    "type": _is_code,
    "dossier": _is_code,
    "worker": _is_code,
    "count": _is_number,
    "state": _is_code,
    "known": _is_number,
    "code": _is_code,
    "record": _is_code,
    "until": _is_words,
    "address": _is_words,  # of an authority, as a certificate or the settings name it
    "reason": _is_words,
    "exception": _is_words,
    "place": _is_words,
}
# Of jobs, the reason is told of these types alone: what a mail server or a template says may name a citizen.
REASONED = frozenset({"stamp", "checkpoint-publish", "checkpoint-stamp"})
LIBRARY = "a line of {logger}"
ORDER = ("timestamp", "level", "event")


def configure(form: str = "json", stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Set up structlog and the standard library's loggers, and what is told of threads that break."""
    text = structlog.processors.LogfmtRenderer(key_order=ORDER, drop_missing=True)
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else text
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        brief_exception,
    ]
    structlog.configure(
        processors=[*shared, redact, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.contextvars.merge_contextvars, of_library, *shared],
            pass_foreign_args=True,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, last],
        )
    )
    handler.addFilter(lambda record: not str(record.msg).startswith("Exception in ASGI application"))  # told by us
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    logging.getLogger("uvicorn").setLevel(level)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # else a line that cannot be formatted is printed with its values
    threading.excepthook = _thread_broke


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Drop every field that is not known to be free of personal data, or does not look as it must."""
    if event.get("type") is not None and event["type"] not in REASONED:
        event.pop("reason", None)
    for name in [name for name, value in event.items() if value is None]:
        del event[name]
    dropped = sorted(name for name, value in event.items() if name not in ALLOWED or not ALLOWED[name](value))
    for name in dropped:
        del event[name]
    for name in ("event", "reason"):
        if name in event:
            event[name] = masked(event[name])
    if dropped:
        event["event"] = f"{event.get('event', '')} (left out: {', '.join(name[:40] for name in dropped)})"
    return event


def masked(text: str) -> str:
    """The text without addresses of mail and without long numbers; times stay."""
    kept = _CLOCK.findall(text)
    text = _DIGITS.sub("(number)", _CLOCK.sub("\x00", _EMAIL.sub("(address)", text)))
    for time in kept:
        text = text.replace("\x00", time, 1)
    return text


def of_library(_logger: object, _method: str, event: Event) -> Event:
    """A library's line: what it says, as it stands in its source, without the values that were put in; where it says
    nothing but values, only where that was.
    """
    record: logging.LogRecord = event["_record"]
    arguments = event.pop("positional_args", None)
    told = isinstance(record.msg, str) and (arguments or record.name.startswith("uvicorn"))
    event["event"] = record.msg if told else LIBRARY.format(logger=record.name)
    event["logger"] = record.name
    event["place"] = f"{record.module}:{record.lineno}"
    if record.exc_info and record.exc_info[0]:
        event["exc_info"] = record.exc_info
    return event


def brief_exception(_logger: object, _method: str, event: Event) -> Event:
    """An exception as its type and places only."""
    given = event.pop("exc_info", None)
    if given:
        kind, value, trace = given if isinstance(given, tuple) else sys.exc_info()
        event["exception"] = told_of(kind, value, trace)
    return event


def told_of(kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> str:
    """The exception's type and the lines of our own code that it came through; then what caused it."""
    text = f"{kind.__name__ if kind else '?'} at {' > '.join(_places(trace)) or '?'}"
    cause = value.__cause__ if value is not None else None
    if cause is not None:
        text += f", caused by {told_of(type(cause), cause, cause.__traceback__)}"
    return text if len(text) <= 500 else f"{text[:240]} … {text[-240:]}"


def _places(trace: TracebackType | None) -> list[str]:
    passed = []
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(_ROOT) and file.relative_to(_ROOT).parts[0] in _PACKAGES:
            passed.append(f"{file.relative_to(_ROOT)}:{trace.tb_lineno}")
        trace = trace.tb_next
    return passed


def _thread_broke(broke: threading.ExceptHookArgs) -> None:
    info = (broke.exc_type, broke.exc_value, broke.exc_traceback)
    structlog.get_logger().error("a thread broke", exc_info=info)
