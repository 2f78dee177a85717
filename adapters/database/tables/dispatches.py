"""What goes out and comes in: dispatches and mail."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from adapters.database.columns import Json, Moment, Serial, metadata

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
