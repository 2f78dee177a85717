"""Changes of the organisation as one signed act: what is signed is the digest of them all, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from adapters.application import people, views
from adapters.application.acting import Doing, Enact, SignedAct
from adapters.application.answer import CREATED, Answer
from adapters.application.application import Application
from adapters.application.enacting import enact
from adapters.application.trail import receipt
from adapters.database import definitions, trail
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.people.changes import Change, from_json, to_json
from engine.people.deciding import Decided, decide
from engine.people.proposals import ORGANISE, Proposal
from signing.canonical import canonical, parse_canonical, sha256_hex

LONGEST = 900_000  # bytes of the changes that a proposal holds: its content is canonical JSON of at most 1 MiB
TOO_LONG = Refusal(
    kind=Kind.INVALID,
    code="changes-too-long",
    message=f"the changes have more than {LONGEST} bytes, which no proposal holds",
    remedy="make them in parts: import some lists, or some rows, at a time",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organise(SignedAct):
    """All of the changes are made together, in the author's name, with a leaf each; `body` names their digest."""

    act: ClassVar[str] = ORGANISE
    right: ClassVar[str] = "change the organisation"
    same: ClassVar[tuple[str, ...]] = ("changes",)

    changes: tuple[Change, ...]
    token_of: str | None = None

    @classmethod
    def of_changes(cls, decided: Decided, changes: Sequence[Change], reason: str | None) -> Self:
        """The act that makes them."""
        subjects = {each.subject for each in decided.made}
        subject = subjects.pop() if len(subjects) == 1 else "organisation"
        return cls(subject=subject, body=_body(changes, reason), changes=tuple(changes))

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """The changes were kept under the digest that the statement names."""
        body = facts["body"]
        with app.store.read() as tx:
            kept = definitions.get_content(tx, body["changes"]) or b""
        found = [from_json(parse_canonical(line)) for line in kept.splitlines()]
        changes = _read(found)
        if isinstance(changes, Refusal):  # this release refuses what an earlier one took
            return changes
        own = _body(changes, body.get("reason"))
        return cls(subject=subject, body=own, changes=changes, token_of=facts.get("token_of"))

    @classmethod
    def of_proposal(cls, app: Application, proposal: Proposal) -> Self | Refusal:
        """The changes stand in the proposal."""
        told: Any = proposal.body
        changes = _read([from_json(each) for each in told["changes"]])
        if isinstance(changes, Refusal):
            return changes
        return cls(subject=proposal.subject, body=_body(changes, proposal.reason), changes=changes)

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """They must fit one after the other, and the officer must have the right to each."""
        decided = decide(app.organisations.get(tx), officer.id, self.changes, app.clock())
        if isinstance(decided, Refusal):
            return decided
        return lambda doing: self._enact(app, tx, decided, doing)

    @property
    def too_long(self) -> bool:
        """Whether they are more than a proposal holds."""
        return len(_lines(self.changes)) > LONGEST

    def facts(self) -> dict[str, Any]:
        """Who gets a token."""
        return {} if self.token_of is None else {"token_of": self.token_of}

    def keep(self, tx: Transaction) -> dict[str, object]:
        """The lines that were signed."""
        lines = _lines(self.changes)
        definitions.put_content(tx, sha256_hex(lines), lines)
        return {"changes": sha256_hex(lines)}

    def listed(self) -> list[dict[str, Any]]:
        """The changes as they are signed."""
        return [to_json(each) for each in self.changes]

    def proposed(self) -> dict[str, Any]:
        """All of the changes."""
        return {"changes": self.listed()}

    def _enact(self, app: Application, tx: Transaction, decided: Decided, doing: Doing) -> Answer:
        first = trail.head(tx).size
        reason = self.body.get("reason")
        made = enact(app, tx, doing.officer.id, decided, reason=reason, said=doing.said, objects=doing.objects)
        [leaf] = trail.leaves(tx, start=first, limit=1)
        told = {"changes": made, "receipt": views.receipt(receipt(tx, leaf, app.witnessed))}
        answer = Answer(status=CREATED, body={**told, **({"sole": True} if doing.said.get("sole") else {})})
        if self.token_of is None:
            return answer
        token = people.new_token(app, tx, self.token_of, "first")
        return replace(answer, body={**(answer.body or {}), **token}, told_once=frozenset({"token"}))


def _read(found: Sequence[Change | Refusal]) -> tuple[Change, ...] | Refusal:
    changes = []
    for each in found:
        if isinstance(each, Refusal):
            return each
        changes.append(each)
    return tuple(changes)


def _lines(changes: Sequence[Change]) -> bytes:
    """What is signed by its digest: each change as canonical JSON, a line each."""
    return b"".join(canonical(to_json(each)) + b"\n" for each in changes)


def _body(changes: Sequence[Change], reason: str | None) -> dict[str, Any]:
    told = {"changes": sha256_hex(_lines(changes)), "count": len(changes)}
    return told if reason is None else {**told, "reason": reason}
