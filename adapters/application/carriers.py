"""The carriers of the installation, as officers see them, and the day's orders as a file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.application.answer import Answer
from adapters.application.application import Application
from adapters.database import parcels
from adapters.dispatch.post.carrier import Carrier
from adapters.dispatch.post.orders_file import orders_csv
from adapters.dispatch.post.rest import RestCarrier
from engine.errors import Refusal, not_found
from engine.officer import Officer

Row = Mapping[Any, Any]


def list_carriers(app: Application) -> Answer:
    """What each can do; whether it confirmed that; how many words wait that tell of items which nobody knows."""
    with app.store.read() as tx:
        waiting = parcels.count_strays(tx)
    items = [_shown(app, name, carrier, waiting) for name, carrier in sorted(app.carriers.by_name.items())]
    return Answer(body={"items": items, "next": None})


def orders(app: Application, officer: Officer, name: str, start: datetime, end: datetime) -> str | Refusal:
    """The orders of parcels prepared in that time, within the officer's sight, as the file that the carrier takes."""
    carrier = app.carriers.named(name)
    if not isinstance(carrier, RestCarrier) or not carrier.profile.columns:
        return not_found("carrier", name[:40], "see which take orders by a file: hoso carrier list")
    with app.store.read() as tx:
        rows = parcels.to_order(tx, officer, name, start, end)
    return orders_csv(carrier.profile.columns, [told(app, row, row) for row in rows])


def told(app: Application, row: Row, parcel: Row) -> Mapping[str, str]:
    """What a carrier is told of a parcel, and no more."""
    to = row["recipient"]
    return {
        "reference": row["key"],
        "code": row["code"],
        "name": str(to.get("recipient") or to.get("name") or ""),
        "address": str(to.get("address") or ""),
        "phone": str(to.get("phone") or ""),
        "sender": app.agency.name,
        "sender_address": app.agency.address,
        "payer": parcel["payer"],
    }


def _shown(app: Application, name: str, carrier: Carrier, waiting: Mapping[str, int]) -> Mapping[str, object]:
    return {
        "name": name,
        "default": name == app.carriers.default,
        "certified": carrier.certified,
        "orders": carrier.order is not None,
        "asks": carrier.ask is not None,
        "cancels": carrier.cancel is not None,
        "callbacks": carrier.read_callback is not None,
        "file": isinstance(carrier, RestCarrier) and bool(carrier.profile.columns),
        "statuses": len(carrier.statuses),
        "strays": waiting.get(name, 0),
    }
