"""What the database promises of what it has taken, as it is set up now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from adapters.database.store import Store

# setting → what it must be for a commit to outlive the machine
POSTGRESQL = {
    "fsync": ("on",),
    "synchronous_commit": ("on", "remote_apply", "remote_write"),
    "full_page_writes": ("on",),
}
SQLITE = {"synchronous": ("2", "3"), "journal_mode": ("wal",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Durability:
    """The database's version, its clock where it has one of its own, and which settings may lose what was taken."""

    version: str
    clock: datetime | None
    weak: Sequence[str]


def durability(store: Store) -> Durability:
    """Ask the database."""
    with store.read() as tx:
        if tx.dialect.name == "postgresql":
            found = {name: str(tx.execute(text(f"SHOW {name}")).scalar()) for name in POSTGRESQL}
            version = f"PostgreSQL {tx.execute(text('SHOW server_version')).scalar()}"
            clock = tx.execute(text("SELECT clock_timestamp()")).scalar()
            weak = [f"{name}={found[name]}" for name, good in POSTGRESQL.items() if found[name] not in good]
        else:
            found = {name: str(tx.execute(text(f"PRAGMA {name}")).scalar()) for name in SQLITE}
            version, clock = f"SQLite {tx.execute(text('SELECT sqlite_version()')).scalar()}", None
            weak = [f"{name}={found[name]}" for name, good in SQLITE.items() if found[name] not in good]
    return Durability(version=version, clock=clock, weak=weak)
