"""What is to become of a mail, as its rules and what we sent say; it changes nothing.

What an email proves: that somebody wrote it. Its sender is claimed, unless our own mail server vouches for the domain;
what it says of a dispatch or a dossier counts by the key that only who got our mail can know.
"""

from dataclasses import dataclass
from datetime import timedelta

from adapters.application.application import Application
from adapters.application.dispatch_reports import CONTRADICTED, TOLD
from adapters.database import dossiers, jobs, leaf_search, mails
from adapters.database.store import Transaction
from adapters.limits.limited import limited
from adapters.mailbox.files import File, check_pdf, fit
from adapters.mailbox.mail import Mail
from adapters.mailbox.reading import read_mail
from adapters.mailbox.reply import dossier_of
from adapters.mailbox.report import Outcome, Report
from adapters.mailbox.rules import Documents, Rule, Supplement, Trust
from engine.delivery import Event
from engine.document import PDF
from engine.dossier import Dossier
from signing.canonical import sha256_hex
from signing.errors import Invalid

DAY = timedelta(days=1)
UNKNOWN_REPORT = "mail-report-unknown"
UNCLEAR_REPORT = "mail-report-unclear"
MANY_REPORTS = "mail-report-many"
MOST_REPORTS = 20  # kept of each dispatch, on average of its dossier's


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """It waits for a person, for this reason."""

    reason: str
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Starting:
    """It opens a dossier by this rule."""

    rule: Rule
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplementing:
    """It is laid beside a dossier. `by`: how it names the dossier, `address` or `subject`."""

    code: str
    by: str
    how: Supplement
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """It tells what became of the dispatch of that key."""

    key: str
    event: Event
    status: str


Plan = Held | Starting | Supplementing | Reporting


def read(app: Application, raw: bytes) -> Mail:
    """The mail, read in a child; Invalid where that cannot be, or takes too much. LimitsUnavailable without a child."""
    try:
        return limited(read_mail, raw, app.mailbox.rules.authserv)
    except Invalid as error:
        code = error.code if error.code.startswith("mail-") else "mail-malformed"
        raise Invalid(code, "the mail cannot be read within its bounds") from error


def trust_of(mail: Mail) -> Trust:
    """What is proven of the sender."""
    return "domain" if mail.domain else "claimed"


def message_key(mail: Mail) -> str | None:
    """What a Message-ID is kept as: it may name who sent it."""
    return sha256_hex(mail.message_id.encode()) if mail.message_id else None


def plan(app: Application, tx: Transaction, mail: Mail) -> Plan:
    """What the mail is to become; Invalid `mail-attachment` where its files are not what the rule takes."""
    if mail.report is not None:
        return reporting(tx, mail.report, mail.addresses)
    if reason := _refuses(app, tx, mail):
        return Held(reason=reason)
    found = _supplementing(app, tx, mail)
    if found is not None:
        return found
    rule = app.mailbox.rules.fitting(mail)
    if rule is None:
        return Held(reason="mail-unmatched")
    if not enough(mail, rule.sender):
        return Held(reason="mail-sender-claimed", rule=rule.name)
    return Starting(rule=rule, files=files_of(mail, rule.documents))


def files_of(mail: Mail, wanted: Documents) -> tuple[File, ...]:
    """The attachments as documents; each PDF is looked at in a child."""
    found = fit(mail.attachments, wanted)
    for each in found:
        if each.media_type == PDF:
            limited(check_pdf, each.content)
    return found


def enough(mail: Mail, wanted: Trust) -> bool:
    """Whether as much is proven of the sender as is wanted."""
    return wanted == "claimed" or bool(mail.domain)


def reporting(tx: Transaction, report: Report, addresses: tuple[str, ...]) -> Reporting | Held:
    """The dispatch that a report names by what only a copy of our mail, or its envelope, tells: never by an address."""
    named = {row["key"]: row for each in _names(report, addresses) if (row := jobs.find_dispatch(tx, each))}
    mail = [row for row in named.values() if row["channel"] == "email"]
    if not mail:
        return Held(reason=UNKNOWN_REPORT)
    outcome = _of_recipient(report, str(mail[0]["recipient"].get("to", "")))
    if len(named) > 1 or outcome is None:
        return Held(reason=UNCLEAR_REPORT)
    if _many(tx, mail[0]["dossier"]):
        return Held(reason=MANY_REPORTS)
    event = _event(outcome)
    return Reporting(key=mail[0]["key"], event=event, status=outcome.status) if event else Held(reason=UNCLEAR_REPORT)


def _many(tx: Transaction, dossier: str) -> bool:
    """Whether more reports came than the mails of the dossier can have: whoever knows a key could send any number."""
    told = leaf_search.count(tx, dossier, [*TOLD.values(), CONTRADICTED])
    return told >= MOST_REPORTS and told >= MOST_REPORTS * len(jobs.dispatches_of(tx, dossier))


def _names(report: Report, addresses: tuple[str, ...]) -> set[str]:
    """Keys and codes of dispatches that the report may mean: envelope id, Message-ID, the tag of the return path."""
    tags = {each.rpartition("@")[0].rpartition("+")[2] for each in addresses if "+" in each}
    tags |= {each.upper() for each in tags} | {each.lower() for each in tags}  # codes are upper case, keys lower
    inner = report.message_id.strip("<>").partition("@")[0]
    return {name for name in (report.envelope, report.envelope.upper(), inner, *tags) if name and len(name) <= 100}


def _of_recipient(report: Report, to: str) -> Outcome | None:
    """The outcome that is meant: the only one, or that of the recipient to whom we sent."""
    if len(report.outcomes) == 1:
        return report.outcomes[0]
    theirs = [each for each in report.outcomes if to.lower() in (each.recipient.lower(), each.original.lower())]
    return theirs[0] if len(theirs) == 1 else None


def _event(outcome: Outcome) -> Event | None:
    """What happened (RFC 3464 §2.3.3); None where action and status contradict each other (§2.3.4)."""
    failed = Event.EXPIRED if outcome.status.startswith("4") else Event.BOUNCED
    if outcome.action == "failed":
        return None if outcome.status.startswith("2") else failed
    if outcome.action == "delayed":
        return None if outcome.status[:1] in ("2", "5") else Event.DELAYED
    good = outcome.status[:1] in ("", "2")
    events = {"delivered": Event.DELIVERED, "relayed": Event.RELAYED, "expanded": Event.RELAYED}
    return events.get(outcome.action) if good else None


def _refuses(app: Application, tx: Transaction, mail: Mail) -> str | None:
    """Why this mail opens nothing and joins nothing, whoever sent it."""
    if not mail.sender:
        return "mail-sender"
    key, _, domain = mail.message_id.strip("<>").partition("@")
    ours = app.agency.email.lower()
    if mail.sender == ours or (domain.lower() == ours.rpartition("@")[2] and jobs.find_dispatch(tx, key) is not None):
        return "mail-own"
    if mail.automatic:
        return mail.automatic
    known = message_key(mail)
    if known is not None and mails.of_message_id(tx, known) is not None:
        return "mail-repeated"
    many = mails.count_from(tx, mail.sender, app.clock() - DAY) >= app.mailbox.rules.most_a_day
    return "mail-rate" if many else None


def _supplementing(app: Application, tx: Transaction, mail: Mail) -> Supplementing | Held | None:
    how = app.mailbox.rules.supplement
    if how is None:
        return None
    codes = {code for each in mail.addresses if (code := dossier_of(each, app.mailbox.secret))}
    if len(codes) > 1:
        return Held(reason="mail-dossier-unclear")
    by = "address" if codes else "subject"
    code = next(iter(codes), None) or (_in_subject(app, mail) if how.by_subject else None)
    dossier = dossiers.load(tx, code, part=None) if code else None
    if code is None or dossier is None:
        return Held(reason="mail-dossier-unclear") if codes else None
    if by == "subject" and (reason := _refuses_sender(mail, dossier, how)):
        return Held(reason=reason)
    if dossier.finished is not None or dossier.erased is not None:
        return Held(reason="mail-dossier-over")
    return Supplementing(code=code, by=by, how=how, files=files_of(mail, how.documents))


def _in_subject(app: Application, mail: Mail) -> str | None:
    """The one code of a dossier of this agency that the subject holds."""
    begin = f"{app.agency.identifier}-".upper()
    words = {each.strip("[](){}<>.,;:!?\"'").upper() for each in mail.subject.split()}
    codes = {each for each in words if each.startswith(begin) and len(each) <= 80}
    return codes.pop() if len(codes) == 1 else None


def _refuses_sender(mail: Mail, dossier: Dossier, how: Supplement) -> str | None:
    """Why the sender may not add to a dossier that the subject alone names: codes are no secret."""
    if mail.sender != str(dossier.applicant.get("email", "")).lower():
        return "mail-sender-other"
    return None if enough(mail, how.sender) else "mail-sender-claimed"
