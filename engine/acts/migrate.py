"""Migrate a dossier to another version of its process: its state, its open tasks, who did what, under the new model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.acts.assign import assign
from engine.acts.move import excluded, move, open_incident, scope_of
from engine.bpmn import migration
from engine.bpmn.graph import UserTask
from engine.bpmn.run import Step
from engine.bpmn.scope import Scope, Stuck, Tank
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.outcome import LeafDraft, Outcome
from engine.process import ProcessDefinition, told
from engine.task import Task

MOST_TOLD = 3  # of what does not map, in the message itself; all of it stands among its problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The version that the dossier runs under, and the one that it is to run under."""

    old: ProcessDefinition
    new: ProcessDefinition


def migrate(
    dossier: Dossier,
    versions: Versions,
    mapping: Mapping[str, str],
    keeps: Callable[[Task], bool],
    leaf: LeafDraft,
    *,
    now: datetime,
) -> Outcome | Refusal:
    """Decide how the dossier goes on under the new version; `keeps`: whether who holds a task may do it as it is then.

    Jobs that were asked for go on as they were asked for. The refusal names every element that does not map, and why.
    """
    if refusal := _refuses(dossier, versions, mapping):
        return refusal
    plan = migration.plan(versions.old.graph, versions.new.graph, dossier.state, mapping)
    if plan.refused:
        return _unmapped(dossier, versions.new, plan)
    try:
        state, effects = migration.migrate(plan, dossier.state, now=now)
    except Stuck as stuck:
        message = f"dossier {dossier.code} cannot move to version {versions.new.version}: {stuck.element}"
        problem = {"element": stuck.element, "code": stuck.code, "message": stuck.message}
        return Refusal(
            kind=Kind.INVALID,
            code="migration-stuck",
            message=f"{message}: {stuck.message}",
            remedy="set the data that it reads first: hoso dossier modify",
            problems=(problem,),
        )
    new = versions.new
    moved = replace(
        dossier,
        process_version=new.version,
        bundle_hash=new.bundle_hash,
        called=new.versions,
        performers=_performers(dossier, plan.elements),
    )
    called = {"called": dict(new.versions)} if new.versions else {}
    leaf = replace(leaf, details={**leaf.details, "bundles": told(new.bundles), **called})
    outcome = move(moved, new, Step(state=state, effects=effects), leaf, now=now)
    return _carried(dossier, outcome, new, keeps, now)


def _refuses(dossier: Dossier, versions: Versions, mapping: Mapping[str, str]) -> Refusal | None:
    if versions.new.version == dossier.process_version:
        message = (
            f"dossier {dossier.code} runs under version {dossier.process_version} of {dossier.process_key} already"
        )
        return Refusal(kind=Kind.CONFLICT, code="migration-same", message=message, remedy="name another version")
    unknown = [f"{name} in version {versions.old.version}" for name in mapping if not _has(versions.old, name)]
    unknown += [
        f"{name} in version {versions.new.version}" for name in mapping.values() if not _has(versions.new, name)
    ]
    if not unknown:
        return None
    message = f"the mapping names what is not there: {', '.join(unknown[:MOST_TOLD])[:300]}"
    return Refusal(kind=Kind.INVALID, code="mapping-unknown", message=message, remedy="correct the mapping")


def _has(definition: ProcessDefinition, name: str) -> bool:
    return name in definition.graph.nodes or name in definition.graph.flows


def _unmapped(dossier: Dossier, new: ProcessDefinition, plan: migration.Migration) -> Refusal:
    named = [f"{each.element}: {each.reason}" for each in plan.refused]
    more = f" (and {len(named) - MOST_TOLD} more)" if len(named) > MOST_TOLD else ""
    return Refusal(
        kind=Kind.INVALID,
        code="migration-unmapped",
        message=f"dossier {dossier.code} cannot move to version {new.version}: {'; '.join(named[:MOST_TOLD])}{more}",
        remedy="say what becomes of it (--map old=new), or move its tokens first: hoso dossier modify",
        problems=tuple({"element": each.element, "message": each.reason} for each in plan.refused),
    )


def _performers(dossier: Dossier, mapping: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Who did which step, by its new id: four eyes are four under any version."""
    found: dict[str, tuple[str, ...]] = {}
    for element, officers in dossier.performers.items():
        target = mapping.get(element, element)
        found[target] = tuple(dict.fromkeys((*found.get(target, ()), *officers)))
    return found


def _carried(
    before: Dossier, outcome: Outcome, new: ProcessDefinition, keeps: Callable[[Task], bool], now: datetime
) -> Outcome:
    """The open tasks and the incidents, as the new model has them."""
    after = outcome.dossier
    assert after is not None
    tank = Tank()
    tasks = {
        number: _task(after, task, new, keeps, scope_of(after.state, number, now, tank))
        for number, task in after.tasks.items()
    }
    known = before.state.incidents
    moved = {
        number: open_incident(new.graph, number, found)
        for number, found in after.state.incidents.items()
        if number in known
    }
    suspended = None if after.finished else after.suspended  # what it threw last still arrives
    return replace(
        outcome, dossier=replace(after, tasks=tasks, suspended=suspended), raised=(*outcome.raised, *moved.values())
    )


def _task(dossier: Dossier, task: Task, new: ProcessDefinition, keeps: Callable[[Task], bool], scope: Scope) -> Task:
    element = dossier.state.things[task.number].element
    node = new.graph.nodes[element]
    assert isinstance(node, UserTask)
    assignment = assign(node, scope, new.units)
    moved = replace(
        task,
        element=element,
        name=node.name or element,
        role=assignment.role,
        candidates=assignment.people,
        excluded=excluded(dossier, new.graph, element),
        place=node.place,
        unit=assignment.unit or dossier.unit,
        kind=node.document_kind,
        signature=node.signature,
        form=node.form,
    )
    return moved if moved.holder is not None and keeps(moved) else replace(moved, holder=None, owner=None)
