"""`hoso serve`: the server, with its worker."""

from typing import Annotated

import typer

from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, say
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Run the server."))


@app.verb(
    "serve",
    _("Run the server and its worker until it is stopped (Ctrl-C, SIGTERM)."),
    "hoso serve",
    "hoso serve --data /srv/hoso --port 8080",
)
def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help=_("Where to listen."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("The port."))] = 8080,
    data: DataOption = None,
) -> None:
    """Serve."""
    import socket

    import uvicorn

    from adapters import wiring
    from adapters.console.logs import configure
    from adapters.http.server import build
    from adapters.settings import read_settings

    configure()
    with clear_errors():
        application = wiring.assemble(read_settings(data))
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
    api = build(application)
    config = uvicorn.Config(api, log_config=None, access_log=False, timeout_graceful_shutdown=10)
    server = uvicorn.Server(config)
    api.state.stopping = lambda: server.should_exit
    server.run(sockets=[listening])
