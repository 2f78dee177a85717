"""What the organisation says of tasks as they open: whose mandates cover them, who is given them, who takes part.

Asked in the saving transaction. What of it the data decide is asked again whenever the dossier's data may have changed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from adapters.application.application import Application
from adapters.application.capacities import code_of
from adapters.database import dossiers, turns
from adapters.database.store import Transaction
from engine.bpmn.graph import Strategy
from engine.dossier import Dossier
from engine.outcome import SYSTEM, LeafDraft, Outcome
from engine.people.choosing import Chosen, choose
from engine.people.cover import Live
from engine.people.eligible import able_officers, mandates_for, met_by
from engine.people.organisation import Organisation, day_of
from engine.task import Task


def assigned(app: Application, tx: Transaction, before: Dossier | None, outcome: Outcome, now: datetime) -> Outcome:
    """The outcome with the organisation's part in it; asked twice, the second time changes nothing."""
    after = outcome.dossier
    if after is None or (before is not None and after.state is before.state):
        return outcome
    organisation = app.organisations.get(tx)
    outcome = _with_tasks(outcome, _met(organisation, after, now))
    return _given(tx, organisation, outcome, now) if outcome.choose else outcome


def take_part(app: Application, tx: Transaction, before: Dossier | None, outcome: Outcome, now: datetime) -> None:
    """The units asked by tasks that opened or moved, to a unit or a holder: their own, and those whom a mandate lets
    act for the competent.
    """
    if outcome.dossier is not None:
        organisation, code = app.organisations.get(tx), outcome.dossier.code
        known = {outcome.dossier.unit}
        was = before.tasks if before is not None else {}
        tasks = outcome.dossier.tasks.values()
        moved = [each for each in tasks if _asks(each) != _asks(was.get(each.number, each))]
        for task in (*outcome.opened, *moved):
            for unit in asked(organisation, task, now):
                if unit not in known:
                    dossiers.take_part(tx, code, unit)
                    known.add(unit)


def _asks(task: Task) -> tuple[str, str | None]:
    return task.unit, task.holder


def asked(organisation: Organisation, task: Task | Live, now: datetime) -> Iterator[str]:
    """The unit that the task is for, and those of whom mandates, in force now or later, let act for it."""
    yield task.unit
    day = day_of(now)
    for mandate in mandates_for(organisation, task.role, task.unit) if task.role else ():
        over = mandate.until is not None and mandate.until < day
        covers = mandate.scope.kinds is None or task.kind in mandate.scope.kinds
        if covers and not over and organisation.holders(mandate.given_to, day):
            taker = organisation.position(mandate.given_to).unit
            if not any(above.id == taker for above in organisation.upwards(task.unit)):
                yield taker


def _met(organisation: Organisation, dossier: Dossier, now: datetime) -> dict[int, Task]:
    """The open tasks for which other mandates count now than before."""
    conditional = {
        (task.role, task.unit)
        for task in dossier.tasks.values()
        if task.role and any(each.scope.condition for each in mandates_for(organisation, task.role, task.unit))
    }
    found: dict[int, Task] = {}
    for number, task in dossier.tasks.items():
        if (task.role, task.unit) in conditional:
            met = met_by(organisation, task.role, task.unit, dossier.state.seen_by(number), now)
            found |= {number: replace(task, met=met)} if met != task.met else {}
    return found


def _with_tasks(outcome: Outcome, tasks: dict[int, Task]) -> Outcome:
    if not tasks or outcome.dossier is None:
        return outcome
    dossier = replace(outcome.dossier, tasks={**outcome.dossier.tasks, **tasks})
    return replace(outcome, dossier=dossier, opened=tuple(tasks.get(each.number, each) for each in outcome.opened))


# Given to somebody as they open


def _given(tx: Transaction, organisation: Organisation, outcome: Outcome, now: datetime) -> Outcome:
    """The tasks that are to be given to somebody, given; one that nobody there could do waits in its queue."""
    assert outcome.dossier is not None
    code = code_of(tx, outcome.dossier)
    given: list[str] = []
    for number, strategy in sorted(outcome.choose.items()):
        task = outcome.dossier.tasks[number]
        chosen = _chosen(tx, organisation, task, strategy, code, given, now)
        if chosen is not None:
            given.append(chosen.officer)
            outcome = _with_tasks(outcome, {number: replace(task, holder=chosen.officer)})
            outcome = replace(outcome, leaves=(*outcome.leaves, _leaf(task, strategy, chosen)))
            assert outcome.dossier is not None
    return replace(outcome, choose={}, given=tuple(given))


def _chosen(
    tx: Transaction,
    organisation: Organisation,
    task: Task,
    strategy: Strategy,
    code: str | None,
    given: list[str],
    now: datetime,
) -> Chosen | None:
    able = _there(organisation, task, code, now)
    load, last = dict(turns.in_hand(tx, able)), dict(turns.last_given(tx, able))
    for officer in given:  # earlier in this transaction, and not saved yet
        load[officer] = load.get(officer, 0) + 1
        last[officer] = now
    return choose(strategy, able, load, last)


def _there(organisation: Organisation, task: Task, code: str | None, now: datetime) -> frozenset[str]:
    """Who could do the task and is there; who is named must work in its unit."""
    able = able_officers(
        organisation, role=task.role, unit=task.unit, procedure=code, kind=task.kind, met=task.met, now=now
    )
    named = (each for each in task.candidates if organisation.works_in(each, task.unit, day_of(now)))
    return frozenset(each for each in {*able, *named} if each not in task.excluded and organisation.there(each, now))


def _leaf(task: Task, strategy: Strategy, chosen: Chosen) -> LeafDraft:
    told = {"task": task.id, "element": task.element, "name": task.name, "officer": chosen.officer}
    return LeafDraft(
        actor=SYSTEM,
        act="task-assigned",
        subject=task.id,
        dossier=task.id.rpartition(".")[0],
        details={**told, "strategy": strategy, "why": chosen.why},
    )
