"""Which leaves of the trail say what an officer, a position, a unit, a mandate is; those from before are looked up."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PAGE = 1000
# As `engine.people.changes` tells them in this release: act → what it is about.
ABOUT = {
    "unit-added": "unit",
    "unit-changed": "unit",
    "position-added": "position",
    "position-changed": "position",
    "officer-added": "officer",
    "officer-appointed": "officer",
    "appointment-ended": "officer",
    "role-granted": "officer",
    "role-ended": "officer",
    "mandate-given": "mandate",
    "mandate-ended": "mandate",
}


def upgrade() -> None:
    """Upgrade: one pass over the leaves that are no dossier's."""
    op.create_table(
        "organisation_leaf",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "leaf", name=op.f("pk_organisation_leaf")),
    )
    leaf = sa.table("leaf", sa.column("index"), sa.column("encoded"), sa.column("dossier"))
    kept = sa.table("organisation_leaf", sa.column("kind"), sa.column("id"), sa.column("leaf"))
    after = -1
    while True:
        query = sa.select(leaf.c.index, leaf.c.encoded).where(leaf.c.dossier.is_(None), leaf.c.index > after)
        rows = op.get_bind().execute(query.order_by(leaf.c.index).limit(PAGE)).all()
        if not rows:
            return
        found = [(index, json.loads(encoded)) for index, encoded in rows]
        about = [
            {"kind": ABOUT[told["act"]], "id": told["subject"], "leaf": index}
            for index, told in found
            if told["act"] in ABOUT
        ]
        if about:
            op.get_bind().execute(sa.insert(kept), about)
        after = found[-1][0]


def downgrade() -> None:
    """Downgrade: the leaves stay."""
    op.drop_table("organisation_leaf")
