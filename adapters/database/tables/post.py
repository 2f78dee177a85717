"""The tables of the post: parcels, the records by which they were handed over, and each word of their carriers."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from adapters.database.columns import Json, Moment, Serial, metadata

handover = Table(
    "handover",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("code", String(60), nullable=False, unique=True),
    Column("carrier", String(40), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("paper", ForeignKey("content.sha256"), nullable=False, index=True),  # the PDF that both sides sign
    Column("listing", ForeignKey("content.sha256"), nullable=False, index=True),  # its parcels as canonical JSON
    Column("parcels", Integer, nullable=False),  # how many
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("created", Moment, nullable=False),
    Column("signed", Moment),
    Column("countersigned", Moment),
    Column("countersigner", Text),  # the carrier's person, by name
    Column("countersignature", ForeignKey("content.sha256"), index=True),  # the PDF that they signed, or its scan
    Column("means", String(10)),  # signature | scan
    Column("certificate", String(64)),  # by which the carrier's person signed, SHA-256
    Column("withdrawn", Moment),  # its parcels may stand in another record
    Index("ix_handover_unit", "unit", "id"),
)

# What a dispatch by post is beside a dispatch, one row each.
parcel = Table(
    "parcel",
    metadata,
    Column("key", ForeignKey("dispatch.key"), primary_key=True),
    Column("carrier", String(40)),
    Column("item", String(40)),  # the carrier's code of it
    Column("ordering", String(20), nullable=False, server_default="none"),  # none | asked | ordered | unclear | …
    Column("asked", Moment),  # the order was about to be sent, and what came of it is not recorded
    Column("payer", String(20), nullable=False, server_default="agency"),  # agency | recipient
    Column("originals", Json, nullable=False, server_default="[]"),  # the papers in it that exist once
    Column("handover", ForeignKey("handover.id"), index=True),
    Column("handed_over", Moment),
    Column("late_after", Moment, index=True),  # None once its way has ended
    Column("ended", Moment),
    Column("proof", ForeignKey("content.sha256"), index=True),  # of its delivery
    Column("again", String(32)),  # the key of the parcel that was sent in its place
    Column("settled", Moment),  # returned or lost, and somebody saw to it
    Column("settlement", Text),
    Index("ix_parcel_ordering", "ordering"),
    Index("ix_parcel_item", "carrier", "item", unique=True),
    Index("ix_parcel_item_alone", "item"),
)

# Each word of a carrier once, as it came; without `key` it is of a parcel that we do not know.
parcel_event = Table(
    "parcel_event",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("key", ForeignKey("dispatch.key")),
    Column("carrier", String(40), nullable=False),
    Column("item", String(40), nullable=False),
    Column("status", String(60), nullable=False),  # the carrier's own word
    Column("event", String(20)),  # what it means to us; None: nothing that we know
    Column("at", Moment, nullable=False),
    Column("received", Moment, nullable=False),
    Column("raw", ForeignKey("content.sha256"), nullable=False, index=True),
    Column("effect", String(20), nullable=False),  # moved | known | contradicted | unknown
    Column("state", String(20)),  # of the parcel after it
    Index("ix_parcel_event_told", "carrier", "item", "status", "at", unique=True),
    Index("ix_parcel_event_key", "key", "id"),
    Index("ix_parcel_event_effect", "effect", "received"),
)
