"""Statements by which the log's keys followed one another, and when backups were made."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade: no key had followed another before."""
    op.create_table(
        "succession",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("leaf", sa.BigInteger()),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_succession")),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"], name=op.f("fk_succession_sha256")),
    )
    op.create_table(
        "backup",
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_backup")),
    )


def downgrade() -> None:
    """Downgrade: the log stays."""
    op.drop_table("backup")
    op.drop_table("succession")
