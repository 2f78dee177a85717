"""Migrations by Alembic: `hoso db upgrade`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from adapters.database.store import Store

FOLDER = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> tuple[str | None, str | None]:
    """Bring the database to the newest schema; gives the revisions before and after."""
    before = current(store)
    with changing(store) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, current(store)


@contextmanager
def changing(store: Store) -> Iterator[Connection]:
    """A transaction that may change the schema, and breaks no reference between tables.

    SQLite alters a table by copying and dropping it, which references to it forbid while they are enforced; so they are
    not, until all is done, and are checked then (https://sqlite.org/lang_altertable.html, section 7).
    """
    with store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        sqlite = raw if connection.dialect.name == "sqlite" else None
        if sqlite is not None:
            sqlite.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite is not None and (broken := sqlite.execute("PRAGMA foreign_key_check").fetchone()):
                    raise RuntimeError(f"a row of {broken[0]} refers to none of {broken[2]}; nothing was changed")
        finally:
            if sqlite is not None:
                sqlite.execute("PRAGMA foreign_keys=ON")


def current(store: Store) -> str | None:
    """The schema's revision in the database, None when there is none."""
    with store.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this program expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
