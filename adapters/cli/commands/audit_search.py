"""`hoso audit search`, `diff`, `report`: what auditors ask of the trail."""

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say


def add_to(app: Commands) -> None:
    """Register the verbs."""
    app.verb(
        "search",
        _(
            "Search the trail (auditors) by officer, act, capacity, certificate, dossier and time; the newest first."
            " What is found is what the server shows: a report reads every leaf of a period and proves it."
        ),
        "hoso audit search --officer lan --from 2026-11-01 --to 2026-11-30",
        "hoso audit search --act certificate-bound",
        "hoso audit search --capacity KT. --limit 200 --json",
    )(search)
    app.verb(
        "diff",
        _(
            "Prove that two checkpoints are of one log, and list what lies between (auditors). Each is a file with a"
            " signed checkpoint, a receipt, or a number of leaves; or both are evidence packs of one dossier, and the"
            " leaves that only one has are listed. Exit code 5 where the log was forked or cut back."
        ),
        "hoso audit diff october.checkpoint november.checkpoint",
        "hoso audit diff 1000 1200 --json",
        "hoso audit diff old.asice new.asice",
    )(diff)
    app.verb(
        "report",
        _(
            "Report on a period (auditors): acts by kind and officer, refusals, signed acts by capacity, administrative"
            " acts, exports and reads one by one. It is made here, from leaves that are opened and proven."
        ),
        "hoso audit report --from 2026-11-01 --to 2026-11-30",
        "hoso audit report --from 2026-11-01 --to 2026-11-30 --csv november.csv --html november.html",
    )(report)


Since = Annotated[
    str | None, typer.Option("--from", metavar=_("DAY|TIME"), help=_("The first day, or an ISO 8601 time."))
]
Until = Annotated[str | None, typer.Option("--to", metavar=_("DAY|TIME"), help=_("The last day, or an ISO 8601 time."))]


def search(
    ctx: typer.Context,
    officer: Annotated[str | None, typer.Option("--officer", metavar=_("OFFICER"), help=_("Who acted."))] = None,
    act: Annotated[
        str | None, typer.Option("--act", metavar=_("ACT"), help=_("The act, such as task-completed."))
    ] = None,
    capacity: Annotated[
        str | None, typer.Option("--capacity", metavar=_("CAPACITY"), help=_("In which capacity: KT., TM., …"))
    ] = None,
    certificate: Annotated[
        str | None,
        typer.Option("--certificate", metavar=_("FINGERPRINT"), help=_("What it signed, and acts that are about it.")),
    ] = None,
    dossier: Annotated[
        str | None, typer.Option("--dossier", metavar=_("DOSSIER"), help=_("The dossier's code."))
    ] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("How many at most."))] = 50,
    json: AsJson = False,
) -> None:
    """Search the trail."""
    from itertools import islice

    from adapters.cli.audit_times import period

    first, end = period(since, until)
    asked: dict[str, Any] = {"officer": officer, "act": act, "capacity": capacity, "dossier": dossier}
    fingerprint = certificate.replace(":", "").lower() if certificate else None
    times = {"from": first, "to": end, "limit": min(limit, 200)}
    found = open_session(ctx).client.items("/v1/log/search", **asked, certificate=fingerprint, **times)
    columns: list[Column] = [
        (_("LEAF"), "index"),
        (_("TIME"), "time"),
        (_("OFFICER"), "actor"),
        (_("ACT"), "act"),
        (_("SUBJECT"), "subject"),
        (_("CAPACITY"), "capacity"),
    ]
    print_list(islice(found, limit), columns, as_json=json)


def diff(
    ctx: typer.Context,
    one: Annotated[str, typer.Argument(metavar="A", help=_("A checkpoint's file, a receipt, or a number of leaves."))],
    other: Annotated[str, typer.Argument(metavar="B", help=_("The other one."))],
    json: AsJson = False,
) -> None:
    """Compare two checkpoints."""
    from adapters.cli.log_diff import compare
    from adapters.cli.pack_diff import compare_packs, is_pack

    packs = is_pack(one) and is_pack(other)
    found = (compare_packs if packs else compare)(open_session(ctx), one, other)
    if json:
        out_json(found.to_json())
        return
    for line in found.lines():
        out(line)


def report(
    ctx: typer.Context,
    since: Annotated[str, typer.Option("--from", metavar=_("DAY|TIME"), help=_("The first day, or an ISO 8601 time."))],
    until: Until = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar=_("FILE"), help=_("Write it as a table (CSV, UTF-8)."))
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar=_("FILE"), help=_("Write it as a page to print (HTML)."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Report on a period."""
    from adapters.cli import log_report
    from adapters.cli.audit_times import period

    first, end = period(since, until or log_report.now_text())
    made = log_report.report(open_session(ctx), str(first), str(end))
    if csv is not None:
        csv.write_text(made.csv(), encoding="utf-8-sig", newline="")
    if html is not None:
        from adapters.cli.report_page import page

        html.write_text(page(made), encoding="utf-8")
    for file in filter(None, (csv, html)):
        say(_("{file}: {count} leaves").format(file=escape(file), count=made.tally.by_act.total()))
    if json:
        out_json(made.to_json())
    elif csv is None and html is None:
        for line in made.lines():
            out(line)
