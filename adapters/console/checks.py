"""What `hoso doctor` looks at of an installation that could be opened. Each gives a finding with its remedy."""

from datetime import timedelta
from hashlib import sha256

from cryptography import x509

from adapters import clock
from adapters.application.alarms import alarms
from adapters.application.application import Application
from adapters.application.stamp_requests import STAMP
from adapters.cli.codes import in_words
from adapters.cli.language import _
from adapters.console.findings import Found, broken, doubtful, well
from adapters.database import acts, jobs, people, successions
from adapters.database import trail as stored
from adapters.letters.errors import LetterError
from adapters.letters.render import render
from adapters.oidc.errors import ProviderError
from signing.certificates import load_certificates, subject_name
from signing.errors import SigningError
from signing.record import time_text
from signing.timestamp import StampUnavailable, verify_stamp

BACKUP_AGE = timedelta(hours=26)  # a night, and the time that the backup itself takes
SOON = timedelta(days=30)
APART = timedelta(seconds=10)
SAMPLE = b"#set page(width: 5cm, height: 2cm)\nTi\xe1\xba\xbfng Vi\xe1\xbb\x87t"


def log_key(app: Application) -> Found:
    """That the key fits the log's head, the installation was opened by; which one it is, people compare."""
    with app.store.read() as tx:
        head, followed = stored.head(tx), len(successions.notes(tx))
    key = app.log_keys.of(head.checkpoint)
    name = f"{key.origin}+{key.key_id.hex()}"
    return well(
        _("{size} leaves, signed by {name}; {count} key(s) before it").format(size=head.size, name=name, count=followed)
    )


def backup(app: Application) -> Found:
    """Whether there is one of last night."""
    remedy = _("run every night: hoso backup FILE; keep the data directory beside it")
    with app.store.read() as tx:
        made = successions.last_backup(tx)
    if made is None:
        return doubtful(_("none was made"), remedy)
    hours = int((app.clock() - made).total_seconds() // 3600)
    message = _("the last one was made {hours} hour(s) ago, {time}").format(hours=hours, time=time_text(made))
    return doubtful(message, remedy) if app.clock() - made > BACKUP_AGE else well(message)


def trust(app: Application) -> Found:
    """Whether some root is trusted, and none of the authorities, nor an officer's certificate, ends soon."""
    try:
        found = app.trust()
    except SigningError as error:
        return broken(str(error), _("take that file out of the trust folder"))
    if not found.roots:
        return broken(_("no trusted root: no signature can be accepted"), "hoso trust add root.pem")
    soon = app.clock() + SOON
    authorities = [each for each in (*found.roots, *found.intermediates) if each.not_valid_after_utc < soon]
    if authorities:
        first = min(authorities, key=lambda each: each.not_valid_after_utc)
        end = time_text(first.not_valid_after_utc)
        message = _("an authority's certificate ends at {end}: {name}").format(end=end, name=subject_name(first))
        return doubtful(message, _("ask the authority for the one that follows, then: hoso trust add"))
    with app.store.read() as tx:
        bound = [load_certificates(each)[0] for each in people.signing_certificates(tx)]
    ending = sum(app.clock() <= each.not_valid_after_utc < soon for each in bound)
    if ending:
        message = _("{count} officer's certificate(s) end within a month").format(count=ending)
        return doubtful(message, _("have them renewed and bound: hoso certificate list"))
    return well(_("{count} trusted root(s)").format(count=len(found.roots)))


def revocation_lists(app: Application) -> Found:
    """Whether there are lists, all good for a day more."""
    soon = clock.now() + timedelta(days=1)
    lists = [x509.load_der_x509_crl(crl) for crl in app.trust().crls]
    late = [crl for crl in lists if crl.next_update_utc is not None and crl.next_update_utc < soon]
    remedy = _("run: hoso trust refresh; or fetch it, then: hoso trust add crl.pem")
    if not lists:
        return broken(_("there is none: no signature can be accepted"), remedy)
    if late:
        names = ", ".join(sorted(crl.issuer.rfc4514_string() for crl in late)[:3])
        message = _("{count} of {size} end within a day or have ended: {names}").format(
            count=len(late), size=len(lists), names=names
        )
        return broken(message, remedy)
    return well(_("{count} good for more than a day").format(count=len(lists)))


def time_stamps(app: Application) -> Found:
    """Whether the authority gives a stamp that verifies, and by which clock."""
    content = app.entropy(32)
    if app.stamp is None:
        return broken(_("no time-stamp authority: results wait"), _("set HOSO_TSA_URL"))
    try:
        token = app.stamp.stamp(sha256(content).digest())
        found = verify_stamp(token, content, trust=app.trust(), at=app.clock())
    except (StampUnavailable, SigningError) as error:
        return broken(str(error), _("until it is mended, results wait; see docs/how-to/operate.md"))
    apart = abs(app.clock() - found.time)
    if apart > APART:
        message = _("its clock is {seconds} s off this one").format(seconds=round(apart.total_seconds()))
        return doubtful(message, _("set the clock of this machine (NTP)"))
    return well(_("a stamp of {time}, policy {policy}").format(time=time_text(found.time), policy=found.policy))


def to_stamp(app: Application) -> Found:
    """Whether signatures wait for their stamp, or can never get one."""
    with app.store.read() as tx:
        waiting = acts.unstamped(tx, app.clock() - timedelta(minutes=10))
        lost = jobs.failed(tx, STAMP)
        records = [acts.find_record(tx, job["payload"]["record"]) for job in lost]
    waiting -= len(lost)
    if lost:
        where = sorted({row["dossier"] for row in records if row and row["dossier"]})
        message = _("{count} signature(s) can never be stamped: {reason} ({where})").format(
            count=len(lost), reason=lost[-1]["error"], where=", ".join(where[:5]) or "-"
        )
        return doubtful(message, _("have the steps signed again"))
    if waiting > 0:
        message = _("{count} accepted signature(s) wait for more than ten minutes; their results wait, too")
        return doubtful(message.format(count=waiting), _("see what is said of time stamps, and the log of hoso serve"))
    return well(_("none waits"))


def carriers(app: Application) -> Found:
    """Who takes parcels, and that nobody takes a profile for tested which is not. They are not asked anything."""
    names = [
        name if carrier.certified else _("{name} (NOT CERTIFIED)").format(name=name)
        for name, carrier in sorted(app.carriers.by_name.items())
    ]
    return well(", ".join(names) or _("none; parcels are handed over with a manifest"))


def identity(app: Application) -> Found:
    """Whether officers can sign in there."""
    if app.identity is None:
        return well(_("none; officers sign in with access tokens"))
    try:
        app.identity.check()
    except ProviderError as error:
        return doubtful(str(error), _("see HOSO_OIDC_ISSUER"))
    return well(app.identity.issuer)


def letters(_app: Application) -> Found:
    """Whether a page can be typeset."""
    try:
        render("letters/sample.typ", {"letters/sample.typ": SAMPLE}, {}, at=clock.now())
    except LetterError as error:
        return broken(error.message, _("install Hoso anew: pip install --force-reinstall 'hoso[server]'"))
    return well(_("a page was typeset"))


def stuck_jobs(app: Application) -> Found:
    """What does not go on by itself."""
    found = alarms(app)
    if found:
        message = "; ".join(f"{in_words(each.code, each.message)}   [{each.code}]" for each in found)
        return doubtful(message, _("see docs/how-to/operate.md"))
    return well(_("none is stuck"))
