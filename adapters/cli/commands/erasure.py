"""`hoso dossier erase`: the data of dossiers that have ended, by a signed act that another administrator approves."""

from typing import Annotated

import typer

from adapters.cli.consent import Consent
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands


def add_to(app: Commands) -> None:
    """Register the verb."""
    app.verb(
        "erase",
        _(
            "Erase the personal data of dossiers whose retention is over, for good; the proofs stay valid"
            " (administrators). You sign each; another administrator approves."
        ),
        "hoso dossier erase H29.5-261121-0002 --reason 'Hết thời hạn bảo quản' --key admin.p12",
        "hoso dossier erase H29.5-261121-0002 --decision 45/QĐ-UBND --reason 'Theo yêu cầu' --key admin.p12",
    )(erase)


def erase(
    ctx: typer.Context,
    codes: Annotated[
        list[str], typer.Argument(metavar=_("DOSSIER"), help=_("The codes of dossiers that are finished or cancelled."))
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why, without personal data: it is kept for ever."))
    ],
    decision: Annotated[
        str | None,
        typer.Option(
            "--decision",
            metavar=_("NUMBER"),
            help=_("The decision that has them erased before their retention is over, such as 45/QĐ-UBND."),
        ),
    ] = None,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Erase dossiers' data."""
    from adapters.cli.erasing import Why, erase_all

    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    erase_all(open_session(ctx), codes, Why(reason=reason, decision=decision), consent, as_json=json)
