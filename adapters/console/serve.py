"""`hoso serve`: the server, with its workers."""

from typing import Annotated

import typer

from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, say
from adapters.console.setting import DataOption
from adapters.console.worker import ThreadsOption

app = Commands(_("Run the server."))


@app.verb(
    "serve",
    _("Run the server and its workers until it is stopped (Ctrl-C, SIGTERM)."),
    "hoso serve",
    "hoso serve --data /srv/hoso --port 8080",
)
def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help=_("Where to listen."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("The port."))] = 8080,
    threads: ThreadsOption = None,
    data: DataOption = None,
) -> None:
    """Serve."""
    import socket
    from types import FrameType

    import uvicorn

    from adapters.console.starting import begun
    from adapters.console.stopping import Stopping
    from adapters.http.server import build
    from adapters.jobs.crew import usual_threads

    application = begun(data)
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        message = _("cannot listen on {host}:{port}: {reason}").format(host=host, port=port, reason=error.strerror)
        raise CommandFailed("port-taken", message, remedy=_("choose another --port")) from error
    say(
        _("Hoso serves {agency} at http://{host}:{port}").format(
            agency=escape(application.agency.name), host=host, port=port
        )
    )
    say(_("{count} worker threads").format(count=threads or usual_threads(application)))
    api = build(application, threads=threads)
    config = uvicorn.Config(api, log_config=None, access_log=False, timeout_graceful_shutdown=10)
    stopping = Stopping()

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            stopping.signalled(sig, frame)
            api.state.crew.stop()
            super().handle_exit(sig, frame)

    server = Server(config)
    api.state.stopping = lambda: server.should_exit
    server.run(sockets=[listening])
