"""Have an accepted signature stamped. Killed in between, it is done again: a record gets one stamp, the first kept."""

import hashlib
from dataclasses import replace
from datetime import datetime

import structlog

from adapters.application import stamping
from adapters.application.application import Application
from adapters.application.stamping import UNAVAILABLE, Unstamped
from adapters.application.submission import until
from adapters.application.work import Job
from adapters.database import jobs
from adapters.jobs.errors import JobFault, TryLater
from signing.certificates import load_certificates
from signing.errors import Invalid
from signing.stamp_token import read_token
from signing.stamped import VerifiedStamped, verify_stamped
from signing.timestamp import StampUnavailable, signature_value
from signing.verify import Trust

log = structlog.get_logger()


def stamp(app: Application, job: Job) -> None:
    """Ask the authority, verify what it gives, keep it. Until it answers rightly, the job stays open."""
    found = stamping.find(app, job["payload"]["record"])
    if found is None:
        with app.store.write() as tx:
            if jobs.held(tx, job):
                jobs.finish(tx, job["id"], "done")
        return
    token = asked(app, signature_value(found.signature))
    trust, at = app.trust(), app.clock()
    proof = _verified(found, token, trust, at)
    end = good_until(token, trust, at)
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        if app.clock().replace(microsecond=0) > end:
            raise TryLater("a certificate or a revocation list ended while the stamp was asked for")
        stamping.keep(app, tx, found, token, proof, trust)
        jobs.finish(tx, job["id"], "done")


def asked(app: Application, content: bytes) -> bytes:
    """Ask the authority for a stamp over these bytes; its answer is verified by the caller."""
    if app.stamp is None:
        raise TryLater(f"no time-stamp authority is configured; set HOSO_TSA_URL   [{UNAVAILABLE}]")
    try:
        return app.stamp.stamp(hashlib.sha256(content).digest())
    except StampUnavailable as error:
        raise TryLater(f"{error}   [{UNAVAILABLE}]") from error


def _verified(found: Unstamped, token: bytes, trust: Trust, at: datetime) -> VerifiedStamped:
    """Verify stamp and signature by it. A bad stamp is the authority's fault, and it is asked again."""
    parts = (found.record, found.manifest, found.signature)
    try:
        return verify_stamped(*parts, token, trust=trust, accepted=found.row["accepted"], at=at)
    except Invalid as error:
        if error.code.startswith("stamp-"):
            log.warning("stamp refused", record=found.row["sha256"], code=error.code)
            raise TryLater(str(error)) from error
        # Between acceptance and stamp the certificate ended or was revoked: nothing can prove the signature any more.
        message = (
            f"the signature of record {found.row['sha256'][:16]} does not hold at its stamp's time: {error.message}"
        )
        raise JobFault(error.code, f"{message}; have the step signed again") from error


def good_until(token: bytes, trust: Trust, at: datetime) -> datetime:
    """How long the verdict on the stamp stays the same."""
    read = read_token(token)
    others = tuple(load_certificates(item)[0] for item in read.others)
    authority = load_certificates(read.signer.dump())[0]
    return until(replace(trust, intermediates=(*trust.intermediates, *others)), authority, at)
