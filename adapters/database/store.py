"""The store: one database, SQLite or PostgreSQL, and its transactions.

Every act is one write transaction. On SQLite it begins with BEGIN IMMEDIATE, so that two read-modify-writes cannot
interleave; on PostgreSQL rows are locked where they are read (`FOR UPDATE`). A read sees one moment on both.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

Transaction = Connection
# How long a server that is cut off may hang: seconds to connect, milliseconds without an answer to what was sent.
READ_ONLY = "25006"  # PostgreSQL's state of a database that takes no changes, such as a replica
GIVEN_UP = "25P03"  # and of a session that stood still in a transaction for too long


class StoreUnavailable(Exception):
    """The database cannot be reached or is busy. Whether the act was saved, its key tells when repeated."""


class Store:
    """The transactions of one database. `read` sees a snapshot; `write` commits all or nothing."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that changes nothing."""
        with self._connected(write=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits when its block ends, and rolls back when the block raises."""
        with self._alone(), self._connected(write=True) as connection:
            yield connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """On SQLite, which has one writer at a time: the threads of a program take turns.

        SQLite itself would have them sleep, and ask again, for up to a tenth of a second each time.
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        if not self._writer.acquire(timeout=_PATIENTLY / 1000):
            raise StoreUnavailable("database is locked")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _connected(self, *, write: bool) -> Iterator[Transaction]:
        try:
            with self.engine.connect() as connection:
                connection = connection.execution_options(hoso_write=write, **self._isolation(write=write))
                with connection.begin():
                    yield connection
        except OperationalError as error:
            raise StoreUnavailable(_reason(error)) from error
        except InternalError as error:
            state = getattr(error.orig, "sqlstate", None)
            if write and state == READ_ONLY:
                raise StoreUnavailable("it takes no changes now") from error
            if write and state == GIVEN_UP:
                raise StoreUnavailable("it gave up a transaction that stood still for too long") from error
            raise
        except PoolTimeout as error:
            raise StoreUnavailable("all its connections are busy") from error

    def _isolation(self, *, write: bool) -> dict[str, Any]:
        """On PostgreSQL, each question of a READ COMMITTED transaction would see another moment."""
        if write or self.engine.dialect.name != "postgresql":
            return {}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def forget_deleted(self) -> None:
        """On SQLite, empty the journal that still holds what was deleted; while others read, that comes later.

        PostgreSQL frees and overwrites the space by itself (VACUUM).
        """
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={_BRIEFLY}")  # while it waits for readers, nobody writes
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute(f"PRAGMA busy_timeout={_PATIENTLY}")
        finally:
            connection.close()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open the database at a SQLAlchemy URL (`sqlite:///file`, `postgresql+psycopg://…`)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Store(_sqlite(url))
    return Store(_postgresql(url))


class UrlUnfit(ValueError):
    """The database's URL cannot be used; the message does not repeat it, for it may hold a password."""


def check_url(url: str) -> None:
    """UrlUnfit where it is no URL of a database that we use."""
    try:
        kind = make_url(url).drivername
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in {"sqlite", "postgresql+psycopg"}:
        raise UrlUnfit("HOSO_DATABASE_URL: expected postgresql+psycopg://user:password@host/name or sqlite:///file")


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def place(store: Store) -> str:
    """Which database it is, for people: without user and password."""
    url = store.engine.url
    if url.get_backend_name() == "sqlite":
        return f"SQLite {url.database}"
    return f"PostgreSQL {url.database} at {url.host or 'this machine'}"


def lock_rows(transaction: Transaction) -> bool:
    """Whether rows must be locked where they are read: on PostgreSQL; SQLite has one writer at a time."""
    return transaction.dialect.name == "postgresql"


def writes(transaction: Transaction) -> bool:
    """Whether the transaction may change something."""
    return bool(transaction.get_execution_options().get("hoso_write", True))


def upsert(transaction: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what happens when the row exists, in the dialect of this database."""
    return postgresql.insert(table) if transaction.dialect.name == "postgresql" else sqlite.insert(table)


def insert_new(transaction: Transaction, table: Table, values: Mapping[Any, Any]) -> bool:
    """Insert the row unless its key is there; False when it was. Waits for another that inserts the same key now."""
    return transaction.execute(_insert_new(transaction.dialect.name, table), dict(values)).first() is not None


@cache
def _insert_new(dialect: str, table: Table) -> Executable:
    """Made once for each table: to make a statement takes as long as to execute it."""
    inserted = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    return inserted.on_conflict_do_nothing().returning(*table.primary_key)


# A machine that dies tells nobody. What its acts had locked is free again, and who waits for a dead server of the
# database is told so, within this; PostgreSQL itself would wait for hours.
_STANDSTILL = 20  # seconds
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}
_DEAD = {"connect_timeout": 10, "tcp_user_timeout": _STANDSTILL * 1000, **_KEEPALIVE}  # for us, of the database
_GONE = "; ".join(f"SET tcp_{name} = {value}" for name, value in _KEEPALIVE.items())  # for the database, of us


def _postgresql(url: str) -> Engine:
    asked = make_url(url).query  # who says otherwise in the URL is obeyed
    told = {name: value for name, value in _DEAD.items() if name not in asked}
    engine = create_engine(
        url, connect_args=told, pool_pre_ping=True, pool_size=10, max_overflow=30, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def connect(raw: object, _record: object) -> None:
        with raw.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(_GONE)
        raw.commit()  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("hoso_write", False):
            connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{_STANDSTILL}s'")

    return engine


# What is deleted is overwritten with zeros, for personal data that were erased must not lie in free pages.
_BRIEFLY, _PATIENTLY = 2_000, 30_000  # milliseconds
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_PATIENTLY}", "secure_delete=ON",
)  # fmt: skip


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": 30},
        pool_size=10,
        max_overflow=30,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def connect(raw: object, _record: object) -> None:
        raw.isolation_level = None  # type: ignore[attr-defined]  # the driver begins nothing by itself
        cursor = raw.cursor()  # type: ignore[attr-defined]
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("hoso_write", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _reason(error: DBAPIError) -> str:
    """The driver's first line only: a statement and its parameters may hold a citizen's data."""
    return str(error.orig).strip().splitlines()[0] if error.orig else "no connection"


def reachable(store: Store) -> bool:
    """Whether the database answers."""
    return unreachable(store) is None


def unreachable(store: Store) -> str | None:
    """Why the database does not answer, as it says; None where it does."""
    try:
        with store.read() as transaction:
            transaction.execute(text("SELECT 1"))
    except StoreUnavailable as error:
        return str(error)
    return None
