"""Parcels: what their carrier calls them, how they are ordered and handed over, and each word of the carrier."""

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Json, Moment, Serial

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade: parcels that were prepared before have no carrier yet."""
    op.create_table(
        "handover",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("paper", sa.String(length=64), nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("signed", Moment()),
        sa.Column("countersigned", Moment()),
        sa.Column("countersigner", sa.Text()),
        sa.Column("countersignature", sa.String(length=64)),
        sa.Column("means", sa.String(length=10)),
        sa.ForeignKeyConstraint(["paper"], ["content.sha256"], name=op.f("fk_handover_paper")),
        sa.ForeignKeyConstraint(["countersignature"], ["content.sha256"], name=op.f("fk_handover_countersignature")),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_handover_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("code", name=op.f("uq_handover_code")),
    )
    op.create_index("ix_handover_unit", "handover", ["unit", "id"])
    op.create_index(op.f("ix_handover_paper"), "handover", ["paper"])
    op.create_index(op.f("ix_handover_countersignature"), "handover", ["countersignature"])
    op.create_table(
        "parcel",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("carrier", sa.String(length=40)),
        sa.Column("item", sa.String(length=40)),
        sa.Column("ordering", sa.String(length=20), nullable=False, server_default="none"),
        sa.Column("asked", Moment()),
        sa.Column("payer", sa.String(length=20), nullable=False, server_default="agency"),
        sa.Column("originals", Json(), nullable=False, server_default="[]"),
        sa.Column("handover", Serial),
        sa.Column("handed_over", Moment()),
        sa.Column("late_after", Moment()),
        sa.Column("ended", Moment()),
        sa.Column("proof", sa.String(length=64)),
        sa.Column("again", sa.String(length=32)),
        sa.Column("settled", Moment()),
        sa.Column("settlement", sa.Text()),
        sa.ForeignKeyConstraint(["key"], ["dispatch.key"], name=op.f("fk_parcel_key")),
        sa.ForeignKeyConstraint(["handover"], ["handover.id"], name=op.f("fk_parcel_handover")),
        sa.ForeignKeyConstraint(["proof"], ["content.sha256"], name=op.f("fk_parcel_proof")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_parcel")),
    )
    op.create_index("ix_parcel_item", "parcel", ["carrier", "item"], unique=True)
    op.create_index(op.f("ix_parcel_handover"), "parcel", ["handover"])
    op.create_index(op.f("ix_parcel_late_after"), "parcel", ["late_after"])
    op.create_index(op.f("ix_parcel_proof"), "parcel", ["proof"])
    op.create_table(
        "parcel_event",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=32)),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("event", sa.String(length=20)),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("received", Moment(), nullable=False),
        sa.Column("raw", sa.String(length=64), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20)),
        sa.ForeignKeyConstraint(["key"], ["dispatch.key"], name=op.f("fk_parcel_event_key")),
        sa.ForeignKeyConstraint(["raw"], ["content.sha256"], name=op.f("fk_parcel_event_raw")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_event")),
    )
    op.create_index("ix_parcel_event_told", "parcel_event", ["carrier", "item", "status", "at"], unique=True)
    op.create_index("ix_parcel_event_key", "parcel_event", ["key", "id"])
    op.create_index(op.f("ix_parcel_event_raw"), "parcel_event", ["raw"])
    op.execute("INSERT INTO parcel (key) SELECT key FROM dispatch WHERE channel = 'post'")


def downgrade() -> None:
    """Downgrade: what carriers told is forgotten; their raw words stay with the dossiers."""
    op.drop_table("parcel_event")
    op.drop_table("parcel")
    op.drop_table("handover")
