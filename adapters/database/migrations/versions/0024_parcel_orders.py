"""Parcels whose order waits for people, or is to be cancelled, are found by an index."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade: an index."""
    op.create_index("ix_parcel_ordering", "parcel", ["ordering"])


def downgrade() -> None:
    """Downgrade: without it."""
    op.drop_index("ix_parcel_ordering", "parcel")
