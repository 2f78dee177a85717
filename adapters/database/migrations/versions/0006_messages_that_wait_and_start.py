"""Messages that wait for their receiver, and what starts processes: messages, signals, timers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade. What dossiers listen for is as old as the dossier, as far as anyone knows."""
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=True),
        sa.Column("dossier", sa.String(length=80), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_message_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_name", "message", ["name", "id"], unique=False)
    op.create_index("ix_message_unit", "message", ["unit", "id"], unique=False)
    op.create_table(
        "start_subscription",
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("process", "element", "kind", "name", name=op.f("pk_start_subscription")),
    )
    op.create_index("ix_start_subscription_awaited", "start_subscription", ["kind", "name", "process"], unique=False)
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("element", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("opened", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE subscription SET opened = (SELECT started FROM dossier WHERE dossier.code = subscription.dossier)"
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.alter_column("opened", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_index("ix_subscription_name")
        batch_op.create_index("ix_subscription_awaited", ["kind", "name", "key", "opened"], unique=False)
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("process", sa.String(length=200), nullable=True))
        batch_op.alter_column("dossier", existing_type=sa.String(length=80), nullable=True)
        batch_op.create_index(op.f("ix_job_process"), ["process"], unique=False)


def downgrade() -> None:
    """Downgrade; the jobs of processes, which nobody could do, are dropped, and so are messages that wait."""
    op.execute("DELETE FROM job WHERE dossier IS NULL")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_job_process"))
        batch_op.alter_column("dossier", existing_type=sa.String(length=80), nullable=False)
        batch_op.drop_column("process")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("ix_subscription_awaited")
        batch_op.create_index("ix_subscription_name", ["name"], unique=False)
        for name in ("opened", "element"):
            batch_op.drop_column(name)
    op.drop_table("start_subscription")
    op.drop_table("message")
