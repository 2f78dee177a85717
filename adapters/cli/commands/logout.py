"""`hoso logout`: this device's token ends."""

from typing import Annotated

import typer

from adapters.cli.client import Problem
from adapters.cli.language import _
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import out, out_json
from adapters.cli.tokens import forget_token

app = Commands(_("Sign out: end this device's token."))


@app.verb(
    "logout",
    _("Sign out: the token of this device ends at the server and is forgotten here; the pinned log key stays."),
    "hoso logout",
)
def logout(ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False) -> None:
    """Sign out."""
    session = open_session(ctx)
    try:
        session.client.post("/v1/sign-out", {})
    except Problem as problem:
        if problem.status != 401:  # it has ended there before
            raise
    if not session.environment.get("HOSO_TOKEN"):
        forget_token(session.profile)
    if json:
        out_json({"profile": session.profile.name, "signed_in": False})
    else:
        out(_("Signed out, profile {name}.").format(name=session.profile.name))
