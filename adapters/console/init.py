"""`hoso init`: a new installation: its log, its agency, its first unit and administrator."""

from typing import Annotated

import typer

from adapters.cli.errors import CONFLICT, CommandFailed
from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Set up a new installation."))


@app.verb(
    "init",
    _("Set up a new installation: database, log key, first unit, and first administrator, whose token is printed."),
    "hoso init --agency H29.5 --name 'UBND Quận 1' --administrator an --administrator-name 'Nguyễn Thị An'",
    "hoso init --data /srv/hoso --agency H29.5 --name 'UBND Quận 1' --administrator an --json",
)
def init(
    agency: Annotated[str, typer.Option(metavar="CODE", help=_("The agency's identifier (QĐ 20/2020), e.g. H29.5."))],
    name: Annotated[str, typer.Option(help=_("The agency's name."))],
    administrator: Annotated[str, typer.Option(metavar="ID", help=_("The first administrator's id."))],
    administrator_name: Annotated[str, typer.Option(metavar="NAME", help=_("Their name."))] = "",
    email: Annotated[str, typer.Option(metavar="ADDRESS", help=_("The address that results are sent from."))] = "",
    address: Annotated[str, typer.Option(help=_("The agency's postal address, for labels."))] = "",
    unit: Annotated[str, typer.Option(metavar="ID", help=_("The id of the first unit."))] = "agency",
    data: DataOption = None,
    json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Set up."""
    from adapters.application.application import Agency
    from adapters.console.installation import check_identifier, create
    from adapters.settings import read_settings

    with clear_errors():
        settings = read_settings(data)
    if settings.log_key_file.exists():
        message = _("{data} holds an installation already").format(data=escape(str(settings.data)))
        remedy = _("choose another --data, or go on with hoso serve")
        raise CommandFailed("already-set-up", message, remedy=remedy, exit_code=CONFLICT)
    with clear_errors():
        check_identifier(agency)
        made = create(
            settings,
            Agency(identifier=agency, name=name, email=email or "hoso@localhost", address=address),
            unit=unit,
            administrator=administrator,
            administrator_name=administrator_name or administrator,
        )
    if json:
        out_json(made)
        return
    say(_("{name} is set up in {data}.").format(name=escape(name), data=escape(str(settings.data))))
    say(_("The token of {officer}, shown this once:").format(officer=escape(administrator)))
    out(str(made["token"]))
    say(_("Next: trust your certificate authority (hoso trust add root.pem crl.pem), then start: hoso serve"))
