"""`hoso restore`: put a backup back, and say in the log that this was done."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.errors import REFUSED, USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.options import Yes
from adapters.cli.shell import Commands
from adapters.cli.terminal import choose, confirm, escape, out, out_json, refuse_unless, say
from adapters.console.setting import DataOption, clear_errors

if TYPE_CHECKING:
    from adapters.backups.restoring import Restored
    from adapters.console.recovery import Recovery

MIB = 1024 * 1024
STEP = 256 * MIB
"""After so many bytes that were checked, it is told."""
app = Commands(_("Put a backup back into a database."))


@app.verb(
    "restore",
    _(
        "Put a backup back into an empty database, SQLite or PostgreSQL, whichever it came from. Stop every server"
        " before. The data directory must be the installation's own, with its log.key. Name the newest checkpoints of"
        " the lost log that anybody kept: where it had gone further than the backup, the log goes on under another name"
        " and a new key, by a signed statement of what was lost; else the clients would take it for a rollback. What"
        " may have been sent since the backup is not sent again before somebody looked: see hoso incident list."
    ),
    "hoso restore hoso-2026-11-22.zip --reason 'Hỏng ổ đĩa máy chủ' --known-checkpoint witness.txt",
    "hoso restore hoso-2026-11-22.zip --reason '…' --replace --next-number quyet-dinh/2026=58",
)
def restore(
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The backup."))],
    reason: Annotated[str, typer.Option(help=_("Why, in one line; it stands in the log and in the statement."))],
    known: Annotated[
        list[Path] | None,
        typer.Option(
            "--known-checkpoint",
            metavar=_("FILE"),
            help=_(
                "A signed checkpoint of the lost log: of a witness, or a client profile's file checkpoint; repeat it."
            ),
        ),
    ] = None,
    next_number: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_("REGISTER/YEAR=NUMBER"),
            help=_("The number that comes next in a register, where some were issued after the backup; repeat it."),
        ),
    ] = None,
    erased: Annotated[
        Path | None,
        typer.Option(
            "--erased",
            metavar=_("FILE"),
            help=_("The list that hoso retention erased --json gave last: what is on it is erased again."),
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help=_("Delete what the database holds; its agency's identifier is asked."))
    ] = False,
    yes: Yes = False,
    data: DataOption = None,
    json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Restore."""
    from adapters.backups.restoring import Asked
    from adapters.console.recovery import opened
    from adapters.console.refusals import clear_refusals
    from adapters.settings import read_settings

    def tell(table: str, rows: int) -> None:
        if rows and not json:
            say(_("{table}: {rows} row(s)").format(table=table, rows=rows))

    asked = Asked(
        reason=reason,
        known=[_text(path) for path in known or ()],
        erased=_erasures(erased),
        replace=replace,
        numbers=dict(map(_number, next_number or ())),
    )

    def looked(done: int, size: int) -> None:
        if done % STEP == 0 and not json:
            say(_("checked {done} of {size} MiB").format(done=done // MIB, size=size // MIB))

    with clear_errors(), clear_refusals(), opened(read_settings(data), file, looked) as recovery:
        _agree(recovery, replace=replace, yes=yes)
        done = recovery.run(asked, tell)
    if json:
        out_json(done.to_json())
    else:
        _tell(done)


def _agree(recovery: "Recovery", *, replace: bool, yes: bool) -> None:
    from adapters.backups.restoring import checkpoint_of

    manifest, agency = recovery.archive.manifest, recovery.app.agency.identifier
    say(
        _("The backup of {agency}, made {made}, holds the log up to {leaves} leaves.").format(
            agency=escape(manifest.get("agency")),
            made=escape(manifest.get("made")),
            leaves=checkpoint_of(recovery.archive).size,
        )
    )
    say(_("Every server must stand still. What was revoked after the backup is in force again."))
    if recovery.filled and replace and not yes:
        typed = choose(_("All that the database holds now is deleted. Type the agency's identifier"), agency)
        refuse_unless(typed == agency.lower())
        return
    if not confirm(_("Restore it?"), assume_yes=yes):
        raise CommandFailed("not-confirmed", _("not confirmed; nothing was changed"), exit_code=REFUSED)


def _tell(done: "Restored") -> None:
    out(
        _("{rows} row(s) restored; the log has {leaves} leaves of the backup.").format(
            rows=done.rows, leaves=done.kept.size
        )
    )
    if done.succeeded is None:
        out(_("No leaf is known to be lost: the log goes on under its name and key."))
    else:
        lost = len(done.succeeded.succession.lost)
        out(
            _("{count} leaves are lost; the log goes on as {name}.").format(
                count=lost, name=escape(done.succeeded.key.origin)
            )
        )
        say(_("Its new verifier key, for auditors and witnesses:"))
        out(done.succeeded.key.vkey)
        say(_("Copy log.key to the other servers and to its own backup: the old one signs nothing any more."))
    if done.held:
        say(
            _("{count} job(s) may have been done since the backup and stand still: hoso incident list").format(
                count=done.held
            )
        )
    if done.erased:
        say(_("{count} dossier(s) that were erased after the backup are erased again.").format(count=done.erased))
    for register, number in done.registers.items():
        say(_("register {register}: {number} comes next").format(register=escape(register), number=number))
    say(_("Compare the registers with your paper, revoke again what was revoked since, then start the servers."))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = _("cannot read {path}: {reason}").format(path=escape(path), reason=escape(error))
        raise CommandFailed("file-error", message) from error


def _erasures(path: Path | None) -> list[dict[str, object]]:
    """The erasures that a list tells of, each with its dossier and leaf."""
    if path is None:
        return []
    import json

    try:
        found = json.loads(_text(path))
        items = found["items"] if isinstance(found, dict) else found
        read = [dict(item) for item in items]
    except (ValueError, TypeError, KeyError):
        read = [{}]
    if not all(isinstance(item.get("dossier"), str) and isinstance(item.get("leaf"), int) for item in read):
        message = _("{path} is no list of erasures").format(path=escape(path))
        raise CommandFailed("file-error", message, remedy=_("give what hoso retention erased --json wrote"))
    return read


def _number(given: str) -> tuple[str, int]:
    register, _equals, number = given.rpartition("=")
    _name, _slash, year = register.rpartition("/")
    if not (year.isascii() and year.isdigit() and number.isascii() and number.isdigit() and 0 < int(number) < 10**9):
        message = _("--next-number: found {given}, expected REGISTER/YEAR=NUMBER").format(given=escape(given))
        raise CommandFailed("usage", message, exit_code=USAGE)
    return register, int(number)
