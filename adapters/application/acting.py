"""A signed act outside any task: what each of them says of itself, and its statement. Doing it is in `signed_acts`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from adapters.application import proposals, statement
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.application.submission import Checked, refuses_certificate
from adapters.database.definitions import FOR_GOOD
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.people.proposals import RULES, Proposal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """An act that is being done: in whose name, what its leaf says of who decided, and the signatures' objects."""

    officer: Officer
    now: datetime
    objects: Mapping[str, object]
    said: Mapping[str, object] = field(default_factory=dict)


Enact = Callable[[Doing], Answer]
"""Does what was decided, in the transaction that decided it; appends the act's leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAct(ABC):
    """An act made ready: whatever needs no lock is done. `body` is what its author signs, with `subject`."""

    act: ClassVar[str]
    right: ClassVar[str]  # in the policy
    same: ClassVar[tuple[str, ...]] = ()  # fields by which two proposals are the same; none: all of them

    subject: str
    body: Mapping[str, Any]

    @classmethod
    @abstractmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """The act as its statement tells it, or why it can never be done."""

    @classmethod
    def of_proposal(cls, app: Application, proposal: Proposal) -> Self | Refusal:
        """The act as it was proposed; of an act that may need a second person."""
        raise TypeError(f"{cls.act} is never proposed")

    @classmethod
    def may(cls, app: Application, tx: Transaction, officer: Officer, subject: str) -> Refusal | None:
        """Why the officer may not do the act to that subject, or None."""
        return policy.refuses(officer, cls.right)

    @abstractmethod
    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """What the act would do now in the officer's name, or why it does not fit; writes nothing."""

    def facts(self) -> Json:
        """What its statement keeps beside act, subject and body, to be readied again from."""
        return {}

    @property
    def dossier(self) -> str | None:
        """In whose trail an attempt stands, too."""
        return None

    @property
    def kept_with(self) -> str:
        """The dossier with whose data what is signed is erased; none: it is kept for good."""
        return FOR_GOOD

    @property
    def erases(self) -> bool:
        """Whether something is erased by it, so that no journal may keep it."""
        return False

    def warnings(self, app: Application, tx: Transaction) -> list[Json]:
        """What to consider before signing, each with `code`, `message`, `remedy`."""
        return []

    def lock(self, tx: Transaction) -> None:  # noqa: B027  (most take none)
        """Take the locks that come before those of certificates and of the log's head."""

    def changed(self) -> frozenset[str]:
        """The certificates of which it changes what they may sign."""
        return frozenset()

    def used(self) -> frozenset[str]:
        """The certificates that sign it beside that of who does it."""
        return frozenset()

    def keep(self, tx: Transaction) -> dict[str, object]:
        """Store what the act is about, so that an auditor finds its bytes; gives their names by role."""
        return {}

    def refuses_signature(
        self, app: Application, tx: Transaction, officer: Officer, checked: Checked, now: datetime
    ) -> Refusal | None:
        """Why the signature of who does it does not count, or None."""
        return refuses_certificate(tx, officer, checked, now)

    # Of acts that may need a second person

    def needs_another(self, app: Application, tx: Transaction, officer: Officer) -> bool:
        """Whether somebody else must approve it."""
        return self.act in RULES and proposals.needs_another(app, tx, officer, self.act, self.subject, self.proposed())

    def bootstraps(self, tx: Transaction, officer: Officer, checked: Checked) -> bool:
        """Whether nobody can have signed before, so that nobody else is asked."""
        return False

    def proposed(self) -> Json:
        """The body of its proposal: all that its approver must know."""
        return dict(self.body)

    def told(self) -> Json:
        """What the leaf of its proposal says."""
        return {}

    def of_own(self, tx: Transaction, officer: Officer, checked: Checked) -> bool:
        """Whether its approver, who signs so, vouches by it for their own certificate."""
        return False

    def refuses_approver(self, tx: Transaction, officer: Officer, checked: Checked, now: datetime) -> Refusal | None:
        """Why the approver's signature does not count, or None."""
        return refuses_certificate(tx, officer, checked, now)


def offer(
    app: Application, tx: Transaction, officer: Officer, ready: SignedAct, more: Mapping[str, Any] | None = None
) -> Answer:
    """The statement to sign, refused when the act could not be done now. What waits already is answered with it."""
    if refusal := ready.may(app, tx, officer, ready.subject):
        return refuse(refusal)
    decided = ready.decide(app, tx, officer)
    if isinstance(decided, Refusal):
        return refuse(decided)
    return offered(app, tx, officer, ready, more or {})


def offered(app: Application, tx: Transaction, officer: Officer, ready: SignedAct, more: Mapping[str, Any]) -> Answer:
    """The statement of an act that was decided just now; `more` for its statement to keep."""
    if ready.needs_another(app, tx, officer):
        waiting = proposals.waiting(app, tx, ready.act, ready.subject, ready.proposed(), ready.same)
        if waiting is not None:
            return waiting
    facts = {"act": ready.act, "subject": ready.subject, "body": dict(ready.body), **ready.facts(), **more}
    answer = statement.issue(app, tx, officer, ready.act, ready.subject, facts)
    warnings = ready.warnings(app, tx)
    return replace(answer, body={**(answer.body or {}), "warnings": warnings}) if warnings else answer


def beside(answer: Answer, told: Mapping[str, Any]) -> Answer:
    """The answer with a statement put below `statement`, beside what else is told."""
    body = dict(answer.body or {})
    return replace(answer, body={**told, **({"statement": body} if "nonce" in body else body)})


def unsigned(act: str, command: str) -> Refusal:
    """The refusal of an act that must be signed and is not."""
    return Refusal(
        kind=Kind.SIGNATURE,
        code="signature-missing",
        message=f"{act} needs a signature of your own",
        remedy=f"ask for its statement (sign: true), sign it and post it to /v1/acts: {command} --key FILE",
    )


def names(body: Mapping[str, Any], wanted: Sequence[str]) -> Json:
    """These fields of a body, those that are there."""
    return {name: body[name] for name in wanted if name in body}
