"""What `hoso doctor` looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from cryptography import x509

from adapters import clock, wiring
from adapters.application.application import Application
from adapters.application.stamp_requests import STAMP
from adapters.console import anchors
from adapters.database import acts, jobs, successions
from adapters.database import trail as stored
from adapters.letters.errors import LetterError
from adapters.letters.render import render
from adapters.oidc.errors import ProviderError
from adapters.settings import SettingError, Settings
from signing.errors import SigningError
from signing.record import time_text
from signing.timestamp import StampUnavailable, verify_stamp

BACKUP_AGE = timedelta(hours=26)  # a night, and the time that the backup itself takes
SAMPLE = b"#set page(width: 5cm, height: 2cm)\nTi\xe1\xba\xbfng Vi\xe1\xbb\x87t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's verdict: ok, warning or failed."""

    name: str
    verdict: str
    message: str


def examine(settings: Settings) -> list[Finding]:
    """All checks; the later ones are left out when the installation cannot even be opened."""
    try:
        app = wiring.assemble(settings)
    except (SettingError, ValueError, OSError) as error:
        return [Finding(name="installation", verdict="failed", message=str(error))]
    checks: tuple[Callable[[Application], Finding], ...] = (
        _log,
        _backup,
        _trust,
        _crls,
        _stamps,
        _waiting,
        _witnesses,
        _published,
        _mail,
        _identity,
        _letters,
        _jobs,
    )
    first = Finding(name="installation", verdict="ok", message=f"{app.agency.name} ({app.agency.identifier})")
    return [first, *(check(app) for check in checks)]


def _log(app: Application) -> Finding:
    """That the key fits the log's head, the installation was opened by; which one it is, people compare."""
    with app.store.read() as tx:
        head, followed = stored.head(tx), len(successions.notes(tx))
    key = app.log_keys.of(head.checkpoint)
    message = f"{head.size} leaves, signed by {key.origin}+{key.key_id.hex()}; {followed} key(s) before it"
    return Finding(name="log key", verdict="ok", message=message)


def _backup(app: Application) -> Finding:
    name, now = "backup", app.clock()
    with app.store.read() as tx:
        made = successions.last_backup(tx)
    if made is None:
        message = "none was made; run: hoso backup FILE, and keep the data directory beside it"
        return Finding(name=name, verdict="warning", message=message)
    hours = int((now - made).total_seconds() // 3600)
    if now - made > BACKUP_AGE:
        message = f"the last one was made {hours} hours ago, {time_text(made)}; run: hoso backup FILE every night"
        return Finding(name=name, verdict="warning", message=message)
    return Finding(name=name, verdict="ok", message=f"the last one was made {hours} hour(s) ago, {time_text(made)}")


def _trust(app: Application) -> Finding:
    try:
        roots = len(app.trust().roots)
    except SigningError as error:
        return Finding(name="trust", verdict="failed", message=str(error))
    if roots:
        return Finding(name="trust", verdict="ok", message=f"{roots} trusted root(s)")
    message = "no trusted root: no signature can be accepted; run: hoso trust add root.pem"
    return Finding(name="trust", verdict="failed", message=message)


def _crls(app: Application) -> Finding:
    soon = clock.now() + timedelta(days=1)
    lists = [x509.load_der_x509_crl(crl) for crl in app.trust().crls]
    late = [crl for crl in lists if crl.next_update_utc is not None and crl.next_update_utc < soon]
    if not lists or late:
        message = "a revocation list is missing or ends within a day; fetch it and run: hoso trust add crl.pem"
        return Finding(name="revocation lists", verdict="failed", message=message)
    return Finding(name="revocation lists", verdict="ok", message=f"{len(lists)} good for more than a day")


def _stamps(app: Application) -> Finding:
    name, content = "time stamps", app.entropy(32)
    if app.stamp is None:
        message = "no time-stamp authority: results wait; set HOSO_TSA_URL"
        return Finding(name=name, verdict="failed", message=message)
    try:
        token = app.stamp.stamp(sha256(content).digest())
        found = verify_stamp(token, content, trust=app.trust(), at=app.clock())
    except (StampUnavailable, SigningError) as error:
        return Finding(name=name, verdict="failed", message=f"{error}; until it is mended, results wait")
    return Finding(name=name, verdict="ok", message=f"a stamp of {time_text(found.time)}, policy {found.policy}")


def _waiting(app: Application) -> Finding:
    name = "signatures to stamp"
    with app.store.read() as tx:
        waiting = acts.unstamped(tx, app.clock() - timedelta(minutes=10))
        lost = jobs.failed(tx, STAMP)
        records = [acts.find_record(tx, job["payload"]["record"]) for job in lost]
    waiting -= len(lost)
    if lost:
        where = sorted({row["dossier"] for row in records if row and row["dossier"]})
        message = f"{len(lost)} signature(s) can never be stamped; {lost[-1]['error']}"
        return Finding(name=name, verdict="warning", message=f"{message} ({', '.join(where[:5]) or 'of no dossier'})")
    if waiting > 0:
        message = f"{waiting} accepted signature(s) wait for a stamp for more than ten minutes; their results wait, too"
        return Finding(name=name, verdict="warning", message=message)
    return Finding(name=name, verdict="ok", message="none waits")


def _witnesses(app: Application) -> Finding:
    found = anchors.witnesses(app)
    return Finding(name="witnesses", verdict=found.verdict, message=found.message)


def _published(app: Application) -> Finding:
    found = anchors.published(app)
    return Finding(name="checkpoints", verdict=found.verdict, message=found.message)


def _mail(app: Application) -> Finding:
    if app.mail is None:
        return Finding(
            name="mail", verdict="warning", message="no mail server; set HOSO_SMTP_URL to send results by email"
        )
    return Finding(name="mail", verdict="ok", message=f"{app.mail.scheme}://{app.mail.host}:{app.mail.port}")


def _identity(app: Application) -> Finding:
    name = "identity provider"
    if app.identity is None:
        return Finding(name=name, verdict="ok", message="none; officers sign in with access tokens")
    try:
        app.identity.check()
    except ProviderError as error:
        return Finding(name=name, verdict="warning", message=f"{error}; see HOSO_OIDC_ISSUER")
    return Finding(name=name, verdict="ok", message=app.identity.issuer)


def _letters(_app: Application) -> Finding:
    try:
        render("letters/sample.typ", {"letters/sample.typ": SAMPLE}, {}, at=clock.now())
    except LetterError as error:
        return Finding(name="letters", verdict="failed", message=error.message)
    return Finding(name="letters", verdict="ok", message="a page was typeset")


def _jobs(app: Application) -> Finding:
    with app.store.read() as tx:
        stuck = jobs.stuck(tx, app.clock() - timedelta(hours=1))
    if stuck:
        message = f"{stuck} job(s) have been due for more than an hour; see hoso dossier show"
        return Finding(name="jobs", verdict="warning", message=message)
    return Finding(name="jobs", verdict="ok", message="none is stuck")
