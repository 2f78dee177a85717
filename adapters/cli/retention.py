"""How long something is kept, and by whom it was erased, in words."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.cli.language import _
from adapters.cli.terminal import escape
from adapters.cli.times import local, local_day

_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")


def period_word(period: object) -> str:
    """Return an ISO 8601 duration in words: "10 years"."""
    if period == "permanent":
        return _("permanently")
    parts = _PERIOD.fullmatch(str(period))
    if parts is None:
        return escape(period or "-")
    words = (_("{count} year(s)"), _("{count} month(s)"), _("{count} week(s)"), _("{count} day(s)"))
    return " ".join(word.format(count=count) for word, count in zip(words, parts.groups(), strict=True) if count)


def kept(rule: Mapping[str, Any]) -> str:
    """Return how long a dossier is kept, until when and by which document."""
    told = _("{period}, by {document}").format(
        period=period_word(rule.get("period")), document=escape(rule.get("decided_by"))
    )
    last = rule.get("last_day")
    return _("{rule}; until {day}").format(rule=told, day=local_day(last)) if last else told


def erased(told: Mapping[str, Any]) -> str:
    """Return by whom a dossier's data were erased, when, and under what."""
    text = _("on {time} by {who}, under {document}").format(
        time=local(told.get("time")), who=escape(told.get("by")), document=escape(told.get("document"))
    )
    if told.get("approved_by"):
        text += _(", approved by {value}").format(value=escape(told["approved_by"]))
    return text + _(": “{value}”").format(value=escape(told.get("reason")))
