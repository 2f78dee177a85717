"""`hoso audit`: hold the server to its own log."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.commands import audit_search
from adapters.cli.errors import SIGNATURE, USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import Session, open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say

app = Commands(_("The trail: verify, search, compare and report on it; export evidence, list receipts."), group=True)


@app.verb(
    "verify",
    _(
        "Fetch the whole log, compute its root here, and compare it with the signed checkpoint and with every"
        " checkpoint and receipt that this profile keeps. A run that was stopped goes on where it was, and the next one"
        " reads only what is new. With --evidence, every leaf is opened too (auditors); with --root, every signature is"
        " judged. Exit code 5 where anything does not hold, or cannot be decided."
    ),
    "hoso audit verify",
    "hoso audit verify --json",
    "hoso audit verify --evidence --root root.pem",
    "hoso audit verify --evidence --root root.pem --stamp-root tsa-root.pem --again",
)
def verify(
    ctx: typer.Context,
    evidence: Annotated[
        bool, typer.Option("--evidence", help=_("Open every leaf: its evidence must be what it was made over."))
    ] = False,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            "--root",
            metavar=_("FILE"),
            help=_("A root certificate that you trust (PEM or DER), by which every signature is judged; repeat it."),
        ),
    ] = None,
    stamp_root: Annotated[
        list[Path] | None,
        typer.Option(
            "--stamp-root",
            metavar=_("FILE"),
            help=_("A root to trust for time stamps, and then no other root is (else those of --root); repeat it."),
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help=_("Read all leaves again, from the first."))] = False,
    json: AsJson = False,
) -> None:
    """Verify the log."""
    from adapters.cli.certificates import read_certificates
    from adapters.cli.log import verify_log
    from adapters.cli.log_state import Asked
    from adapters.cli.log_verdict import verdict_lines

    roots, stamps = read_certificates(*(root or ())), read_certificates(*(stamp_root or ()))
    if stamps and not roots:
        raise CommandFailed(
            "root-missing",
            _("--stamp-root judges time stamps, and no signature is judged without --root"),
            remedy=_("add --root FILE"),
            exit_code=USAGE,
        )
    judged = evidence or bool(roots)
    asked = Asked(again=again, evidence=judged, roots=tuple(roots), stamp_roots=tuple(stamps))
    result = verify_log(open_session(ctx), asked, quiet=json)
    if json:
        out_json(result.to_json())
    else:
        for line in verdict_lines(result):
            out(line)
    if result.word != "valid":
        raise typer.Exit(SIGNATURE)


@app.verb(
    "export",
    _(
        "Export a dossier's evidence: one file that anyone can verify offline (hoso verify, or openssl). It tells the"
        " dossier as the log stood at a published checkpoint: the same checkpoint gives the same bytes. By default it"
        " is the first one that covers all of the dossier."
    ),
    "hoso audit export H29.5-261121-0001 -o H29.5-261121-0001.asice",
    "hoso audit export H29.5-261121-0001 -o H29.5-261121-0001.asice --checkpoint 12044",
    "hoso audit export H29.5-261121-0001 -o H29.5-261121-0001.asice --checkpoint latest",
)
def export(
    ctx: typer.Context,
    dossier: Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code."))],
    output: Annotated[Path, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it."))],
    checkpoint: Annotated[
        str | None,
        typer.Option(
            "--checkpoint",
            metavar=_("SIZE|latest"),
            help=_("The published checkpoint under which the evidence is to stand, by its number of leaves."),
        ),
    ] = None,
) -> None:
    """Export evidence."""
    from adapters.cli.client import path
    from adapters.cli.evidence import asked_checkpoint, size_of

    under = asked_checkpoint(checkpoint)
    content = open_session(ctx).client.get_bytes(path("dossiers", dossier, "evidence"), checkpoint=under)
    told = {"file": escape(output), "size": len(content), "leaves": size_of(content)}
    output.write_bytes(content)
    say(_("{file}: {size} bytes, under the checkpoint of {leaves} leaves").format(**told))


@app.verb(
    "checkpoints",
    _(
        "List the published checkpoints and who cosigned them. Each must be signed by the log key that this profile"
        " pinned; the cosignatures of the witnesses that you name are verified, those of others are what it claims."
    ),
    "hoso audit checkpoints",
    "hoso audit checkpoints --witness chung-kien.thanhtra.example+0123abcd+BA…",
    "hoso audit checkpoints --after 12000 --json",
)
def checkpoints(
    ctx: typer.Context,
    witness: Annotated[
        list[str] | None,
        typer.Option(
            "--witness",
            metavar=_("WITNESS-KEY"),
            help=_("A witness's verifier key, or the file with it; repeat it."),
        ),
    ] = None,
    after: Annotated[
        int, typer.Option("--after", metavar=_("SIZE"), min=0, help=_("Only those of more leaves than this."))
    ] = 0,
    json: AsJson = False,
) -> None:
    """List published checkpoints."""
    from adapters.cli.published import published, witness_keys

    columns: list[Column] = [(_("LEAVES"), "size"), (_("TIME"), "time"), (_("WITNESSES"), _witnesses)]
    keys = witness_keys(witness or ())
    print_list(published(open_session(ctx), keys, after=after), columns, as_json=json)


def _witnesses(item: Mapping[str, Any]) -> str:
    words = {True: _("{name} (verified)"), False: _("{name} (claimed)")}
    return ", ".join(words[each["verified"]].format(name=each["name"]) for each in item["witnesses"]) or _("none")


@app.verb(
    "receipts",
    _(
        "List the receipts that this profile keeps. With --check, hold each to itself (leaf, evidence, proof, signed"
        " checkpoint) and to the server's present log; with --from, do so with receipts gathered from several officers:"
        " two signed checkpoints that do not fit are a fork of the log, and both are printed as evidence. Exit code 5"
        " where anything does not hold."
    ),
    "hoso audit receipts",
    "hoso audit receipts --check",
    "hoso audit receipts --from gathered/ --json",
)
def receipts(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help=_("Check each, also against the server's log."))] = False,
    gathered: Annotated[
        Path | None,
        typer.Option("--from", metavar=_("FOLDER"), help=_("Check those in this folder, of whomever they are.")),
    ] = None,
    json: AsJson = False,
) -> None:
    """List or check receipts."""
    session = open_session(ctx)
    if check or gathered is not None:
        _check_receipts(session, gathered, as_json=json)
        return
    from adapters.cli.log import kept_receipts

    columns: list[Column] = [
        (_("LEAF"), "index"),
        (_("TIME"), "time"),
        (_("ACT"), "act"),
        (_("SUBJECT"), "subject"),
        (_("FILE"), "file"),
    ]
    print_list(kept_receipts(session.profile), columns, as_json=json)


def _check_receipts(session: Session, gathered: Path | None, *, as_json: bool) -> None:
    from adapters.cli.receipt_check import check_gathered, check_kept
    from adapters.cli.witness import Witness

    witness = Witness(session.profile, session.client)
    found = check_kept(witness) if gathered is None else check_gathered(witness, gathered)
    if as_json:
        out_json(found.to_json())
    else:
        for line in found.lines():
            out(line)
    if found.findings:
        raise typer.Exit(SIGNATURE)


@app.verb(
    "accept-restore",
    _(
        "Accept that the server's log was restored from a backup and lost leaves that this profile had seen. Shows the"
        " signed statement and what is lost of yours, and asks; until then nothing is signed. A restore that lost more"
        " than its statement says is never accepted."
    ),
    "hoso audit accept-restore",
)
def accept_restore(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Accept without asking."))] = False,
) -> None:
    """Accept a restore with loss."""
    from adapters.cli.following import Loss, follow_log, receipt_lines
    from adapters.cli.terminal import confirm
    from adapters.cli.witness import Witness

    def agrees(loss: Loss) -> bool:
        for line in (*loss.statement.text().splitlines(), *receipt_lines(loss.receipts)):
            out(escape(line))
        return confirm(_("Accept that these leaves are lost?"), assume_yes=yes)

    session = open_session(ctx)
    if not follow_log(Witness(session.profile, session.client), agrees):
        say(_("There is nothing to accept: the log goes on under the key that is pinned here."))


audit_search.add_to(app)
