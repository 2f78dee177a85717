"""Tracks of jobs: which go first, how many at once; who holds them since when; the incident of one that failed."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TRACKS = {
    "stamps": ("stamp", "checkpoint-stamp"),
    "witnesses": ("checkpoint-publish",),
    "papers": ("hoso.letter", "hoso.number", "hoso.post", "hoso.counter"),
    "mail": ("hoso.email",),
}
# The incident that a failed job of a dossier left, where it still stands.
STANDS = "SELECT max(i.number) FROM incident i WHERE i.dossier = job.dossier AND i.element = job.element"


def upgrade() -> None:
    """Upgrade: what failed, and stands still no more, was seen to."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("track", sa.String(length=20)))
        batch_op.add_column(sa.Column("taken", sa.DateTime(timezone=True)))
        batch_op.add_column(sa.Column("lapses", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("incident", sa.Integer()))
    op.execute("UPDATE job SET track = 'moves' WHERE queue = 'hoso.'")
    for track, types in TRACKS.items():
        kept = sa.table("job", sa.column("track"), sa.column("queue"), sa.column("type"))
        ours = (kept.c.queue == "hoso.", kept.c.type.in_(types))
        op.execute(sa.update(kept).where(*ours).values(track=track))
    asked = "state = 'failed' AND dossier IS NOT NULL AND number > 0 AND type <> 'timer'"
    op.execute(f"UPDATE job SET incident = ({STANDS}) WHERE {asked}")  # noqa: S608
    op.execute(f"UPDATE job SET state = 'mended' WHERE {asked} AND incident IS NULL")  # noqa: S608
    op.create_index("ix_job_track", "job", ["state", "track", "due", "id"])
    op.create_index("ix_job_lease", "job", ["track", "lease_until"])


def downgrade() -> None:
    """Downgrade: what was seen to has failed again."""
    op.execute("UPDATE job SET state = 'failed' WHERE state = 'mended'")
    op.drop_index("ix_job_lease", "job")
    op.drop_index("ix_job_track", "job")
    with op.batch_alter_table("job", schema=None) as batch_op:
        for name in ("incident", "lapses", "taken", "track"):
            batch_op.drop_column(name)
