"""Move a dossier: what the kernel's effects mean for tasks, jobs and the dossier itself."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from engine.bpmn import effects as kernel
from engine.bpmn.graph import Graph, UserTask
from engine.bpmn.run import Step
from engine.dossier import Dossier, Status
from engine.feel import Expression, FeelError
from engine.officer import ADMINISTRATOR
from engine.outcome import SYSTEM, JobRequest, LeafDraft, Outcome
from engine.task import Task

E = TypeVar("E")
TIMER = "timer"
MESSAGE = "message"
LONGEST_NAME = 100  # characters of a role; nobody has a longer one


def move(dossier: Dossier, graph: Graph, step: Step, leaf: LeafDraft, *, now: datetime) -> Outcome:
    """Give the outcome of a kernel step; `leaf` is the act that caused it, and tells what it led to.

    A task that the step completed is closed by the caller, who knows who completed it.
    """
    opened = tuple(_opened(dossier, graph, effect, step, now) for effect in _of(step, kernel.TaskOpened))
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
        leaves=(_telling(leaf, opened, ended=ended), *_incidents(dossier, step)),
    )


def _of(step: Step, kind: type[E]) -> list[E]:
    return [effect for effect in step.effects if isinstance(effect, kind)]


def _status(status: Status) -> Status:
    """A process that is done has decided; whether the result was delivered, its dispatches know."""
    return status if status > Status.DECIDED else Status.DECIDED


def _opened(dossier: Dossier, graph: Graph, effect: kernel.TaskOpened, step: Step, now: datetime) -> Task:
    node = graph.nodes[effect.element]
    if not isinstance(node, UserTask):
        raise TypeError(f"{effect.element} is no user task")
    role, people = _candidates(node, step)
    return Task(
        id=f"{dossier.code}.{effect.task}",
        number=effect.task,
        element=effect.element,
        name=node.name or effect.element,
        role=role,
        candidates=people,
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


def _candidates(node: UserTask, step: Step) -> tuple[str | None, frozenset[str]]:
    """The role and the officers named one by one. What the modeler assigns takes the place of the lane's role.

    An assignment that gives nobody, or several groups, goes to the administrators: no task is without a queue.
    """
    assigned = (node.assignee, node.candidate_users, node.candidate_groups)
    if all(expression is None for expression in assigned):
        return node.role, frozenset()
    people = frozenset(_texts(node.assignee, step) + _texts(node.candidate_users, step))
    groups = _texts(node.candidate_groups, step)
    if len(groups) > 1 or not (groups or people):
        return ADMINISTRATOR, frozenset()
    return (groups[0] if groups else None), people


def _texts(expression: Expression | None, step: Step) -> list[str]:
    if expression is None:
        return []
    try:
        value = expression.evaluate(step.state.data)
    except FeelError:
        return []
    values = value if isinstance(value, list) else [value]
    parts = [part.strip() for item in values if isinstance(item, str) for part in item.split(",")]
    return [part for part in parts if 0 < len(part) <= LONGEST_NAME]


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


def _telling(leaf: LeafDraft, opened: tuple[Task, ...], *, ended: bool) -> LeafDraft:
    told = dict(leaf.details)
    if opened:
        told["opened"] = [{"task": task.id, "name": task.name, "role": task.role or ""} for task in opened]
    if ended:
        told["ended"] = True
    return replace(leaf, details=told)


def _incidents(dossier: Dossier, step: Step) -> tuple[LeafDraft, ...]:
    return tuple(
        LeafDraft(
            actor=SYSTEM,
            act="incident-raised",
            subject=dossier.code,
            dossier=dossier.code,
            details={"element": effect.element, "code": effect.code, "message": effect.message},
        )
        for effect in _of(step, kernel.IncidentRaised)
    )
