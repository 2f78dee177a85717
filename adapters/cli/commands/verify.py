"""`hoso verify`: is this evidence pack true? Offline; needs no server and no profile."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.errors import SIGNATURE
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import out, out_json

app = Commands(_("Verify an evidence pack, offline."))


@app.verb(
    "verify",
    _(
        "Verify an evidence pack, offline: every act's proof in the log, every signature, every document. Trust begins"
        " with the root certificates, the log key and the administrators that you name. Exit code 0 is valid, 5 invalid"
        " or undecidable."
    ),
    "hoso verify H29.5-261121-0001.asice --root root.pem --log-key log.vkey",
    "hoso verify pack.asice --root root.pem --stamp-root tsa-root.pem --log-key log.vkey",
    "hoso verify H29.5-261121-0001.asice --root root.pem --log-key log.vkey --admin an.pem",
    "hoso verify pack.asice --root root.pem --log-key log.vkey --witness witness.vkey --html report.html --lang vi",
    "hoso verify pack.asice --root root.pem --log-key log.vkey --at 2026-12-31T00:00:00Z --json",
)
def verify(
    ctx: typer.Context,
    pack: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The evidence pack (.asice)."))],
    root: Annotated[
        list[Path],
        typer.Option("--root", metavar=_("FILE"), help=_("A root certificate that you trust (PEM or DER); repeat it.")),
    ],
    log_key: Annotated[
        Path | None,
        typer.Option(
            "--log-key", metavar=_("FILE"), help=_("The log's verifier key (else the one this profile pinned).")
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
    admin: Annotated[
        list[str] | None,
        typer.Option(
            "--admin",
            metavar=_("FILE|FINGERPRINT"),
            help=_("A certificate of an administrator whom you know: every chain of acts begins with one. Repeat it."),
        ),
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option(
            "--witness",
            metavar=_("WITNESS-KEY"),
            help=_("A witness's verifier key, or the file with it: it must have cosigned the checkpoint. Repeat it."),
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar=_("TIME"), help=_("Judge as of this time (else as the log proves it).")),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar=_("FILE"), help=_("Write the report also as a page, to read and to print.")),
    ] = None,
    json: AsJson = False,
) -> None:
    """Verify a pack."""
    from adapters.cli.certificates import pinned_fingerprints
    from adapters.cli.published import witness_keys
    from adapters.cli.times import asked_time
    from adapters.cli.verdict import judge

    pinned, witnesses = pinned_fingerprints(admin or ()), witness_keys(witness or ())
    verdict = judge(
        pack,
        root,
        _log_key(ctx, log_key),
        asked_time(at),
        stamp_roots=stamp_root or (),
        admins=pinned,
        witnesses=tuple(witnesses.values()),
    )
    if html is not None:
        html.write_text(verdict.page(), encoding="utf-8")
    if json:
        out_json(verdict.to_json())
    else:
        for line in verdict.lines():
            out(line)
    if verdict.word != "valid":
        raise typer.Exit(SIGNATURE)


def _log_key(ctx: typer.Context, file: Path | None) -> str:
    from adapters.cli.errors import USAGE, CommandFailed
    from adapters.cli.input import read_file

    if file is not None:
        return read_file(file, limit=4096).decode("utf-8", "replace").strip()
    pinned = open_session(ctx).profile.log_key
    if pinned is None:
        raise CommandFailed(
            "log-key-missing", _("which log? no key is pinned here"), remedy=_("add --log-key FILE"), exit_code=USAGE
        )
    return pinned
