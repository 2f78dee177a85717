"""Leases: a job is done by one worker at a time, and a worker that slept past its lease records nothing."""

from datetime import timedelta

from adapters.database import jobs, leasing, stuck_jobs
from adapters.database.store import Store
from engine.tracks import track_of
from tests.adapters.database.rows import CODE, NOW, add_dossier, dossier, job, people_of

LEASE = timedelta(minutes=1)
MAIL = track_of("hoso.email")


def prepared(store: Store, *due: timedelta) -> None:
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
        for number, delay in enumerate(due or (timedelta(),), 1):
            jobs.add_job(tx, CODE, job(number, NOW + delay))


def lease(store: Store, after: timedelta = timedelta()) -> jobs.Row | None:
    with store.write() as tx:
        return leasing.lease(tx, MAIL, worker="w", now=NOW + after, until=NOW + after + LEASE, start=1)


def held(store: Store, leased: jobs.Row | None) -> bool:
    assert leased is not None
    with store.write() as tx:
        return jobs.held(tx, leased)


def test_a_leased_job_is_not_given_again(store: Store) -> None:
    """Until its lease ends."""
    prepared(store)
    first = lease(store)
    assert first is not None
    assert (first["lease_epoch"], first["attempts"]) == (1, 1)
    assert lease(store, LEASE) is None
    assert held(store, first)


def test_a_worker_that_slept_past_its_lease_records_nothing(store: Store) -> None:
    """Another took the job meanwhile; the epoch fences the sleeper off, however the clocks stand."""
    prepared(store)
    sleeper = lease(store)
    taker = lease(store, LEASE + timedelta(seconds=1))
    assert taker is not None
    assert taker["lease_epoch"] == 2
    assert not held(store, sleeper)
    assert held(store, taker)


def test_a_worker_that_slept_alone_may_still_record(store: Store) -> None:
    """Nobody else took the job: its work is not thrown away."""
    prepared(store)
    assert held(store, lease(store))


def test_a_job_that_is_over_is_held_by_nobody(store: Store) -> None:
    """Done, failed or cancelled: what comes late is not recorded."""
    for number, end in enumerate(("done", "failed", "cancelled"), 1):
        if number == 1:
            prepared(store, timedelta(), timedelta(seconds=1), timedelta(seconds=2))
        leased = lease(store, timedelta(seconds=number))
        assert leased is not None
        with store.write() as tx:
            if end == "cancelled":
                jobs.cancel_jobs(tx, CODE, [leased["number"]])
            else:
                jobs.finish(tx, leased["id"], end)
        assert not held(store, leased)
    assert lease(store, timedelta(hours=1)) is None


def test_jobs_are_taken_when_due_in_the_order_of_their_time(store: Store) -> None:
    """Not before, and the longest due first."""
    prepared(store, timedelta(minutes=3), timedelta(minutes=1), timedelta(minutes=2))
    assert lease(store) is None
    taken = [lease(store, timedelta(minutes=3)) for _ in range(4)]
    assert [item["number"] if item else None for item in taken] == [2, 3, 1, None]


def test_a_postponed_job_comes_again_with_its_reason(store: Store) -> None:
    """It gives up its lease, waits for its time, and its attempts are counted."""
    prepared(store)
    first = lease(store)
    assert first is not None
    with store.write() as tx:
        jobs.postpone(tx, first["id"], NOW + timedelta(seconds=5), "the mail server is away")
    assert lease(store, timedelta(seconds=4)) is None
    with store.read() as tx:
        assert [row["error"] for row in jobs.jobs_of(tx, CODE)] == ["the mail server is away"]
        assert stuck_jobs.overdue(tx, NOW + timedelta(seconds=6)) == 1
        assert stuck_jobs.overdue(tx, NOW) == 0
    again = lease(store, timedelta(seconds=5))
    assert again is not None
    assert (again["lease_epoch"], again["attempts"]) == (2, 2)
    assert not held(store, first)


def test_a_job_is_listed_while_it_is_open_or_failed(store: Store) -> None:
    """What is done or called off is history, which the trail tells."""
    prepared(store, *[timedelta()] * 3)
    with store.write() as tx:
        rows = jobs.jobs_of(tx, CODE)
        jobs.finish(tx, rows[0]["id"], "done")
        jobs.finish(tx, rows[1]["id"], "failed", "no address   [address-invalid]")
    with store.read() as tx:
        assert [(row["number"], row["state"]) for row in jobs.jobs_of(tx, CODE)] == [(2, "failed"), (3, "open")]
