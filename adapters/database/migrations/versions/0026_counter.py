"""The counter: visits that can be moved, who took a result, and parcels that came in."""

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Moment, Serial

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade: what lay ready before has no visit; it may be given one."""
    op.create_table(
        "visit",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("dispatch", sa.String(length=32), nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("moved_from", Serial),
        sa.Column("reason", sa.Text()),
        sa.Column("officer", sa.String(length=40)),
        sa.Column("made", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["dispatch"], ["dispatch.key"], name=op.f("fk_visit_dispatch")),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_visit_dossier")),
        sa.ForeignKeyConstraint(["moved_from"], ["visit.id"], name=op.f("fk_visit_moved_from")),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_visit_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("moved_from", name=op.f("uq_visit_moved_from")),
    )
    op.create_index("ix_visit_at", "visit", ["state", "at"])
    op.create_index("ix_visit_dispatch", "visit", ["dispatch", "id"])
    op.create_index(op.f("ix_visit_dossier"), "visit", ["dossier"])
    op.create_table(
        "counter_receipt",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("scan", sa.String(length=64)),
        sa.Column("authority", sa.String(length=64)),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("closed", Moment()),
        sa.ForeignKeyConstraint(["key"], ["dispatch.key"], name=op.f("fk_counter_receipt_key")),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_counter_receipt_dossier")),
        sa.ForeignKeyConstraint(["record"], ["content.sha256"], name=op.f("fk_counter_receipt_record")),
        sa.ForeignKeyConstraint(["scan"], ["content.sha256"], name=op.f("fk_counter_receipt_scan")),
        sa.ForeignKeyConstraint(["authority"], ["content.sha256"], name=op.f("fk_counter_receipt_authority")),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_counter_receipt_officer")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_counter_receipt")),
    )
    for name in ("dossier", "record", "scan", "authority"):
        op.create_index(op.f(f"ix_counter_receipt_{name}"), "counter_receipt", [name])
    op.create_table(
        "inbound_parcel",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("signed", Moment(), nullable=False),
        sa.Column("received", Moment(), nullable=False),
        sa.Column("paper", sa.String(length=64)),
        sa.Column("dossier", sa.String(length=80)),
        sa.Column("reason", sa.Text()),
        sa.Column("decided", Moment()),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_inbound_parcel_officer")),
        sa.ForeignKeyConstraint(["paper"], ["content.sha256"], name=op.f("fk_inbound_parcel_paper")),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_inbound_parcel_dossier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_parcel")),
    )
    op.create_index("ix_inbound_parcel_item", "inbound_parcel", ["carrier", "item"], unique=True)
    op.create_index("ix_inbound_parcel_unit", "inbound_parcel", ["unit", "id"])
    op.create_index(op.f("ix_inbound_parcel_paper"), "inbound_parcel", ["paper"])
    op.create_index(op.f("ix_inbound_parcel_dossier"), "inbound_parcel", ["dossier"])
    op.create_table(
        "inbound_document",
        sa.Column("parcel", Serial, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("arrived", Moment()),
        sa.Column("scan", sa.String(length=64)),
        sa.Column("media_type", sa.String(length=100)),
        sa.Column("size", sa.Integer()),
        sa.Column("returned", Moment()),
        sa.Column("returned_by", sa.String(length=10)),
        sa.Column("returned_officer", sa.String(length=40)),
        sa.ForeignKeyConstraint(["parcel"], ["inbound_parcel.id"], name=op.f("fk_inbound_document_parcel")),
        sa.ForeignKeyConstraint(["scan"], ["content.sha256"], name=op.f("fk_inbound_document_scan")),
        sa.ForeignKeyConstraint(
            ["returned_officer"], ["officer.id"], name=op.f("fk_inbound_document_returned_officer")
        ),
        sa.PrimaryKeyConstraint("parcel", "name", name=op.f("pk_inbound_document")),
    )
    op.create_index(op.f("ix_inbound_document_scan"), "inbound_document", ["scan"])


def downgrade() -> None:
    """Downgrade: visits, receipts and parcels that came in are forgotten; their leaves stay."""
    for name in ("inbound_document", "inbound_parcel", "counter_receipt", "visit"):
        op.drop_table(name)
