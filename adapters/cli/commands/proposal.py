"""`hoso proposal`: what one officer proposes and another one decides."""

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.cli.times import local

app = Commands(_("Proposals: list, show, approve, reject, withdraw."), group=True)
Json = dict[str, Any]
Id = Annotated[str, typer.Argument(metavar=_("PROPOSAL"), help=_("Its id, as hoso proposal list tells it."))]


@app.verb(
    "list",
    _("List the proposals that wait: all for administrators and auditors, else your own."),
    "hoso proposal list",
    "hoso proposal list --all --json",
)
def list_(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help=_("Also those that were decided or lapsed."))] = False,
    json: AsJson = False,
) -> None:
    """List proposals."""
    from adapters.cli.proposals import act_in_words, state_in_words

    columns: list[Column] = [
        (_("PROPOSAL"), "id"),
        (_("WHAT"), lambda item: act_in_words(item.get("act"))),
        (_("ABOUT"), "subject"),
        (_("AUTHOR"), "author"),
        (_("PROPOSED"), lambda item: local(item.get("proposed"))),
        (_("STATE"), lambda item: state_in_words(item.get("state"))),
    ]
    found = open_session(ctx).client.items(path("proposals"), state="all" if everything else "open")
    print_list(found, columns, as_json=json)


@app.verb(
    "show",
    _("Show all that is needed to decide a proposal: files with digests, warnings, changes, the certificate."),
    "hoso proposal show p-000012",
    "hoso proposal show p-000012 --save to-review",
)
def show(
    ctx: typer.Context,
    id: Id,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="DIR", help=_("Save the files of a proposed deployment there, to read them.")),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show a proposal."""
    from adapters.cli import proposals

    client = open_session(ctx).client
    shown = client.get(path("proposals", id))
    if json:
        proposals.digest(shown)
        out_json(shown)
    else:
        for line in proposals.lines(shown):
            out(line)
    if save is not None:
        saved = proposals.save(client, shown, save)
        say(_("{count} files are saved in {folder}.").format(count=len(saved), folder=escape(save)))


@app.verb(
    "approve",
    _("Approve what another officer proposes: it takes effect now (administrators). You sign this act."),
    "hoso proposal approve p-000012 --key admin.p12",
)
def approve(
    ctx: typer.Context,
    id: Id,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Approve a proposal."""
    from adapters.cli import proposals
    from adapters.cli.acts import Act, Consent, perform

    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    consent.keys(session)
    shown = session.client.get(path("proposals", id))
    for line in proposals.lines(shown):
        say(line)
    act = Act(act="proposal-approved", subject=id, body=proposals.approval(shown))
    answer = perform(session, act, consent)
    _tell(answer, _("Proposal {id} is approved; it has taken effect."), id, json=json)


@app.verb(
    "reject",
    _("Reject what another officer proposes, with a reason (administrators)."),
    "hoso proposal reject p-000012 --reason 'Thiếu biểu mẫu'",
)
def reject(
    ctx: typer.Context,
    id: Id,
    reason: Annotated[str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; its author reads it."))],
    json: AsJson = False,
) -> None:
    """Reject a proposal."""
    answer = open_session(ctx).client.post_safely(path("proposals", id, "reject"), {"reason": reason}, key=fresh_key())
    _tell(answer, _("Proposal {id} is rejected."), id, json=json)


@app.verb("withdraw", _("Withdraw your own proposal."), "hoso proposal withdraw p-000012")
def withdraw(ctx: typer.Context, id: Id, json: AsJson = False) -> None:
    """Withdraw a proposal."""
    answer = open_session(ctx).client.post_safely(path("proposals", id, "withdraw"), {}, key=fresh_key())
    _tell(answer, _("Proposal {id} is withdrawn."), id, json=json)


def _tell(answer: Json, done: str, id: str, *, json: bool) -> None:
    if json:
        out_json(answer)
    else:
        out(done.format(id=escape(id)))
