"""What programs do for dossiers: jobs, messages and what waits for them, and the numbers that registers give."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from adapters.database.columns import Json, Moment, Serial, metadata

OWN_QUEUE = "hoso."

job = Table(
    "job",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    # None: of the process of that key, whose start events have timers, or of neither.
    Column("dossier", ForeignKey("dossier.code")),
    Column("process", String(200), index=True),
    Column("number", Integer, nullable=False),
    Column("element", String(400), nullable=False),
    Column("type", String(100), nullable=False),
    Column("payload", Json, nullable=False),
    # open | suspended | done | cancelled | failed (a dead letter) | mended (it failed, and somebody saw to it)
    Column("state", String(10), nullable=False),
    Column("due", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("lease_epoch", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    # Hoso's own worker serves this queue, of which no job type has the name; external workers those of their types.
    Column("queue", String(100), nullable=False, server_default=OWN_QUEUE),
    Column("retries_left", Integer),
    Column("leased_by", ForeignKey("officer.id")),
    Column("worker", String(100)),
    Column("part", Integer),  # of the dossier's state, in which the job or timer lives; none: the head
    Column("track", String(20)),  # of our own jobs (`engine.tracks`)
    Column("taken", Moment),  # when the lease began
    Column(
        "lapses", Integer, nullable=False, server_default="0"
    ),  # leases that ended without a word, one after another
    Column("incident", Integer),  # of the dossier, which stands because the job failed
    Index("ix_job_queue", "state", "queue", "due", "id"),
    Index("ix_job_track", "state", "track", "due", "id"),
    Index("ix_job_lease", "track", "lease_until"),
    Index("ix_job_dossier_number", "dossier", "number"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("dossier", ForeignKey("dossier.code"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(10), nullable=False, server_default="message"),  # message | signal
    Column("name", String(200), nullable=False),
    Column("key", Text),
    Column("element", String(400)),  # None: it was opened before elements were kept here
    Column("opened", Moment, nullable=False),
    Index("ix_subscription_awaited", "kind", "name", "key", "opened"),
)

# What the newest version of each process starts by.
start_subscription = Table(
    "start_subscription",
    metadata,
    Column("process", String(200), primary_key=True),
    Column("element", String(200), primary_key=True),
    Column("kind", String(10), primary_key=True),  # message | signal
    Column("name", String(200), primary_key=True),
    Column("version", Integer, nullable=False),
    Index("ix_start_subscription_awaited", "kind", "name", "process"),
)

# Messages that wait for a receiver; what came, or expired, is in the trail alone.
message = Table(
    "message",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False),
    Column("key", Text),
    Column("data", Json, nullable=False),
    Column("officer", ForeignKey("officer.id")),  # who sent it; None: the dossier threw it
    Column("dossier", String(80)),
    Column("unit", String(40), nullable=False),  # the sender's
    Column("sent", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("leaf", BigInteger),  # by which it began to wait
    Index("ix_message_name", "name", "id"),
    Index("ix_message_unit", "unit", "id"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("value", Integer, nullable=False),
)

number = Table(
    "number",
    metadata,
    Column("register", String(100), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("value", Integer, primary_key=True),
    Column("dossier", ForeignKey("dossier.code"), nullable=False),
    Column("job", BigInteger, nullable=False, unique=True),
    Column("issued", Moment, nullable=False),
)
