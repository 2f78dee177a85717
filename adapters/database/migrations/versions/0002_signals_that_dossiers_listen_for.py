"""Signals that dossiers listen for, beside messages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade."""
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="message"))


def downgrade() -> None:
    """Downgrade."""
    op.execute("DELETE FROM subscription WHERE kind <> 'message'")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_column("kind")
