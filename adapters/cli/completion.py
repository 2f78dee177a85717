"""Completing a task, as one walk: prepare, check, show, ask, sign here, send safely, check the receipt.

1. an earlier submission without an answer goes first;  2. the form is checked;  3. the server's statement is held
against the task;  4. its checkpoint must continue the log this client knows;  5. each document's digest is computed
from its bytes;  6. the officer sees it all and agrees;  7. the key signs, the PDFs
that are prepared for it, too;  8. the receipt is checked and kept.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.cli import pending, receipts
from adapters.cli.client import Client, NoAnswer, Problem, fresh_key, path
from adapters.cli.documents import fetch_all
from adapters.cli.errors import CONFLICT, CommandFailed
from adapters.cli.forms import check as check_form
from adapters.cli.input import read_data
from adapters.cli.language import _
from adapters.cli.preview import preview
from adapters.cli.session import Session
from adapters.cli.statement import Statement, expect_task, read_statement, references
from adapters.cli.terminal import confirm, escape, out, refuse_unless, say
from adapters.cli.witness import Witness
from signing.trail.checkpoint import Checkpoint

if TYPE_CHECKING:
    from adapters.cli.keys import Keys

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the officer typed."""

    task: str
    settings: tuple[str, ...] = ()
    data_file: Path | None = None
    decision: str | None = None
    key: str | None = None
    pin_file: Path | None = None
    save_to: Path | None = None
    assume_yes: bool = False
    discard_pending: bool = False
    revision: int | None = None

    def typed(self) -> Json:
        """Return the form's data as typed."""
        data = read_data(self.data_file, self.settings)
        return data if self.decision is None else {**data, "decision": self.decision}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A statement that was checked against the task and the log."""

    task: Json
    data: Json
    statement: Statement
    seen: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What signs: the officer's keys, each opened once, and the question whether to; shared by many at once."""

    keys: "Keys"
    agrees: Callable[[], bool]

    @classmethod
    def of(cls, session: Session, wish: Wish) -> "Hand":
        """One wish's own."""
        from adapters.cli.keys import Keys

        keys = Keys(session, key=wish.key, pin_file=wish.pin_file)
        return cls(keys=keys, agrees=lambda: confirm(_("Sign this?"), assume_yes=wish.assume_yes))


def run(session: Session, wish: Wish, hand: Hand | None = None) -> Json:
    """Complete the task; returns the server's answer, whose receipt was checked and kept. `hand`: else by the wish."""
    hand = hand or Hand.of(session, wish)
    typed, client = wish.typed(), session.client
    earlier = pending.find(session.profile, wish.task, client.server)
    if earlier is not None and wish.discard_pending:
        pending.forget(session.profile, wish.task)
    elif earlier is not None and (answer := send_again(session, earlier, typed)) is not None:
        return answer
    me = client.get("/v1/me")
    task = client.get(path("tasks", wish.task))
    purpose = str(task.get("signature"))
    signs = purpose != "none"
    if signs:
        hand.keys.require(purpose, why=_("task {task} wants a signature").format(task=escape(wish.task)))
    prepared = _prepare(session, me, task, check_form(task.get("form"), _filled(task, typed, wish)), _seen(task, wish))
    body = _sign(client, prepared, wish, hand) if signs else _unsigned(prepared)
    where = path("tasks", wish.task, "complete")
    submission = pending.Submission(
        task=wish.task,
        server=client.server,
        where=where,
        key=fresh_key(),
        typed=typed,
        body=body,
        seen=_seen(task, wish),
    )
    return _send(session, submission)


def _seen(task: Json, wish: Wish) -> int | None:
    """The revision over which alone the task is to be completed: the one named, else the one that the officer is shown.

    A script (`--yes`) looks at nothing in between: for it, what is signed is checked against the statement, as ever,
    and what happens in another branch of the dossier meanwhile is no hindrance.
    """
    shown = None if wish.assume_yes else task.get("revision")
    found = wish.revision if wish.revision is not None else shown
    return found if isinstance(found, int) else None


def _filled(task: Json, typed: Json, wish: Wish) -> Json:
    if wish.assume_yes or not sys.stdin.isatty():
        return typed
    from adapters.cli.asking import ask_missing

    return ask_missing(task.get("form"), typed)


def _prepare(session: Session, me: Json, task: Json, data: Json, seen_at: int | None) -> Prepared:
    client = session.client
    answer = client.post(path("tasks", str(task.get("id")), "statement"), {"data": data}, seen=seen_at)
    statement = read_statement(answer)
    expect_task(statement.facts, task, me.get("officer"), data)
    seen = Witness(session.profile, client).seen(statement.checkpoint, statement.consistency)
    return Prepared(task=task, data=data, statement=statement, seen=seen)


def _unsigned(prepared: Prepared) -> Json:
    return {
        "statement": prepared.statement.id,
        "record": None,
        "manifest": None,
        "signature": None,
        "data": prepared.data,
    }


def _sign(client: Client, prepared: Prepared, wish: Wish, hand: Hand) -> Json:
    from adapters.cli import pdfs
    from adapters.cli.approval import approval_record, sign
    from signing.record import parse_time

    record = approval_record(prepared.statement, prepared.data, prepared.seen)
    contents = fetch_all(client, references(prepared.statement.facts))
    block = prepared.statement.facts.get("block")
    to_sign = pdfs.checked(client, prepared.statement, record, prepared.task.get("role"), contents)
    for line in preview(prepared.task, record, contents, save_to=wish.save_to, block=block):
        say(line)
    for line in pdfs.preview(to_sign, save_to=wish.save_to):
        say(line)
    refuse_unless(hand.agrees())
    key = hand.keys.open(record.purpose, at=parse_time(record.time))
    signed = sign(record, key)
    return replace(signed, pdf=pdfs.signed(to_sign, key, record)).to_json(prepared.statement.id)


def _send(session: Session, submission: pending.Submission) -> Json:
    """Send until an answer comes; without one the submission stays on disk for the next run."""
    pending.keep(session.profile, submission)
    try:
        answer = session.client.post_safely(submission.where, submission.body, key=submission.key, seen=submission.seen)
    except NoAnswer as failure:
        raise _unknown(failure, submission.task) from None
    except Problem as problem:
        if problem.status >= 500:
            raise _unknown(problem, submission.task) from None
        pending.forget(session.profile, submission.task)
        raise
    except KeyboardInterrupt:
        say(_("\nStopped while sending. Run the same command again: it asks the server what became of it."))
        raise
    # Only then: killed in between, the same command gets the same answer again, and checks its receipt.
    _check_receipt(session, submission.task, answer)
    pending.forget(session.profile, submission.task)
    return answer


def _unknown(failure: CommandFailed, task: str) -> CommandFailed:
    return CommandFailed(
        failure.code,
        _("{reason}. Whether task {task} was completed is not known; nothing is lost").format(
            reason=failure.message.rstrip("."), task=escape(task)
        ),
        remedy=_(
            "run the same command again once the server is back: it sends the same submission, nothing is done twice"
        ),
        exit_code=failure.exit_code,
    )


def send_again(session: Session, earlier: pending.Submission, typed: Mapping[str, Any]) -> Json | None:
    """Send the earlier submission first; None when the server never took it and no longer can."""
    if typed and dict(typed) != dict(earlier.typed):
        raise CommandFailed(
            "pending-differs",
            _("an earlier submission of task {task}, with other data, got no answer yet").format(
                task=escape(earlier.task)
            ),
            remedy=_("run that command again to finish it, or add --discard-pending (the server may have accepted it)"),
            exit_code=CONFLICT,
        )
    say(_("Sending the earlier submission of task {task} again.").format(task=escape(earlier.task)))
    try:
        return _send(session, earlier)
    except Problem as problem:
        if problem.status not in {404, 409, 410, 412}:
            raise
        say(_("It was not accepted ({code}); starting anew.").format(code=problem.code))
        return None


def _check_receipt(session: Session, task: str, answer: Json) -> None:
    witness = Witness(session.profile, session.client)
    found = receipts.check(answer.get("receipt"), witness)
    receipts.keep(session.profile, task, answer["receipt"])
    if (found.leaf.act, found.leaf.subject) != ("task-completed", task):
        from adapters.cli.witness import alarm

        raise alarm(
            "receipt-differs",
            _("its receipt is for {act} of {subject}").format(
                act=escape(found.leaf.act), subject=escape(found.leaf.subject)
            ),
        )


def tell(answer: Mapping[str, Any], task: str) -> None:
    """Say in words what the server answered."""
    from adapters.cli.words import status_word

    receipt = answer.get("receipt")
    out(
        _("Task {task} is completed; dossier {dossier}: {status}.").format(
            task=escape(task), dossier=escape(answer.get("dossier")), status=status_word(answer.get("status"))
        )
    )
    # The steps, not each of a wide loop's tasks.
    steps = dict.fromkeys((opened.get("name"), opened.get("role")) for opened in answer.get("opened") or ())
    for name, role in steps:
        out(_("Next step: {name} ({role}).").format(name=escape(name), role=escape(role or "-")))
    if isinstance(receipt, Mapping):
        out(_("Receipt: leaf {index} of the log, checked and kept.").format(index=escape(receipt.get("index"))))
