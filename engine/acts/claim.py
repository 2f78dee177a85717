"""Claim and release: who holds a task. A claimed task stands in its holder's queue, a free one in that of its role."""

from dataclasses import dataclass, replace

from engine.acts.hand import Colleague, changed, given_back, leaf, refusal_told
from engine.acts.move import excluded
from engine.bpmn.graph import Graph
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import Outcome
from engine.people.capacity import Capacity, Denied


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a colleague who comes too late is told of the holder: the name, and since when (empty: not known)."""

    name: str
    since: str = ""


def claim(
    dossier: Dossier,
    number: int,
    officer: Officer,
    graph: Graph,
    capacity: Capacity | Denied | None = None,
    *,
    holding: Holding | None = None,
) -> Outcome:
    """Decide whether the officer gets the task. Claiming what one holds changes nothing.

    `capacity` is what a mandate gives somebody who has not the task's role.
    """
    task = dossier.open_task(number)
    if isinstance(task, Refusal):
        return Outcome.refused(task)
    # Who did the other step may have changed since the task opened.
    task = replace(task, excluded=excluded(dossier, graph, task.element))
    if refusal := dossier.refuses_while_suspended() or task.refuses_claim(officer, capacity):
        refusal = _telling(refusal, holding) if refusal.code == "task-held" and holding else refusal
        return Outcome.refused(refusal, leaf(dossier, task, officer, "claim-refused", refusal_told(refusal)))
    if task.holder == officer.id:
        return Outcome(dossier=dossier)
    told = {"instead_of": task.instead_of} if task.stands_with == officer.id and task.instead_of else {}
    # Whose it was gets it back when it is released, and may take it back; from oneself nobody gets anything back.
    owner = task.owner or task.holder
    mine = replace(task, holder=officer.id, owner=None if owner == officer.id else owner)
    return changed(dossier, mine, leaf(dossier, task, officer, "task-claimed", told))


def release(
    dossier: Dossier, number: int, officer: Officer, graph: Graph, *, owner: Colleague | None = None
) -> Outcome:
    """Decide whether the officer may put the task back: to who delegated it, else into the queue of its role."""
    task = dossier.open_task(number)
    if isinstance(task, Refusal):
        return Outcome.refused(task)
    task = replace(task, excluded=excluded(dossier, graph, task.element))
    if refusal := dossier.refuses_while_suspended() or task.refuses_holder(officer):
        return Outcome.refused(refusal, leaf(dossier, task, officer, "release-refused", refusal_told(refusal)))
    back = given_back(task, owner)
    told = {"to": back.holder} if back.holder else {}
    return changed(dossier, back, leaf(dossier, task, officer, "task-released", told))


def _telling(refusal: Refusal, holding: Holding) -> Refusal:
    """Who holds it, and what to do: two who claim at once are told more than that one lost."""
    since = f" since {holding.since}" if holding.since else ""
    return replace(
        refusal,
        message=f"{refusal.message} ({holding.name}){since}",
        remedy="ask them, or their head may reassign it: hoso task reassign",
    )
