"""Who signs what in a process, and in which order: its signing steps, and what is wrong with how they are drawn."""

from __future__ import annotations

from collections.abc import Collection

from engine.bpmn.expressions import constants
from engine.bpmn.graph import CallActivity, Graph, UserTask
from engine.bpmn.problems import Mark, Problem, Problems
from engine.bpmn.reach import ways
from engine.bpmn.without import reached_without

APPROVAL, ORGAN = "approval", "organ"


def check_signatures(graph: Graph, *, source: str) -> tuple[Problem, ...]:
    """The agency signs what was approved before, and two approvals are two officers': where the drawing says less."""
    problems = Problems(source)
    for step in signing_steps(graph, ORGAN):
        _check_organ(graph, step, problems)
    for step in signing_steps(graph, APPROVAL):
        _check_eyes(graph, step, problems)
    return problems.found()


def signing_steps(graph: Graph, purpose: str) -> tuple[UserTask, ...]:
    """The user tasks that want a signature of that purpose, in the order of the file."""
    return tuple(node for node in graph.nodes.values() if isinstance(node, UserTask) and node.signature == purpose)


def covers(step: UserTask, document: str | None) -> bool:
    """Whether a step may sign the document (None: some document); one that names none signs all there are."""
    return step.documents is None or document is None or document in step.documents


def roles_of(step: UserTask) -> frozenset[str] | None:
    """The roles in which the step may be done; None where officers are named, or data say it."""
    if step.assignee is not None or step.candidate_users is not None:
        return None
    if step.candidate_groups is None:
        return frozenset(filter(None, (step.role,)))
    groups = constants(step.candidate_groups)
    return frozenset(groups) if groups else None


def unseen(graph: Graph) -> frozenset[str]:
    """The calls of processes that lie elsewhere: what is signed there is not known here."""
    found = (node for node in graph.nodes.values() if isinstance(node, CallActivity))
    return frozenset(node.id for node in found if node.elsewhere is not None)


def _check_organ(graph: Graph, step: UserTask, problems: Problems) -> None:
    for document in step.documents if step.documents is not None else (None,):
        approving = {each.id for each in signing_steps(graph, APPROVAL) if covers(each, document)}
        what = document or "its documents"
        remedy = f'draw a step with hoso:signature "approval" over {what} before it'
        if not approving | unseen(graph):
            message = f"the agency signs {what}, which no step approves: it could never be completed"
            mark = Mark(text=document) if document else None
            problems.error(step.line, step.id, "organ-unapproved", message, remedy, mark)
        elif step.id in reached_without(graph, approving | unseen(graph)):
            message = f"it can be reached before {what} was approved, and is refused then"
            problems.warning(step.line, step.id, "organ-before-approval", message, remedy)


def _check_eyes(graph: Graph, step: UserTask, problems: Problems) -> None:
    """Warn of two approvals, one after the other, of one document in one role, between which nothing is asked."""
    later = _behind(graph, step)
    for other in signing_steps(graph, APPROVAL):
        if other.id == step.id or other.id not in later or not _alike(step, other):
            continue
        if step.id in other.not_same_as or other.id in step.not_same_as:
            continue
        message = f"whoever approves in {step.id} may approve the same here: two approvals by one officer are one"
        remedy = f'set hoso:notSameAs to "{step.id}"'
        problems.warning(other.line, other.id, "four-eyes-open", message, remedy)


def _alike(one: UserTask, other: UserTask) -> bool:
    documents = one.documents or other.documents or (None,)
    both = any(covers(one, document) and covers(other, document) for document in documents)
    return both and bool((roles_of(one) or frozenset()) & (roles_of(other) or frozenset()))


def _behind(graph: Graph, step: UserTask) -> Collection[str]:
    """What may follow the step in its own scope; of two that may follow each other, the one drawn later."""
    seen, ahead = set[str](), [step.id]
    while ahead:
        for _, target in ways(graph, graph.nodes[ahead.pop()]):
            if target not in seen:
                seen.add(target)
                ahead.append(target)
    order = {name: place for place, name in enumerate(graph.nodes)}
    return {name for name in seen if order[name] > order[step.id]}
