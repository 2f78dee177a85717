"""The jobs that anchor the log outside: publish its checkpoints hourly, have them stamped."""

import structlog

from adapters.application import anchoring, checkpoint_stamps
from adapters.application.application import Application
from adapters.application.appointing import WitnessesDisputed
from adapters.application.work import Job
from adapters.database import checkpoints, jobs
from adapters.database.checkpoints import Published
from adapters.database.store import Transaction
from adapters.jobs.errors import JobFault, TryLater
from adapters.jobs.stamping import asked, good_until
from signing.errors import Invalid
from signing.timestamp import verify_stamp

log = structlog.get_logger()


def publish(app: Application, job: Job) -> None:
    """Publish what happened since the last time, and do so again in an hour; sooner where a witness was away."""
    try:
        attempt = anchoring.publish(app, still=lambda tx: jobs.held(tx, job))
    except Invalid as error:  # people must look, and it goes on by itself once they have
        log.warning("log not published", code=error.code, reason=error.message)
        raise TryLater(f"{error.message}   [{error.code}]") from error
    except WitnessesDisputed as error:
        log.warning("witnesses disputed", code=error.code, reason=error.message)
        raise TryLater(str(error)) from error
    if attempt.missing:
        raise TryLater("; ".join(attempt.missing))
    with app.store.write() as tx:
        if jobs.held(tx, job):
            jobs.repeat(tx, job["id"], app.clock() + anchoring.INTERVAL)
            jobs.mend_all(tx, anchoring.PUBLISH)


def stamp(app: Application, job: Job) -> None:
    """Have a published checkpoint stamped; until the authority answers rightly, the job stays open.

    Where a later one was published meanwhile, that one's stamp proves the same of this one, and more.
    """
    size = job["payload"]["size"]
    with app.store.read() as tx:
        found, newest = checkpoints.of_size(tx, size), checkpoints.last(tx)
        if found is not None and newest == found:
            _demand_ours(app, tx, found)
    if found is None or newest != found:
        with app.store.write() as tx:
            if jobs.held(tx, job):
                jobs.finish(tx, job["id"], "cancelled", "a later checkpoint is stamped in its place")
        return
    content = found.note.encode()
    token = asked(app, content)
    trust, at = app.trust(), app.clock()
    try:
        proof = verify_stamp(token, content, trust=trust, at=at)
    except Invalid as error:
        log.warning("stamp refused", code=error.code)
        raise TryLater(str(error)) from error
    end = good_until(token, trust, at)
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        if app.clock().replace(microsecond=0) > end:
            raise TryLater("a certificate or a revocation list ended while the stamp was asked for")
        jobs.finish(tx, job["id"], "done")
        checkpoint_stamps.keep(app, tx, found, token, proof, trust)


def _demand_ours(app: Application, tx: Transaction, found: Published) -> None:
    try:
        anchoring.verified(app, tx, found)
    except Invalid as error:
        raise JobFault(error.code, error.message) from error
