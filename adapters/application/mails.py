"""Take a mail: it is recorded with what it leads to in one transaction, each once, whatever is killed in between."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.application import mail_acts, mail_plans, people
from adapters.application.application import Application
from adapters.application.dispatch_reports import reported
from adapters.application.mail_acts import Received
from adapters.application.mail_plans import Held, Plan, Reporting, Starting, Supplementing
from adapters.application.trail import append
from adapters.database import definitions, jobs, mails
from adapters.database.store import Transaction
from adapters.mailbox.imap import Place
from adapters.mailbox.mail import Mail
from engine.delivery import FAILURES
from engine.errors import Kind, Refusal, not_found
from engine.outcome import SYSTEM, JobRequest, LeafDraft
from signing.canonical import sha256_hex
from signing.errors import Invalid

QUARANTINED = "mail-quarantined"
FAILED_MAIL = "dispatch-failure"
"""The type of job that tells a dossier that its mail did not arrive."""
MESSAGE = "hoso.dispatch-failed"
"""The message by which a process may wait for that."""
TOO_LARGE, BROKE = "mail-over-bounds", "mail-broke"
MOST_WAITING, MOST_BYTES = 10_000, 2 << 30
IMAP, HTTP = "imap", "http"
Still = Callable[[Transaction], bool]
Row = Mapping[Any, Any]


class QuarantineFull(Exception):
    """So many mails wait for people that no more are taken; they stay in the mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a mail. `again`: it was known before, and nothing was done."""

    state: str
    reason: str | None
    dossier: str | None = None
    again: bool = False

    @property
    def waits(self) -> bool:
        """Whether people must look at it."""
        return self.state == mails.WAITING


def always(_tx: Transaction) -> bool:
    """Nobody else could take this mail in our place."""
    return True


def take(
    app: Application, raw: bytes, place: Place | None, *, source: str = IMAP, still: Still = always
) -> Taken | None:
    """Take a mail, once; None where `still` says that another does so now.

    Raises QuarantineFull, LimitsUnavailable: nothing was done then, and it is to be tried again.
    """
    digest = sha256_hex(raw)
    with app.store.read() as tx:
        if row := mails.known(tx, digest):
            return _known(row)
        _demand_room(tx)
    mail, plan = _planned(app, raw)
    with app.store.read() as tx:
        row = mails.at_place(tx, place.validity, place.uid) if place is not None else None
    if row is not None and mail is not None and row["message_id"] == mail_plans.message_key(mail) is not None:
        return _known(row)  # some servers do not give the same bytes twice
    with app.store.write() as tx:
        if not still(tx):
            return None
        values = {**_row(app, source, place, len(raw), mail), "sha256": digest}
        id = mails.add(tx, values)
        if id is None:
            row = mails.known(tx, digest)
            assert row is not None
            return _known(row)
        return _done(app, tx, id, raw, digest, mail, plan)


def take_unread(app: Application, place: Place, size: int, *, still: Still = always) -> Taken | None:
    """A mail that is too large to be fetched: that it lies there is recorded, once."""
    with app.store.write() as tx:
        if not still(tx):
            return None
        row = mails.at_place(tx, place.validity, place.uid)
        if row is not None and row["sha256"] is None and row["size"] == size:
            return _known(row)
        _demand_room(tx)
        id = mails.add(tx, {**_row(app, IMAP, place, size, None), "sha256": None})
        assert id is not None
        return _hold(app, tx, id, Held(reason=TOO_LARGE), None, None)


def take_broken(app: Application, raw: bytes, place: Place, *, still: Still = always) -> Taken | None:
    """A mail over which we stumbled: it is kept for people as it came, once, and nothing of it is believed."""
    digest = sha256_hex(raw)
    with app.store.write() as tx:
        if not still(tx):
            return None
        _demand_room(tx)
        id = mails.add(tx, {**_row(app, IMAP, place, len(raw), None), "sha256": digest})
        if id is None:
            row = mails.known(tx, digest)
            assert row is not None
            return _known(row)
        return _hold(app, tx, id, Held(reason=BROKE), raw, digest)


def _planned(app: Application, raw: bytes) -> tuple[Mail | None, Plan]:
    try:
        mail = mail_plans.read(app, raw)
    except Invalid as error:
        return None, Held(reason=error.code)
    try:
        with app.store.read() as tx:
            return mail, mail_plans.plan(app, tx, mail)
    except Invalid:  # of its attachments; which, an officer sees when they release it
        return mail, Held(reason="mail-attachment")


def _done(app: Application, tx: Transaction, id: int, raw: bytes, digest: str, mail: Mail | None, plan: Plan) -> Taken:
    """Do what was planned; what is refused waits in quarantine."""
    if mail is None or isinstance(plan, Held):
        held = plan if isinstance(plan, Held) else Held(reason="mail-malformed")
        return _hold(app, tx, id, held, raw, digest)
    got = Received(id=id, sha256=digest, raw=raw, mail=mail, actor=SYSTEM, at=app.clock())
    found = _reported(app, tx, got, plan) if isinstance(plan, Reporting) else _acted(app, tx, got, plan)
    if isinstance(found, Refusal):
        rule = plan.rule.name if isinstance(plan, Starting) else None
        return _hold(app, tx, id, Held(reason=found.code, rule=rule), raw, digest)
    rule = plan.rule.name if isinstance(plan, Starting) else None
    mails.change(tx, id, state=mails.TAKEN, dossier=found, rule=rule)
    definitions.leave(tx, mails.owner(id))
    return Taken(state=mails.TAKEN, reason=None, dossier=found)


def _acted(app: Application, tx: Transaction, got: Received, plan: Starting | Supplementing) -> str | Refusal:
    """Open a dossier, or lay the mail beside one; gives its code."""
    id = plan.rule.officer if isinstance(plan, Starting) else plan.how.officer
    officer = people.find(app, tx, id)
    if officer is None:
        return not_found("officer", id, "name another officer in mail-rules.json")
    if isinstance(plan, Starting):
        return mail_acts.start(app, tx, got, plan.rule, plan.files, officer)
    return mail_acts.supplement(app, tx, got, plan.code, plan.how, plan.files, plan.by) or plan.code


def _reported(app: Application, tx: Transaction, got: Received, plan: Reporting) -> str | Refusal:
    """Record what the report says; a failure is told to the dossier, by a job of its own."""
    found = reported(app, tx, plan.key, plan.event, got.at, got.raw, status=plan.status)
    if isinstance(found, Refusal):
        return found
    if found.state in FAILURES and found.before != found.state:
        data = {"dispatch": found.code, "state": found.state.value, "status": plan.status}
        request = JobRequest(number=0, element="", type=FAILED_MAIL, payload={"data": data}, due=got.at)
        jobs.add_job(tx, found.dossier, request)
    return found.dossier


def _hold(app: Application, tx: Transaction, id: int, held: Held, raw: bytes | None, digest: str | None) -> Taken:
    """Put the mail in quarantine, its bytes kept until people have looked at it."""
    mails.change(tx, id, state=mails.WAITING, reason=held.reason[:60], rule=held.rule)
    if raw is not None and digest is not None:
        definitions.put_content(tx, digest, raw, of=mails.owner(id))
    details: dict[str, object] = {"mail": id, "reason": held.reason}
    details |= {"sha256": digest} if digest is not None else {}
    append(app, tx, [LeafDraft(actor=SYSTEM, act=QUARANTINED, subject=mails.owner(id), details=details)], app.clock())
    return Taken(state=mails.WAITING, reason=held.reason)


def _row(app: Application, source: str, place: Place | None, size: int, mail: Mail | None) -> dict[str, Any]:
    return {
        "source": source,
        "validity": place.validity if place else None,
        "uid": place.uid if place else None,
        "size": size,
        "message_id": mail_plans.message_key(mail) if mail else None,
        "sender": mail.sender if mail else "",
        "subject": mail.subject if mail else "",
        "trust": mail_plans.trust_of(mail) if mail else "claimed",
        "state": mails.WAITING,
        "received": app.clock(),
    }


def _known(row: Row) -> Taken:
    return Taken(state=row["state"], reason=row["reason"], dossier=row["dossier"], again=True)


def _demand_room(tx: Transaction) -> None:
    count, size = mails.waiting(tx)
    if count >= MOST_WAITING or size >= MOST_BYTES:
        raise QuarantineFull(f"{count} mails of {size} bytes wait in quarantine; look at them: hoso mailbox list")


def report_by_http(app: Application, raw: bytes) -> Taken | Refusal:
    """Take a report that a mail server handed over; what is none is refused, and kept nowhere."""
    try:
        mail = mail_plans.read(app, raw)
    except Invalid as error:
        return _no_report(error.message)
    if mail.report is None:
        return _no_report("it is no delivery status notification (RFC 3464)")
    found = take(app, raw, None, source=HTTP)
    assert found is not None
    return found


def _no_report(why: str) -> Refusal:
    remedy = "send the whole report, message/rfc822 or message/delivery-status; other mail goes to the mailbox"
    return Refusal(kind=Kind.INVALID, code="mail-no-report", message=f"no report was taken: {why}", remedy=remedy)
