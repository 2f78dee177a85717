"""Tell how often something was repeated in an hour that has passed, where no act has told it yet."""

from adapters.application.application import Application
from adapters.application.trail import tell_passed
from adapters.application.work import Job
from adapters.database import jobs
from adapters.database.tallies import Group


def tell(app: Application, job: Job) -> None:
    """What was counted becomes a leaf and is forgotten, in the transaction that ends the job."""
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        tell_passed(app, tx, Group(**job["payload"]), app.clock())
        jobs.finish(tx, job["id"], "done")
