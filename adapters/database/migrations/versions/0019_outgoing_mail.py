"""What SMTP cannot promise: how many copies of a mail may have gone out, and whether one is on its way just now."""

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade: of a mail that was on its way, one copy may have gone."""
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copies", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("put_off", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("handed", Moment(), nullable=True))
        batch_op.create_index("ix_dispatch_state_code", ["state", "code"])
    op.execute("UPDATE dispatch SET copies = 1 WHERE channel = 'email' AND state IN ('sending', 'sent')")
    op.execute("UPDATE dispatch SET handed = updated WHERE channel = 'email' AND state = 'sending'")


def downgrade() -> None:
    """Downgrade: what the older release has no word for is called what it was nearest to."""
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.drop_index("ix_dispatch_state_code")
        batch_op.drop_column("handed")
        batch_op.drop_column("put_off")
        batch_op.drop_column("copies")
    op.execute("UPDATE dispatch SET state = 'sending' WHERE state = 'sent-unconfirmed'")
    op.execute(
        "UPDATE dispatch SET state = 'permanent-failure' WHERE state IN ('temporary-failure', 'technical-failure')"
    )
