"""What whoever watches over the server must know of its work, without anybody's data: counts, ages, lags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from adapters.application.alarms import alarms
from adapters.application.anchoring import unpublished
from adapters.application.application import Application
from adapters.application.appointing import disputed
from adapters.application.cosigning import has_cosigned
from adapters.application.log_keys import StoredNoteDamaged
from adapters.database import checkpoints, figures
from adapters.database import trail as stored
from adapters.database.checkpoints import Published
from adapters.database.figures import Work
from adapters.database.store import Transaction
from signing.errors import SigningError

_BACK = 50  # published checkpoints in which a witness is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessLag:
    """How far a witness's last cosignature is behind: leaves of the log, and since when (None: it gave none lately)."""

    name: str
    leaves: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One look. `unpublished`: something happened that no published checkpoint covers."""

    at: datetime
    work: Work
    alarms: Mapping[str, int]
    dispatches: Mapping[tuple[str, ...], int]
    open_tasks: int
    overdue_tasks: int
    log_size: int
    published: datetime | None
    published_size: int
    unpublished: bool
    disputed: bool
    damaged: bool
    witnesses: Sequence[WitnessLag]


def look(app: Application) -> Figures:
    """Read them."""
    now = app.clock()
    stuck = {each.code: each.count for each in alarms(app)}
    with app.store.read() as tx:
        figures.bound(tx)
        size, last = stored.head(tx).size, checkpoints.last(tx)
        open_tasks, overdue = figures.tasks(tx, now)
        damaged, lags = _lags(app, tx, size, last)
        return Figures(
            at=now,
            work=figures.work(tx, now),
            alarms=stuck,
            dispatches=figures.dispatches(tx, now),
            open_tasks=open_tasks,
            overdue_tasks=overdue,
            log_size=size,
            published=last.published if last else None,
            published_size=last.size if last else 0,
            unpublished=unpublished(tx, last),
            disputed=disputed(app, tx),
            damaged=damaged,
            witnesses=lags,
        )


def revocation_ends(app: Application) -> datetime | None:
    """When the first of the trusted revocation lists ends; None where there is none, or the folder cannot be read."""
    try:
        lists = [x509.load_der_x509_crl(crl) for crl in app.trust().crls]
    except SigningError:
        return None
    return min((crl.next_update_utc for crl in lists if crl.next_update_utc is not None), default=None)


def _lags(app: Application, tx: Transaction, size: int, last: Published | None) -> tuple[bool, Sequence[WitnessLag]]:
    """Whether a published note cannot be read, and the lags of the witnesses."""
    newest = checkpoints.latest(tx, _BACK) if app.witnesses and last is not None else []
    lags = []
    try:
        for witness in app.witnesses:
            found = next((each for each in newest if has_cosigned(each.note, witness)), None)
            behind = size - (found.size if found else 0)
            lags.append(WitnessLag(name=witness.name, leaves=behind, since=found.published if found else None))
    except StoredNoteDamaged:
        return True, []
    return False, lags
