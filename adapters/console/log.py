"""`hoso log`: the key of the log."""

from typing import Annotated

import typer

from adapters.cli.language import _
from adapters.cli.options import Yes
from adapters.cli.shell import Commands
from adapters.cli.terminal import confirm, out, out_json, refuse_unless, say
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("The log's key: give it the next one."), group=True)


@app.verb(
    "rotate",
    _(
        "Give the log a new key under the same name. A statement that both keys sign says so; clients follow it. The"
        " old key is deleted. Servers on this data directory take the new key at their next act; copy log.key to the"
        " others: until then they refuse every act [log-key-unfit] and lose none."
    ),
    "hoso log rotate --reason 'Thay khóa định kỳ năm 2027'",
    "hoso log rotate --reason 'Nghi lộ khóa' --yes --json",
)
def rotate(
    reason: Annotated[str, typer.Option(help=_("Why, in one line; it stands in the log and in the statement."))],
    yes: Yes = False,
    data: DataOption = None,
    json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Rotate."""
    from adapters import wiring
    from adapters.console.rotating import rotate_key
    from adapters.settings import read_settings

    with clear_errors():
        settings = read_settings(data)
        application = wiring.assemble(settings)
        refuse_unless(confirm(_("Give the log a new key, and delete the old one?"), assume_yes=yes))
        done = rotate_key(settings, application, reason)
    if json:
        out_json({"log_key": done.key.vkey, "succession": done.note})
        return
    say(_("The log goes on under a new key. Its verifier key, for auditors and witnesses:"))
    out(done.key.vkey)
    say(_("Copy log.key to the other servers and to its own backup: the old one signs nothing any more."))
