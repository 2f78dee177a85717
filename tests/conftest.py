"""Stores and applications for tests, each on SQLite and on PostgreSQL: a test that takes one runs on both."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from adapters.database.migrate import upgrade
from adapters.database.store import Store, open_store
from tests.adapters.application.world import World, build, opened
from tests.databases import Server, SqliteServer, Templates, postgres
from tests.logs import quiet
from tests.scheduling import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler

# What a test promises about time it measures itself; a busy machine proves nothing. What is looked for is the same
# each time, so that a change is judged by what it changed; `make nightly` looks elsewhere.
settings.register_profile("nightly", deadline=None)
settings.register_profile("hoso", deadline=None, derandomize=True)
settings.load_profile("hoso")
quiet()


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Server]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> Server:
    return SqliteServer(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def templates(request: pytest.FixtureRequest) -> Templates:
    """The databases of one kind."""
    return Templates(request.getfixturevalue("_sqlite" if request.param == "sqlite" else "_postgres"))


@pytest.fixture
def empty_store(templates: Templates) -> Iterator[Store]:
    """A store on a database without any table."""
    store = open_store(templates.server.create())
    yield store
    store.close()


@pytest.fixture
def store(templates: Templates) -> Iterator[Store]:
    """A store with the newest schema and nothing in it."""
    with templates.copy(upgrade) as (store, _):
        yield store


@pytest.fixture
def world(templates: Templates) -> Iterator[World]:
    """An agency with officers, keys, bound certificates and deployed processes; its trail is checked after the test."""
    with templates.copy(build) as (store, founded), opened(store, founded) as world:
        yield world
