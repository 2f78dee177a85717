"""When tasks are followed up, how urgent they are, and in whose queues they stand where."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = "SELECT task.id, task.candidates, task.due, dossier.due FROM task JOIN dossier ON dossier.code = task.dossier"
_PORTION = 1000


def upgrade() -> None:
    """Upgrade; open tasks get their places, by what their dossiers' terms are."""
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("follow_up", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="50"))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("rank", sa.String(length=120), nullable=False, server_default="-"))
        batch_op.drop_index("ix_task_queue")
        batch_op.drop_index("ix_task_holder")
    op.create_table(
        "task_candidate",
        sa.Column("task", sa.String(length=100), nullable=False),
        sa.Column("officer", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_task_candidate_task")),
        sa.PrimaryKeyConstraint("task", "officer", name=op.f("pk_task_candidate")),
    )
    op.create_index(op.f("ix_task_candidate_officer"), "task_candidate", ["officer"], unique=False)
    _queue_open_tasks()
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_queue", ["state", "unit", "role", "holder", "rank"], unique=False)
        batch_op.create_index("ix_task_holder", ["state", "holder", "rank"], unique=False)


def downgrade() -> None:
    """Downgrade; priorities and follow-up dates are dropped."""
    op.drop_table("task_candidate")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_holder")
        batch_op.drop_index("ix_task_queue")
        batch_op.create_index("ix_task_holder", ["state", "holder", "id"], unique=False)
        batch_op.create_index("ix_task_queue", ["state", "unit", "role", "id"], unique=False)
        for name in ("rank", "note", "priority", "follow_up"):
            batch_op.drop_column(name)


def _queue_open_tasks() -> None:
    connection = op.get_bind()
    after = ""
    while rows := connection.execute(_portion(), {"after": after}).all():
        connection.execute(
            sa.text("UPDATE task SET rank = :rank WHERE id = :id"),
            [{"id": id, "rank": f"050{_digits(dues)}.{id}"} for id, _, *dues in rows],
        )
        named = [
            {"task": id, "officer": officer}
            for id, officers, *_ in rows
            for officer in json.loads(officers)
            if officer.isprintable()
        ]
        if named:
            connection.execute(sa.text("INSERT INTO task_candidate VALUES (:task, :officer)"), named)
        after = rows[-1][0]


def _portion() -> sa.TextualSelect:
    text = sa.text(f"{_OPEN} WHERE task.state = 'open' AND task.id > :after ORDER BY task.id LIMIT {_PORTION}")
    moment = sa.DateTime(timezone=True)
    names = (sa.column("id", sa.String), sa.column("candidates", sa.Text))
    return text.columns(*names, sa.column("own", moment), sa.column("due", moment))


def _digits(dues: Iterable[datetime | None]) -> str:
    """The first due time that there is, in UTC; what has none comes last."""
    found = next((due for due in dues if due is not None), None)
    if found is None:
        return "9" * 14
    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)).strftime("%Y%m%d%H%M%S")
