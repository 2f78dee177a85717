"""Mail that came in: each once, what became of it, and what waits for people to look at it."""

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Moment, Serial

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

content = sa.table("content", sa.column("sha256"))
use = sa.table("content_use", sa.column("sha256"), sa.column("dossier"))
_KEEPS = (
    ("content_use", "sha256"),
    ("signature_image", "sha256"),
    ("upload", "sha256"),
    ("document", "sha256"),
    ("attachment", "sha256"),
    ("dispatch", "sha256"),
    ("dispatch", "label"),
    ("succession", "sha256"),
)


def upgrade() -> None:
    """Upgrade."""
    op.create_table(
        "mail_message",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("validity", sa.BigInteger()),
        sa.Column("uid", sa.BigInteger()),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("message_id", sa.String(length=64)),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("trust", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=60)),
        sa.Column("rule", sa.String(length=100)),
        sa.Column("dossier", sa.String(length=80)),
        sa.Column("received", Moment(), nullable=False),
        sa.Column("decided", Moment()),
        sa.Column("decided_by", sa.String(length=40)),
        sa.ForeignKeyConstraint(["decided_by"], ["officer.id"], name=op.f("fk_mail_message_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("sha256", name=op.f("uq_mail_message_sha256")),
    )
    op.create_index("ix_mail_message_place", "mail_message", ["validity", "uid"])
    op.create_index("ix_mail_message_message_id", "mail_message", ["message_id"])
    op.create_index("ix_mail_message_sender", "mail_message", ["sender", "received"])
    op.create_index("ix_mail_message_state", "mail_message", ["state", "id"])
    op.create_index("ix_mail_message_dossier", "mail_message", ["dossier"])


def downgrade() -> None:
    """Downgrade: what was taken stays with its dossiers; the raw mails of the quarantine go."""
    of_mail = use.c.dossier.like("mail/%")
    raws = list(op.get_bind().execute(sa.select(use.c.sha256).where(of_mail)).scalars())
    op.execute(sa.delete(use).where(of_mail))
    kept = [_names(table, column) for table, column in _KEEPS]
    for raw in raws:
        op.execute(sa.delete(content).where(content.c.sha256 == raw, ~sa.or_(*kept)))
    op.drop_table("mail_message")


def _names(table: str, column: str) -> sa.Exists:
    named: sa.ColumnClause[str] = sa.column(column)
    where = sa.table(table, named)
    return sa.exists(sa.select(1).select_from(where).where(where.c[column] == content.c.sha256))
