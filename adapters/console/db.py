"""`hoso db`: the database's schema."""

from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import out
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("The database: upgrade its tables."), group=True)


@app.verb(
    "upgrade", _("Bring the database to the newest schema."), "hoso db upgrade", "hoso db upgrade --data /srv/hoso"
)
def upgrade(data: DataOption = None) -> None:
    """Migrate."""
    from adapters import wiring
    from adapters.settings import read_settings

    with clear_errors():
        before, after = wiring.migrate(read_settings(data))
    if before == after:
        out(_("The schema is the newest already: {revision}").format(revision=after))
    else:
        out(_("The schema is now {after} (before: {before}).").format(after=after, before=before or "-"))
