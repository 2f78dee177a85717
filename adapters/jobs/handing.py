"""Tell the parcels of a record that they were handed over, where the client that began it went away."""

from adapters.application import countersigning
from adapters.application.application import Application
from adapters.application.work import Job
from adapters.database import jobs


def tell(app: Application, job: Job) -> None:
    """Each parcel in a transaction of its own, which asks whether the lease still stands."""
    code = job["payload"]["record"]
    while found := countersigning.unheard(app, code):
        row, rows = found
        for each in rows:
            with app.store.write() as tx:
                if not jobs.held(tx, job):
                    return
                countersigning.tell_one(app, tx, row, each)
    with app.store.write() as tx:
        if jobs.held(tx, job):
            jobs.finish(tx, job["id"], "done")
