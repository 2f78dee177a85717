"""Create an installation."""

import re
from typing import Any

from adapters import wiring
from adapters.application import anchoring, people, trail
from adapters.application.application import Agency
from adapters.database import organisation
from adapters.settings import SettingError, Settings
from engine.officer import ADMINISTRATOR
from engine.outcome import SYSTEM
from engine.people.organisation import Unit
from engine.people.refusals import ID
from signing.trail.note import LogKey

IDENTIFIER = re.compile(r"[A-Z0-9](?:[A-Z0-9.]{0,33}[A-Z0-9])?")  # QĐ 20/2020: at most 35


def check_identifier(identifier: str) -> None:
    """Refuse what is no agency identifier."""
    if not IDENTIFIER.fullmatch(identifier):
        raise SettingError(f"--agency: found {identifier!r}, expected A-Z, 0-9 and dots, at most 35, such as H29.5")


def create(
    settings: Settings, agency: Agency, *, unit: str, administrator: str, administrator_name: str
) -> dict[str, Any]:
    """Write agency and log key, migrate the database, begin the log, appoint the first administrator."""
    for id in (unit, administrator):
        if not ID.fullmatch(id):
            raise SettingError(f"id {id!r}: expected lower-case letters, digits and dashes, at most 40")
    wiring.migrate(settings)
    wiring.write_agency(settings, agency)
    key = LogKey.generate(f"hoso/{agency.identifier}")
    store = wiring.connect(settings)
    first = people.Newcomer(
        id=administrator,
        name=administrator_name,
        position="Quản trị hệ thống",
        unit=unit,
        roles=frozenset({ADMINISTRATOR}),
    )
    wiring.write_log_key(settings, key)
    app = wiring.build(settings, store)
    with store.write() as tx:
        trail.begin(app, tx)
        anchoring.schedule(app, tx)
        organisation.add(tx, Unit(id=unit, name=agency.name))
        made = people.appoint(app, tx, SYSTEM, first, with_token=True)
    store.close()
    return {**made, "data": str(settings.data), "log_key": key.vkey}
