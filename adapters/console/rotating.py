"""Give the log its next key, and put the files in step."""

from adapters import wiring
from adapters.application.application import Application
from adapters.application.succession import Succeeded, rotate
from adapters.database import trail as stored
from adapters.log_files import LogFiles
from adapters.settings import Settings


def rotate_key(settings: Settings, app: Application, reason: str) -> Succeeded:
    """The new key is on the disk before the transaction commits, and in the old one's place after it."""
    files = LogFiles(folder=settings.data)
    done = rotate(app, files.add, reason)
    wiring.settle(settings, app.store)
    with app.store.read() as tx:
        files.know(stored.head(tx).checkpoint)
    return done
