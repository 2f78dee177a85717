"""How often the same was refused, or asked, since the leaf that told it."""

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Json, Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade."""
    op.create_table(
        "tally",
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("told", Json(), nullable=False),
        sa.Column("step", Json(), nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=True),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first", Moment(), nullable=True),
        sa.Column("last", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("officer", "act", "subject", "what", name=op.f("pk_tally")),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_dossier"), ["dossier"], unique=False)


def downgrade() -> None:
    """Downgrade: what was counted and not told yet is lost."""
    op.execute("DELETE FROM job WHERE type = 'repeats'")
    op.drop_table("tally")
