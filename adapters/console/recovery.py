"""What `hoso restore` opens before anything is changed: the database, the log's files, the backup."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters import wiring
from adapters.application.application import Application
from adapters.backups import restoring
from adapters.backups.archive import Archive, Looked, reading
from adapters.backups.lineage import Lineage
from adapters.backups.restoring import Asked, Restored, Tell
from adapters.database import trail as stored
from adapters.database.migrate import current, newest, upgrade
from adapters.database.store import Store
from adapters.log_files import LogFiles
from adapters.settings import SettingError, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A backup that fits this installation, and where it goes. `filled`: the database holds something already."""

    settings: Settings
    app: Application
    files: LogFiles
    lineage: Lineage
    archive: Archive
    filled: bool

    def run(self, asked: Asked, tell: Tell) -> Restored:
        """Restore, then put the files of the log in step; what is killed in between, the next command mends."""
        done = restoring.restore(self.app, self.files, self.archive, self.lineage, asked, tell)
        wiring.settle(self.settings, self.app.store)
        with self.app.store.read() as tx:
            self.files.know(stored.head(tx).checkpoint)
        return done


@contextmanager
def opened(settings: Settings, file: Path, looked: Looked) -> Iterator[Recovery]:
    """Open all; an empty database gets its tables. BackupRefused or SettingError where it does not fit."""
    store = wiring.connect(settings)
    try:
        filled = _ready(settings, store)
        app, files = wiring.build(settings, store), LogFiles(folder=settings.data)
        lineage = Lineage.trace(app.log_keys.present.vkey, files.notes())
        with reading(file, lineage.keys, looked) as archive:
            restoring.check_fits(archive, newest())
            yield Recovery(settings=settings, app=app, files=files, lineage=lineage, archive=archive, filled=filled)
    finally:
        store.close()


def _ready(settings: Settings, store: Store) -> bool:
    """Give an empty database its tables, and finish what was killed in a filled one; says which it is."""
    if current(store) is None:
        upgrade(store)
    if current(store) != newest():
        raise SettingError(f"the database's schema is {current(store)}, expected {newest()}; run: hoso db upgrade")
    with store.read() as tx:
        filled = bool(stored.heads(tx))
    if filled:
        wiring.settle(settings, store)
    return filled
