"""`hoso inbox`: what is yours to do today."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from adapters.cli.client import path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.cli.times import due_words
from adapters.cli.words import purpose_word

app = Commands(_("Your inbox: what is yours to do, soon due, overdue, returned."))


@app.verb(
    "inbox",
    _(
        "Show your inbox: the tasks that stand in your own queue, also instead of a colleague who is away, the most"
        " urgent first. The first line counts all views."
    ),
    "hoso inbox",
    "hoso inbox --unit",
    "hoso inbox --overdue --json",
    "hoso inbox --all --search 'nguyen lan'",
)
def inbox(
    ctx: typer.Context,
    unit: Annotated[bool, typer.Option("--unit", help=_("What you or a colleague may claim."))] = False,
    soon: Annotated[bool, typer.Option("--soon", help=_("What is due within two working days."))] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help=_("What is late."))] = False,
    returned: Annotated[bool, typer.Option("--returned", help=_("What came back to be done again."))] = False,
    all_: Annotated[bool, typer.Option("--all", help=_("Yours and your unit's."))] = False,
    search: Annotated[
        str | None,
        typer.Option(
            metavar=_("TEXT"),
            help=_("Only where the dossier's code, title, applicant or steps have these words; accents do not matter."),
        ),
    ] = None,
    limit: Annotated[str, typer.Option(metavar=_("NUMBER"), help=_("How many at most."))] = "50",
    json: AsJson = False,
) -> None:
    """Show the inbox."""
    chosen = {"unit": unit, "soon": soon, "overdue": overdue, "returned": returned, "all": all_}
    views = [name for name, wanted in chosen.items() if wanted] or ["mine"]
    if len(views) > 1:
        raise CommandFailed("usage", _("choose one of --unit, --soon, --overdue, --returned, --all"), exit_code=USAGE)
    page = open_session(ctx).client.get(path("inbox"), view=views[0], search=search, limit=limit)
    if json:
        out_json(page)
    else:
        _print(page, views[0])


def _print(page: Mapping[str, Any], view: str) -> None:
    out(_counts(page.get("counts") or {}))
    items = page.get("items") or []
    if not items:
        some = _("Nothing among the first of many: search with more words.")
        say(some if page.get("next") else _("Nothing here."))
        if view == "mine" and (page.get("counts") or {}).get("unit"):
            say(_("See what your unit has: hoso inbox --unit"))
        return
    print_list(items, _columns(), as_json=False)
    if page.get("next"):
        say(_("There is more: look with --search, or with a greater --limit."))
    if free := next((item for item in items if item.get("holder") is None), None):
        say(_("Take one: hoso task claim {task}").format(task=escape(free.get("id"))))
    elif view == "mine":
        say(_("Look at one: hoso task show {task}").format(task=escape(items[0].get("id"))))


def _counts(counts: Mapping[str, Any]) -> str:
    names = {
        "mine": _("mine"),
        "unit": _("my unit's"),
        "soon": _("soon due"),
        "overdue": _("overdue"),
        "returned": _("returned"),
    }
    return " · ".join(f"{words}: {_number(counts.get(name))}" for name, words in names.items())


def _number(found: object) -> str:
    if not isinstance(found, Mapping):
        return "?"
    return f"{found.get('count')}+" if found.get("more") else f"{found.get('count')}"


def _columns() -> list[Column]:
    return [
        (_("TASK"), "id"),
        (_("STEP"), "name"),
        (_("TITLE"), "dossier_title"),
        (_("WHERE"), _where),
        (_("SIGNATURE"), lambda item: purpose_word(item.get("signature"))),
        (_("DUE"), due_words),
    ]


def _where(item: Mapping[str, Any]) -> str:
    """Whose it is, in words."""
    if item.get("queue") == "unattended":
        return _("nobody is there")
    if item.get("queue") == "unit":
        return _("{role} of {unit}").format(role=item.get("role") or _("named"), unit=item.get("unit"))
    if item.get("instead_of"):
        return _("instead of {officer}").format(officer=item["instead_of"])
    if item.get("returned"):
        return _("mine, returned")
    return _("mine") if item.get("holder") else _("mine, to claim")
