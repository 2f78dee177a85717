"""What `hoso doctor` looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509

from adapters import clock, wiring
from adapters.application.application import Application
from adapters.database import jobs
from adapters.letters.errors import LetterError
from adapters.letters.render import render
from adapters.oidc.errors import ProviderError
from adapters.settings import SettingError, Settings
from signing.errors import SigningError

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
    checks: tuple[Callable[[Application], Finding], ...] = (_trust, _crls, _mail, _identity, _letters, _jobs)
    first = Finding(name="installation", verdict="ok", message=f"{app.agency.name} ({app.agency.identifier})")
    return [first, *(check(app) for check in checks)]


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
