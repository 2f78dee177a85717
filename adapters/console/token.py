"""`hoso token`: access tokens, made where the database is."""

from typing import Annotated

import typer

from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Access tokens: create."), group=True)


@app.verb(
    "create",
    _("Make an access token for an officer; it is shown this once."),
    "hoso token create lan",
    "hoso token create lan --label 'máy ở nhà' --days 7",
)
def create(
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help=_("The officer's id."))],
    label: Annotated[str, typer.Option(help=_("What it is for."))] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help=_("How long it is good."))] = 30,
    data: DataOption = None,
    json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Make a token."""
    from adapters import wiring
    from adapters.application import people
    from adapters.settings import read_settings

    with clear_errors():
        app_ = wiring.assemble(read_settings(data))
        with app_.store.write() as tx:
            if app_.organisations.get(tx).person(officer) is None:
                message = _("no officer {officer}").format(officer=escape(officer))
                raise CommandFailed("officer-unknown", message, remedy=_("list them: hoso officer list"))
            made = people.new_token(app_, tx, officer, label or "console", days)
    if json:
        out_json({"officer": officer, **made})
        return
    say(
        _("The token of {officer}, shown this once; good until {expires}:").format(
            officer=officer, expires=made["expires"]
        )
    )
    out(made["token"])
