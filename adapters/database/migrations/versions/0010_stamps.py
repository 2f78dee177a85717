"""Time stamps of the accepted records; those accepted before are asked for, so that their results can leave, too."""

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ASK = """
INSERT INTO job (number, element, type, payload, state, due, lease_epoch, attempts, queue)
SELECT 0, '', 'stamp', '{"record":"' || sha256 || '"}', 'open', accepted, 0, 0, 'hoso.' FROM record
"""


def upgrade() -> None:
    """Upgrade."""
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stamp", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("stamped", Moment(), nullable=True))
        batch_op.add_column(sa.Column("stamp_leaf", sa.BigInteger(), nullable=True))
    op.execute(_ASK)


def downgrade() -> None:
    """Downgrade; the trail keeps the stamps."""
    op.execute("DELETE FROM job WHERE type = 'stamp'")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_column("stamp_leaf")
        batch_op.drop_column("stamped")
        batch_op.drop_column("stamp")
