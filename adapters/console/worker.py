"""`hoso worker`: workers alone, on as many machines as there is work for."""

from typing import Annotated

import typer

from adapters.cli.errors import FAILURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, say
from adapters.console.setting import DataOption

app = Commands(_("Run workers without a server."))
ThreadsOption = Annotated[
    int | None,
    typer.Option(
        min=2,
        max=64,
        help=_(
            "How many jobs are done at once; one of them only what waits for nobody outside (default: 4; SQLite: 3)."
        ),
    ),
]


@app.verb(
    "worker",
    _("Run workers without a server until they are stopped (Ctrl-C, SIGTERM); the database must be PostgreSQL."),
    "hoso worker",
    "hoso worker --data /srv/hoso --threads 8",
)
def worker(threads: ThreadsOption = None, data: DataOption = None) -> None:
    """Work."""
    from adapters.console.starting import begun
    from adapters.console.stopping import Stopping
    from adapters.database.notices import tells
    from adapters.jobs.crew import Crew

    application = begun(data)
    if not tells(application.store):
        raise CommandFailed(
            "worker-needs-postgresql",
            _("one SQLite file has one server, which does the jobs itself"),
            remedy=_("run hoso serve alone, or set HOSO_DATABASE_URL=postgresql+psycopg://… for many workers"),
        )
    crew, stopping = Crew(application, threads), Stopping()
    stopping.watch()
    crew.start()
    say(
        _("Hoso works for {agency} with {threads} threads").format(
            agency=escape(application.agency.name), threads=crew.threads
        )
    )
    stopping.wait(crew.alive)
    crew.end()
    if not stopping.asked:
        raise typer.Exit(FAILURE)
