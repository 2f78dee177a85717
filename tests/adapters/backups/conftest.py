"""An installation whose files lie in a folder, over a small agency on either kind of database."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.application.application import Application
from adapters.application.log_keys import LogKeys
from adapters.application.succession import Succeeded, rotate
from adapters.backups import making, restoring
from adapters.backups.archive import reading
from adapters.backups.lineage import Lineage
from adapters.backups.restoring import Asked, Restored
from adapters.database import successions, tables
from adapters.database import trail as stored
from adapters.database.migrate import newest, upgrade
from adapters.database.store import Store, open_store
from adapters.log_files import LogFiles
from tests.adapters.application.world import World
from tests.databases import Server, Templates


def quiet(_what: object, _count: int) -> None:
    """Say nothing."""


@dataclass
class House:
    """The agency with the files of its log; `app` reads its key from them, as a server does."""

    world: World
    files: LogFiles
    server: Server
    other: Server

    @property
    def app(self) -> Application:
        return self.world.app

    def reopened(self, store: Store | None = None) -> Application:
        """The application as a process that starts now sees it."""
        keys = LogKeys(next(self.files.keys()), self.files.keys)
        return replace(self.app, store=store or self.app.store, log_keys=keys)

    def head(self, store: Store | None = None) -> stored.Head:
        with (store or self.app.store).read() as tx:
            return stored.head(tx)

    def backup(self, path: Path) -> making.Made:
        return making.make(self.app, self.files, path, quiet)

    def restore(self, path: Path, store: Store, **asked: Any) -> Restored:
        """Restore as the command does, and settle the files."""
        app = self.reopened(store)
        lineage = Lineage.trace(app.log_keys.present.vkey, self.files.notes())
        with reading(path, lineage.keys) as archive:
            restoring.check_fits(archive, newest())
            done = restoring.restore(
                app, self.files, archive, lineage, Asked(**{"reason": "Hỏng ổ đĩa", **asked}), quiet
            )
        self.settle(store)
        return done

    def rotate(self) -> Succeeded:
        done = rotate(self.app, self.files.add, "Thay khóa")
        self.settle(self.app.store)
        return done

    def settle(self, store: Store) -> None:
        with store.write() as tx:
            head = stored.head(tx, lock=True).checkpoint
            self.files.settle(head, successions.notes(tx))
            self.files.know(head)

    def empty(self, server: Server | None = None) -> Store:
        store = open_store((server or self.server).create())
        upgrade(store)
        return store

    def move(self, store: Store) -> None:
        """Go on over that database."""
        self.world.app = self.reopened(store)


def rows(store: Store, *, without: frozenset[str] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    found = {}
    with store.read() as tx:
        for table in tables.metadata.sorted_tables:
            if table.name not in without:
                order = [table.c[each.name] for each in table.primary_key.columns]
                found[table.name] = [tuple(row) for row in tx.execute(select(table).order_by(*order))]
    return found


@pytest.fixture
def house(templates: Templates, world: World, tmp_path: Path, request: pytest.FixtureRequest) -> House:
    """The small agency; `server` makes databases of its kind, `other` of the other kind."""
    folder = tmp_path / "data"
    folder.mkdir()
    files = LogFiles(folder=folder)
    files.key.write_text(world.app.log_key.dump())
    kind = "_postgres" if templates.server.kind == "sqlite" else "_sqlite"
    world.change(log_keys=LogKeys(world.app.log_key, files.keys))
    return House(world=world, files=files, server=templates.server, other=request.getfixturevalue(kind))
