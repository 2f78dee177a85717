"""Which mandates the law knows (NĐ 30/2020 Đ13): between which positions, within which bounds, passed on to whom."""

from __future__ import annotations

from collections.abc import Sequence

from engine.people.organisation import Mandate, Organisation


def misshapen(organisation: Organisation, mandate: Mandate) -> str | None:
    """Why the law knows no such mandate; None if it does."""
    giver, taker = organisation.position(mandate.given_by), organisation.position(mandate.given_to)
    if giver.rank != "head":
        return f"{giver.title} is no head"
    if mandate.kind == "KT":
        fits = taker.rank == "deputy" and taker.unit == giver.unit
        return None if fits else f"{taker.title} is no deputy of {giver.title}"
    if taker.rank != "head" or not organisation.below(taker.unit, giver.unit):
        return f"{taker.title} heads no unit under {giver.title}"
    bounded = mandate.scope.kinds is not None or mandate.scope.procedures is not None
    if not bounded:
        return "it names neither kinds of documents nor procedures"
    return "it has no last day" if mandate.kind == "TUQ" and mandate.until is None else None


def passed_on(chain: Sequence[Mandate]) -> str | None:
    """Why a mandate may not rest on the one before it: TL. may pass from a head to a deputy, once; TUQ., KT. never."""
    if len(chain) == 1:
        return None
    above, passed = chain
    if above.under is not None or above.kind != "TL":
        what = "was passed on already" if above.under is not None else f"is a {above.kind}., which is never passed on"
        return f"{above.id} {what}"
    if passed.kind != "KT" or passed.given_by != above.given_to:
        return f"{passed.id} does not pass {above.id} on to a deputy of its holder"
    return None
