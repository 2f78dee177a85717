"""The quarantine: mail that people look at. They release it, by an act of their own, or discard it."""

from collections.abc import Mapping
from typing import Any

from adapters.application import mail_acts, mail_plans, views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.mail_acts import Received
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import definitions, erasing, mails
from adapters.database.store import Transaction
from adapters.limits.limited import LimitsUnavailable
from adapters.mailbox.files import File
from adapters.mailbox.mail import Mail
from adapters.mailbox.rules import Rule, Supplement
from engine import policy
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from signing.errors import Invalid

Row = Mapping[Any, Any]
SHOWN = 5000  # characters of the text


def list_mails(app: Application, officer: Officer, state: str, after: int, limit: int) -> Answer:
    """A page of the mails in that state, the oldest first."""
    with app.store.read() as tx:
        if refusal := policy.refuses(officer, "see incoming mail", app.organisations.get(tx).top):
            return refuse(refusal)
        rows = mails.listed(tx, state, after=after, limit=limit)
    items = [_shown(row) for row in rows]
    return Answer(body={"items": items, "next": items[-1]["id"] if len(items) == limit else None})


def show_mail(app: Application, officer: Officer, id: int) -> Answer:
    """A mail that waits: who claims to have written it, its text, what is attached; never the files themselves."""
    with app.store.read() as tx:
        if refusal := policy.refuses(officer, "see incoming mail", app.organisations.get(tx).top):
            return refuse(refusal)
        row = mails.find(tx, id)
        raw = definitions.get_content(tx, row["sha256"]) if row is not None and _kept(row) else None
    if row is None:
        return refuse(_unknown(id))
    mail = _read(app, raw)
    told: dict[str, Any] = {"text": None, "name": None, "addresses": [], "attachments": []}
    if isinstance(mail, Mail):
        files = [{"name": a.name, "media_type": a.media_type, "size": len(a.content)} for a in mail.attachments]
        told = {"text": mail.text[:SHOWN], "name": mail.name, "addresses": list(mail.addresses), "attachments": files}
    return Answer(body={**_shown(row), **told})


def release(
    app: Application, officer: Officer, request: Request, id: int, rule: str | None, dossier: str | None
) -> Answer:
    """Take the mail after all: open a dossier by the rule of that name, or lay it beside the dossier.

    The officer answers for it: it begins in their name. What is attached must be what the rule takes, all the same.
    """
    if (rule is None) == (dossier is None):
        return refuse(_invalid("mail-release", "name a rule or a dossier, one of the two", "see mail-rules.json"))
    with app.store.read() as tx:
        found = _waiting(app, tx, officer, "release mail", id)
        raw = definitions.get_content(tx, found["sha256"]) if not isinstance(found, Refusal) and _kept(found) else None
    if isinstance(found, Refusal):
        return refuse(found)
    how = _how(app, officer, rule)
    mail = _read(app, raw)
    files = _files(mail, how)
    if isinstance(how, Refusal) or isinstance(mail, Refusal) or isinstance(files, Refusal):
        return refuse(next(each for each in (how, mail, files) if isinstance(each, Refusal)))
    assert raw is not None

    def act(tx: Transaction) -> Answer:
        row = _waiting(app, tx, officer, "release mail", id, lock=True)
        if isinstance(row, Refusal):
            return refuse(row)
        now = app.clock()
        got = Received(id=id, sha256=row["sha256"], raw=raw, mail=mail, actor=officer.id, at=now)
        code = _taken(app, tx, officer, got, how, files, dossier)
        if isinstance(code, Refusal):
            return refuse(code)
        ended = {"state": mails.RELEASED, "dossier": code, "decided": now, "decided_by": officer.id}
        mails.change(tx, id, rule=rule, **ended)
        definitions.leave(tx, mails.owner(id))
        return Answer(body={"id": id, "state": mails.RELEASED, "dossier": code}, about=code)

    return once(app, request, act)


def discard(app: Application, officer: Officer, request: Request, id: int) -> Answer:
    """Throw the mail away: its bytes are deleted, that it came and who discarded it stay."""

    def act(tx: Transaction) -> Answer:
        row = _waiting(app, tx, officer, "discard mail", id, lock=True)
        if isinstance(row, Refusal):
            return refuse(row)
        now = app.clock()
        erasing.disown(tx, mails.owner(id))
        ended = {"state": mails.DISCARDED, "decided": now, "decided_by": officer.id}
        mails.change(tx, id, sender="", subject="", **ended)
        details: dict[str, object] = {"mail": id, "reason": row["reason"]}
        details |= {"sha256": row["sha256"]} if row["sha256"] else {}
        leaf = LeafDraft(actor=officer.id, act="mail-discarded", subject=mails.owner(id), details=details)
        append(app, tx, [leaf], now)
        return Answer(body={"id": id, "state": mails.DISCARDED})

    return once(app, request, act)


def _taken(
    app: Application,
    tx: Transaction,
    officer: Officer,
    got: Received,
    how: Rule | Supplement,
    files: tuple[File, ...],
    dossier: str | None,
) -> str | Refusal:
    if isinstance(how, Rule):
        return mail_acts.start(app, tx, got, how, files, officer)
    code = dossier or ""
    seen = dossier_in_sight(tx, officer, code, lock=True, part=None)
    if isinstance(seen, Refusal):
        return seen
    return mail_acts.supplement(app, tx, got, code, how, files, "officer") or code


def _how(app: Application, officer: Officer, rule: str | None) -> Rule | Supplement | Refusal:
    """The rule; to a dossier, as supplements are taken, in the officer's own name."""
    rules = app.mailbox.rules
    if rule is None:
        how = rules.supplement or Supplement(officer=officer.id)
        return how.model_copy(update={"officer": officer.id})
    return rules.named(rule) or not_found("mail-rule", rule, "see mail-rules.json: hoso mailbox check")


def _files(mail: Mail | Refusal, how: Rule | Supplement | Refusal) -> tuple[File, ...] | Refusal:
    if isinstance(mail, Refusal) or isinstance(how, Refusal):
        return ()
    try:
        return mail_plans.files_of(mail, how.documents)
    except Invalid as error:
        remedy = "ask the sender for other files, or receive them at the counter, and discard the mail"
        return _invalid("mail-attachment", error.message, remedy)


def _read(app: Application, raw: bytes | None) -> Mail | Refusal:
    if raw is None:
        return _invalid("mail-malformed", "the mail is not kept, or was never fetched", "look into the mailbox itself")
    try:
        return mail_plans.read(app, raw)
    except Invalid as error:
        return _invalid(error.code, error.message, "look into the mailbox itself: folder hoso/quarantine")
    except LimitsUnavailable as error:
        return Refusal(kind=Kind.CONFLICT, code="mail-unread", message=str(error), remedy="try again in a minute")


def _waiting(
    app: Application, tx: Transaction, officer: Officer, act: str, id: int, *, lock: bool = False
) -> Row | Refusal:
    if refusal := policy.refuses(officer, act, app.organisations.get(tx).top):
        return refusal
    row = mails.find(tx, id, lock=lock)
    if row is None:
        return _unknown(id)
    if row["state"] != mails.WAITING:
        message = f"mail {id} does not wait any more: it is {row['state']}"
        return Refusal(
            kind=Kind.CONFLICT, code="mail-decided", message=message, remedy="list those that wait: hoso mailbox list"
        )
    return row


def _kept(row: Row) -> bool:
    return row["state"] == mails.WAITING and row["sha256"] is not None


def _shown(row: Row) -> dict[str, Any]:
    names = ("id", "source", "size", "sha256", "sender", "subject", "trust", "state", "reason", "rule", "dossier")
    told = {name: row[name] for name in names}
    return {**told, "received": views.moment(row["received"]), "decided": views.moment(row["decided"])}


def _unknown(id: int) -> Refusal:
    return not_found("mail", str(id), "list those that wait: hoso mailbox list")


def _invalid(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.INVALID, code=code, message=message, remedy=remedy)
