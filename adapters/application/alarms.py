"""What is stuck raises an alarm: one look for the worker's log, `hoso doctor` and whoever collects numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.application.application import Application
from adapters.application.late import waits_since
from adapters.database import parcel_lists, parcels, stuck_jobs
from engine.ordering import WAITING

OVERDUE = timedelta(minutes=2)
LAPSED = timedelta(minutes=1)
UNFETCHED = timedelta(hours=1)
OFTEN = 12  # tries: more than an hour and a half of them
REMEMBERED = timedelta(days=7)
CODES = (
    "jobs-overdue",
    "leases-lapsed",
    "dead-letters",
    "jobs-unfetched",
    "jobs-tried-often",
    "parcels-late",
    "parcels-unsettled",
    "parcels-contradicted",
    "parcels-waiting",
    "parcels-unordered",
)
"""Every code that an alarm can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that does not go on by itself: a stable code, of how many, and what to do."""

    code: str
    count: int
    message: str


def alarms(app: Application) -> Sequence[Alarm]:
    """What is stuck now; nothing where all goes on."""
    now = app.clock()
    waiting = waits_since(app, now)
    with app.store.read() as tx:
        counts = (
            stuck_jobs.overdue(tx, now - OVERDUE),
            stuck_jobs.lapsed(tx, now - LAPSED),
            stuck_jobs.dead(tx),
            stuck_jobs.unfetched(tx, now - UNFETCHED, now),
            stuck_jobs.tried(tx, OFTEN),
            parcel_lists.late(tx, now),
            parcel_lists.unsettled(tx),
            parcel_lists.contradicted(tx, now - REMEMBERED),
            parcel_lists.waiting(tx, waiting),
            parcels.count_ordering(tx, WAITING),
        )
    return [
        Alarm(code=code, count=count, message=_MESSAGES[code].format(count=count))
        for code, count in zip(CODES, counts, strict=True)
        if count
    ]


_MESSAGES = {
    "jobs-overdue": "{count} job(s) have been due for more than two minutes, and no worker takes them;"
    " does hoso serve or hoso worker run? More workers: hoso worker --threads 8",
    "leases-lapsed": "{count} job(s) were at work on a machine that gave no sign of life for more than a minute,"
    " and nobody took them over; does hoso serve or hoso worker run?",
    "dead-letters": "{count} job(s) cannot be done any more; see: hoso job list --state failed",
    "jobs-unfetched": "{count} job(s) have waited for an external worker for more than an hour;"
    " see which: hoso job list --state open",
    "jobs-tried-often": "{count} job(s) were tried twelve times or more, and wait to be tried again;"
    " see why: hoso job list --state open",
    "parcels-late": "{count} parcel(s) left two working days ago or more, and have not arrived; ask their carriers,"
    " see which: hoso dispatch list --late",
    "parcels-unsettled": "{count} parcel(s) came back or were lost, and nobody has seen to them;"
    " see which: hoso dispatch list --unsettled",
    "parcels-contradicted": "of {count} parcel(s) something was told in the last seven days that says otherwise than"
    " what is known; see what in the trail: hoso audit search --act parcel-contradicted",
    "parcels-waiting": "{count} parcel(s) have been prepared for more than a working day, and not handed over;"
    " see which: hoso dispatch list --state prepared --channel post",
    "parcels-unordered": "{count} parcel(s) wait for somebody to decide what is so at their carrier;"
    " ask the carrier, then: hoso dispatch order DISPATCH --item CODE, --again or --none",
}
