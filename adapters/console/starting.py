"""How a server and a worker begin: settings, log, and the database, which may come up a little later."""

from pathlib import Path

from adapters import wiring
from adapters.application.application import Application
from adapters.cli.language import _
from adapters.cli.terminal import escape, say
from adapters.console.logs import configure
from adapters.console.setting import clear_errors, warn_of_unknown
from adapters.database.store import place
from adapters.settings import read_settings

WAIT = 60  # seconds for which the database may be away


def begun(data: Path | None) -> Application:
    """The application, with its log set up; CommandFailed names what keeps it from running."""
    warn_of_unknown()
    with clear_errors():
        settings = read_settings(data)
        configure(settings.log)
        wiring.await_database(settings, _waits, seconds=WAIT)
        app = wiring.assemble(settings)
    say(_("database: {place}; log: {form}").format(place=escape(place(app.store)), form=settings.log))
    return app


def _waits(left: int, why: str) -> None:
    say(_("the database does not answer ({why}); waiting for {left} s more").format(left=left, why=escape(why)))
