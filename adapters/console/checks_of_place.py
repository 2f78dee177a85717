"""What `hoso doctor` looks at before there is an application: settings, files, disk, database."""

import os
import shutil
import stat
from datetime import timedelta
from pathlib import Path

from adapters import clock, wiring
from adapters.cli.language import _
from adapters.console.findings import Found, broken, doubtful, well
from adapters.database.durability import durability
from adapters.database.migrate import current, newest
from adapters.database.store import StoreUnavailable, place
from adapters.settings import Settings, unknown

LITTLE, SCANT = 256 * 1024 * 1024, 2 * 1024 * 1024 * 1024  # bytes
APART = timedelta(seconds=10)


def settings() -> Found:
    """Of the values, `read_settings` told already; here, what it would not read."""
    strange = [f"{name} ({near}?)" if near else name for name, near in unknown()]
    if strange:
        return doubtful(
            _("no settings of Hoso: {names}").format(names=", ".join(strange)), _("see them all: hoso setting list")
        )
    return well(_("all known, and readable"))


def files(given: Settings) -> Found:
    """The key and the data belong to whoever runs the server alone, who must be able to write there."""
    if not given.data.is_dir():
        return broken(_("{path} is no folder").format(path=given.data), _("name it with --data, or run: hoso init"))
    if not os.access(given.data, os.W_OK | os.X_OK):
        return broken(
            _("{path} cannot be written to by this user").format(path=given.data), _("run it as the server's user")
        )
    secret = [path for path in (given.log_key_file, *given.data.glob("log.key.*")) if path.exists()]
    if open_to := [path.name for path in secret if _others(path)]:
        message = _("others of this machine may read {names}").format(names=", ".join(open_to))
        return broken(message, f"chmod 600 {given.data / open_to[0]}")
    if open_to := [path.name or str(path) for path in (given.data, *given.data.glob("hoso.db*")) if _others(path)]:
        message = _("others of this machine may read {names}, which hold citizens' data").format(
            names=", ".join(open_to)
        )
        return doubtful(message, f"chmod -R go= {given.data}")
    return well(_("{path}, its owner's alone").format(path=given.data))


def disk(given: Settings) -> Found:
    """Whether there is room for what comes."""
    free = shutil.disk_usage(given.data if given.data.is_dir() else given.data.absolute().parent).free
    message = _("{size} MiB free").format(size=free // 2**20)
    if free < LITTLE:
        return broken(message, _("make room: the server says that it is not ready"))
    return doubtful(message, _("make room, or give it a larger disk")) if free < SCANT else well(message)


def database(given: Settings) -> Found:
    """Reachable, of this version's schema, and set up so that what it took outlives the machine."""
    try:
        store = wiring.connect(given)
        found, is_at, expected = durability(store), current(store), newest()
    except StoreUnavailable as error:
        return broken(
            _("no database: {reason}").format(reason=error), _("check HOSO_DATABASE_URL and that the database runs")
        )
    if is_at != expected:
        message = _("its schema is {found}, expected {expected}").format(found=is_at, expected=expected)
        return broken(message, "hoso db upgrade")
    if found.weak:
        message = _("{version} may lose what it took: {settings}").format(
            version=found.version, settings=", ".join(found.weak)
        )
        return broken(message, _("set them back to what they are by default"))
    if found.clock is not None and abs(found.clock - clock.now()) > APART:
        apart = round(abs(found.clock - clock.now()).total_seconds())
        return doubtful(_("its clock is {seconds} s off this one").format(seconds=apart), _("set both clocks (NTP)"))
    return well(
        _("{place}, {version}, schema {schema}").format(place=place(store), version=found.version, schema=is_at)
    )


def _others(path: Path) -> bool:
    """Whether anybody but the owner may do anything with it; where a system has no such rights, nobody may."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
