"""A parcel's whole way, for people: where it is, who told what when, until when complaints are taken."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.cli.language import _
from adapters.cli.terminal import escape, out, table
from adapters.cli.times import local
from adapters.cli.words import dispatch_word

Json = Mapping[str, Any]
TIMES = ("left", "handed_over", "late_after", "ended", "settled", "complaints_until")


def tell_way(parcel: Json) -> None:
    """Print what is known of the parcel, then each word about it."""
    labels = {
        "carrier": _("Carrier"),
        "item": _("Item code"),
        "left": _("Left the office"),
        "late_after": _("Should arrive until"),
        "ended": _("End of its way"),
        "again": _("Sent again as"),
        "settled": _("Seen to"),
        "settlement": _("How"),
        "complaints_until": _("Complaints until"),
    }
    for name, label in labels.items():
        if (value := parcel.get(name)) is not None:
            out(f"{label}: {local(value) if name in TIMES else _settlement(name, value)}")
    if parcel.get("late"):
        out(_("It is late."))
    if proof := parcel.get("proof"):
        told = _("Proof of delivery: SHA-256 {digest}, leaf {leaf} of the trail")
        out(told.format(digest=escape(proof.get("sha256")), leaf=escape(proof.get("leaf"))))
    _tell_events(parcel.get("events") or [])


def _settlement(name: str, value: object) -> str:
    return _("the process of its dossier") if name == "settlement" and value == "process" else escape(value)


def _tell_events(events: Sequence[Json]) -> None:
    if not events:
        return
    out()
    titles = [_("TIME"), _("TOLD BY"), _("WORD"), _("THEN"), ""]
    rows = [
        [local(each["at"]), _teller(each), each["status"], dispatch_word(each["state"]), _odd(each)] for each in events
    ]
    table(titles, rows)


def _teller(event: Json) -> str:
    return escape(event.get("officer") or event.get("carrier"))


def _odd(event: Json) -> str:
    """What there is to know beside it: that it contradicts, or means nothing; else why."""
    if event.get("effect") == "contradicted":
        return _("contradicts what is known")
    if event.get("effect") == "unknown":
        return _("means nothing here")
    return escape(event.get("reason") or "")
