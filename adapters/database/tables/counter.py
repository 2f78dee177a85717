"""The tables of the counter: visits, who took a result, and parcels that came in."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from adapters.database.columns import Moment, Serial, metadata

# When somebody comes for a result. A visit is never overwritten: another one takes its place.
visit = Table(
    "visit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("dispatch", ForeignKey("dispatch.key"), nullable=False),
    Column("dossier", ForeignKey("dossier.code"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("place", Text, nullable=False),
    Column("state", String(10), nullable=False),  # set | moved | kept | missed
    Column("moved_from", ForeignKey("visit.id"), unique=True),
    Column("reason", Text),
    Column("officer", ForeignKey("officer.id")),  # None: the process
    Column("made", Moment, nullable=False),
    Index("ix_visit_dispatch", "dispatch", "id"),
    Index("ix_visit_at", "state", "at"),
)

# Who took a result at the counter, one row for each dispatch. Names and numbers stand in the record alone.
counter_receipt = Table(
    "counter_receipt",
    metadata,
    Column("key", ForeignKey("dispatch.key"), primary_key=True),
    Column("dossier", ForeignKey("dossier.code"), nullable=False, index=True),
    Column("record", ForeignKey("content.sha256"), nullable=False, index=True),  # canonical JSON
    Column("scan", ForeignKey("content.sha256"), index=True),  # of the receipt that the taker signed
    Column("authority", ForeignKey("content.sha256"), index=True),  # the paper that lets them take it for another
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("closed", Moment),  # when the process's own step of handing over was done after it
)

# Parcels that came in, each once. Its bytes are kept of `inbound/<id>` (`content_use`) until a dossier has them.
inbound_parcel = Table(
    "inbound_parcel",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("carrier", String(40), nullable=False),
    Column("item", String(40), nullable=False),
    Column("unit", String(40), nullable=False),  # that received it
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("sender", Text, nullable=False),
    Column("state", String(10), nullable=False),  # received | filed | refused
    Column("signed", Moment, nullable=False),  # the record of the hand-over: the legal time of filing
    Column("received", Moment, nullable=False),  # when it was recorded here
    Column("paper", ForeignKey("content.sha256"), index=True),  # that record; None: refused, or erased
    Column("dossier", ForeignKey("dossier.code"), index=True),
    Column("reason", Text),  # why it was refused
    Column("decided", Moment),
    Index("ix_inbound_parcel_item", "carrier", "item", unique=True),
    Index("ix_inbound_parcel_unit", "unit", "id"),
)

inbound_document = Table(
    "inbound_document",
    metadata,
    Column("parcel", ForeignKey("inbound_parcel.id"), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("title", Text, nullable=False),
    Column("kind", String(10), nullable=False),  # original | copy
    Column("arrived", Moment),  # None: it is missing
    Column("scan", ForeignKey("content.sha256"), index=True),
    Column("media_type", String(100)),
    Column("size", Integer),
    Column("returned", Moment),  # an original that the office holds no more
    Column("returned_by", String(10)),  # counter | post
    Column("returned_officer", ForeignKey("officer.id")),
)
