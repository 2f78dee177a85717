"""Jobs for external workers: their queue, the tries that are left, and who holds the lease."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("queue", sa.String(length=100), nullable=False, server_default="hoso."))
        batch_op.add_column(sa.Column("retries_left", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("leased_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("worker", sa.String(length=100), nullable=True))
        batch_op.create_foreign_key(op.f("fk_job_leased_by"), "officer", ["leased_by"], ["id"])
        batch_op.drop_index("ix_job_due")
        batch_op.create_index("ix_job_queue", ["state", "queue", "due", "id"], unique=False)


def downgrade() -> None:
    """Downgrade; the jobs of external workers, which nobody could do, are dropped."""
    op.execute("DELETE FROM job WHERE queue <> 'hoso.'")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_queue")
        batch_op.create_index("ix_job_due", ["state", "due"], unique=False)
        batch_op.drop_constraint(op.f("fk_job_leased_by"), type_="foreignkey")
        for name in ("worker", "leased_by", "retries_left", "queue"):
            batch_op.drop_column(name)
