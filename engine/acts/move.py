"""Move a dossier: what the kernel's effects mean for tasks, jobs and the dossier itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from engine.acts.assign import Assignment, assign
from engine.bpmn import effects as kernel
from engine.bpmn.graph import Graph, UserTask
from engine.bpmn.run import Step
from engine.dossier import Dossier, Status
from engine.outcome import SYSTEM, JobRequest, LeafDraft, Outcome
from engine.task import Task

E = TypeVar("E")
TIMER = "timer"
MESSAGE = "message"


def move(dossier: Dossier, graph: Graph, step: Step, leaf: LeafDraft, *, now: datetime) -> Outcome:
    """Give the outcome of a kernel step; `leaf` is the act that caused it, and tells what it led to.

    A task that the step completed is closed by the caller, who knows who completed it.
    """
    assignments = _assignments(graph, step, now)
    opened = tuple(
        _opened(dossier, graph, effect, assignments[effect.task], now) for effect in _of(step, kernel.TaskOpened)
    )
    cancelled = {effect.task: "cancelled" for effect in _of(step, kernel.TaskCancelled)}
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
        awaited=tuple((effect.subscription, effect.name, effect.key) for effect in _of(step, kernel.MessageAwaited)),
        forgotten=frozenset(effect.subscription for effect in _of(step, kernel.MessageForgotten)),
        leaves=(
            _telling(leaf, opened, assignments, ended=ended),
            *_decided(dossier, graph, step),
            *_incidents(dossier, step),
        ),
    )


def _of(step: Step, kind: type[E]) -> list[E]:
    return [effect for effect in step.effects if isinstance(effect, kind)]


def _status(status: Status) -> Status:
    """A process that is done has decided; whether the result was delivered, its dispatches know."""
    return status if status > Status.DECIDED else Status.DECIDED


def _assignments(graph: Graph, step: Step, now: datetime) -> dict[int, Assignment]:
    opened = _of(step, kernel.TaskOpened)
    return {item.task: assign(_user_task(graph, item.element), step.state, item.task, now) for item in opened}


def _user_task(graph: Graph, element: str) -> UserTask:
    node = graph.nodes[element]
    if not isinstance(node, UserTask):
        raise TypeError(f"{element} is no user task")
    return node


def _opened(dossier: Dossier, graph: Graph, effect: kernel.TaskOpened, assignment: Assignment, now: datetime) -> Task:
    node = _user_task(graph, effect.element)
    return Task(
        id=f"{dossier.code}.{effect.task}",
        number=effect.task,
        element=effect.element,
        name=node.name or effect.element,
        role=assignment.role,
        candidates=assignment.people,
        excluded=excluded(dossier, graph, effect.element),
        holder=None,
        opened=now,
        due=None,
        place=node.place,
        signature=node.signature,
        form=node.form,
    )


def excluded(dossier: Dossier, graph: Graph, element: str) -> frozenset[str]:
    """Who must not do this step, for the sake of four eyes: who did one that it names, or that names it."""
    node = graph.nodes[element]
    others = set(node.not_same_as) if isinstance(node, UserTask) else set()
    tasks = (other for other in graph.nodes.values() if isinstance(other, UserTask))
    others |= {other.id for other in tasks if element in other.not_same_as}
    return frozenset(officer for other in others for officer in dossier.performers.get(other, ()))


def _jobs(step: Step, now: datetime) -> tuple[JobRequest, ...]:
    jobs = []
    for effect in step.effects:
        if isinstance(effect, kernel.JobRequested):
            payload = {"headers": dict(effect.headers), "input": dict(effect.input)}
            jobs.append(
                JobRequest(number=effect.job, element=effect.element, type=effect.type, payload=payload, due=now)
            )
        elif isinstance(effect, kernel.TimerSet):
            jobs.append(JobRequest(number=effect.timer, element=effect.element, type=TIMER, payload={}, due=effect.due))
        elif isinstance(effect, kernel.MessageThrown):
            payload = {"name": effect.name, "data": dict(effect.data)}
            jobs.append(JobRequest(number=0, element=effect.element, type=MESSAGE, payload=payload, due=now))
    return tuple(jobs)


def _cancelled_jobs(step: Step) -> frozenset[int]:
    jobs = {effect.job for effect in _of(step, kernel.JobCancelled)}
    return frozenset(jobs | {effect.timer for effect in _of(step, kernel.TimerCancelled)})


def _telling(
    leaf: LeafDraft, opened: tuple[Task, ...], assignments: Mapping[int, Assignment], *, ended: bool
) -> LeafDraft:
    told = dict(leaf.details)
    if opened:
        told["opened"] = [_told(task, assignments[task.number].why) for task in opened]
    if ended:
        told["ended"] = True
    return replace(leaf, details=told)


def _told(task: Task, why: str) -> dict[str, object]:
    told: dict[str, object] = {"task": task.id, "name": task.name, "role": task.role or ""}
    return {**told, "why": why} if why else told


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
