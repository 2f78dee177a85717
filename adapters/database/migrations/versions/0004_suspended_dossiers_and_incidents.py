"""Dossiers are suspended; incidents have a table, filled from the states that hold them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PAGE = 500
INCIDENT = sa.table(
    "incident",
    *(sa.column(name) for name in ("dossier", "number", "element", "name", "code", "message")),
    sa.column("since", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Upgrade."""
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_dossier_process", ["process_key", "process_version", "code"], unique=False)
    op.create_table(
        "incident",
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_incident_dossier")),
        sa.PrimaryKeyConstraint("dossier", "number", name=op.f("pk_incident")),
    )
    for rows in _incidents():
        op.bulk_insert(INCIDENT, rows)


def downgrade() -> None:
    """Downgrade; what was suspended moves again."""
    op.execute("UPDATE job SET state = 'open' WHERE state = 'suspended'")
    op.drop_table("incident")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_index("ix_dossier_process")
        batch_op.drop_column("suspended")


def _incidents() -> Iterator[list[dict[str, Any]]]:
    """The incidents of the states, page by page; their elements' names are in models that are not read here."""
    connection, after = op.get_bind(), ""
    page = sa.text("SELECT code, state FROM dossier WHERE code > :after ORDER BY code LIMIT :most")
    while found := connection.execute(page, {"after": after, "most": PAGE}).all():
        after = found[-1].code
        rows: list[dict[str, Any]] = []
        for code, state in found:
            incidents = json.loads(state).get("incidents", {})
            since = _since(connection, code) if incidents else None
            rows += [_row(code, int(number), item, since) for number, item in incidents.items()]
        if rows:
            yield rows


def _row(code: str, number: int, item: dict[str, Any], since: datetime | None) -> dict[str, Any]:
    told = {name: item.get(name, "") for name in ("element", "code", "message")}
    return {"dossier": code, "number": number, "name": told["element"], "since": since, **told}


def _since(connection: sa.Connection, code: str) -> datetime:
    """When the last incident of the dossier was raised: its leaf knows."""
    leaves = sa.text('SELECT encoded FROM leaf WHERE dossier = :code ORDER BY "index" DESC')
    for (encoded,) in connection.execute(leaves, {"code": code}):
        told = json.loads(bytes(encoded))
        if told["act"] == "incident-raised":
            return datetime.fromisoformat(told["time"])
    return datetime.now(UTC)
