"""The trail: leaves, the tree over them, its keys and checkpoints; and answers that are given again."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from adapters.database.columns import Json, Moment, metadata

# Without salt and evidence, what it was about was erased; its hash stands in the tree as before.
leaf = Table(
    "leaf",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("encoded", LargeBinary, nullable=False),
    Column("salt", LargeBinary),
    Column("evidence", LargeBinary),
    Column("dossier", String(80)),
    Column("revision", Integer),  # of the dossier after the act
    Column("device", String(40)),  # on which the act was done; none: it was a program's
    Index("ix_leaf_dossier_index", "dossier", "index"),
    Index("ix_leaf_device_index", "device", "index"),
)

# What the trail is searched by, of each leaf; `at`: its time, in seconds since 1970.
leaf_search = Table(
    "leaf_search",
    metadata,
    Column("leaf", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("act", String(200), nullable=False),
    Column("dossier", String(80)),
    Column("capacity", String(40)),  # in which was signed
    Index("ix_leaf_search_at", "at", "leaf"),
    Index("ix_leaf_search_actor", "actor", "at", "leaf"),
    Index("ix_leaf_search_act", "act", "at", "leaf"),
    Index("ix_leaf_search_actor_act", "actor", "act", "at", "leaf"),
    Index("ix_leaf_search_dossier", "dossier", "at", "leaf"),
    Index("ix_leaf_search_capacity", "capacity", "at", "leaf"),
)

# The certificates by which a leaf's act was signed, or that it is about.
leaf_certificate = Table(
    "leaf_certificate",
    metadata,
    Column("certificate", String(64), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("leaf", BigInteger, primary_key=True, autoincrement=False),
)

tree_node = Table(
    "tree_node",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

log_head = Table(
    "log_head",
    metadata,
    Column("origin", String(200), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("checkpoint", Text, nullable=False),
)

# Checkpoints that were published, each with what witnesses added to it: these never change.
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("published", Moment, nullable=False),
)

# How often an officer was refused, or an auditor asked, the same within the hour after the leaf that told it first.
tally = Table(
    "tally",
    metadata,
    Column("officer", String(40), primary_key=True),
    Column("act", String(100), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("what", String(64), primary_key=True),  # SHA-256 of `told`
    Column("told", Json, nullable=False),
    Column("step", Json, nullable=False),
    Column("dossier", String(80), index=True),
    Column("until", Moment, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first", Moment),
    Column("last", Moment),
)

# How the log's keys followed one another: the statement, and the leaf that tells it (none: the leaf was lost).
succession = Table(
    "succession",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", ForeignKey("content.sha256"), nullable=False),
    Column("leaf", BigInteger),
)

# Which leaves tell of a backup.
backup = Table(
    "backup",
    metadata,
    Column("leaf", BigInteger, primary_key=True, autoincrement=False),
    Column("made", Moment, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("officer", String(40), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("dossier", String(80), index=True),  # whose data it holds
)
