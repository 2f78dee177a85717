"""One try of a mail, as the database knows it: begun, counted before its final dot, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from adapters.application import dispatching
from adapters.application.application import Application
from adapters.application.trail import append
from adapters.application.work import Job
from adapters.database import jobs
from adapters.database.store import Transaction
from adapters.dispatch.email.errors import MailError
from adapters.jobs.errors import JobFault
from engine.delivery import OVER, Event, State, moved
from engine.dispatch import Request, dispatch_key
from engine.outcome import LeafDraft

MOST_PUT_OFF, WAIT = 48, timedelta(seconds=300)  # as GOV.UK Notify: four hours
MOST_COPIES = 5
FAILED, UNCONFIRMED = "dispatch-failed", "dispatch-unconfirmed"
_FAULTS: Mapping[State, str] = {
    State.TEMPORARY_FAILURE: "mail-put-off",
    State.TECHNICAL_FAILURE: "mail-sender-refused",
}
LEFT_OPEN = "a worker ended after the final dot and before it could record the answer"


class LeaseLost(Exception):
    """Somebody else does the job now, or nobody shall: not another byte goes out."""


@dataclass(slots=True, kw_only=True)
class Try:
    """A try of the dispatch that the job asks for. Nothing is recorded once the job's lease is lost."""

    app: Application
    job: Job
    request: Request
    row: Mapping[Any, Any] = field(default_factory=dict)  # the dispatch as it was when the try began

    def begin(self) -> State | None:
        """Count the try; None when the lease is lost. What is over, or was repeated enough, raises JobFault."""
        with self.app.store.write() as tx:
            if not jobs.held(tx, self.job):
                return None
            self.row = row = self.locked(tx)
            state = State(row["state"])
            if row["handed"] is not None:
                state = self._unknown(tx, row, LEFT_OPEN)
            if state not in OVER and row["copies"] < MOST_COPIES:
                state = moved(state, Event.BEGUN)
                self._change(tx, state=state.value, attempts=row["attempts"] + 1)
        if state in OVER - {State.DELIVERED}:
            raise JobFault(_FAULTS.get(state, "mail-refused"), f"it is {state.value} already: {row['note']}")
        if state == State.SENT_UNCONFIRMED and row["copies"] >= MOST_COPIES:
            raise _copied(row["copies"])
        return state

    def before_dot(self) -> None:
        """Count the copy that is about to leave; LeaseLost where it must not."""
        with self.app.store.write() as tx:
            if not jobs.held(tx, self.job):
                raise LeaseLost
            row = self.locked(tx)
            if State(row["state"]) in OVER or row["state"] == State.SENT.value:  # a report came while it was written
                raise LeaseLost
            self._change(tx, copies=row["copies"] + 1, handed=self.app.clock())

    def note(self, error: MailError) -> None:
        """Say why it waits."""
        with self.app.store.write() as tx:
            if jobs.held(tx, self.job):
                self._change(tx, note=f"{error.message}   [{error.code}]")

    def put_off(self, error: MailError) -> None:
        """The relay did not take it, and asks to come again: it is asked as often as we ask at all."""
        with self.app.store.write() as tx:
            if not jobs.held(tx, self.job):
                return
            row = self.locked(tx)
            times = row["put_off"] + 1
            note = f"{error.message}   [{error.code}]"
            self._change(tx, put_off=times, note=note, **_not_taken(row))
            if times < MOST_PUT_OFF:
                jobs.postpone(tx, self.job["id"], self.app.clock() + WAIT, note)
                return
            self._fail(tx, row, Event.EXHAUSTED, error)
        raise JobFault(error.code, f"{error.message}, {times} times")

    def failed(self, event: Event, error: MailError) -> None:
        """Nobody tries any more: people must look."""
        with self.app.store.write() as tx:
            if not jobs.held(tx, self.job):
                return
            row = self.locked(tx)
            self._change(tx, note=f"{error.message}   [{error.code}]", **_not_taken(row))
            self._fail(tx, row, event, error)
        raise JobFault(error.code, error.message)

    def unconfirmed(self, error: MailError) -> None:
        """It may have gone, or not: it is sent again under the same Message-ID, up to some copies."""
        with self.app.store.write() as tx:
            if not jobs.held(tx, self.job):
                return
            row = self.locked(tx)
            self._unknown(tx, row, error.message)
            if row["copies"] < MOST_COPIES:
                jobs.postpone(tx, self.job["id"], self.app.clock() + WAIT, f"{error.message}   [{error.code}]")
                return
        raise _copied(row["copies"])

    def locked(self, tx: Transaction) -> Mapping[Any, Any]:
        """The dispatch as it is now, for the rest of the transaction."""
        row = jobs.find_dispatch(tx, dispatch_key(self.request), lock=True)
        assert row is not None  # it was prepared before
        return row

    def _unknown(self, tx: Transaction, row: Mapping[Any, Any], why: str) -> State:
        """Of that copy nobody knows whether the relay has it."""
        state = moved(State(row["state"]), Event.UNCONFIRMED)
        self._change(tx, state=state.value, handed=None, note=f"{why}   [mail-unconfirmed]")
        self._tell(tx, row, UNCONFIRMED, copies=row["copies"], code="mail-unconfirmed", message=why)
        return state

    def _fail(self, tx: Transaction, row: Mapping[Any, Any], event: Event, error: MailError) -> None:
        """A copy that may have gone before is not called back by it: then the state stays."""
        state = moved(State(row["state"]), event)
        self._change(tx, state=state.value)
        self._tell(tx, row, FAILED, state=state.value, code=error.code, message=error.message)

    def _change(self, tx: Transaction, **values: object) -> None:
        jobs.change_dispatch(tx, dispatch_key(self.request), updated=self.app.clock(), **values)

    def _tell(self, tx: Transaction, row: Mapping[Any, Any], act: str, **details: object) -> None:
        leaf: LeafDraft = dispatching.leaf(act, self.request, dispatch=row["code"], **details)
        append(self.app, tx, [leaf], self.app.clock())


def _not_taken(row: Mapping[Any, Any]) -> dict[str, object]:
    """The relay said that it has not got the copy that was counted."""
    return {"copies": row["copies"] - 1, "handed": None} if row["handed"] is not None else {}


def _copied(copies: int) -> JobFault:
    message = f"{copies} times the mail server did not say whether it took the mail; ask the recipient before more go"
    return JobFault("mail-unconfirmed", message)
