"""Hear of jobs that were added: PostgreSQL tells who listens, once the adding transaction has committed."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapters.database.jobs import CHANNEL
from adapters.database.store import Store

PAUSE = 2.0  # seconds until the connection is tried again
LOOK = 0.5  # seconds between looks whether to stop
log = structlog.get_logger()


def tells(store: Store) -> bool:
    """Whether the database tells of added jobs."""
    return store.engine.dialect.name == "postgresql"


def listen(store: Store, heard: Callable[[], None], stop: threading.Event) -> None:
    """Call `heard` for whatever is told, until told to stop. A connection that breaks is made anew, and what was told
    meanwhile is lost: who listens looks now and then by himself.
    """
    while not stop.is_set():
        try:
            _listen(store, heard, stop)
        except (DBAPIError, PoolTimeout):
            log.warning("no notices of jobs", reason="no connection, or it broke; it is made anew")
            stop.wait(PAUSE)


def _listen(store: Store, heard: Callable[[], None], stop: threading.Event) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"LISTEN {CHANNEL}"))
        raw = connection.connection.driver_connection
        assert raw is not None
        heard()  # what was added before
        try:
            while not stop.is_set():
                for _notice in raw.notifies(timeout=LOOK, stop_after=1):
                    heard()
        except connection.dialect.loaded_dbapi.Error as error:
            connection.invalidate()
            raise DBAPIError("LISTEN", None, error) from error
        connection.execute(text("UNLISTEN *"))  # the connection goes back among the others
