"""What `hoso doctor` looks at, in this order; each check has its own time, and one that hangs holds up no other."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from adapters import wiring
from adapters.application.application import Application
from adapters.cli.language import _
from adapters.console import anchors, checks, checks_of_place, mail_check
from adapters.console.findings import FAILED, PATIENCE, Finding, Found, broken, looked, well
from adapters.database.store import StoreUnavailable
from adapters.settings import SettingError, Settings, read_settings

Check = tuple[str, Callable[[], Found]]


def examine(
    data: Path | None, telling: Callable[[str], None] = lambda _name: None, *, seconds: float = PATIENCE
) -> Iterator[Finding]:
    """All findings, one by one; `telling` hears which check begins. What needs the installation is left out where it
    cannot be opened.
    """
    try:
        settings = read_settings(data)
    except SettingError as error:
        yield Finding(name="settings", verdict=FAILED, message=str(error), remedy=_("see them all: hoso setting list"))
        return
    for name, check in _of_place(settings):
        telling(name)
        yield looked(name, check, seconds)
    opened: list[Application] = []
    telling("installation")
    found = looked("installation", lambda: _installation(settings, opened), seconds)
    yield found
    for name, check in _of_installation(opened[0]) if found.verdict != FAILED else ():
        telling(name)
        yield looked(name, check, seconds)


def _of_place(settings: Settings) -> Sequence[Check]:
    return (
        ("settings", checks_of_place.settings),
        ("data directory", lambda: checks_of_place.files(settings)),
        ("disk", lambda: checks_of_place.disk(settings)),
        ("database", lambda: checks_of_place.database(settings)),
    )


def _installation(settings: Settings, opened: list[Application]) -> Found:
    try:
        app = wiring.assemble(settings)
    except (SettingError, StoreUnavailable, ValueError, OSError) as error:
        return broken(str(error), _("mend this first: what follows cannot be looked at"))
    opened.append(app)
    return well(f"{app.agency.name} ({app.agency.identifier})")


def _of_installation(app: Application) -> Sequence[Check]:
    return (
        ("log key", lambda: checks.log_key(app)),
        ("backup", lambda: checks.backup(app)),
        ("trust", lambda: checks.trust(app)),
        ("revocation lists", lambda: checks.revocation_lists(app)),
        ("time stamps", lambda: checks.time_stamps(app)),
        ("signatures to stamp", lambda: checks.to_stamp(app)),
        ("witnesses", lambda: anchors.witnesses(app)),
        ("checkpoints", lambda: anchors.published(app)),
        ("mail", lambda: mail_check.mail(app.mail)),
        ("carriers", lambda: checks.carriers(app)),
        ("identity provider", lambda: checks.identity(app)),
        ("letters", lambda: checks.letters(app)),
        ("jobs", lambda: checks.stuck_jobs(app)),
    )
