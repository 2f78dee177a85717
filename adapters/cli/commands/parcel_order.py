"""`hoso dispatch order`: what people decide where an order at a carrier was not clear."""

from typing import Annotated

import typer

from adapters.cli.client import path
from adapters.cli.commands.parcels import Dispatch
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_one
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.words import order_word


def add_to(app: Commands) -> None:
    """Add the verb."""

    @app.verb(
        "order",
        _(
            "Decide what is so at the carrier where its answer to an order was not clear, or was no: it gave the parcel"
            " this item code, it is to be ordered again, or no order stands. Ask the carrier first."
        ),
        "hoso dispatch order H29.5-261121-0001-F3762734 --item RR123456785VN",
        "hoso dispatch order H29.5-261121-0001-F3762734 --again",
        "hoso dispatch order H29.5-261121-0001-F3762734 --none",
    )
    def order(
        ctx: typer.Context,
        dispatch: Dispatch,
        item: Annotated[
            str | None, typer.Option(metavar=_("CODE"), help=_("The carrier has it, under this item code."))
        ] = None,
        again: Annotated[
            bool, typer.Option("--again", help=_("The carrier does not have it: order it again."))
        ] = False,
        none: Annotated[bool, typer.Option("--none", help=_("The carrier does not have it, and need not."))] = False,
        json: AsJson = False,
    ) -> None:
        """Decide about an order."""
        if (item is not None) + again + none != 1:
            message = _("name one of --item, --again and --none")
            raise CommandFailed("order-decision", message, exit_code=USAGE)
        labels = {"id": _("Dispatch"), "carrier": _("Carrier"), "item": _("Item code"), "ordering": _("Order")}
        body = {"item": item, "again": again}
        value = open_session(ctx).client.post(path("dispatches", dispatch, "order"), body)
        print_one(value if json else {**value, "ordering": order_word(value.get("ordering"))}, labels, as_json=json)
