"""Consents to post, where their addresses lie, and their revocations."""

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Moment, Serial

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade: parcels that were prepared before keep the consent that stands in their dispatch."""
    op.create_table(
        "consent",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("means", sa.String(length=20), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("payer", sa.String(length=20), nullable=False),
        sa.Column("officer", sa.String(length=40)),
        sa.Column("recorded", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_consent_dossier")),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_consent_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_dossier", "consent", ["dossier", "id"])
    op.create_table(
        "address",
        sa.Column("consent", Serial, autoincrement=False, nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("old", sa.String(length=20)),
        sa.Column("province", sa.String(length=2)),
        sa.Column("commune", sa.String(length=5)),
        sa.Column("officer", sa.String(length=40)),
        sa.Column("decided", Moment()),
        sa.ForeignKeyConstraint(["consent"], ["consent.id"], name=op.f("fk_address_consent")),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_address_officer")),
        sa.PrimaryKeyConstraint("consent", name=op.f("pk_address")),
    )
    op.create_table(
        "consent_revocation",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.Column("consent", Serial),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_consent_revocation_dossier")),
        sa.ForeignKeyConstraint(["consent"], ["consent.id"], name=op.f("fk_consent_revocation_consent")),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_consent_revocation_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_revocation")),
    )
    op.create_index("ix_consent_revocation_dossier", "consent_revocation", ["dossier", "id"])
    op.create_index(op.f("ix_consent_revocation_consent"), "consent_revocation", ["consent"])


def downgrade() -> None:
    """Downgrade: what was recorded of consents is forgotten; their leaves stay."""
    op.drop_table("consent_revocation")
    op.drop_table("address")
    op.drop_table("consent")
