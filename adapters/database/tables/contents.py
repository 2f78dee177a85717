"""Bytes, by their hash; and whose they are."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from adapters.database.columns import Moment, metadata

content = Table(
    "content",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)

# Whose bytes they are beside the rows that name them (documents, attachments, dispatches): a dossier's (what was signed
# in it, prepared or made for it), which go with its data; or ("") kept for good, as certificates and bundles are.
content_use = Table(
    "content_use",
    metadata,
    Column("sha256", ForeignKey("content.sha256"), primary_key=True),
    Column("dossier", String(80), primary_key=True, index=True),
)

# What a PDF signature shows: of the officer of that id; of none (""), the agency's seal, with its diameter.
signature_image = Table(
    "signature_image",
    metadata,
    Column("of", String(40), primary_key=True),
    Column("sha256", ForeignKey("content.sha256"), nullable=False),
    Column("width_mm", Integer),
    Column("set_at", Moment, nullable=False),
)

upload = Table(
    "upload",
    metadata,
    Column("sha256", ForeignKey("content.sha256"), primary_key=True),
    Column("officer", ForeignKey("officer.id"), primary_key=True),
)
