"""Data that can be erased: leaves without their opening, and whose bytes, statements and answers are.

One pass over the leaves, statements and answers that are there.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from adapters.database.columns import Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PAGE = 1000
HEX = re.compile(r"[0-9a-f]{64}")
CODE = re.compile(r"[A-Za-z0-9.]{1,60}-[0-9]{6}-[0-9]{4,10}")
# What a dossier's leaves name beside its own: no dossier's data, and named by many.
FOR_GOOD = {"certificate", "chain", "crl", "ocsp", "delegation", "procedure"}
USE = sa.text("INSERT INTO content_use (sha256, dossier) VALUES (:sha256, :dossier) ON CONFLICT DO NOTHING")

leaf = sa.table("leaf", sa.column("index"), sa.column("evidence"), sa.column("dossier"))
content = sa.table("content", sa.column("sha256"))
statement = sa.table("statement", sa.column("id"), sa.column("act"), sa.column("subject"), sa.column("facts"))
idempotency = sa.table("idempotency", sa.column("officer"), sa.column("key"), sa.column("body"), sa.column("dossier"))
dossier = sa.table("dossier", sa.column("code"))
comment = sa.table("comment", sa.column("id"), sa.column("dossier"), sa.column("text"))
attachment = sa.table("attachment", sa.column("id"), sa.column("dossier"), sa.column("sha256"))


def upgrade() -> None:
    """Upgrade."""
    op.create_table(
        "content_use",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"], name=op.f("fk_content_use_sha256")),
        sa.PrimaryKeyConstraint("sha256", "dossier", name=op.f("pk_content_use")),
    )
    op.create_index(op.f("ix_content_use_dossier"), "content_use", ["dossier"])
    with op.batch_alter_table("leaf", schema=None) as batch_op:
        batch_op.alter_column("salt", existing_type=sa.LargeBinary(), nullable=True)
        batch_op.alter_column("evidence", existing_type=sa.LargeBinary(), nullable=True)
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased", Moment(), nullable=True))
        batch_op.add_column(sa.Column("erased_leaf", sa.BigInteger(), nullable=True))
        batch_op.create_index("ix_dossier_procedure_finished", ["procedure", "finished"])
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dossier", sa.String(length=80), nullable=True))
        batch_op.create_index(op.f("ix_idempotency_dossier"), ["dossier"])
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("leaf", sa.BigInteger(), nullable=True))
    op.execute("UPDATE leaf SET salt = NULL, evidence = NULL WHERE length(evidence) = 0")  # erased before a downgrade
    op.create_index(op.f("ix_statement_subject"), "statement", ["subject"])
    op.create_index(op.f("ix_dispatch_sha256"), "dispatch", ["sha256"])
    op.create_index(op.f("ix_dispatch_label"), "dispatch", ["label"])
    _tell_whose_bytes()
    _tell_whose_answers()


def downgrade() -> None:
    """Downgrade: what was erased stays erased; an older release cannot show such a dossier."""
    op.drop_index(op.f("ix_dispatch_label"), "dispatch")
    op.drop_index(op.f("ix_dispatch_sha256"), "dispatch")
    op.drop_index(op.f("ix_statement_subject"), "statement")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("leaf")
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_idempotency_dossier"))
        batch_op.drop_column("dossier")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_index("ix_dossier_procedure_finished")
        batch_op.drop_column("erased_leaf")
        batch_op.drop_column("erased")
    op.execute("UPDATE leaf SET salt = '', evidence = '' WHERE evidence IS NULL")
    with op.batch_alter_table("leaf", schema=None) as batch_op:
        batch_op.alter_column("evidence", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column("salt", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_table("content_use")


def _tell_whose_bytes() -> None:
    """As the leaves name them; and what was prepared to be signed, as the statements do."""
    after = -1
    while rows := _read(sa.select(leaf).where(leaf.c.index > after).order_by(leaf.c.index)):
        told = [row for row in rows if row.evidence is not None]
        _use(pair for row in told for pair in _named(json.loads(row.evidence), row.dossier))
        after = rows[-1].index
    last = ""
    prepared = sa.select(statement).where(statement.c.act == "task-completed").order_by(statement.c.id)
    while rows := _read(prepared.where(statement.c.id > last)):
        told = [(json.loads(row.facts).get("pdf", ()), row.subject.rpartition(".")[0]) for row in rows]
        _use((digest, code) for pdfs, code in told for digest in _digests(pdfs))
        last = rows[-1].id


def _tell_whose_answers() -> None:
    """By the first dossier that the answer, or the receipt in it, names."""
    known = set(op.get_bind().execute(sa.select(dossier.c.code)).scalars())
    this = (idempotency.c.officer == sa.bindparam("of"), idempotency.c.key == sa.bindparam("by"))
    keep = sa.update(idempotency).where(*this).values(dossier=sa.bindparam("code"))
    after = ("", "")
    order = (idempotency.c.officer, idempotency.c.key)
    while rows := _read(sa.select(idempotency).where(sa.tuple_(*order) > sa.tuple_(*after)).order_by(*order)):
        for row in rows:
            body = json.loads(row.body)
            code = _noted(body) or next((each for each in CODE.findall(_text(body)) if each in known), None)
            if code is not None:
                op.get_bind().execute(keep, {"of": row.officer, "by": row.key, "code": code})
        after = (rows[-1].officer, rows[-1].key)


def _noted(body: Any) -> str | None:
    """The dossier of a comment or an attachment, whose answer does not name it."""
    if not isinstance(body, dict) or not isinstance(body.get("id"), int):
        return None
    for table, name in ((comment, "text"), (attachment, "sha256")):
        if name in body:
            this = (table.c.id == body["id"], table.c[name] == body[name])
            return op.get_bind().execute(sa.select(table.c.dossier).where(*this)).scalar()
    return None


def _read(query: Any) -> list[Any]:
    return list(op.get_bind().execute(query.limit(PAGE)).all())


def _use(pairs: Iterable[tuple[str, str]]) -> None:
    found = sorted(set(pairs))
    names = {digest for digest, _ in found}
    kept = set[str]()
    for part in (sorted(names)[at : at + PAGE] for at in range(0, len(names), PAGE)):
        kept |= set(op.get_bind().execute(sa.select(content.c.sha256).where(content.c.sha256.in_(part))).scalars())
    if rows := [{"sha256": digest, "dossier": code} for digest, code in found if digest in kept]:
        op.get_bind().execute(USE, rows)


def _named(evidence: Any, of: str | None) -> Iterator[tuple[str, str]]:
    for role, value in evidence.get("objects", {}).items():
        whose = "" if of is None or role in FOR_GOOD else of
        yield from ((digest, whose) for digest in _digests(value))


def _digests(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from [value] if HEX.fullmatch(value) else []
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _digests(item)


def _text(body: Any) -> str:
    told = body.get("receipt") if isinstance(body, dict) else None
    opened = base64.b64decode(told["evidence"]).decode() if isinstance(told, dict) and "evidence" in told else ""
    return json.dumps(body) + opened
