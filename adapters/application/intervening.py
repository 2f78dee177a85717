"""Interventions as signed acts: modify, migrate, resolve with changed data; of one dossier, at one revision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from adapters.application import views
from adapters.application.acting import Doing, Enact, SignedAct
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.application.capacities import code_of
from adapters.application.placing import live_of
from adapters.application.save import save
from adapters.application.sight import definition_of, dossier_in_sight
from adapters.application.since import with_changes
from adapters.application.terms import deployed
from adapters.application.trail import receipt
from adapters.database import definitions, dossiers
from adapters.database.store import Transaction
from engine.acts.intervene import Facts, Intervention, Migrate, Modify, Resolve, intervene, read_body
from engine.dossier import Dossier
from engine.errors import Refusal, Refused, not_found
from engine.officer import Officer
from engine.outcome import Outcome
from engine.people.cover import entitled
from engine.process import ProcessDefinition
from engine.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervene(SignedAct):
    """`subject` is the dossier's code, `body` the act whole, with the revision that its author saw."""

    right: ClassVar[str] = "see dossiers"  # the engine says who may do it to that dossier

    wish: Intervention

    @classmethod
    def of_act(cls, code: str, wish: Intervention) -> Self:
        """The act as it is asked for."""
        return cls(subject=code, body=wish.body(), wish=wish)

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """The act as it was asked for."""
        return cls.of_act(subject, read_body(cls.act, facts["body"]))

    @property
    def dossier(self) -> str | None:
        """Its own."""
        return self.subject

    @property
    def kept_with(self) -> str:
        """Its own."""
        return self.subject

    def lock(self, tx: Transaction) -> None:
        """The dossier comes first."""
        dossiers.load(tx, self.subject, lock=True)

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """As the engine decides it now."""
        dossier = dossier_in_sight(tx, officer, self.subject, lock=True)
        if isinstance(dossier, Refusal):
            return dossier
        now = app.clock()
        outcome = decided(app, tx, officer, dossier, self.wish, now)
        if isinstance(outcome, Refusal):
            return outcome
        if outcome.refusal is not None:
            return _explained(app, tx, outcome.refusal, dossier, self.wish.revision)
        return lambda doing: self._do(app, tx, dossier, outcome, doing, now)

    def _do(
        self, app: Application, tx: Transaction, dossier: Dossier, outcome: Outcome, doing: Doing, now: datetime
    ) -> Answer:
        own, *others = outcome.leaves
        signed = replace(own, objects={**own.objects, **doing.objects})
        return done(app, tx, dossier, replace(outcome, leaves=(signed, *others)), now)


class SignedModify(Intervene):
    """Tokens end and begin, data is set."""

    act: ClassVar[str] = Modify.act


class SignedMigrate(Intervene):
    """The dossier goes on under another version."""

    act: ClassVar[str] = Migrate.act


class SignedResolve(Intervene):
    """What stands still tries again, over changed data."""

    act: ClassVar[str] = Resolve.act


SIGNED: Mapping[str, type[Intervene]] = {each.act: each for each in (SignedModify, SignedMigrate, SignedResolve)}
COMMANDS = {Modify.act: "dossier modify", Migrate.act: "dossier migrate", Resolve.act: "incident resolve"}


def must_be_signed(act: Intervention) -> bool:
    """Whether the act changes what the dossier is: where its tokens stand, under which version, its data."""
    return isinstance(act, Modify | Migrate) or (isinstance(act, Resolve) and bool(act.data))


def decided(
    app: Application, tx: Transaction, officer: Officer, dossier: Dossier, act: Intervention, now: datetime
) -> Outcome | Refusal:
    """What the engine decides of it; a refusal is in the outcome, but for one of what the act needs."""
    facts = facts_of(app, tx, dossier, act)
    return facts if isinstance(facts, Refusal) else intervene(dossier, act, officer, facts, now=now)


def _explained(app: Application, tx: Transaction, refusal: Refusal, dossier: Dossier, seen: int | None) -> Refusal:
    """The refusal; of a stale view, with what changed since."""
    if seen is None or refusal.code != "stale-view":
        return refusal
    return with_changes(app, tx, refusal, dossier, seen)


def facts_of(app: Application, tx: Transaction, dossier: Dossier, act: Intervention) -> Facts | Refusal:
    """What the engine needs to decide it."""
    definition = definition_of(app, tx, dossier)
    if not isinstance(act, Migrate):
        return Facts(definition=definition)
    target = _version(app, tx, dossier, act.version)
    if isinstance(target, Refusal):
        return target
    return Facts(definition=definition, target=target, keeps=_keeps(app, tx, code_of(tx, dossier)))


def _keeps(app: Application, tx: Transaction, procedure: str | None) -> Callable[[Task], bool]:
    """Whether who holds a task may do it: by its role, by name, by a mandate."""
    organisation, now = app.organisations.get(tx), app.clock()

    def keeps(task: Task) -> bool:
        return task.holder is not None and entitled(organisation, live_of(task, procedure), task.holder, now)

    return keeps


def _version(app: Application, tx: Transaction, dossier: Dossier, version: int) -> ProcessDefinition | Refusal:
    if definitions.find_process(tx, dossier.process_key, version) is None:
        which = f"{dossier.process_key} of version {version}"
        return not_found("process", which, "list the deployed ones: hoso process list")
    try:
        return deployed(app, tx, dossier.process_key, version)
    except Refused as refused:  # what that version calls cannot be called
        return refused.refusal


def done(
    app: Application, tx: Transaction, dossier: Dossier, outcome: Outcome, now: datetime, seen: int | None = None
) -> Answer:
    """Save what the engine decided, refusals included, under the time at which it was decided: it is replayed so."""
    leaves = save(app, tx, dossier, outcome, now)
    if outcome.refusal is not None:
        return refuse(_explained(app, tx, outcome.refusal, dossier, seen))
    after = outcome.dossier
    assert after is not None
    body = {
        "dossier": after.code,
        "status": int(after.status),
        "revision": after.revision,
        "version": after.process_version,
        "suspended": views.moment(after.suspended),
        "finished": views.moment(after.finished),
        "opened": [views.task_alone(task) for task in outcome.opened],
        "incidents": sorted(after.state.incidents),
    }
    return Answer(body={**body, "receipt": views.receipt(receipt(tx, leaves[0], app.witnessed))})
