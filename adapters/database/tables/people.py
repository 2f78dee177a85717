"""People: how the agency is organised, with dates, who signs in, and by which certificates they sign.

Days are local days of Vietnam, as text.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, false

from adapters.database.columns import Json, Moment, Serial, metadata

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
