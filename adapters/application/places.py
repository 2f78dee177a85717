"""Where addresses lie: what is proposed, and whether a commune is one of today."""

from typing import Any

from adapters.addresses.gazetteer import units
from adapters.application.answer import Answer
from engine.consent import Location, Standing
from engine.errors import Kind, Refusal
from engine.places.propose import Proposal, propose


def ready() -> None:
    """Read the units, where that was not done: it takes half a second, so never within a transaction."""
    units()


def proposed(text: str) -> Answer:
    """What is proposed for a text; nothing is recorded."""
    return Answer(body={"text": text, **shown(propose(text, units()))})


def shown(found: Proposal) -> dict[str, Any]:
    """A proposal as the outside sees it; `candidates` are numbered from 1."""
    candidates = [
        {"number": number, "province": each.province, "commune": each.commune, "name": each.name}
        for number, each in enumerate(found.candidates, 1)
    ]
    doubts = [doubt.value for doubt in found.doubts]
    return {"candidates": candidates, "doubts": doubts, "old": found.old, "old_name": found.old_name}


def opened(text: str) -> Location:
    """The address as it begins: nobody confirmed it, and its former code where the text names one."""
    return Location(old=propose(text, units()).old)


def confirmed(location: Location, commune: str) -> Location | Refusal:
    """The address confirmed to lie in that commune, `26743` or `79/26743`."""
    province, _, code = commune.rpartition("/")
    found = units().communes.get(code)
    if found is None or province not in ("", found.above):
        message = f"there is no commune {commune[:20]!r} since 1/7/2025"
        remedy = "see the codes that are proposed: hoso address propose TEXT"
        return Refusal(kind=Kind.INVALID, code="commune-unknown", message=message, remedy=remedy)
    return Location(standing=Standing.CONFIRMED, old=location.old, province=found.above, commune=found.code)


def name(commune: str | None) -> str | None:
    """A commune with its province, for people."""
    return units().told(commune) if commune else None
