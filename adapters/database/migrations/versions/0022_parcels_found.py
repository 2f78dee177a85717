"""Parcels by what is written on them alone; words by what they did, so that an alarm counts without reading all."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade."""
    op.create_index("ix_parcel_event_effect", "parcel_event", ["effect", "received"])
    op.create_index("ix_parcel_item_alone", "parcel", ["item"])


def downgrade() -> None:
    """Downgrade."""
    op.drop_index("ix_parcel_item_alone", table_name="parcel")
    op.drop_index("ix_parcel_event_effect", table_name="parcel_event")
