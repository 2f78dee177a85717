"""The tables of consents to post: what was agreed, what was decided on its address, what was revoked."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from adapters.database.columns import Moment, Serial, metadata

# Never changed once it stands.
consent = Table(
    "consent",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("dossier", ForeignKey("dossier.code"), nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Moment, nullable=False),  # when they agreed
    Column("means", String(20), nullable=False),
    Column("address", Text, nullable=False),  # as the citizen gave it
    Column("payer", String(20), nullable=False),  # agency | recipient
    Column("officer", ForeignKey("officer.id")),  # None: the data of the process told it
    Column("recorded", Moment, nullable=False),
    Index("ix_consent_dossier", "dossier", "id"),
)

# Where the address of a consent lies, one row each.
address = Table(
    "address",
    metadata,
    Column("consent", ForeignKey("consent.id"), primary_key=True, autoincrement=False),
    Column("standing", String(20), nullable=False),  # open | confirmed | refused
    Column("old", String(20)),  # province/district/ward until 30/6/2025
    Column("province", String(2)),
    Column("commune", String(5)),
    Column("officer", ForeignKey("officer.id")),
    Column("decided", Moment),
)

consent_revocation = Table(
    "consent_revocation",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("dossier", ForeignKey("dossier.code"), nullable=False),
    Column("consent", ForeignKey("consent.id"), index=True),  # None: all that were given before
    Column("at", Moment, nullable=False),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_consent_revocation_dossier", "dossier", "id"),
)
