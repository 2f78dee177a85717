"""People: positions, appointments, mandates, absences, proposals, devices; in which queue each open task stands."""

import json

import sqlalchemy as sa
from alembic import op

from engine.words import words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "1970-01-01"  # since when those are in office who were when nobody wrote down since when


def upgrade() -> None:
    """Upgrade: each officer gets a position of their own, each token a device, each dossier its unit."""
    _people_tables()
    _altered_tables()
    _people()
    _devices()
    _dossiers()


def _people_tables() -> None:
    op.create_table(
        "failed_sign_in",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_failed_sign_in")),
    )
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_table(
        "sign_in",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("device_code", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("asked", MOMENT, nullable=True),
        sa.Column("expires", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_in")),
    )
    op.create_table(
        "absence",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("substitute", sa.String(length=40), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_absence_officer")),
        sa.ForeignKeyConstraint(["substitute"], ["officer.id"], name=op.f("fk_absence_substitute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("bound", MOMENT, nullable=True),
        sa.Column("seen", MOMENT, nullable=True),
        sa.Column("revoked", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_device_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_officer"), ["officer"], unique=False)

    op.create_table(
        "position",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.String(length=10), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_position_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("proposed", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["author"], ["officer.id"], name=op.f("fk_proposal_author")),
        sa.ForeignKeyConstraint(["decided_by"], ["officer.id"], name=op.f("fk_proposal_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index("ix_proposal_state", ["state", "id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_role_grant_officer")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_role_grant_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_table(
        "turn",
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_turn_officer")),
        sa.PrimaryKeyConstraint("officer", name=op.f("pk_turn")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("position", sa.String(length=80), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("acting", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_appointment_officer")),
        sa.ForeignKeyConstraint(["position"], ["position.id"], name=op.f("fk_appointment_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.Column("task", sa.String(length=100), nullable=True),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("removed", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_attachment_dossier")),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_attachment_officer")),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"], name=op.f("fk_attachment_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_dossier", ["dossier", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.Column("task", sa.String(length=100), nullable=True),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_comment_dossier")),
        sa.ForeignKeyConstraint(["officer"], ["officer.id"], name=op.f("fk_comment_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_dossier", ["dossier", "id"], unique=False)

    op.create_table(
        "device_certificate",
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_device_certificate_device")),
        sa.ForeignKeyConstraint(
            ["fingerprint"], ["certificate.fingerprint"], name=op.f("fk_device_certificate_fingerprint")
        ),
        sa.PrimaryKeyConstraint("device", "fingerprint", name=op.f("pk_device_certificate")),
    )
    op.create_table(
        "dossier_unit",
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_dossier_unit_dossier")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_dossier_unit_unit")),
        sa.PrimaryKeyConstraint("unit", "dossier", name=op.f("pk_dossier_unit")),
    )
    with op.batch_alter_table("dossier_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_unit_dossier"), ["dossier"], unique=False)

    op.create_table(
        "dossier_word",
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("dossier", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.code"], name=op.f("fk_dossier_word_dossier")),
        sa.PrimaryKeyConstraint("unit", "word", "dossier", name=op.f("pk_dossier_word")),
    )
    with op.batch_alter_table("dossier_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_word_dossier"), ["dossier"], unique=False)

    op.create_table(
        "mandate",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=3), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_to", sa.String(length=80), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("procedures", sa.Text(), nullable=True),
        sa.Column("kinds", sa.Text(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("under", sa.String(length=80), nullable=True),
        sa.Column("when_away", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["given_by"], ["position.id"], name=op.f("fk_mandate_given_by")),
        sa.ForeignKeyConstraint(["given_to"], ["position.id"], name=op.f("fk_mandate_given_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )


def _altered_tables() -> None:
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("collective", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("contact", sa.Text(), server_default="{}", nullable=False))
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact", sa.Text(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("subject", sa.String(length=400), nullable=True))
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended", MOMENT, nullable=True))

    with op.batch_alter_table("leaf", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("device", sa.String(length=40), nullable=True))
        batch_op.create_index("ix_leaf_device_index", ["device", "index"], unique=False)

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("returned", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("due_by", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("kind", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("met", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("queue", sa.String(length=200), server_default="-", nullable=False))
        batch_op.add_column(sa.Column("instead_of", sa.String(length=40), nullable=True))
        batch_op.drop_index(batch_op.f("ix_task_holder"))
        batch_op.create_index("ix_task_holder", ["state", "holder"], unique=False)
        batch_op.drop_index(batch_op.f("ix_task_queue"))
        batch_op.create_index("ix_task_queue", ["state", "queue", "rank"], unique=False)
        batch_op.create_index("ix_task_class", ["state", "unit", "role", "holder"], unique=False)
        batch_op.create_index("ix_task_due", ["state", "queue", "due_by", "rank"], unique=False)
        batch_op.create_index("ix_task_returned", ["state", "queue", "returned", "rank"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_task_owner"), "officer", ["owner"], ["id"])


def _people() -> None:
    op.execute(
        "INSERT INTO position (id, title, unit, rank, roles) SELECT id, position, unit, 'staff', roles FROM officer"
    )
    op.execute(
        "INSERT INTO appointment (officer, position, since, until, document) SELECT id, id, '" + BEFORE + "',"  # noqa: S608
        " CASE WHEN active THEN NULL ELSE '" + BEFORE + "' END, '' FROM officer ORDER BY id"
    )
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_officer_unit"), type_="foreignkey")
        batch_op.drop_column("position")
        batch_op.drop_column("active")
        batch_op.drop_column("unit")
        batch_op.drop_column("roles")


def _devices() -> None:
    op.execute(
        "INSERT INTO device (id, officer, name, created, bound)"
        " SELECT 'd-' || substr(hash, 1, 16), officer, label, created, created FROM token"
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device", sa.String(length=40), nullable=True))
    op.execute("UPDATE token SET device = 'd-' || substr(hash, 1, 16)")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.alter_column("device", existing_type=sa.String(length=40), nullable=False)
        batch_op.create_index("ix_token_device", ["device"], unique=False)
        batch_op.create_foreign_key("fk_token_device", "device", ["device"], ["id"])
        batch_op.drop_column("label")


def _dossiers() -> None:
    op.execute("INSERT INTO dossier_unit (unit, dossier) SELECT unit, code FROM dossier")
    op.execute("UPDATE task SET due_by = COALESCE(due, (SELECT due FROM dossier WHERE code = task.dossier))")

    _words()


def _words() -> None:
    """What each dossier is found by, in batches: code, title, the applicant's name, the steps that are open."""
    connection, after = op.get_bind(), ""
    asked = sa.text("SELECT code, unit, title, applicant FROM dossier WHERE code > :after ORDER BY code LIMIT 500")
    steps = sa.text("SELECT dossier, name FROM task WHERE state = 'open' AND dossier > :after AND dossier <= :last")
    while rows := connection.execute(asked, {"after": after}).all():
        names: dict[str, list[str]] = {}
        for step in connection.execute(steps, {"after": after, "last": rows[-1].code}):
            names.setdefault(step.dossier, []).append(step.name)
        found = [
            {"unit": row.unit, "word": word, "dossier": row.code}
            for row in rows
            for word in words(row.code, row.title, _name(row.applicant), *names.get(row.code, ()))
        ]
        connection.execute(sa.text("INSERT INTO dossier_word VALUES (:unit, :word, :dossier)"), found)
        after = rows[-1].code


def _name(applicant: str) -> str:
    told = json.loads(applicant)
    return str(told.get("name", "")) if isinstance(told, dict) else ""


def downgrade() -> None:
    """Downgrade: an officer keeps the first position; the rest of what this brought is lost."""
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE token SET label = (SELECT name FROM device WHERE id = token.device)")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.alter_column("label", existing_type=sa.Text(), server_default=None)
        batch_op.drop_constraint("fk_token_device", type_="foreignkey")
        batch_op.drop_index("ix_token_device")
        batch_op.drop_column("device")
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("position", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("unit", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("roles", sa.Text(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.false()))
    first = (
        "(SELECT {} FROM appointment a JOIN position p ON p.id = a.position WHERE a.officer = officer.id"
        " AND a.until IS NULL ORDER BY a.id LIMIT 1)"
    )
    known = f"EXISTS {first.format('1')}"
    for column, source in (("position", "p.title"), ("unit", "p.unit"), ("roles", "p.roles")):
        op.execute(f"UPDATE officer SET {column} = {first.format(source)} WHERE {known}")  # noqa: S608
    op.execute(f"UPDATE officer SET active = {known}")  # noqa: S608
    op.execute("UPDATE officer SET unit = (SELECT id FROM unit WHERE parent IS NULL) WHERE unit IS NULL")
    with op.batch_alter_table("officer", schema=None) as batch_op:
        for column, kind in (("position", sa.Text()), ("roles", sa.Text()), ("active", sa.Boolean())):
            batch_op.alter_column(column, existing_type=kind, server_default=None)
        batch_op.alter_column("unit", existing_type=sa.String(length=40), nullable=False)
        batch_op.create_foreign_key("fk_officer_unit", "unit", ["unit"], ["id"])
        batch_op.drop_column("subject")
        batch_op.drop_column("contact")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_column("contact")
        batch_op.drop_column("collective")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_column("suspended")
    with op.batch_alter_table("leaf", schema=None) as batch_op:
        batch_op.drop_index("ix_leaf_device_index")
        batch_op.drop_column("device")
        batch_op.drop_column("revision")
    with op.batch_alter_table("task", schema=None) as batch_op:
        for index in ("ix_task_returned", "ix_task_due", "ix_task_class", "ix_task_queue", "ix_task_holder"):
            batch_op.drop_index(index)
        batch_op.drop_constraint("fk_task_owner", type_="foreignkey")
        for column in ("instead_of", "queue", "met", "kind", "due_by", "returned", "owner"):
            batch_op.drop_column(column)
        batch_op.create_index("ix_task_holder", ["state", "holder", "rank"], unique=False)
        batch_op.create_index("ix_task_queue", ["state", "unit", "role", "holder", "rank"], unique=False)
    for table in (
        "dossier_word", "dossier_unit", "attachment", "comment", "turn", "failed_sign_in", "sign_in",
        "device_certificate", "device", "placement", "proposal", "mandate", "absence", "role_grant", "appointment",
        "position",
    ):  # fmt: skip
        op.drop_table(table)
