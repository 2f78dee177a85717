"""`hoso witness`: cosign the checkpoints of other people's logs, on a machine of your own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.codes import in_words
from adapters.cli.errors import CONFLICT, REFUSED, SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.shell import Commands
from adapters.cli.terminal import confirm, escape, out, out_json, say

if TYPE_CHECKING:
    from adapters.witness.keeping import Folder

app = Commands(_("A witness of logs, on a machine of its own: init, trust, serve, list."), group=True)
Dir = Annotated[
    Path | None,
    typer.Option("--dir", metavar="DIR", help=_("The witness's folder (else HOSO_WITNESS_DIR, else hoso-witness).")),
]


@app.verb(
    "init",
    _("Make the key of a new witness, and print its verifier key: what operators of logs and auditors are given."),
    "hoso witness init chung-kien.thanhtra.example",
    "hoso witness init chung-kien.thanhtra.example --dir /srv/witness",
)
def init(
    name: Annotated[str, typer.Argument(metavar=_("NAME"), help=_("The witness's name, such as its host: no spaces."))],
    dir: Dir = None,
    json: AsJson = False,
) -> None:
    """Make a witness."""
    with _clear_errors():
        folder = _folder(dir)
        try:
            key = folder.make_key(name)
        except FileExistsError:
            message = _("{folder} holds a witness already").format(folder=escape(str(folder.path)))
            remedy = _("choose another --dir; a witness's key is never made anew")
            raise CommandFailed("already-set-up", message, remedy=remedy, exit_code=CONFLICT) from None
    if json:
        out_json({"name": key.name, "vkey": key.vkey, "dir": str(folder.path)})
        return
    say(_("The witness {name} is set up in {folder}. Its verifier key:").format(name=escape(name), folder=folder.path))
    out(key.vkey)
    say(_("Next: hoso witness trust LOG-KEY, then hoso witness serve"))


@app.verb(
    "trust",
    _(
        "Cosign this log from now on. Compare the fingerprint with what its agency publishes. A log that is known here"
        " gets another key only by a statement of succession; one that was restored from a backup goes on under another"
        " name, and you are shown what it lost."
    ),
    "hoso witness trust log.vkey",
    "hoso witness trust hoso/H29.5+0123abcd+AQ…",
    "hoso witness trust new.vkey --succession succession.txt",
)
def trust(
    log: Annotated[str, typer.Argument(metavar=_("LOG-KEY"), help=_("The log's verifier key, or the file with it."))],
    succession: Annotated[
        Path | None,
        typer.Option("--succession", metavar=_("FILE"), help=_("The statement that leads from the known key to this.")),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("Ask nothing."))] = False,
    dir: Dir = None,
    json: AsJson = False,
) -> None:
    """Trust a log."""
    from adapters.console.witnessed import show, told
    from adapters.witness.trusting import KNOWN, RESTORED, plan
    from adapters.witness.trusting import trust as take_up

    with _clear_errors():
        folder = _folder(dir)
        key, vkey = folder.key(), _given(log)
        statement = _read(succession) if succession is not None else None
        found = plan(folder, key, vkey, statement)
        if not json:
            show(found)
        if found.kind == RESTORED and not confirm(_("Cosign it from there on?"), assume_yes=yes):
            raise CommandFailed("not-confirmed", _("nothing was changed"), exit_code=REFUSED)
        if found.kind != KNOWN:
            found = take_up(folder, key, vkey, statement)
    if json:
        out_json({"trusted": found.kind, "lost": found.lost, **told(found.log)})


@app.verb(
    "serve",
    _("Cosign what the trusted logs send (C2SP tlog-witness), until stopped (Ctrl-C, SIGTERM). Put TLS before it."),
    "hoso witness serve",
    "hoso witness serve --dir /srv/witness --host 0.0.0.0 --port 8090",
)
def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help=_("Where to listen."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("The port."))] = 8090,
    dir: Dir = None,
) -> None:
    """Serve."""
    import signal

    from adapters import clock
    from adapters.witness.cosigning import Cosigner
    from adapters.witness.server import WitnessServer

    with _clear_errors():
        folder = _folder(dir)
        cosigner = Cosigner(folder=folder, key=folder.key(), clock=clock.now)
        folder.logs(cosigner.key)  # a damaged file is told now, and not when the log comes
    try:
        server = WitnessServer((host, port), cosigner)
    except OSError as error:
        message = _("cannot listen on {host}:{port}: {reason}").format(host=host, port=port, reason=error.strerror)
        raise CommandFailed("port-taken", message, remedy=_("choose another --port")) from error
    say(
        _("The witness {name} serves at http://{host}:{port}").format(
            name=escape(cosigner.key.name), host=host, port=port
        )
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say(_("Stopped."))
    finally:
        server.server_close()


@app.verb(
    "list",
    _(
        "List the logs that are cosigned here, how far each was seen, how many checkpoints were refused that were not"
        " shown to continue it, and how many of those are kept that prove that the log shows two histories."
    ),
    "hoso witness list",
    "hoso witness list --json",
)
def list_(dir: Dir = None, json: AsJson = False) -> None:
    """List the logs."""
    from adapters.console.witnessed import refused, told

    with _clear_errors():
        folder = _folder(dir)
        items = [told(log) | refused(folder, log) for log in folder.logs(folder.key())]
    columns: list[Column] = [
        (_("LOG"), "origin"),
        (_("LEAVES"), "size"),
        (_("COSIGNED"), "time"),
        (_("STATE"), lambda item: _("another log goes on in its place") if item["successor"] else _("cosigned")),
        (_("REFUSED"), "refused"),
        (_("FORKS"), "forks"),
        (_("CHECKPOINT"), "path"),
    ]
    print_list(items, columns, as_json=json)


def _folder(dir: Path | None) -> "Folder":
    from adapters.witness.keeping import Folder

    return Folder(path=dir or Path(os.environ.get("HOSO_WITNESS_DIR") or "hoso-witness"))


def _given(log: str) -> str:
    return log if log.count("+") >= 2 and not Path(log).is_file() else _read(Path(log)).strip()


def _read(file: Path) -> str:
    from adapters.cli.input import read_file

    return read_file(file, limit=65536).decode("utf-8", "replace")


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Turn what can go wrong into one line with its remedy. The witness's files are their owner's alone."""
    from adapters.witness.keeping import Damaged
    from adapters.witness.trusting import Untrusted
    from signing.errors import SigningError

    os.umask(0o077)
    try:
        yield
    except Damaged as error:
        raise CommandFailed("witness-damaged", in_words("witness-damaged", str(error))) from error
    except Untrusted as error:
        told = in_words(error.code, error.message)
        raise CommandFailed(error.code, told, remedy=error.remedy, exit_code=SIGNATURE) from error
    except SigningError as error:
        raise CommandFailed(error.code, in_words(error.code, error.message), exit_code=SIGNATURE) from error
