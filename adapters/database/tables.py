"""The tables. Bytes are content-addressed; JSON is text, so that both databases keep it as it was written."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, false

from adapters.database.columns import Json, Moment, Serial, metadata

OWN_QUEUE = "hoso."

# People: how the agency is organised, with dates. Days are local days of Vietnam, as text.

unit = Table(
    "unit",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", ForeignKey("unit.id")),
    Column("collective", Boolean, nullable=False, server_default=false()),
    Column("contact", Json, nullable=False, server_default="{}"),  # email, phone
)

officer = Table(
    "officer",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("contact", Json, nullable=False, server_default="{}"),  # email, phone
    Column("subject", String(400)),  # who they are at the identity provider: its address, a space, its name
)

position = Table(
    "position",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("title", Text, nullable=False),
    Column("unit", ForeignKey("unit.id"), nullable=False),
    Column("rank", String(10), nullable=False),  # head | deputy | staff
    Column("roles", Json, nullable=False),
)

appointment = Table(
    "appointment",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("position", ForeignKey("position.id"), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("document", Text, nullable=False),
    Column("acting", Boolean, nullable=False, server_default=false()),
)

role_grant = Table(
    "role_grant",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("role", String(100), nullable=False),
    Column("unit", ForeignKey("unit.id"), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("document", Text, nullable=False),
)

absence = Table(
    "absence",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("substitute", ForeignKey("officer.id")),
    Column("document", Text, nullable=False),
)

mandate = Table(
    "mandate",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("kind", String(3), nullable=False),  # KT | TL | TUQ
    Column("given_by", ForeignKey("position.id"), nullable=False),
    Column("given_to", ForeignKey("position.id"), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("document", Text, nullable=False),
    Column("procedures", Json),  # None: all
    Column("kinds", Json),  # None: all
    Column("condition", Text),
    Column("under", String(80)),
    Column("when_away", Boolean, nullable=False, server_default=false()),
)

# Which leaves say what an officer, a position, a unit or a mandate is: an evidence pack asks for those of who signed.
organisation_leaf = Table(
    "organisation_leaf",
    metadata,
    Column("kind", String(10), primary_key=True),  # officer | position | unit | mandate | absence | cert | log …
    Column("id", String(80), primary_key=True),
    Column("leaf", BigInteger, primary_key=True, autoincrement=False),
)

# What one officer proposed and another one must approve.
proposal = Table(
    "proposal",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("act", String(40), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("body", Json, nullable=False),
    Column("author", ForeignKey("officer.id"), nullable=False),
    Column("reason", Text),
    Column("proposed", Moment, nullable=False),
    Column("state", String(10), nullable=False),  # open | approved | rejected | withdrawn
    Column("decided", Moment),
    Column("decided_by", ForeignKey("officer.id")),
    Column("note", Text),
    Index("ix_proposal_state", "state", "id"),
)

# Until when the queues in which tasks stand are right, and of which revision of the organisation.
placement = Table(
    "placement",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1
    Column("revision", Integer, nullable=False),
    Column("until", Moment),
)

device = Table(
    "device",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("officer", ForeignKey("officer.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("bound", Moment),  # when its officer signed in with it; until then whoever made its token knows that
    Column("seen", Moment),
    Column("revoked", Moment),
)

# The certificates with which a device's officer signed on it.
device_certificate = Table(
    "device_certificate",
    metadata,
    Column("device", ForeignKey("device.id"), primary_key=True),
    Column("fingerprint", ForeignKey("certificate.fingerprint"), primary_key=True),
)

token = Table(
    "token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("device", ForeignKey("device.id"), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
)

# Somebody who signs in at the identity provider just now.
sign_in = Table(
    "sign_in",
    metadata,
    Column("hash", String(64), primary_key=True),  # of what the client asks with
    Column("device_code", Text, nullable=False),
    Column("device_name", Text, nullable=False),
    Column("interval", Integer, nullable=False),  # seconds between two questions
    Column("asked", Moment),
    Column("expires", Moment, nullable=False),
)

# Failed attempts to sign in, by where they came from.
failed_sign_in = Table(
    "failed_sign_in",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("count", Integer, nullable=False),
)

certificate = Table(
    "certificate",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("officer", ForeignKey("officer.id"), nullable=False),
    Column("kind", String(10), nullable=False),  # person | organ
    Column("der", LargeBinary, nullable=False),
    Column("subject", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("not_after", Moment, nullable=False),
    Column("bound", Moment, nullable=False),
    Column("bound_leaf", BigInteger, nullable=False),
    Column("revoked", Moment),
    Column("revoked_leaf", BigInteger),
    Column("suspended", Moment),  # since a device on which it may lie was lost
)

content = Table(
    "content",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)

# Whose bytes they are beside the rows that name them (documents, attachments, dispatches): a dossier's (what was signed
# in it, prepared or made for it), which go with its data; or ("") kept for good, as certificates and bundles are.
content_use = Table(
    "content_use",
    metadata,
    Column("sha256", ForeignKey("content.sha256"), primary_key=True),
    Column("dossier", String(80), primary_key=True, index=True),
)

# What a PDF signature shows: of the officer of that id; of none (""), the agency's seal, with its diameter.
signature_image = Table(
    "signature_image",
    metadata,
    Column("of", String(40), primary_key=True),
    Column("sha256", ForeignKey("content.sha256"), nullable=False),
    Column("width_mm", Integer),
    Column("set_at", Moment, nullable=False),
)

upload = Table(
    "upload",
    metadata,
    Column("sha256", ForeignKey("content.sha256"), primary_key=True),
    Column("officer", ForeignKey("officer.id"), primary_key=True),
)

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

dispatch = Table(
    "dispatch",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("code", String(100), nullable=False, unique=True),
    Column("dossier", ForeignKey("dossier.code"), nullable=False, index=True),
    Column("document", String(100), nullable=False),
    Column("sha256", ForeignKey("content.sha256"), nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("recipient", Json, nullable=False),
    Column("consent", Json),
    Column("label", ForeignKey("content.sha256"), index=True),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created", Moment, nullable=False, index=True),
    Column("updated", Moment, nullable=False),
    Column("note", Text),
    Column("copies", Integer, nullable=False, server_default="0"),  # at most so many went out
    Column("put_off", Integer, nullable=False, server_default="0"),  # how often the relay said: later
    Column("handed", Moment),  # the final dot was about to be written, and what came of it is not recorded
    Index("ix_dispatch_state_code", "state", "code"),
)

# Mail that came in, each once. What a dossier was not made of waits, its raw bytes kept of `mail/<id>` (`content_use`).
mail_message = Table(
    "mail_message",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("source", String(10), nullable=False),  # imap | http
    Column("validity", BigInteger),  # UIDVALIDITY and UID of where it lay
    Column("uid", BigInteger),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), unique=True),  # of the raw mail; none: too large to be fetched, or erased
    Column("message_id", String(64)),  # SHA-256 of its Message-ID
    Column("sender", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("trust", String(10), nullable=False),  # what is proven of the sender: claimed | domain
    Column("state", String(10), nullable=False),  # taken | waiting | released | discarded
    Column("reason", String(60)),  # why it waits, or waited
    Column("rule", String(100)),
    Column("dossier", String(80), index=True),
    Column("received", Moment, nullable=False),
    Column("decided", Moment),
    Column("decided_by", ForeignKey("officer.id")),
    Index("ix_mail_message_place", "validity", "uid"),
    Index("ix_mail_message_message_id", "message_id"),
    Index("ix_mail_message_sender", "sender", "received"),
    Index("ix_mail_message_state", "state", "id"),
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
