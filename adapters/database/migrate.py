"""Migrations by Alembic: `hoso db upgrade`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapters.database.store import Store

FOLDER = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> tuple[str | None, str | None]:
    """Bring the database to the newest schema; gives the revisions before and after."""
    before = current(store)
    with store.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, current(store)


def current(store: Store) -> str | None:
    """The schema's revision in the database, None when there is none."""
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this program expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
