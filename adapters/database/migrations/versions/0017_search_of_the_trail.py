"""By whom, what, when, in which capacity, with which certificate: what the trail is searched by."""

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PAGE = 1000
SORTED = (("actor",), ("act",), ("actor", "act"), ("dossier",), ("capacity",))
# Acts whose subject is a certificate, as this release writes them.
ABOUT = ("certificate-revoked", "certificate-suspended", "certificate-reinstated")
OBJECTS = ("certificate", "approval-certificate", "bound")


def upgrade() -> None:
    """Upgrade: one pass over the log, page by page."""
    op.create_table(
        "leaf_search",
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("act", sa.String(length=200), nullable=False),
        sa.Column("dossier", sa.String(length=80)),
        sa.Column("capacity", sa.String(length=40)),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_leaf_search")),
    )
    op.create_table(
        "leaf_certificate",
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("certificate", "at", "leaf", name=op.f("pk_leaf_certificate")),
    )
    _fill()
    op.create_index("ix_leaf_search_at", "leaf_search", ["at", "leaf"])
    for columns in SORTED:
        op.create_index(f"ix_leaf_search_{'_'.join(columns)}", "leaf_search", [*columns, "at", "leaf"])


def downgrade() -> None:
    """Downgrade: the leaves stay."""
    op.drop_table("leaf_certificate")
    op.drop_table("leaf_search")


def _fill() -> None:
    columns = ("index", "encoded", "evidence", "dossier")
    leaf = sa.table("leaf", *(sa.column(name) for name in columns))
    lines = sa.table("leaf_search", *map(sa.column, ("leaf", "at", "actor", "act", "dossier", "capacity")))
    certificates = sa.table("leaf_certificate", *map(sa.column, ("certificate", "at", "leaf")))
    after = -1
    while True:
        query = sa.select(*leaf.c).where(leaf.c.index > after).order_by(leaf.c.index).limit(PAGE)
        rows = op.get_bind().execute(query).all()
        if not rows:
            return
        told = [_told(*row) for row in rows]
        op.get_bind().execute(sa.insert(lines), [line for line, _ in told])
        if named := [each for _, every in told for each in every]:
            op.get_bind().execute(sa.insert(certificates), named)
        after = rows[-1][0]


def _told(index: int, encoded: bytes, evidence: bytes | None, dossier: str | None) -> tuple[Any, list[Any]]:
    leaf, opened = json.loads(encoded), json.loads(evidence or b"{}")
    details, objects = opened.get("details", {}), opened.get("objects", {})
    at = int(datetime.strptime(leaf["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    line = {"leaf": index, "at": at, "actor": leaf["actor"], "act": leaf["act"], "dossier": dossier}
    named = {leaf["subject"]} if leaf["act"] in ABOUT else set()
    for role in OBJECTS:
        found = objects.get(role, [])
        named |= set([found] if isinstance(found, str) else found)
    every = [{"certificate": each, "at": at, "leaf": index} for each in sorted(named)]
    return {**line, "capacity": details.get("capacity") or None}, every
