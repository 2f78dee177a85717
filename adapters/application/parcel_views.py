"""A parcel as its office sees it: its whole way, who told of it, what contradicts it, its proof, until when complaints
are taken.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.application import views
from adapters.application.application import Application
from adapters.application.tracking import OFFICE, Effect
from adapters.database import definitions, jobs, parcels, trail
from adapters.database.parcels import Row
from adapters.database.store import Transaction
from engine.parcels import complaints_until
from signing.canonical import parse_canonical

Json = dict[str, Any]


def whole(app: Application, tx: Transaction, row: Row) -> Json:
    """A dispatch; one by post with its whole way."""
    parcel = parcels.find(tx, row["key"]) if row["channel"] == "post" else None
    return views.dispatch(row) if parcel is None else {**views.dispatch(row), "parcel": _parcel(app, tx, row, parcel)}


def _parcel(app: Application, tx: Transaction, row: Row, parcel: Row) -> Json:
    since, again = left(tx, row, parcel), parcel["again"]
    sent = jobs.find_dispatch(tx, again) if again else None
    return {
        **{name: parcel[name] for name in ("carrier", "item", "ordering", "payer", "originals", "settlement")},
        "left": views.moment(since),
        "handed_over": views.moment(parcel["handed_over"]),
        "late_after": views.moment(parcel["late_after"]),
        "late": parcel["late_after"] is not None and parcel["late_after"] < app.clock(),
        "ended": views.moment(parcel["ended"]),
        "proof": _proof(tx, row, parcel["proof"]),
        "again": sent["code"] if sent else None,
        "settled": views.moment(parcel["settled"]),
        "complaints_until": views.moment(complaints_until(since)) if since else None,
        "events": [_event(tx, each) for each in parcels.events(tx, row["key"])],
    }


def left(tx: Transaction, row: Row, parcel: Row) -> datetime | None:
    """When it left the office: as its hand-over says, else its carrier's first word; None: it has not."""
    if parcel["handed_over"] is not None:
        return parcel["handed_over"]  # type: ignore[no-any-return]
    told = [each["at"] for each in parcels.events(tx, row["key"]) if each["carrier"] != OFFICE and _moved(each)]
    return min(told, default=None)


def _moved(event: Row) -> bool:
    return bool(event["effect"] == Effect.MOVED.value)


def proof_leaf(tx: Transaction, row: Row, sha256: str) -> int | None:
    """The leaf that names those bytes as what told of the parcel's delivery."""
    for leaf in trail.leaves_of(tx, row["dossier"]):
        told = parse_canonical(leaf.evidence) if leaf.evidence is not None else None
        if isinstance(told, dict) and _tells(told, row["code"], sha256):
            return leaf.index
    return None


def _tells(told: Mapping[str, Any], code: str, sha256: str) -> bool:
    details, objects = told.get("details", {}), told.get("objects", {})
    return bool(
        details.get("dispatch") == code and details.get("state") == "delivered" and objects.get("word") == sha256
    )


def _proof(tx: Transaction, row: Row, sha256: str | None) -> Json | None:
    return None if sha256 is None else {"sha256": sha256, "leaf": proof_leaf(tx, row, sha256)}


def _event(tx: Transaction, row: Row) -> Json:
    """A word as it was told; what the office itself said has its officer and its text."""
    said = _said(definitions.get_content(tx, row["raw"])) if row["carrier"] == OFFICE else {}
    return {
        **{name: row[name] for name in ("carrier", "item", "status", "event", "effect", "state")},
        "at": views.moment(row["at"]),
        "received": views.moment(row["received"]),
        "raw": row["raw"],
        "officer": said.get("officer"),
        "reason": said.get("reason"),
    }


def _said(raw: bytes | None) -> Mapping[str, Any]:
    """What the office itself wrote down; nothing of a paper that both sides signed."""
    try:
        told = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
