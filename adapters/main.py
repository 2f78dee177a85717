"""The `hoso` command.

It knows every command by name and imports one only when it is used: an officer's `hoso task list` must not pay for
the server, for cryptography, or for anything else that it does not need.
"""

import importlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from adapters.cli.errors import FAILURE, INTERRUPTED, OK, REFUSED, SIGNATURE, USAGE, CommandFailed
from adapters.cli.language import LANGUAGES, N_, _, activate, choose
from adapters.cli.session import Given
from adapters.cli.shell import Commands, Elsewhere, Group

if TYPE_CHECKING:
    from typer._click.formatting import HelpFormatter

# name → (module with an `app`, help text)
CLIENT: Mapping[str, tuple[str, str]] = {
    "login": ("adapters.cli.commands.login", N_("Sign in at a server and pin its log key.")),
    "logout": ("adapters.cli.commands.logout", N_("Sign out: end this device's token.")),
    "device": ("adapters.cli.commands.device", N_("Devices: list, revoke a lost one, see what was done on it.")),
    "profile": ("adapters.cli.commands.profile", N_("Profiles: which server, as which officer.")),
    "dossier": ("adapters.cli.commands.dossier", N_("Dossiers: start, list, show, follow, suspend, move, migrate.")),
    "incident": ("adapters.cli.commands.incident", N_("Incidents: list, show, retry, resolve.")),
    "inbox": ("adapters.cli.commands.inbox", N_("Your inbox: what is yours to do, soon due, overdue, returned.")),
    "task": ("adapters.cli.commands.task", N_("Tasks: list, show, claim, hand on, complete (and sign).")),
    "message": (
        "adapters.cli.commands.message",
        N_("Messages: send one to whom it concerns, list those that wait."),
    ),
    "signal": ("adapters.cli.commands.signal", N_("Signals: send one to all who listen.")),
    "document": ("adapters.cli.commands.document", N_("Documents: get one and check its digest.")),
    "comment": ("adapters.cli.commands.comment", N_("Comments on dossiers: add one, list them.")),
    "consent": (
        "adapters.cli.commands.consent",
        N_("Consents to post: record one, list them, confirm its address, revoke it."),
    ),
    "address": ("adapters.cli.commands.address", N_("Addresses: where one lies since 1/7/2025.")),
    "attachment": (
        "adapters.cli.commands.attachment",
        N_("Attachments: working papers beside a dossier, which nobody signs."),
    ),
    "job": ("adapters.cli.commands.job", N_("The work of programs: list, show, retry, dismiss.")),
    "dispatch": ("adapters.cli.commands.dispatch", N_("Dispatches: what went out, labels, the day's manifest.")),
    "visit": (
        "adapters.cli.commands.visit",
        N_("Visits: when people come for results; move one, or all of a day."),
    ),
    "parcel": (
        "adapters.cli.commands.parcel",
        N_("Parcels that come in: receive, list, file, add to, refuse; originals that the office holds."),
    ),
    "carrier": ("adapters.cli.commands.carrier", N_("Carriers: list, the day's orders as a file.")),
    "mailbox": (
        "adapters.cli.commands.mailbox",
        N_("Mail that came in: list what waits, show, release, discard; check the rules, make reply addresses."),
    ),
    "officer": ("adapters.cli.commands.officer", N_("Officers: add, show, change, appoint, end, import, export.")),
    "unit": ("adapters.cli.commands.unit", N_("Units: list, show, add, change.")),
    "position": ("adapters.cli.commands.position", N_("Positions: list, add, change.")),
    "role": ("adapters.cli.commands.role", N_("Roles beside those of positions: grant, end, list.")),
    "mandate": ("adapters.cli.commands.mandate", N_("Mandates to sign for another position: list, show, give, end.")),
    "absence": ("adapters.cli.commands.absence", N_("Absences: list, record, end.")),
    "certificate": (
        "adapters.cli.commands.certificate",
        N_("Certificates: list; bind, revoke, reinstate (signed acts)."),
    ),
    "proposal": (
        "adapters.cli.commands.proposal",
        N_("Proposals: what one officer wants and another must approve: list, show, approve, reject, withdraw."),
    ),
    "procedure": ("adapters.cli.commands.procedure", N_("Procedures: adopt (a signed act), list, show.")),
    "retention": (
        "adapters.cli.commands.retention",
        N_("Retention: which dossiers need be kept no more, which were erased."),
    ),
    "audit": (
        "adapters.cli.commands.audit",
        N_("The trail: verify, search, compare and report on it; export evidence, list receipts."),
    ),
    "verify": ("adapters.cli.commands.verify", N_("Verify an evidence pack, offline.")),
    "key": ("adapters.cli.commands.key", N_("Keys: list them, check whether one can sign here, unlock and lock.")),
}
SERVER: Mapping[str, tuple[str, str]] = {
    "process": ("adapters.console.process", N_("Process bundles: check, explain, deploy, list, show.")),
    "decision": ("adapters.console.decision", N_("Decision models (DMN): check, evaluate.")),
    "feel": ("adapters.console.feel", N_("Try a FEEL expression.")),
    "serve": ("adapters.console.serve", N_("Run the server.")),
    "worker": ("adapters.console.worker", N_("Run workers without a server.")),
    "db": ("adapters.console.db", N_("The database: upgrade its tables.")),
    "backup": ("adapters.console.backup", N_("Back the database up into one file.")),
    "restore": ("adapters.console.restore", N_("Put a backup back into a database.")),
    "log": ("adapters.console.log", N_("The log's key: give it the next one.")),
    "setting": ("adapters.console.settings", N_("Settings of the server: list.")),
    "doctor": ("adapters.console.doctor", N_("Check that this installation can work.")),
    "init": ("adapters.console.init", N_("Set up a new installation.")),
    "administrator": ("adapters.console.administrator", N_("Administrators: appoint one on the server itself.")),
    "token": ("adapters.console.token", N_("Access tokens: create.")),
    "trust": ("adapters.console.trust", N_("Trusted certificate authorities and their revocation lists: add, list.")),
    "witness": (
        "adapters.console.witness",
        N_("A witness of logs, on a machine of its own: init, trust, serve, list."),
    ),
    "demo": ("adapters.console.demo", N_("Run the whole story: from process XML to an audited result.")),
}
COMMANDS: Mapping[str, tuple[str, str]] = {**CLIENT, **SERVER}
# Verbs of a client's noun that need the engine: noun → verb → (module, help text)
ELSEWHERE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "audit": {"replay": ("adapters.console.replay", N_("Replay a dossier's acts through its process, offline."))},
    "mailbox": {
        "check": ("adapters.console.mailbox_check", N_("Check the rules for mail, and that the mailbox can be read.")),
        "address": ("adapters.console.reply_address", N_("Make the reply address of a dossier.")),
    },
}
_GLOBAL = ("--profile", "--server", "--lang")


class LazyGroup(Group):
    """The root: lists commands from the table, imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names, client commands first."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a command's module and build it."""
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(_load(cmd_name))
        command.name = cmd_name
        if isinstance(command, Group) and cmd_name in ELSEWHERE:
            command.elsewhere = {name: _elsewhere(name, *of) for name, of in ELSEWHERE[cmd_name].items()}
        return command

    def format_commands(self, ctx: Any, formatter: "HelpFormatter") -> None:
        """Write the table without importing any of it."""
        for heading, table in ((_("Commands"), CLIENT), (_("Server commands"), SERVER)):
            with formatter.section(heading):
                formatter.write_dl([(name, _(text)) for name, (_module, text) in table.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find a command; a near miss is named."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        import difflib

        near = difflib.get_close_matches(name, COMMANDS, n=1)
        raise CommandFailed(
            "no-such-command",
            _("no command {name}").format(name=repr(name)),
            remedy=_("did you mean hoso {near}?").format(near=near[0]) if near else _("see hoso --help"),
            exit_code=USAGE,
        )


def _load(name: str) -> typer.Typer:
    module = COMMANDS[name][0]
    if name in CLIENT:
        return importlib.import_module(module).app  # type: ignore[no-any-return]
    return _load_server(name, module)


def _load_server(name: str, module: str) -> typer.Typer:
    try:
        app = importlib.import_module(module).app
    except ModuleNotFoundError as error:
        raise _server_missing(name, error) from None
    return app  # type: ignore[no-any-return]


def _elsewhere(name: str, module: str, help: str) -> Elsewhere:
    def load() -> TyperCommand:
        command = typer.main.get_command(_load_server(name, module))
        command.name = name
        return command  # type: ignore[return-value]

    return Elsewhere(_(help), load)


def _server_missing(name: str, error: ModuleNotFoundError) -> CommandFailed:
    return CommandFailed(
        "server-not-installed",
        _("hoso {name} belongs to the server, which is not installed here ({module} is missing)").format(
            name=name, module=error.name
        ),
        remedy=_("install it with: pip install 'hoso[server]'"),
    )


def build() -> TyperGroup:
    """Return the root command, in the active language."""
    app = Commands(
        _("Route dossiers between offices, sign on your own machine, check the trail without trusting the server."),
        cls=LazyGroup,
        epilog="\n".join(
            (
                "hoso login --server https://hoso.example.vn --token -",
                "hoso inbox",
                "hoso task complete H29.5-261121-0001.3 --set decision=approve --key lan.p12",
                "hoso verify H29.5-261121-0001.asice --root root.pem --log-key log.vkey",
            )
        ),
    )
    _add_global_options(app)
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    command.context_settings["help_option_names"] = ["-h", "--help"]
    return command


def _add_global_options(app: Commands) -> None:
    profile_help = _("The profile to use (else HOSO_PROFILE, else the one in use).")
    server_help = _("The server's address (else HOSO_SERVER, else the profile's).")
    language_help = _("The language: vi or en (else HOSO_LANG, else the locale's).")
    version_help = _("Show the version and exit.")

    def root(
        ctx: typer.Context,
        profile: Annotated[str | None, typer.Option(metavar=_("NAME"), help=profile_help)] = None,
        server: Annotated[str | None, typer.Option(metavar="URL", help=server_help)] = None,
        lang: Annotated[str | None, typer.Option(metavar="vi|en", help=language_help)] = None,
        version: Annotated[
            bool, typer.Option("--version", help=version_help, callback=_version, is_eager=True)
        ] = False,
    ) -> None:
        if lang is not None and lang not in LANGUAGES:
            raise typer.BadParameter(_("{value} is neither vi nor en").format(value=repr(lang)), param_hint="--lang")
        ctx.obj = Given(profile=profile, server=server)

    app.callback()(root)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"hoso {version('hoso')}\n")
        raise typer.Exit


def hoist(arguments: Sequence[str]) -> list[str]:
    """Move the global options to the front, so that they may stand anywhere before `--`."""
    front: list[str] = []
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        argument = queue.pop(0)
        if argument == "--":
            return [*front, *rest, argument, *queue]
        if argument in _GLOBAL and queue:
            front += [argument, queue.pop(0)]
        elif argument.startswith(tuple(f"{name}=" for name in _GLOBAL)):
            front.append(argument)
        else:
            rest.append(argument)
    return [*front, *rest]


def main() -> None:
    """Run the command line and exit with its code (`adapters.cli.errors`)."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; whatever happens becomes one line on stderr and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that is not UTF-8 shows \u1eaf rather than stopping the command.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    activate(choose(arguments, os.environ))
    try:
        code = _dispatch(hoist(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output went away (`hoso … | head`); Python must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    return code


def _dispatch(arguments: list[str]) -> int:
    try:
        result = build().main(args=arguments, prog_name="hoso", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except CommandFailed as failure:
        return _report(failure, as_json="--json" in arguments)
    except typer.TyperException as error:
        return _report_usage(error, as_json="--json" in arguments)
    except BrokenPipeError:
        raise
    except Exception as error:
        return _report(_unforeseen(error, arguments), as_json="--json" in arguments)
    if result == INTERRUPTED:
        sys.stderr.write("\n" + _("Stopped.") + "\n")
    return result if isinstance(result, int) else OK


def _report(failure: CommandFailed, *, as_json: bool) -> int:
    if as_json:
        text = json.dumps(failure.to_json(), ensure_ascii=False)
    else:
        text = "\n".join([failure.line, *(f"  {line}" for line in failure.details)])
    sys.stdout.flush()
    sys.stderr.write(text + "\n")
    return failure.exit_code


def _report_usage(error: typer.TyperException, *, as_json: bool) -> int:
    from adapters.cli.usage import explain

    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(error.format_message() + "\n")
        return USAGE
    return _report(explain(error), as_json=as_json)


def _unforeseen(error: Exception, arguments: Sequence[str]) -> CommandFailed:
    """Turn an exception that no command turned into a line itself; with HOSO_DEBUG its traceback is shown."""
    if os.environ.get("HOSO_DEBUG"):
        import traceback

        traceback.print_exc()
    # `signing` and `engine` raise their own errors and know nothing of exit codes; they need not be loaded to be known.
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    family = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if isinstance(code, str) and isinstance(message, str) and family & {"signing", "engine"}:
        return CommandFailed(code, message, exit_code=SIGNATURE if "signing" in family else REFUSED)
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith(("adapters.", "signing.")):
        return _server_missing(next((name for name in arguments if name in SERVER), ""), error)
    if isinstance(error, OSError) and error.filename:
        return CommandFailed("file-error", f"{error.filename}: {error.strerror}")
    return CommandFailed(
        "internal",
        _("this should not happen: {kind}").format(kind=type(error).__name__),
        remedy=_("please report it, with what HOSO_DEBUG=1 shows"),
    )
