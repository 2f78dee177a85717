"""Addresses in words: what is proposed for one, and what is doubtful about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.cli.language import _
from adapters.cli.terminal import escape


def proposal(value: Mapping[str, Any]) -> Iterator[str]:
    """A proposal in lines: its numbered candidates, the former ward, the doubts."""
    for each in value.get("candidates") or ():
        code = f"{each.get('province')}/{each.get('commune')}"
        line = _("{number}  {name}   [{code}]")
        yield line.format(number=escape(each.get("number")), name=escape(each.get("name")), code=escape(code))
    if not value.get("candidates"):
        yield _("No commune can be proposed.")
    if value.get("old"):
        line = _("until 30/6/2025: {name}   [{code}]")
        yield line.format(name=escape(value.get("old_name")), code=escape(value.get("old")))
    for doubt in value.get("doubts") or ():
        yield _("doubt: {text}").format(text=doubt_word(doubt))


def doubt_word(doubt: object) -> str:
    """Return a doubt in words."""
    words = {
        "old-level": _("it names units that there are no more"),
        "split": _("the former ward was split; ask in which part the house stands"),
        "ambiguous": _("several places are written so"),
        "other-kind": _("the kind (ward, commune, town) is another one than written"),
        "no-commune": _("it names no ward or commune that lies there"),
        "no-province": _("it names no province"),
        "no-house-number": _("it has no house number"),
        "unknown": _("it names no place that is known"),
        "too-long": _("it is too long to be read"),
    }
    return words.get(str(doubt), escape(doubt))


def location_words(place: Mapping[str, Any]) -> str:
    """Return in words what was decided on an address."""
    if place.get("standing") == "confirmed":
        return escape(place.get("name"))
    return _("refused") if place.get("standing") == "refused" else _("not confirmed")
