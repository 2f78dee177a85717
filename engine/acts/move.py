"""Move a dossier: what the kernel's effects mean for tasks, jobs and the dossier itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from engine.acts.assign import Assignment, assign
from engine.acts.schedule import Scheduled, schedule
from engine.bpmn import effects as kernel
from engine.bpmn.graph import Graph, UserTask
from engine.bpmn.run import Step
from engine.bpmn.scope import Scope, Tank
from engine.bpmn.state import Incident, State
from engine.calendar import VIETNAM
from engine.dossier import Dossier, Status
from engine.outcome import SYSTEM, Awaited, JobRequest, LeafDraft, OpenIncident, Outcome
from engine.process import ProcessDefinition, is_external
from engine.task import Task
from signing.record import time_text

E = TypeVar("E")
TIMER = "timer"
MESSAGE = "message"
SIGNAL = "signal"


def move(dossier: Dossier, definition: ProcessDefinition, step: Step, leaf: LeafDraft, *, now: datetime) -> Outcome:
    """Give the outcome of a kernel step; `leaf` is the act that caused it, and tells what it led to.

    A task that the step completed is closed by the caller, who knows who completed it. What began and ended within the
    step, as a task whose boundary condition held already, never was.
    """
    graph = definition.graph
    planned = _planned(definition, step, now)
    opened = tuple(_opened(dossier, graph, step, task, plan, now) for task, plan in planned.items())
    never = {effect.task for effect in _of(step, kernel.TaskOpened)}
    cancelled = {effect.task: "cancelled" for effect in _of(step, kernel.TaskCancelled) if effect.task not in never}
    ended = bool(_of(step, kernel.Completed))
    tasks = {number: task for number, task in dossier.tasks.items() if number not in cancelled}
    tasks |= {task.number: task for task in opened}
    moved = replace(
        dossier,
        state=step.state,
        tasks=tasks,
        revision=dossier.revision + 1,
        status=_status(dossier.status) if ended else dossier.status,
        finished=now if ended else None,
    )
    return Outcome(
        dossier=moved,
        opened=opened,
        closed=cancelled,
        jobs=_jobs(step, now),
        cancelled_jobs=_cancelled_jobs(step),
        awaited=_awaited(step),
        forgotten=_forgotten(step),
        raised=tuple(open_incident(graph, number, found) for number, found in _raised(step).items()),
        resolved=frozenset(effect.incident for effect in _of(step, kernel.IncidentResolved)),
        choose={task.number: way for task in opened if (way := _user_task(graph, task.element).strategy) != "queue"},
        leaves=(
            _telling(leaf, dossier.unit, opened, planned, ended=ended),
            *_decided(dossier, graph, step),
            *_incidents(dossier, step),
        ),
    )


def _awaited(step: Step) -> tuple[Awaited, ...]:
    begun = {
        effect.subscription
        for effect in step.effects
        if isinstance(effect, kernel.MessageAwaited | kernel.SignalAwaited)
    }
    return tuple(item for item in listened_for(step.state) if item.number in begun)


def listened_for(state: State) -> tuple[Awaited, ...]:
    """The messages and signals that a dossier listens for."""
    return tuple(
        Awaited(number=number, kind=item.kind, name=item.name, key=item.key, element=item.element)
        for number, item in state.subscriptions.items()
        if item.kind in {"message", "signal"}
    )


def _forgotten(step: Step) -> frozenset[int]:
    return frozenset(
        effect.subscription
        for effect in step.effects
        if isinstance(effect, kernel.MessageForgotten | kernel.SignalForgotten)
    )


def _raised(step: Step) -> dict[int, Incident]:
    """The incidents that the step raised and left; one that began and ended within it never was."""
    raised = [effect.incident for effect in step.effects if isinstance(effect, kernel.IncidentRaised | kernel.Stalled)]
    return {number: step.state.incidents[number] for number in raised if number in step.state.incidents}


def open_incident(graph: Graph, number: int, found: Incident) -> OpenIncident:
    """An incident as people see it."""
    node = graph.nodes.get(found.element)
    name = (node.name if node else "") or found.element
    return OpenIncident(number=number, element=found.element, name=name, code=found.code, message=found.message)


def _of(step: Step, kind: type[E]) -> list[E]:
    return [effect for effect in step.effects if isinstance(effect, kind)]


def _status(status: Status) -> Status:
    """A process that is done has decided; whether the result was delivered, its dispatches know."""
    return status if status > Status.DECIDED else Status.DECIDED


Plan = tuple[Assignment, Scheduled]


def _planned(definition: ProcessDefinition, step: Step, now: datetime) -> dict[int, Plan]:
    """Who may do each task that opened, and when: what its model says over the data that it sees."""
    opened, kept = _of(step, kernel.TaskOpened), step.state.open_tasks
    tank, found = Tank(), {}
    for item in opened:
        if item.task in kept:
            node = _user_task(definition.graph, item.element)
            scope = scope_of(step.state, item.task, now, tank)
            assignment = assign(node, scope, definition.units)
            found[item.task] = (assignment, schedule(node.schedule, scope, definition.days_off))
    return found


def scope_of(state: State, task: int, now: datetime, tank: Tank) -> Scope:
    """What the model's expressions of an open task see: its data, and the time in Vietnam."""
    element = state.things[task].element
    there = now.replace(microsecond=0).astimezone(VIETNAM)  # as the kernel counts, and its leaf tells
    return Scope(element=element, data=state.seen_by(task), now=there, tank=tank)


def _user_task(graph: Graph, element: str) -> UserTask:
    node = graph.nodes[element]
    if not isinstance(node, UserTask):
        raise TypeError(f"{element} is no user task")
    return node


def _opened(dossier: Dossier, graph: Graph, step: Step, number: int, plan: Plan, now: datetime) -> Task:
    assignment, scheduled = plan
    element = step.state.things[number].element
    node = _user_task(graph, element)
    return Task(
        id=f"{dossier.code}.{number}",
        number=number,
        element=element,
        name=node.name or element,
        role=assignment.role,
        candidates=assignment.people,
        excluded=excluded(dossier, graph, element),
        holder=None,
        opened=now,
        due=scheduled.due,
        place=node.place,
        unit=assignment.unit or dossier.unit,
        signature=node.signature,
        form=node.form,
        follow_up=scheduled.follow_up,
        priority=scheduled.priority,
        note="; ".join(scheduled.notes),
        kind=node.document_kind,
        returned=now if _again(dossier, step.state, number) else None,
    )


def _again(dossier: Dossier, state: State, number: int) -> bool:
    """Whether the step was done before in this dossier, as when a leader sent it back; loops do the same on purpose."""
    thing = state.things[number]
    if thing.element not in dossier.performers:
        return False
    while thing.parent:
        thing = state.things[thing.parent]
        if thing.kind == "loop":
            return False
    return True


def excluded(dossier: Dossier, graph: Graph, element: str) -> frozenset[str]:
    """Who must not do this step, for the sake of four eyes: who did one that it names, or that names it."""
    node = graph.nodes[element]
    others = set(node.not_same_as) if isinstance(node, UserTask) else set()
    tasks = (other for other in graph.nodes.values() if isinstance(other, UserTask))
    others |= {other.id for other in tasks if element in other.not_same_as}
    return frozenset(officer for other in others for officer in dossier.performers.get(other, ()))


def _jobs(step: Step, now: datetime) -> tuple[JobRequest, ...]:
    jobs, open_jobs = [], step.state.open_jobs
    for effect in step.effects:
        if isinstance(effect, kernel.JobRequested) and effect.job in open_jobs:
            payload = {"headers": dict(effect.headers), "input": dict(effect.input)}
            jobs.append(
                JobRequest(
                    number=effect.job,
                    element=effect.element,
                    type=effect.type,
                    payload=payload,
                    due=now,
                    retries=effect.retries if is_external(effect.type) else None,
                )
            )
        elif isinstance(effect, kernel.TimerSet) and effect.timer in step.state.timers:
            jobs.append(JobRequest(number=effect.timer, element=effect.element, type=TIMER, payload={}, due=effect.due))
        elif isinstance(effect, kernel.MessageThrown | kernel.SignalThrown):
            payload = {"name": effect.name, "data": dict(effect.data)}
            kind = MESSAGE if isinstance(effect, kernel.MessageThrown) else SIGNAL
            if isinstance(effect, kernel.MessageThrown):
                payload |= {"key": effect.key, "ttl": effect.ttl}
            jobs.append(JobRequest(number=0, element=effect.element, type=kind, payload=payload, due=now))
    return tuple(jobs)


def _cancelled_jobs(step: Step) -> frozenset[int]:
    jobs = {effect.job for effect in _of(step, kernel.JobCancelled)}
    return frozenset(jobs | {effect.timer for effect in _of(step, kernel.TimerCancelled)})


def _telling(
    leaf: LeafDraft, unit: str, opened: tuple[Task, ...], planned: Mapping[int, Plan], *, ended: bool
) -> LeafDraft:
    told = dict(leaf.details)
    if opened:
        told["opened"] = [_told(task, unit, planned[task.number][0].why) for task in opened]
    if ended:
        told["ended"] = True
    return replace(leaf, details=told)


def _told(task: Task, unit: str, why: str) -> dict[str, object]:
    told: dict[str, object] = {"task": task.id, "name": task.name, "role": task.role or ""}
    if task.unit != unit:
        told["unit"] = task.unit
    if task.due:
        told["due"] = time_text(task.due)
    if why:
        told["why"] = why
    return {**told, "note": task.note} if task.note else told


def _decided(dossier: Dossier, graph: Graph, step: Step) -> tuple[LeafDraft, ...]:
    """Each decision that the step asked: the rules that fired, with what they read and gave."""
    return tuple(
        LeafDraft(
            actor=SYSTEM,
            act="decision-evaluated",
            subject=dossier.code,
            dossier=dossier.code,
            details={
                "element": effect.element,
                "name": graph.nodes[effect.element].name or effect.element,
                "decision": effect.decision,
                "tables": list(effect.tables),
            },
        )
        for effect in _of(step, kernel.DecisionEvaluated)
    )


def _incidents(dossier: Dossier, step: Step) -> tuple[LeafDraft, ...]:
    return tuple(
        LeafDraft(
            actor=SYSTEM,
            act="incident-raised",
            subject=dossier.code,
            dossier=dossier.code,
            details={"element": effect.element, "code": effect.code, "message": effect.message},
        )
        for effect in step.effects
        if isinstance(effect, kernel.IncidentRaised | kernel.Stalled)
    )
