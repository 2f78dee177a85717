"""After a restore: what may have been done outside since the backup is not done again before somebody looked.

The database that was lost may have sent the mail, prepared the parcel, handed the job to an external worker. So each
such job stands still as an incident; an operator tries it again, or lets the dossier go on without it.
"""

from datetime import datetime

from adapters.application.application import Application
from adapters.application.ordering import ORDER
from adapters.application.save import save
from adapters.application.sight import definition_of
from adapters.application.work import incident_of
from adapters.database import dossiers, jobs, parcels
from adapters.database.store import Transaction
from engine.acts.proceed import job_failed

CODE = "perhaps-done"
MESSAGE = "the database was restored; whether this was done after the backup is not known"
OUTSIDE = ("hoso.email", "hoso.post", "hoso.counter")


def hold(app: Application, tx: Transaction, now: datetime) -> int:
    """Let every open job stand still whose work is seen outside; gives how many. Who held a job holds it no more."""
    jobs.forget_leases(tx)
    for job in jobs.reaching_out(tx, (ORDER,)):  # the lost database may have ordered it: the carrier is asked
        if job["type"] == ORDER:
            parcels.doubt(tx, job["payload"]["dispatch"], now)
    found = jobs.reaching_out(tx, OUTSIDE)
    for job in found:
        dossier = dossiers.load(tx, job["dossier"], lock=True, part=job["part"]) if job["dossier"] else None
        if dossier is None or job["number"] not in dossier.state.open_jobs:
            jobs.finish(tx, job["id"], "failed", f"{MESSAGE}   [{CODE}]")
            continue
        definition = definition_of(app, tx, dossier)
        outcome = job_failed(dossier, definition, job["number"], CODE, MESSAGE, now=now)
        jobs.finish(tx, job["id"], "failed", f"{MESSAGE}   [{CODE}]", incident=incident_of(dossier, outcome))
        save(app, tx, dossier, outcome, now)
    return len(found)
