"""Calls of other bundles: version tags, the versions that a dossier uses of what it calls, longer names of elements."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SHORT, LONG = sa.String(length=200), sa.String(length=400)


def upgrade() -> None:
    """Upgrade."""
    with op.batch_alter_table("process", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version_tag", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("bound", sa.Text(), nullable=False, server_default="{}"))
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("called", sa.Text(), nullable=False, server_default="{}"))
    for table in ("task", "job"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("element", existing_type=SHORT, type_=LONG, existing_nullable=False)
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.alter_column("element", existing_type=SHORT, type_=LONG, existing_nullable=True)


def downgrade() -> None:
    """Downgrade; dossiers that run in called processes cannot be read by an earlier program."""
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.alter_column("element", existing_type=LONG, type_=SHORT, existing_nullable=True)
    for table in ("task", "job"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("element", existing_type=LONG, type_=SHORT, existing_nullable=False)
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_column("called")
    with op.batch_alter_table("process", schema=None) as batch_op:
        batch_op.drop_column("bound")
        batch_op.drop_column("version_tag")
