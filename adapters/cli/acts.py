"""Signed acts outside any task: certificates, procedures, proposals, deployments, rights, running dossiers.

The same walk as for a task: the server states its facts, this client checks them, shows them, signs, and checks the
receipt.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.cli import receipts
from adapters.cli.approval import act_record, sign
from adapters.cli.client import fresh_key
from adapters.cli.codes import in_words
from adapters.cli.consent import Consent as Consent
from adapters.cli.language import _
from adapters.cli.preview import preview_act
from adapters.cli.session import Session
from adapters.cli.statement import Statement, expect, read_statement
from adapters.cli.terminal import confirm, escape, refuse_unless, say
from adapters.cli.witness import Witness
from signing.record import ActRecord, parse_time
from signing.sign import SigningKey

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to be signed: the act (a participle), what it is about (None: the server says), and its details."""

    act: str
    subject: str | None
    body: Mapping[str, Any]


def perform(session: Session, act: Act, consent: Consent) -> Json:
    """Sign an act that needs nothing but its body, and send it."""
    consent.keys(session)
    wish = {"act": act.act, "subject": act.subject, "body": dict(act.body)}
    answer = session.client.post("/v1/statements", wish)
    return finish(session, answer, act, consent, warned(answer.get("warnings")))


def finish(session: Session, answer: Json, act: Act, consent: Consent, lines: Iterable[str] = ()) -> Json:
    """Show the act that an answer offers to sign, with these lines, and sign and send it.

    Returns the server's last answer, with what the first one told. One that offers nothing is returned as it is.
    """
    if not offers(answer):
        return answer
    keys = consent.keys(session)
    witness = Witness(session.profile, session.client)
    statement, record = checked(session, answer, act, witness)
    for line in (*preview_act(record), *lines):
        say(line)
    refuse_unless(confirm(_("Sign this?"), assume_yes=consent.assume_yes))
    key = keys.open(at=parse_time(record.time))
    return {**_told(answer), **send(session, statement, record, key, witness)}


def warned(warnings: object) -> Iterator[str]:
    """What the server gives to consider before signing, as lines."""
    for item in warnings if isinstance(warnings, list) else ():
        if isinstance(item, dict):
            told = in_words(str(item.get("code")), f"{item.get('message')}; {item.get('remedy')}")
            yield _("Warning: {message}").format(message=escape(told))


def offers(answer: Json) -> bool:
    """Whether an answer offers something to sign; else the act is done, or waits to be approved already."""
    return "nonce" in answer or "statement" in answer


def checked(session: Session, answer: Json, act: Act, witness: Witness) -> tuple[Statement, ActRecord]:
    """The record to sign, built here; stops where the statement is about anything else."""
    statement = read_statement(answer.get("statement", answer))
    officer = session.client.get("/v1/me").get("officer")
    about = {} if act.subject is None else {"subject": act.subject}
    expect(statement.facts, {"act": act.act, **about, "body": dict(act.body), "officer": officer})
    return statement, act_record(statement, act.body, witness.seen(statement.checkpoint, statement.consistency))


def send(session: Session, statement: Statement, record: ActRecord, key: SigningKey, witness: Witness) -> Json:
    """Sign the record and send it; the receipt of the answer was checked and kept."""
    signed = sign(record, key)
    done = session.client.post_safely("/v1/acts", signed.to_json(statement.id), key=fresh_key())
    receipts.check(done.get("receipt"), witness)
    receipts.keep(session.profile, record.act, done["receipt"])
    return done


def _told(answer: Json) -> Json:
    """What an answer says beside its statement."""
    return {name: value for name, value in answer.items() if name != "statement"} if "statement" in answer else {}
