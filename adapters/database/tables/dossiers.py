"""Processes and procedures, dossiers, their tasks, documents and signed records."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from adapters.database.columns import Json, Moment, Serial, metadata

process = Table(
    "process",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("bundle_hash", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("files", Json, nullable=False),  # path → SHA-256
    Column("version_tag", String(100)),
    Column("bound", Json, nullable=False, server_default="{}"),  # key of a called process → version
    Column("deployed", Moment, nullable=False),
    Column("deployed_by", ForeignKey("officer.id"), nullable=False),
    Column("leaf", BigInteger, nullable=False),
)

procedure = Table(
    "procedure",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("code", String(60), nullable=False, index=True),
    Column("process", String(200), nullable=False, index=True),
    Column("valid_from", String(10), nullable=False),
    Column("body", Json, nullable=False),
    Column("adopted", Moment, nullable=False),
    Column("leaf", BigInteger, nullable=False),
)

dossier = Table(
    "dossier",
    metadata,
    Column("code", String(80), primary_key=True),
    Column("title", Text, nullable=False),
    Column("process_key", String(200), nullable=False),
    Column("process_version", Integer, nullable=False),
    Column("bundle_hash", String(64), nullable=False),
    Column("procedure", ForeignKey("procedure.sha256")),
    Column("unit", ForeignKey("unit.id"), nullable=False),
    Column("applicant", Json, nullable=False),
    Column("submitter", Text, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("status", Integer, nullable=False),
    Column("started", Moment, nullable=False),
    Column("due", Moment),
    Column("finished", Moment),
    Column("erased", Moment),  # since when nothing is left of its data
    Column("erased_leaf", BigInteger),
    Column("suspended", Moment),  # since when
    Column("state", Json, nullable=False),
    Column("performers", Json, nullable=False),
    Column("called", Json, nullable=False, server_default="{}"),  # called process → version
    Column("revision", Integer, nullable=False),
    Index("ix_dossier_unit_code", "unit", "code"),
    Index("ix_dossier_process", "process_key", "process_version", "code"),
    Index("ix_dossier_procedure_finished", "procedure", "finished"),
)

incident = Table(
    "incident",
    metadata,
    Column("dossier", ForeignKey("dossier.code"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("element", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

# What lives in one instance of a wide loop (`engine.bpmn.parts`): canonical JSON. The head is the dossier's own state.
dossier_part = Table(
    "dossier_part",
    metadata,
    Column("dossier", ForeignKey("dossier.code"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
)

task = Table(
    "task",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("dossier", ForeignKey("dossier.code"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("element", String(400), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(100)),
    Column("candidates", Json, nullable=False),
    Column("excluded", Json, nullable=False),
    Column("holder", ForeignKey("officer.id")),
    Column("unit", String(40), nullable=False),
    Column("opened", Moment, nullable=False),
    Column("due", Moment),
    Column("place", String(10), nullable=False),
    Column("signature", String(10), nullable=False),
    Column("form", String(200)),
    Column("state", String(10), nullable=False),  # open | completed | cancelled
    Column("follow_up", Moment),
    Column("priority", Integer, nullable=False, server_default="50"),
    Column("note", Text),
    Column("rank", String(120), nullable=False, server_default="-"),  # its place in the queue: queues.task_rank
    Column("part", Integer),  # of the dossier's state, in which it lives; none: the head
    Column("owner", ForeignKey("officer.id")),  # who delegated it to its holder, and gets it back
    Column("returned", Moment),  # since when it is back, to be done again
    Column("due_by", Moment),  # its due time, or its dossier's
    Column("kind", String(100)),  # of the document that it decides on
    Column("met", Json, nullable=False, server_default="[]"),  # mandates whose condition its data meets
    Column("queue", String(200), nullable=False, server_default="-"),  # where it stands: queues.key
    Column("instead_of", String(40)),  # whose queue it would stand in, were that officer there
    Index("ix_task_dossier_state", "dossier", "state", "part"),
    Index("ix_task_class", "state", "unit", "role", "holder"),
    Index("ix_task_queue", "state", "queue", "rank"),
    Index("ix_task_due", "state", "queue", "due_by", "rank"),
    Index("ix_task_returned", "state", "queue", "returned", "rank"),
    Index("ix_task_holder", "state", "holder"),
)

# Who was given a task last, and when: for fair turns.
turn = Table(
    "turn",
    metadata,
    Column("officer", ForeignKey("officer.id"), primary_key=True),
    Column("at", Moment, nullable=False),
)

comment = Table(
    "comment",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("dossier", ForeignKey("dossier.code"), nullable=False),
    Column("task", String(100)),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_comment_dossier", "dossier", "id"),
)

# Working papers: what officers lay beside a dossier; no approval covers them.
attachment = Table(
    "attachment",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("dossier", ForeignKey("dossier.code"), nullable=False),
    Column("task", String(100)),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("sha256", ForeignKey("content.sha256"), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("removed", Moment),
    Index("ix_attachment_dossier", "dossier", "id"),
)

# The units that take part in a dossier: its own, and those that its tasks ask.
dossier_unit = Table(
    "dossier_unit",
    metadata,
    Column("unit", ForeignKey("unit.id"), primary_key=True),
    Column("dossier", ForeignKey("dossier.code"), primary_key=True, index=True),
)

# The words by which a unit finds its dossiers: lower case, without accents.
dossier_word = Table(
    "dossier_word",
    metadata,
    Column("unit", String(40), primary_key=True),
    Column("word", String(60), primary_key=True),
    Column("dossier", ForeignKey("dossier.code"), primary_key=True, index=True),
)

task_candidate = Table(  # the officers whom open tasks name
    "task_candidate",
    metadata,
    Column("task", ForeignKey("task.id"), primary_key=True),
    Column("officer", String(100), primary_key=True, index=True),
)

document = Table(
    "document",
    metadata,
    Column("dossier", ForeignKey("dossier.code"), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("sha256", ForeignKey("content.sha256"), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("made", Moment, nullable=False),
    Column("current", Boolean, nullable=False),
)

statement = Table(
    "statement",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("act", String(40), nullable=False),
    Column("subject", String(200), nullable=False, index=True),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("facts", Json, nullable=False),
    Column("nonce", String(64), nullable=False, unique=True),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment),
)

record = Table(
    "record",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("dossier", ForeignKey("dossier.code"), index=True),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("roles", Json, nullable=False),  # the officer's when the record was accepted
    Column("purpose", String(20), nullable=False),
    Column("manifest", String(64), nullable=False),
    Column("signature", String(64), nullable=False),
    Column("accepted", Moment, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Column("head", Boolean, nullable=False),  # no later record of the dossier names it as prior
    Column("stamp", String(64)),  # the time-stamp token over its signature
    Column("stamped", Moment),  # the time that it proves
    Column("stamp_leaf", BigInteger),
)
