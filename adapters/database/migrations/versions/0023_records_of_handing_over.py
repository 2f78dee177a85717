"""Records of the hand-over: what they list, and that one was withdrawn."""

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade: no record was made before."""
    with op.batch_alter_table("handover") as batch:
        batch.add_column(sa.Column("listing", sa.String(length=64), nullable=False))
        batch.add_column(sa.Column("parcels", sa.Integer(), nullable=False))
        batch.add_column(sa.Column("certificate", sa.String(length=64)))
        batch.add_column(sa.Column("withdrawn", Moment()))
        batch.create_foreign_key(op.f("fk_handover_listing"), "content", ["listing"], ["sha256"])
        batch.create_index(op.f("ix_handover_listing"), ["listing"])


def downgrade() -> None:
    """Downgrade."""
    with op.batch_alter_table("handover") as batch:
        batch.drop_index(op.f("ix_handover_listing"))
        batch.drop_constraint(op.f("fk_handover_listing"), type_="foreignkey")
        for name in ("withdrawn", "certificate", "parcels", "listing"):
            batch.drop_column(name)
