"""Signed acts outside any task: binding a certificate, revoking it, adopting a procedure.

The same walk as for a task: the server states its facts, this client checks them, shows them, signs, and checks the
receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.cli import receipts
from adapters.cli.approval import act_record, sign
from adapters.cli.client import fresh_key
from adapters.cli.keys import open_key, require_key
from adapters.cli.language import _
from adapters.cli.preview import preview_act
from adapters.cli.session import Session
from adapters.cli.statement import expect, read_statement
from adapters.cli.terminal import confirm, refuse_unless, say
from adapters.cli.witness import Witness
from signing.record import parse_time

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to be signed: the act (a participle), what it is about, and its details."""

    act: str
    subject: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """With which key, and whether to ask."""

    key: str | None
    pin_file: Path | None
    assume_yes: bool


def perform(session: Session, act: Act, consent: Consent) -> Json:
    """Sign the act and send it; returns the server's answer, whose receipt was checked and kept."""
    name = require_key(consent.key, why=_("this act must be signed"))
    client = session.client
    wish = {"act": act.act, "subject": act.subject, "body": dict(act.body)}
    officer = client.get("/v1/me").get("officer")
    statement = read_statement(client.post("/v1/statements", wish))
    expect(statement.facts, {"act": act.act, "subject": act.subject, "body": dict(act.body), "officer": officer})
    witness = Witness(session.profile, client)
    record = act_record(statement, act.body, witness.accept(statement.checkpoint))
    for line in preview_act(record):
        say(line)
    refuse_unless(confirm(_("Sign this?"), assume_yes=consent.assume_yes))
    signed = sign(record, open_key(name, consent.pin_file, at=parse_time(record.time)))
    answer = client.post_safely("/v1/acts", signed.to_json(statement.id), key=fresh_key())
    receipts.check(answer.get("receipt"), witness)
    receipts.keep(session.profile, act.act, answer["receipt"])
    return answer
