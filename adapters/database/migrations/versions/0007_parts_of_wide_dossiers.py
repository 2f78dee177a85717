"""What lives in each instance of a wide loop lies in a row of its own; tasks and jobs know in which.

A state that was stored whole stays so until its dossier moves on, which stores it in parts. Its tasks, timers and jobs
get their part here, as `engine.bpmn.parts` names it: the outermost instance of a loop of at least 16.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Json = dict[str, Any]

_WIDE = 16
_PAGE = 100


def upgrade() -> None:
    """Upgrade."""
    op.create_table(
        "dossier_part",
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_dossier_part_dossier")),
        sa.PrimaryKeyConstraint("dossier", "part", name=op.f("pk_dossier_part")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("part", sa.Integer(), nullable=True))
        batch_op.drop_index("ix_task_dossier_state")
        batch_op.create_index("ix_task_dossier_state", ["dossier", "state", "part"], unique=False)
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("part", sa.Integer(), nullable=True))
    for code, state in _states():
        _place(code, state)


def downgrade() -> None:
    """Downgrade; a dossier that is stored in parts would lose them, so it must end first."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM dossier_part")).scalar_one():
        raise RuntimeError("dossiers are stored in parts, which the older schema cannot hold; finish them first")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("part")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_dossier_state")
        batch_op.create_index("ix_task_dossier_state", ["dossier", "state"], unique=False)
        batch_op.drop_column("part")
    op.drop_table("dossier_part")


def _states() -> Iterator[tuple[str, Json]]:
    """The states of the unfinished dossiers with a loop, page by page."""
    code, state, finished = (
        sa.column("code", sa.Text()),
        sa.column("state", sa.Text()),
        sa.column("finished", sa.Text()),
    )
    looping = (
        sa.select(code, state).select_from(sa.table("dossier")).where(finished.is_(None), state.contains('"loop"'))
    )
    after = ""
    while rows := op.get_bind().execute(looping.where(code > after).order_by(code).limit(_PAGE)).all():
        for found, text in rows:
            yield found, json.loads(text)
        after = rows[-1][0]


def _place(code: str, state: Json) -> None:
    placed = [{"at": number, "found": part} for number, part in _numbers(state).items() if part is not None]
    for name in ("task", "job") if placed else ():
        whole, text = (sa.column("part", sa.Integer()), sa.column("number", sa.Integer())), sa.Text()
        table = sa.table(name, *whole, sa.column("dossier", text), sa.column("state", text))
        this = (table.c.dossier == code, table.c.number == sa.bindparam("at"), table.c.state == "open")
        op.get_bind().execute(sa.update(table).where(*this).values(part=sa.bindparam("found")), placed)


def _numbers(state: Json) -> dict[int, int | None]:
    """The part of each thing, job and timer."""
    things = state.get("things", {})
    found = {int(key): _part(things, int(key)) for key in things}
    jobs = {thing["job"]: found[int(key)] for key, thing in things.items() if "job" in thing}
    return {**found, **jobs, **{int(key): found.get(timer[1]) for key, timer in state.get("timers", {}).items()}}


def _part(things: Json, key: int) -> int | None:
    found = None
    while parent := things.get(str(key), {}).get("parent"):
        if things.get(str(parent), {}).get("loop", {}).get("total", 0) >= _WIDE:
            found = key
        key = parent
    return found
